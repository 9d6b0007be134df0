"""Cases as they come in real life, written out row by row.

Each registry stands here once, as CSV, under its own name; `case(name)` builds it. Tests of any
metric may use them; whoever needs another fact adds a column or a row to the registry.
"""

from __future__ import annotations

from functools import cache
from io import StringIO
from textwrap import dedent

import pandas as pd

from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

# The published case, as the paper tells it: a vertebral hemangioma of the thoracic spine; coils in
# the feeding artery before surgery, then cement and endoscopic removal on day 0. A week later about
# 60 % of its intraspinal part was gone, seen beside exudation; after about 4 months the exudation
# was absorbed, what was left had shrunk, and nothing had grown again. Pain was 0 at the end and the
# right lower limb had strength 4+; nothing was told of either before surgery.
CASE_REPORT = {
    "patients": """
        patient_id
        P1
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,region,index_procedure_id
        E1,P1,vertebral_hemangioma,thoracic,PR2
    """,
    "procedures": """
        procedure_id,episode_id,component,approach,day,sequence,anaesthesia
        PR1,E1,embolization,interventional,,1,
        PR2,E1,vertebroplasty,mis,0,2,local
        PR3,E1,endoscopic_decompression,mis,0,3,local
    """,
    "scores": """
        episode_id,instrument,location,side,visit,value,grade
        E1,vas_pain,,,final,0,
        E1,mrc_muscle_grade,lower limb,right,final,,4+
    """,
    "events": """
        event_id,episode_id,kind,status,day,scan_id,lesion_id,approximate
        EV1,E1,imaging,occurred,7,S1,,no
        EV2,E1,finding,occurred,7,S1,,no
        EV3,E1,imaging,occurred,120,S2,,yes
        EV4,E1,finding,absent,120,S2,,yes
        EV5,E1,finding,occurred,120,S2,,yes
        EV6,E1,residual_progression,absent,120,S2,L1,yes
    """,
    "lesions": """
        episode_id,lesion_id,compartment,measure,scan_id,day,visit,value,unit,qualitative,approximate,confounded
        E1,L1,intraspinal,percent_removed,S1,7,1w,60,%,,yes,yes
        E1,L1,intraspinal,,S2,120,4m,,,smaller,yes,no
    """,
}

# A metastasis of L2 planned for two stages by a small approach: embolization and screws on day 0,
# separation on day 14, converted to open surgery there. Radiotherapy began on day 42, progression
# was seen on the scan of day 180, death came on day 260. The second patient died on day 9, before
# the second stage could be made; the third was never meant for radiotherapy; the fourth had no
# second stage and was well at the end of the study.
STAGED_METASTASIS = {
    "patients": """
        patient_id,death_day,last_contact_day,last_contact_status
        p1,260,260,dead
        p2,9,9,dead
        p3,,400,alive
        p4,,400,alive
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,levels,approach_planned,approach_performed,radiotherapy_planned,los_days,discharge,cutoff_day
        E1,p1,spinal_metastasis,L2,mis,open,True,,,400
        E2,p2,spinal_metastasis,T8,mis,mis,True,,died,400
        E3,p3,spinal_metastasis,T11,mis,mis,False,,,400
        E4,p4,spinal_metastasis,L4,mis,mis,True,6,home,365
    """,
    "procedures": """
        procedure_id,episode_id,component,approach,day,sequence,stage,planned,operative_time_min,blood_loss_ml,cost
        c1,E1,embolization,interventional,-1,1,0,True,60,,3000
        c2,E1,percutaneous_pedicle_screw,mis,0,2,1,True,120,150,9000
        c3,E1,separation_surgery,open,14,3,2,True,200,800,12000
        c4,E2,percutaneous_pedicle_screw,mis,0,1,1,True,110,100,8000
        c5,E3,percutaneous_pedicle_screw,mis,0,1,1,True,100,200,8500
        c6,E3,separation_surgery,mis,21,2,2,True,180,,
        c7,E4,separation_surgery,mis,0,1,1,True,210,500,11000
    """,
    "events": """
        event_id,episode_id,kind,status,day,scan_id,procedure_id,grade
        1,E1,conversion,occurred,14,,,
        2,E1,imaging,occurred,14,a,,
        3,E1,radiotherapy_start,occurred,42,,,
        4,E1,imaging,occurred,100,b,,
        5,E1,imaging,occurred,180,c,,
        6,E1,residual_progression,occurred,180,c,,
        7,E3,imaging,occurred,90,d,,
        8,E3,imaging,occurred,380,e,,
        9,E4,imaging,occurred,100,f,,
        10,E4,radiotherapy_start,occurred,30,,,
        11,E4,imaging,occurred,390,g,,
        12,E1,discharge,occurred,5,,,
        13,E1,readmission,occurred,14,,c3,
        14,E1,complication,occurred,20,,,IIIb
        15,E1,complication,occurred,22,,,I
        16,E1,discharge,occurred,24,,,
        17,E3,discharge,occurred,4,,,
    """,
    "lesions": """
        episode_id,lesion_id,measure,day,value,unit
        E1,L1,percent_removed,14,70,%
    """,
}

