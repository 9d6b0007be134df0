"""A synthetic study as a folder of datasets: from files and a plan to a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.cdisc import load_cdisc
from spineoutcomes.loaders.cdisc.load import CdiscTables
from spineoutcomes.loaders.mapping.account import file_labels, provenance_by_file
from spineoutcomes.loaders.mapping.reshape import in_rows_of_the_files
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.registry.findings import errors_of
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

from .datasets import named, write_dataset

DM = named(
    "USUBJID SITEID SEX AGE AGEU BRTHDTC RFSTDTC DTHDTC DTHFL ARM ARMNRS",
    "A 01 F 61 YEARS 1959-03-02 2020-01-10 . . MIS .",
    "B 01 M 70 YEARS 1950 2020-02-10T08:30 2021-03 Y OPEN .",
    "C 02 F 55 YEARS . 2020-03-10 . . OPEN .",
    "D 02 M 44 YEARS . . . . . SCREEN_FAILURE",
)
ADTTE = named(
    "USUBJID PARAMCD PARAM AVAL STARTDT ADT CNSR EVNTDESC",
    "A TTREC Recurrence 101 2020-01-10 2020-04-19 0 Local_recurrence",
    "B TTREC Recurrence 366 2020-02-10 2021-02-09 1 Died",
    "C TTREC Recurrence 701 2020-03-10 2022-02-08 1 End_of_study",
    "A OS Survival 900 2020-01-10 2022-06-27 1 Alive",
    "B OS Survival 390 2020-02-10 2021-03-05 0 Death",
    "C OS Survival 701 2020-03-10 2022-02-08 1 Alive",
    "D OS Survival . . 2020-03-01 1 Not_treated",
)
PR = named(
    "USUBJID DOMAIN PRSEQ PRTRT PRSTDTC",
    "A PR 1 LAMINECTOMY 2020-01-10",
    "B PR 1 LAMINECTOMY 2020-02-10",
    "B PR 2 X_RAY 2020-02-11",
    "C PR 1 LAMINECTOMY 2020-03-10",
)
SUPPPR = named(
    "USUBJID RDOMAIN IDVAR IDVARVAL QNAM QLABEL QVAL",
    "A PR PRSEQ 1 PRAPPR Approach TUBE",
    "B PR PRSEQ 1 PRAPPR Approach OPEN",
    "C PR PRSEQ 1 PRAPPR Approach OPEN",
    "C PR PRSEQ 9 PRAPPR Approach OPEN",
)
DS = named(
    "USUBJID DSCAT DSDECOD DSSTDTC",
    "A DISPOSITION_EVENT COMPLETED 2022-06-27",
    "A PROTOCOL_MILESTONE INFORMED_CONSENT 2020-01-01",
    "B DISPOSITION_EVENT DEATH 2021-03-05",
    "C DISPOSITION_EVENT LOST_TO_FOLLOW-UP 2022-02-08",
)
DD = named("USUBJID DDTESTCD DDSTRESC", "B PRCDTH LUNG_CANCER", "B AUTOPSY N")
RS = named(
    "USUBJID RSTESTCD RSSTRESC RSDTC",
    "A OVRLRESP SD 2020-03-01",
    "A OVRLRESP PD 2020-04-19",
    "C OVRLRESP SD 2021-03",
)
STUDY = {
    "dm": DM,
    "adtte": ADTTE,
    "pr": PR,
    "supppr": SUPPPR[:3],
    "ds": DS,
    "dd": DD,
    "rs": RS,
}
PLAN = """
[cdisc]
subjects = "dm"
only = { ARMNRS = "" }

[cdisc.episodes]
diagnosis = { always = "spinal_metastasis" }
arm = "ARM"
approach_planned = { column = "ARM", codes = { MIS = "mis", OPEN = "open" } }

[[cdisc.times]]
parameter = "TTREC"
kind = "local_recurrence"
ends_followup = true

[[cdisc.times]]
parameter = "OS"
kind = "death"

