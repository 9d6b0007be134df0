from spineoutcomes import metrics


def test_lanes_order_and_words(registry):
    two = registry(
        "A B C",
        patients="patient_id,death_day,last_contact_day,last_contact_status\npA,200,150,\npB,,90,lost",
        procedures="""
        procedure_id,episode_id,component,approach,day,sequence
        3,A,biopsy,mis,,3
        2,A,laminectomy,open,0,2
        1,A,embolization,interventional,,1
        """,
        scores="""
        episode_id,instrument,location,side,day,visit,value,approximate,missing_reason
        A,odi,,,90,3m,22.5,yes,
        A,odi,,,,pre,60,,
        A,odi,,,,1y,,,refused
        A,nrs_pain,leg,left,90,3m,3,,
        """,
        lesions="""
        episode_id,lesion_id,measure,day,value,unit,qualitative
        A,L1,volume,30,3.5,cm3,smaller
        A,L1,percent_residual,30,35,%,
        """,
        events="""
        event_id,episode_id,kind,status,day,lower_day,upper_day,label
        1,A,imaging,occurred,30,,,
        2,A,complication,occurred,3,,,dural tear
        3,A,new_fracture,absent,30,,,
        4,A,local_recurrence,occurred,,100,130,
        """,
    )
    items = metrics.episode_timeline(two)
    assert list(items.columns) == [
        *["lane", "kind", "label", "day", "end_day", "value", "approximate"]
    ]
    a = items.loc["A"]
    assert a[["lane", "label"]].apply(tuple, axis=1).tolist() == [
        ("scores", "ODI 60 (pre)"),
        ("procedures", "Arterial embolization"),
        ("procedures", "Laminectomy (open decompression)"),
        ("procedures", "Biopsy"),
        ("events", "Complication: dural tear"),
        ("scans", "Imaging"),
        ("scans", "35 % left"),
        ("scans", "volume 3.5 cm3, smaller"),
        ("findings", "looked for, not seen: new vertebral fracture"),
        ("scores", "NRS 3, left leg (3m)"),
        ("scores", "ODI about 22.5 (3m)"),
        ("findings", "Local recurrence"),
        ("events", "Last contact"),
        ("events", "Death"),
    ]
    fuzzy = a[a["kind"] == "local_recurrence"].iloc[0]
    assert (fuzzy["day"], fuzzy["end_day"], fuzzy["approximate"]) == (100, 130, True)
    assert a[a["kind"] == "volume"]["value"].tolist() == [3.5]
    assert items.loc[["B"], "label"].tolist() == ["Last contact (lost)"]
    assert "C" not in items.index


def test_nothing_recorded_is_an_empty_timeline(registry):
    items = metrics.episode_timeline(registry("A"))
    assert len(items) == 0 and items.index.name == "episode_id"