# A hemangioma of T7 in a registry of days without dates. It recurs on day 400, which leads to a
# second episode on day 410 of the patient. Strength was graded on both sides before and after each.
RECURRENCE_OPENS_EPISODE = {
    "patients": """
        patient_id,last_contact_day,last_contact_status
        p1,900,alive
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,levels,index_day,last_followup_day,prior_episode_id
        E1,p1,vertebral_hemangioma,T7,0,405,
        E2,p1,vertebral_hemangioma,T7,410,480,E1
    """,
    "procedures": """
        procedure_id,episode_id,component,approach,day,levels
        1,E1,endoscopic_decompression,mis,0,T7
        2,E2,laminectomy,open,0,T7
    """,
    "scores": """
        episode_id,instrument,location,side,day,visit,grade
        E1,mrc_muscle_grade,lower limb,left,-2,preoperative,3
        E1,mrc_muscle_grade,lower limb,right,-2,preoperative,4-
        E1,mrc_muscle_grade,lower limb,left,90,3m,5
        E1,mrc_muscle_grade,lower limb,right,90,3m,4+
        E2,mrc_muscle_grade,lower limb,left,-5,preoperative,4
        E2,mrc_muscle_grade,lower limb,right,-5,preoperative,2
        E2,mrc_muscle_grade,lower limb,left,90,3m,4+
        E2,mrc_muscle_grade,lower limb,right,90,3m,4
    """,
    "events": """
        event_id,episode_id,patient_id,kind,status,day,scan_id,leads_to_episode_id
        1,E1,p1,imaging,occurred,7,a,
        2,E1,p1,imaging,occurred,200,b,
        3,E1,p1,symptom_recurrence,occurred,380,,
        4,E1,p1,imaging,occurred,400,c,
        5,E1,p1,local_recurrence,occurred,400,c,E2
        6,E2,p1,imaging,occurred,6,d,
        7,,p1,imaging,occurred,610,e,
    """,
    "lesions": """
        episode_id,lesion_id,compartment,measure,day,value,unit
        E1,L1,epidural,percent_removed,7,100,%
        E2,L1,epidural,percent_removed,6,90,%
    """,
}