[[cdisc.facts]]
file = "ds"
only = { DSCAT = "DISPOSITION EVENT" }
[cdisc.facts.patients.last_contact_status]
column = "DSDECOD"
codes = { COMPLETED = "alive", DEATH = "dead", "LOST TO FOLLOW-UP" = "lost" }

[[cdisc.facts]]
file = "dd"
only = { DDTESTCD = "PRCDTH" }
patients = { death_cause = "DDSTRESC" }

[[cdisc.procedures]]
file = "pr"
only = { PRTRT = "LAMINECTOMY" }
component = { always = "laminectomy" }
date = "PRSTDTC"
approach = { column = "PRAPPR", codes = { TUBE = "mis", OPEN = "open" } }

[[cdisc.events]]
file = "rs"
only = { RSTESTCD = ["OVRLRESP"] }
kind = { always = "systemic_progression" }
status = { column = "RSSTRESC", codes = { PD = "occurred", SD = "absent" } }
date = "RSDTC"
"""


def load(place: Path, plan: str = PLAN, **changed: Any) -> CdiscTables:
    """Write a study with some datasets changed (None: left out), and load it."""
    folder = place / "study"
    for name, rows in (STUDY | changed).items():
        if rows is not None:
            write_dataset(folder, name, rows)
    (place / "plan.toml").write_text(plan, encoding="utf-8")
    return load_cdisc(folder, place / "plan.toml")


def built(tables: CdiscTables, on_error: Any = "raise") -> Registry:
    return build_registry(
        tables.tables, vocabulary=SHIPPED_VOCABULARY, on_error=on_error, also_found=tables.found
    )


def listed(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    part = frame[list(columns)].astype(object)
    return part.where(part.notna(), None).to_numpy().tolist()


def errors(tables: CdiscTables) -> list[list[object]]:
    return listed(errors_of(tables.found), "table", "row", "rule")


def test_persons(tmp_path: Path) -> None:
    registry = built(load(tmp_path))
    patients, episodes = registry.table("patients"), registry.table("episodes")
    columns = ("patient_id", "centre", "sex", "birth_year", "last_contact_status", "death_cause")
    assert listed(patients, *columns) == [
        ["A", "01", "female", 1959, "alive", None],
        ["B", "01", "male", 1950, "dead", "LUNG CANCER"],
        ["C", "02", "female", None, "lost", None],
    ]
    # The month of the death stands in DM, and OS does not make it a day.
    assert listed(
        patients, "death_day", "death_lower_day", "death_upper_day", "last_contact_day"
    ) == [
        [None, None, None, 899],
        [None, 385, 415, None],
        [None, None, None, 700],
    ]
    assert listed(episodes, "episode_id", "age_years", "arm", "approach_planned") == [
        ["A", 61, "MIS", "mis"],
        ["B", 70, "OPEN", "open"],
        ["C", 55, "OPEN", "open"],
    ]
    assert episodes["index_date"].dt.strftime("%Y-%m-%d").tolist() == [
        "2020-01-10",
        "2020-02-10",
        "2020-03-10",
    ]


def test_times_are_events_and_what_was_not_seen(tmp_path: Path) -> None:
    registry = built(load(tmp_path))
    events = registry.table("events")
    times = events[events["kind"] == "local_recurrence"]
    assert listed(times, "episode_id", "status", "day", "label") == [
        ["A", "occurred", 100, "Local recurrence"],
        ["B", "absent", 365, "Died"],
        ["C", "absent", 700, "End of study"],
    ]
    assert registry.table("episodes")["last_followup_day"].fillna(-1).tolist() == [-1, 365, 700]
    responses = events[events["kind"] == "systemic_progression"]
    assert listed(responses, "episode_id", "status", "day", "lower_day", "upper_day") == [
        ["A", "absent", 51, None, None],
        ["A", "occurred", 100, None, None],
        ["C", "absent", None, 356, 386],
    ]


def test_qualifiers_come_back_and_components_are_declared(tmp_path: Path) -> None:
    tables = load(tmp_path)
    procedures = built(tables).table("procedures")
    assert listed(procedures, "episode_id", "component", "approach", "day") == [
        ["A", "laminectomy", "mis", 0],
        ["B", "laminectomy", "open", 0],
        ["C", "laminectomy", "open", 0],
    ]
    assert procedures["procedure_id"].is_unique


def test_every_row_of_every_file_is_accounted_for(tmp_path: Path) -> None:
    tables = load(tmp_path)
    used = {name: len(file.rows) for name, file in tables.datasets.items()}
    for name, file in tables.datasets.items():
        used[name] -= int((tables.left_out["file"] == file.name).sum())
    assert used == {"dm": 3, "adtte": 6, "ds": 3, "dd": 1, "pr": 3, "rs": 3, "supppr": 3}
    assert {name: (count.rows, count.used) for name, count in tables.counts.items()} == {
        "dm": (4, 3),
        "adtte": (7, 6),
        "pr": (4, 3),
        "rs": (3, 3),
    }
    assert listed(tables.left_out, "file", "row", "reason") == [
        ["dm.ndjson", 4, "not chosen by `only` of [cdisc]"],
        ["adtte.ndjson", 7, "of a person who is not chosen by `only` of [cdisc]"],
        ["ds.ndjson", 2, "in no section of the plan"],
        ["dd.ndjson", 2, "in no section of the plan"],
        ["pr.ndjson", 3, "in no section of the plan"],
    ]
    assert [name for name, _ in tables.sources] == [
        "dm.ndjson",
        "adtte.ndjson",
        "ds.ndjson",
        "dd.ndjson",
        "pr.ndjson",
        "rs.ndjson",
        "supppr.ndjson",
    ]
    assert all(len(sha256) == 64 for _, sha256 in tables.sources)
    stack = tables.raw.stacks["events"]
    assert stack.source.tolist() == [0, 1, 2, 0, 1, 2]
    assert stack.file.tolist() == ["adtte"] * 3 + ["rs"] * 3


def test_nothing_is_wrong_and_what_is_not_read_is_said(tmp_path: Path) -> None:
    found = load(tmp_path, vs=named("USUBJID VSORRES", "A 1")).found
    assert not len(errors_of(found))
    unread = found[found["rule"] == "unread_file"]
    assert listed(unread, "table", "severity") == [["vs", "warning"]]
    columns = found[found["rule"] == "unmapped_column"].set_index("table")["message"]
    assert columns.to_dict() == {
        "pr.ndjson": (
            "1 column(s) of pr.ndjson are in no section of the plan and were left out: PRSEQ."
        ),
        "ds.ndjson": (
            "1 column(s) of ds.ndjson are in no section of the plan and were left out: DSSTDTC."
        ),
    }


def test_a_row_of_times_that_does_not_fit_is_an_error_of_its_event(tmp_path: Path) -> None:
    rows = [dict(row) for row in ADTTE]
    rows[2]["AVAL"] = "999"
    tables = load(tmp_path, adtte=rows)
    assert errors(tables) == [["events", 3, "aval_disagrees"]]
    with pytest.raises(ValidationError, match="have an AVAL that does not count days") as caught:
        built(tables)
    assert "999" not in str(caught.value) + caught.value.findings.to_csv()
    kept = built(tables, "reject")
    assert len(kept.table("events")) == 5
    assert listed(kept.rejects, "table", "row", "rule") == [["events", 3, "aval_disagrees"]]


def test_findings_rejects_and_provenance_name_rows_of_the_files(tmp_path: Path) -> None:
    rows = [dict(row) for row in RS]
    rows[2]["RSSTRESC"] = "PR"
    tables = load(tmp_path, rs=rows)
    registry = built(tables, "reject")
    labels = file_labels(tables.files)
    rejects = in_rows_of_the_files(registry.rejects, tables.raw.stacks, labels)
    assert listed(rejects, "table", "file", "row") == [["events", "rs.ndjson", 3]]
    provenance = provenance_by_file(
        registry.provenance, registry.rejects, tables.raw, tables.files, tables.counts
    )
    events = provenance[provenance["table"] == "events"]
    assert listed(events, "file", "n_rows_in", "n_rejected", "n_file_rows_left_out") == [
        ["adtte.ndjson", 3, 0, 1],
        ["rs.ndjson", 3, 1, 0],
    ]


def test_a_death_that_does_not_fit_is_an_error_of_its_person(tmp_path: Path) -> None:
    rows = [dict(row) for row in ADTTE]
    rows[4]["AVAL"] = "999"
    tables = load(tmp_path, adtte=rows)
    assert errors(tables) == [
        ["adtte.ndjson", 5, "aval_disagrees"],
        ["patients", 2, "time_not_read"],
    ]
    kept = built(tables, "reject")
    assert kept.table("patients")["patient_id"].tolist() == ["A", "C"]


def test_deaths_that_two_datasets_date_otherwise(tmp_path: Path) -> None:
    other = [dict(row) for row in DM]
    other[1]["DTHDTC"] = "2021-03-06"
    assert errors(load(tmp_path, dm=other)) == [["patients", 2, "death_disagrees"]]
    other[1]["DTHDTC"] = "2021-03-05"
    registry = built(load(tmp_path, dm=other))
    assert registry.table("patients")["death_day"].tolist()[1] == 389
    other[2]["DTHDTC"] = "2022-02-07"  # a day before OS still follows C
    other[2]["DTHFL"] = "Y"
    assert errors(load(tmp_path, dm=other)) == [
        ["patients", 3, "death_disagrees"],
    ]


def test_a_death_that_only_the_times_know(tmp_path: Path) -> None:
    other = [{k: v for k, v in row.items() if k not in ("DTHDTC", "DTHFL")} for row in DM]
    patients = built(load(tmp_path, dm=other)).table("patients")
    assert patients["death_day"].fillna(-1).tolist() == [-1, 389, -1]


def test_dead_on_no_known_day(tmp_path: Path) -> None:
    other = [dict(row) for row in DM]
    other[2]["DTHFL"] = "Y"
    tables = load(tmp_path, dm=other)
    # The plan reads "lost" for C, whom DTHFL calls dead.
    assert errors(tables) == [["patients", 3, "status_disagrees"]]
    warned = tables.found[tables.found["rule"] == "death_without_date"]
    assert listed(warned, "table", "row", "severity") == [["dm.ndjson", 3, "warning"]]
    plain = PLAN.split("[[cdisc.facts]]")[0] + "[[cdisc.facts]]" + PLAN.split("[[cdisc.facts]]")[2]
    patients = built(load(tmp_path, plain, dm=other)).table("patients")
    assert patients["last_contact_status"].tolist()[2] == "dead"
    assert patients["last_contact_status"].notna().sum() == 1


def test_a_date_of_death_without_its_flag(tmp_path: Path) -> None:
    other = [dict(row) for row in DM]
    other[1]["DTHFL"] = ""
    found = load(tmp_path, dm=other).found
    assert listed(found[found["rule"] == "death_without_flag"], "row") == [[2]]


def test_dates_of_death_and_of_surgery_that_were_imputed(tmp_path: Path) -> None:
    """As ADSL writes them: numeric dates with a flag beside each."""
    adsl = named(
        "USUBJID SEX TRTSDT TRTSDTF DTHDT DTHDTF",
        "A F 2020-01-10 . . .",
        "B M 2020-02-15 D 2021-03-15 D",
    )
    plan = PLAN.split("[cdisc.episodes]")[0].replace("dm", "adsl").split("only")[0] + (
        'index_date = "TRTSDT"\n[cdisc.episodes]\ndiagnosis = { always = "chordoma" }\n'
    )
    tables = load(tmp_path, plan, adsl=adsl)
    patients = built(tables).table("patients")
    assert listed(patients, "death_day", "death_lower_day", "death_upper_day") == [
        [None, None, None],
        [None, 380, 410],
    ]
    imputed = tables.found[tables.found["rule"] == "imputed_date"]
    assert listed(imputed, "row", "column") == [[2, "TRTSDT"], [2, "DTHDT"]]


def test_times_that_start_on_another_day_than_day_0(tmp_path: Path) -> None:
    rows = [dict(row) for row in ADTTE]
    rows[0] |= {"STARTDT": "2020-01-05", "AVAL": "106"}
    tables = load(tmp_path, adtte=rows)
    warned = tables.found[tables.found["rule"] == "other_origin"]
    assert listed(warned, "table", "row") == [["adtte.ndjson", 1]]
    events = built(tables).table("events")
    assert events["day"].tolist()[0] == 100


def test_times_without_dates(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k not in ("ADT", "STARTDT")} for row in ADTTE[:6]]
    dm = [row | {"RFSTDTC": "", "DTHDTC": ""} for row in DM]
    plan = PLAN.replace('kind = "', 'counted = "days + 1"\nkind = "')
    short = plan.split("[[cdisc.procedures]]")[0]
    tables = load(tmp_path, short, adtte=rows, dm=dm)
    registry = built(tables)
    assert listed(registry.table("events"), "status", "day") == [
        ["occurred", 100],
        ["absent", 365],
        ["absent", 700],
    ]
    assert listed(registry.table("patients"), "death_day", "last_contact_day") == [
        [None, 899],
        [389, None],
        [None, 700],
    ]
    assert registry.table("episodes")["last_followup_day"].fillna(-1).tolist() == [-1, 365, 700]


def test_events_by_their_words(tmp_path: Path) -> None:
    rows = named(
        "USUBJID PARAMCD AVAL STARTDT ADT CNSR EVNTDESC",
        "A PFS 101 2020-01-10 2020-04-19 0 Progression",
        "B PFS 390 2020-02-10 2021-03-05 0 Death",
        "C PFS 701 2020-03-10 2022-02-08 1 Alive",
    )
    plan = PLAN.split("[[cdisc.times]]")[0] + (
        '[[cdisc.times]]\nparameter = "PFS"\n'
        'kinds = { Progression = "systemic_progression", Death = "death" }\n'
    )
    registry = built(load(tmp_path, plan, adtte=rows))
    assert listed(registry.table("events"), "episode_id", "kind", "status", "day") == [
        ["A", "systemic_progression", "occurred", 100],
        ["C", "systemic_progression", "absent", 700],
    ]
    assert registry.table("patients")["last_contact_day"].fillna(-1).tolist() == [-1, -1, 700]
    rows[0]["EVNTDESC"] = "Zebra77"
    with pytest.raises(
        ValidationError, match=r"1 event\(s\) of PFS in .* not under `kinds`"
    ) as caught:
        load(tmp_path, plan, adtte=rows)
    assert caught.value.findings["row"].tolist() == [1]
    assert "Zebra77" not in str(caught.value) + caught.value.findings.to_csv()


def test_facts_that_disagree_or_belong_to_nobody(tmp_path: Path) -> None:
    more = [*DD, {"USUBJID": "B", "DDTESTCD": "PRCDTH", "DDSTRESC": "Zebra77"}]
    tables = load(tmp_path, dd=more)
    assert errors(tables) == [["patients", 2, "several_values"]]
    assert "Zebra77" not in tables.found.to_csv()
    nobody = [*DD, {"USUBJID": "X", "DDTESTCD": "PRCDTH", "DDSTRESC": "Zebra77"}]
    assert errors(load(tmp_path, dd=nobody)) == [["dd.ndjson", 3, "unknown_subject"]]


def test_a_date_of_death_that_stands_among_the_facts(tmp_path: Path) -> None:
    rows = [row | {"DDDTC": "2021-03-05"} for row in DD]
    plan = PLAN.replace('death_cause = "DDSTRESC"', 'death_date = "DDDTC"')
    without = [{k: v for k, v in row.items() if k != "DTHDTC"} for row in DM]
    patients = built(load(tmp_path, plan, dd=rows, dm=without)).table("patients")
    assert patients["death_day"].fillna(-1).tolist() == [-1, 389, -1]
    rows[0]["DDDTC"] = "2021-03-06"
    assert errors(load(tmp_path, plan, dd=rows, dm=without)) == [["patients", 2, "death_disagrees"]]


def test_a_qualifier_of_no_record(tmp_path: Path) -> None:
    assert errors(load(tmp_path, supppr=SUPPPR)) == [["supppr.ndjson", 4, "no_record"]]


def test_an_event_of_nobody_is_an_error(tmp_path: Path) -> None:
    rows = [*RS, {"USUBJID": "X", "RSTESTCD": "OVRLRESP", "RSSTRESC": "PD", "RSDTC": "2020-05-01"}]
    tables = load(tmp_path, rs=rows)
    with pytest.raises(ValidationError, match="have a episode_id that episodes does not hold"):
        built(tables)


def test_an_age_that_is_not_in_years(tmp_path: Path) -> None:
    other = [dict(row) for row in DM]
    other[0] |= {"AGE": "20", "AGEU": "MONTHS"}
    assert errors(load(tmp_path, dm=other)) == [["patients", 1, "age_not_in_years"]]
    without = [{k: v for k, v in row.items() if k != "AGEU"} for row in DM]
    tables = load(tmp_path, dm=without)
    assert "age_without_unit" in set(tables.found["rule"])
    assert "age_years" not in tables.tables["episodes"]


def test_a_code_that_is_not_declared(tmp_path: Path) -> None:
    rows = [dict(row) for row in RS]
    rows[0]["RSSTRESC"] = "Zebra77"
    tables = load(tmp_path, rs=rows)
    with pytest.raises(ValidationError, match="value_not_in_codes") as caught:
        built(tables)
    assert "Zebra77" not in str(caught.value) + caught.value.findings.to_csv()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dd": None}, r"reads the dataset 'dd', and .* has none; its datasets are: adtte, dm, ds"),
        (
            {"dd": named("USUBJID DDTESTCD", "B PRCDTH")},
            r"line 30: cdisc.facts.2.patients.death_cause: dd.ndjson has no column 'DDSTRESC'",
        ),
        ({"rs": named("RSTESTCD", "OVRLRESP")}, "rs.ndjson has no column 'USUBJID'"),
        ({"dm": named("USUBJID", "A")}, "dm.ndjson has no column 'RFSTDTC'"),
        (
            {"rs": named("USUBJID RSTESTCD RSSTRESC", "A OVRLRESP PD")},
            r"line 44: cdisc.events.1.date: rs.ndjson has no column 'RSDTC'",
        ),
    ],
)
def test_datasets_that_the_plan_does_not_fit(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        load(tmp_path, **changed)


def test_a_dataset_in_several_files(tmp_path: Path) -> None:
    load(tmp_path)
    folder = tmp_path / "study"
    (folder / "DM.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"in several files \(DM.json, dm.ndjson\); say"):
        load_cdisc(folder, tmp_path / "plan.toml")
    plan = PLAN.replace('subjects = "dm"', 'subjects = "dm"\nsuffix = "ndjson"')
    assert len(load(tmp_path, plan).tables["patients"]) == 3
    plan = plan.replace("ndjson", "xpt")
    with pytest.raises(ArgumentError, match=r"has none in a file .xpt"):
        load(tmp_path, plan)


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    load(tmp_path)
    with pytest.raises(ArgumentError, match="is no folder; a CDISC study is a folder"):
        load_cdisc(tmp_path / "plan.toml", tmp_path / "plan.toml")