# Two lesions of one episode, both removed wholly; one scan shows both, one only the first. The
# first recurs; the second does not. In the second episode a recurrence was told without saying in
# which of its two lesions. In the third the second lesion was left alone, and grew.
TWO_LESIONS = {
    "patients": """
        patient_id,last_contact_day,last_contact_status
        p1,500,alive
        p2,500,alive
        p3,500,alive
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,levels
        E1,p1,spinal_metastasis,"T4, T9"
        E2,p2,spinal_metastasis,"T4, T9"
        E3,p3,spinal_metastasis,"T4, T9"
    """,
    "procedures": """
        procedure_id,episode_id,component,approach,day,lesion_id
        1,E1,laminectomy,open,0,L1
        2,E1,laminectomy,open,0,L2
        3,E2,laminectomy,open,0,
        4,E3,laminectomy,open,0,L1
    """,
    "events": """
        event_id,episode_id,kind,status,day,lesion_id,scan_id
        1,E1,imaging,occurred,100,,a
        2,E1,imaging,occurred,200,,b
        3,E1,local_recurrence,occurred,200,L1,b
        4,E1,imaging,occurred,250,L1,c
        5,E1,imaging,occurred,300,,d
        6,E2,imaging,occurred,100,,e
        7,E2,local_recurrence,occurred,100,,e
        8,E3,imaging,occurred,100,,f
        9,E3,imaging,occurred,220,,g
        10,E3,local_recurrence,occurred,220,L2,g
    """,
    "lesions": """
        episode_id,lesion_id,measure,day,value,unit
        E1,L1,percent_removed,7,100,%
        E1,L2,percent_removed,7,100,%
        E2,L1,percent_removed,7,100,%
        E2,L2,percent_removed,7,100,%
        E3,L1,percent_removed,7,100,%
        E3,L2,volume,-7,4,cm3
        E3,L2,volume,100,5,cm3
        E3,L2,volume,220,8,cm3
    """,
}

# Vertebroplasty of L1 (and, 300 days later, of L3). Fractures: T12 on day 60 is adjacent; L3, which
# led to the second episode, is remote to L1; L2 on day 350 lies next to both; T8 is remote; L1
# broke again. The second patient's fracture has no level, the third's death is known to the month.
VERTEBROPLASTY = {
    "patients": """
        patient_id,death_lower_day,death_upper_day,last_contact_day,last_contact_status
        p1,,,600,alive
        p2,,,400,alive
        p3,100,130,,dead
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,levels,index_day,prior_episode_id
        E1,p1,osteoporotic_fracture,L1,0,
        E2,p1,osteoporotic_fracture,L3,300,E1
        E3,p2,osteoporotic_fracture,T10,0,
        E4,p3,osteoporotic_fracture,T11-T12,0,
    """,
    "procedures": """
        procedure_id,episode_id,component,approach,day,levels
        1,E1,vertebroplasty,mis,0,L1
        2,E2,vertebroplasty,mis,0,L3
        3,E3,vertebroplasty,mis,0,T10
        4,E4,vertebroplasty,mis,0,T11-T12
    """,
    "events": """
        event_id,episode_id,kind,status,day,levels,leads_to_episode_id
        1,E1,new_fracture,occurred,60,T12,
        2,E1,new_fracture,occurred,300,L3,E2
        3,E2,new_fracture,occurred,50,L2,
        4,E2,new_fracture,occurred,80,T8,
        5,E2,new_fracture,occurred,90,L1,
        6,E3,new_fracture,occurred,200,,
        7,E4,new_fracture,occurred,110,L1,
        8,E4,imaging,occurred,105,,
        9,E1,cement_leak,absent,1,,
        10,E2,cement_leak,occurred,0,,
    """,
}

# Two centres number their patients from 1. Patient 1 of the north climbs the ladder: block,
# ablation after 60 days, endoscopy after another 200; patient 1 of the south has one block.
LADDER = {
    "patients": """
        centre,id,last_contact_day,last_contact_status
        north,1,900,alive
        south,1,300,lost
    """,
    "episodes": """
        centre,id,episode,diagnosis,levels,index_day,last_followup_day,before
        north,1,1,lumbar_disc_herniation,L4-L5,0,50,
        north,1,2,lumbar_disc_herniation,L4-L5,60,190,1
        north,1,3,lumbar_disc_herniation,L4-L5,260,640,2
        south,1,1,lumbar_disc_herniation,L5-S1,0,300,
    """,
    "procedures": """
        centre,id,episode,component,approach,day
        north,1,1,nerve_root_block,interventional,0
        north,1,2,disc_ablation,interventional,0
        north,1,3,endoscopic_decompression,mis,0
        south,1,1,nerve_root_block,interventional,0
    """,
    "events": """
        centre,id,episode,number,kind,day,then
        north,1,1,1,symptom_recurrence,45,2
        north,1,2,2,symptom_recurrence,180,3
        north,1,3,3,complication,0,
        north,1,3,4,complication,12,
        south,1,1,1,symptom_recurrence,200,
    """,
    "scores": """
        centre,id,episode,instrument,location,day,visit,value
        north,1,1,nrs_pain,leg,-1,preoperative,8
        north,1,1,nrs_pain,leg,14,2w,3
        north,1,1,nrs_pain,leg,45,6w,7
        north,1,2,nrs_pain,leg,-3,preoperative,7
        north,1,2,nrs_pain,leg,30,1m,2
        north,1,2,nrs_pain,leg,90,3m,3
        north,1,2,nrs_pain,leg,180,6m,6
        north,1,3,nrs_pain,leg,-2,preoperative,8
        north,1,3,nrs_pain,leg,30,1m,1
        north,1,3,nrs_pain,leg,365,12m,1
        south,1,1,nrs_pain,leg,-1,preoperative,7
        south,1,1,nrs_pain,leg,30,1m,6
    """,
}


def from_csv(**tables: str) -> Registry:
    """Return a registry of tables written as CSV."""
    read = {
        name: pd.read_csv(StringIO(dedent(text).strip()), skipinitialspace=True)
        for name, text in tables.items()
    }
    return build_registry(read, vocabulary=SHIPPED_VOCABULARY)


def joined_ids(tables: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Return tables whose ids repeat between centres, with centre and id joined."""
    read = {name: pd.read_csv(StringIO(dedent(text).strip())) for name, text in tables.items()}
    for frame in read.values():
        frame["patient_id"] = frame["centre"] + "/" + frame["id"].astype(str)
    for name in ("episodes", "procedures", "events", "scores"):
        frame = read[name]
        frame["episode_id"] = frame["patient_id"] + "/" + frame["episode"].astype(str)
    episodes, events = read["episodes"], read["events"]
    episodes["prior_episode_id"] = [
        None if pd.isna(before) else f"{patient}/{before:.0f}"
        for patient, before in zip(episodes["patient_id"], episodes["before"], strict=True)
    ]
    events["leads_to_episode_id"] = [
        None if pd.isna(then) else f"{patient}/{then:.0f}"
        for patient, then in zip(events["patient_id"], events["then"], strict=True)
    ]
    events["event_id"] = events["centre"] + "/" + events["number"].astype(str)
    read["procedures"]["procedure_id"] = [str(n) for n in range(len(read["procedures"]))]
    spent = ["id", "episode", "before", "number", "then"]
    raw = {name: frame.drop(columns=spent, errors="ignore") for name, frame in read.items()}
    for name in ("episodes", "procedures", "events", "scores"):
        raw[name] = raw[name].drop(columns="centre")
    for name in ("procedures", "scores"):
        raw[name] = raw[name].drop(columns="patient_id")
    return raw | {"events": raw["events"].assign(status="occurred")}


@cache
def case(name: str) -> Registry:
    """Return one of the registries above."""
    if name == "LADDER":
        return build_registry(joined_ids(LADDER), vocabulary=SHIPPED_VOCABULARY)
    return from_csv(**globals()[name])


def told(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    """Return columns of a result as plain lists, missing values as None."""
    shown = frame[[*columns]].astype(object)
    return shown.where(shown.notna(), None).to_numpy().tolist()
