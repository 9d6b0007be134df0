"""Every rule beyond the first ones: a table that breaks it by one row, and one that just does not.

A breach is named with its rows and counts, never with a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from spineoutcomes.errors import ValidationError

from .breaking import Change, all_of, column, more, put
from .conftest import Tables, built

PLANTED = "Zebra77"


def pain(*values: float, **more_columns: object) -> Change:
    """Return a change to pain scores with these values, on different days of the first episode."""

    def change(tables: Tables) -> None:
        tables["scores"] = pd.DataFrame(
            {
                "episode_id": "E1",
                "instrument": "vas_pain",
                "day": [float(day) for day in range(len(values))],
                "value": values,
                **more_columns,
            }
        )

    return change


def recurrence(day: float, *states: tuple[float, dict[str, object]]) -> Change:
    """Return a change to one recurrence in E1 with what scans say of its lesion and of another."""

    def change(tables: Tables) -> None:
        tables["events"] = pd.DataFrame(
            {
                "event_id": ["V1"],
                "episode_id": ["E1"],
                "kind": ["local_recurrence"],
                "status": ["occurred"],
                "day": [day],
            }
        )
        other = {"episode_id": "E3", "lesion_id": "L9", "measure": "percent_removed"}
        rows = [{**other, "day": 7.0, "value": 100.0}]
        rows += [{"episode_id": "E1", "lesion_id": "L1", "day": on, **what} for on, what in states]
        tables["lesions"] = pd.DataFrame(rows)

    return change


def of_percent(value: float) -> dict[str, object]:
    return {"measure": "percent_removed", "value": value}


def patients(*rows: tuple[str, object, str, str]) -> Change:
    """Return a change to patients (centre, year of birth, sex, index date) with nothing else."""

    def change(tables: Tables) -> None:
        ids = [f"P{n}" for n in range(len(rows))]
        frame = pd.DataFrame(rows, columns=["centre", "birth_year", "sex", "date"])
        tables["patients"] = frame.drop(columns="date").assign(patient_id=ids)
        tables["episodes"] = pd.DataFrame(
            {
                "episode_id": [f"E{n}" for n in range(len(rows))],
                "patient_id": ids,
                "diagnosis": "lumbar_stenosis",
                "index_date": frame["date"],
            }
        )
        for name in ("procedures", "scores", "lesions", "events"):
            del tables[name]

    return change


def centres(**counts: tuple[int, int]) -> Change:
    """Return a change to centres with so many episodes, and so many reoperations among them."""

    def change(tables: Tables) -> None:
        rows = [(name, k < some) for name, (n, some) in counts.items() for k in range(n)]
        ids = [f"P{k}" for k in range(len(rows))]
        tables["patients"] = pd.DataFrame({"patient_id": ids, "centre": [name for name, _ in rows]})
        tables["episodes"] = pd.DataFrame(
            {"episode_id": ids, "patient_id": ids, "diagnosis": "lumbar_stenosis"}
        )
        hit = [patient for patient, (_, some) in zip(ids, rows, strict=True) if some]
        tables["events"] = pd.DataFrame(
            {
                "event_id": range(len(hit)),
                "episode_id": hit,
                "kind": "reoperation",
                "status": "occurred",
                "day": 10.0,
            }
        )
        for name in ("procedures", "scores", "lesions"):
            del tables[name]

    return change


BORN = put("patients", 1, "birth_year", 1950)
SAME = ("north", 1960, "female", "2020-03-02")


@dataclass(frozen=True)
class Case:
    """A change that breaks a rule, the rows it names, and a change that just does not."""

    rule: str
    table: str
    rows: list[float]
    broken: Change
    fine: Change
    severity: str = "warning"


CASES = {
    "a line of means below the table": Case(
        "summary_row",
        "patients",
        [3],
        more("patients", patient_id="均值"),
        more("patients", patient_id="SUN"),  # somebody's initials
        "error",
    ),
    "a line of totals": Case(
        "summary_row",
        "patients",
        [3],
        more("patients", patient_id="Total:"),
        more("patients", patient_id="Total 3"),
        "error",
    ),
    "an id in another case": Case(
        "ids_alike",
        "patients",
        [1, 3],
        more("patients", patient_id="p1"),
        more("patients", patient_id="p11"),
    ),
    "an id in full-width letters, with a space": Case(
        "ids_alike",
        "patients",
        [2, 3],
        more("patients", patient_id="Ｐ 2"),
        more("patients", patient_id="Ｐ 4"),
    ),
    "an index procedure of nobody": Case(
        "unknown_index_procedure",
        "episodes",
        [3],
        put("episodes", 2, "index_procedure_id", PLANTED),
        put("episodes", 2, "index_procedure_id", "R3"),
        "error",
    ),
    "an event of another patient": Case(
        "other_patient",
        "events",
        [2],
        put("events", 1, "patient_id", "P1"),
        put("events", 1, "patient_id", "P2"),
        "error",
    ),
    "an earlier episode of another patient": Case(
        "reference_to_other_patient",
        "episodes",
        [2],
        put("episodes", 1, "prior_episode_id", "E3"),
        put("episodes", 1, "prior_episode_id", "E1"),
        "error",
    ),
    "an event that leads to an episode of another patient": Case(
        "reference_to_other_patient",
        "events",
        [1],
        put("events", 0, "leads_to_episode_id", "E3"),
        put("events", 0, "leads_to_episode_id", "E2"),
        "error",
    ),
    "a procedure of another patient": Case(
        "reference_to_other_patient",
        "events",
        [1],
        put("events", 0, "procedure_id", "R3"),
        put("events", 0, "procedure_id", "R2"),
        "error",
    ),
    "an index procedure of another episode": Case(
        "unknown_index_procedure",
        "episodes",
        [3],
        put("episodes", 2, "index_procedure_id", "R1"),
        put("episodes", 2, "index_procedure_id", "R3"),
        "error",
    ),
    "an earlier episode of nobody": Case(
        "unknown_reference",
        "episodes",
        [2],
        put("episodes", 1, "prior_episode_id", PLANTED),
        put("episodes", 1, "prior_episode_id", "E1"),
    ),
    "a reoperation that opens no episode": Case(
        "unknown_reference",
        "events",
        [1],
        put("events", 0, "leads_to_episode_id", PLANTED),
        put("events", 0, "leads_to_episode_id", "E2"),
    ),
    "an event of no procedure": Case(
        "unknown_reference",
        "events",
        [1],
        put("events", 0, "procedure_id", PLANTED),
        put("events", 0, "procedure_id", "R1"),
    ),
    "two scales in one column": Case(
        "mixed_scale",
        "scores",
        [6, 7],
        pain(20, 30, 40, 50, 60, 7, 8),
        pain(20, 30, 40, 50, 6, 7, 8),
        "error",
    ),
    "tenths in one column": Case(
        "other_scale",
        "scores",
        [1],
        pain(*[0.5] * 19, 1),
        pain(*[0.5] * 18, 1),
    ),
    "tenths and one whole score": Case(
        "other_scale",
        "scores",
        [1],
        pain(*[0.5] * 30),
        pain(*[0.5] * 29, 1.5),
    ),
    "a baseline of after surgery": Case(
        "baseline_after_surgery",
        "scores",
        [1],
        put("scores", 0, "day", 1),
        put("scores", 0, "day", 0),
    ),
    "an old baseline": Case(
        "baseline_too_early",
        "scores",
        [1],
        put("scores", 0, "day", -184),
        put("scores", 0, "day", -183),
    ),
    "operated on before birth": Case(
        "before_birth",
        "episodes",
        [3],
        all_of(BORN, put("episodes", 2, "index_year", 1949)),
        all_of(BORN, put("episodes", 2, "index_year", 1950)),
        "error",
    ),
    "an event before birth": Case(
        "before_birth",
        "events",
        [3],
        # Day 0 is 2010-01-01 and the year of birth began 21915 days before.
        all_of(
            BORN, put("episodes", 2, "index_date", "2010-01-01"), put("events", 2, "day", -21916)
        ),
        all_of(
            BORN, put("episodes", 2, "index_date", "2010-01-01"), put("events", 2, "day", -21915)
        ),
        "error",
    ),
    "a death before birth": Case(
        "before_birth",
        "patients",
        [2],
        all_of(put("patients", 1, "death_date", "1949-12-31"), BORN),
        all_of(put("patients", 1, "death_date", "1950-01-01"), BORN),
        "error",
    ),
    "a score after the last contact": Case(
        "after_last_contact",
        "scores",
        [3],
        put("scores", 2, "day", 291),
        put("scores", 2, "day", 290),
    ),
    "a due questionnaire after the last contact": Case(
        "after_last_contact",
        "scores",
        [3],
        put("scores", 2, "day", 291),
        all_of(
            put("scores", 2, "day", 291),
            put("scores", 2, "value", None),
            put("scores", 2, "missing_reason", "lost"),
        ),
    ),
    "an event of a second episode after the last contact": Case(
        "after_last_contact",
        "events",
        [4],
        more("events", event_id="V4", episode_id="E2", kind="imaging", status="occurred", day=501),
        more("events", event_id="V4", episode_id="E2", kind="imaging", status="occurred", day=500),
    ),
    "a follow-up after the last contact": Case(
        "after_last_contact",
        "episodes",
        [2],
        put("episodes", 1, "last_followup_day", 501),
        put("episodes", 1, "last_followup_day", 500),
    ),
    "an index procedure on another day": Case(
        "index_not_day_0",
        "procedures",
        [3],
        all_of(put("episodes", 2, "index_procedure_id", "R3"), put("procedures", 2, "day", 1)),
        all_of(put("episodes", 2, "index_procedure_id", "R3"), put("procedures", 2, "day", 0)),
        "error",
    ),
    "several operations and no index": Case(
        "several_index_procedures",
        "episodes",
        [1],
        more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=9),
        more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=0),
    ),
    "several operations, one a stage": Case(
        "several_index_procedures",
        "episodes",
        [1],
        more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=9),
        more(
            "procedures",
            procedure_id="R4",
            episode_id="E1",
            component="laminectomy",
            day=9,
            stage=2,
        ),
    ),
    "an operation and what is not aimed at the lesion": Case(
        "several_index_procedures",
        "episodes",
        [1],
        more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=9),
        more("procedures", procedure_id="R4", episode_id="E1", component="biopsy", day=-1),
    ),
    "several operations and a named index": Case(
        "several_index_procedures",
        "episodes",
        [1],
        more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=9),
        all_of(
            more("procedures", procedure_id="R4", episode_id="E1", component="laminectomy", day=9),
            put("episodes", 0, "index_procedure_id", "R1"),
        ),
    ),
    "a recurrence of a residual": Case(
        "recurrence_after_residual",
        "events",
        [1],
        recurrence(200, (7, of_percent(60))),
        recurrence(200, (7, of_percent(60)), (30, of_percent(100))),
    ),
    "a recurrence seen on the scan that measures it": Case(
        "recurrence_after_residual",
        "events",
        [1],
        recurrence(200, (7, of_percent(100)), (199, of_percent(90))),
        recurrence(200, (7, of_percent(100)), (200, of_percent(90))),
    ),
    "a residual that has a volume": Case(
        "recurrence_after_residual",
        "events",
        [1],
        recurrence(200, (7, {"measure": "volume", "value": 0.5})),
        recurrence(200, (7, {"measure": "volume", "value": 0.0})),
    ),
    "a residual in words": Case(
        "recurrence_after_residual",
        "events",
        [1],
        recurrence(200, (7, {"qualitative": "smaller"})),
        recurrence(200, (7, {"qualitative": "absent"})),
    ),
    "a recurrence of what was not operated on": Case(
        "recurrence_without_removal",
        "events",
        [1],
        all_of(recurrence(200), put("procedures", 0, "episode_id", "E2")),
        recurrence(200),
    ),
    "a recurrence of what was only biopsied": Case(
        "recurrence_without_removal",
        "events",
        [1],
        all_of(recurrence(200), put("procedures", 0, "component", "biopsy")),
        all_of(recurrence(200), put("procedures", 0, "component", "laminectomy")),
    ),
    "a recurrence in a registry without operations": Case(
        "recurrence_without_removal",
        "events",
        [1],
        all_of(recurrence(200), put("procedures", 0, "episode_id", "E2")),
        all_of(recurrence(200), lambda tables: tables.pop("procedures")),
    ),
    "a recurrence with only a scan from before surgery": Case(
        "recurrence_without_removal",
        "events",
        [1],
        recurrence(200, (-3, {"measure": "volume", "value": 4.0})),
        recurrence(200, (3, {"measure": "volume", "value": 0.0})),
    ),
    "a short operation": Case(
        "unlikely_value",
        "procedures",
        [1],
        put("procedures", 0, "operative_time_min", 4.9),
        put("procedures", 0, "operative_time_min", 5),
    ),
    "a long operation": Case(
        "unlikely_value",
        "procedures",
        [1],
        put("procedures", 0, "operative_time_min", 1441),
        put("procedures", 0, "operative_time_min", 1440),
    ),
    "a loss beyond all blood": Case(
        "unlikely_value",
        "procedures",
        [2],
        put("procedures", 1, "blood_loss_ml", 20001),
        put("procedures", 1, "blood_loss_ml", 20000),
    ),
    "a deficit from within the bone": Case(
        "stage_contradicted",
        "episodes",
        [3],
        all_of(put("episodes", 2, "enneking_stage", "S2"), put("scores", 3, "day", -1)),
        # The grade of day 90 says nothing of what the lesion did before surgery.
        put("episodes", 2, "enneking_stage", "S2"),
    ),
    "an aggressive lesion that nobody felt": Case(
        "stage_contradicted",
        "episodes",
        [1],
        all_of(
            put("episodes", 0, "enneking_stage", "S3"),
            put("scores", 0, "value", 0),
            more("scores", episode_id="E1", instrument="mrc_muscle_grade", day=-1, grade="5"),
        ),
        # Without a grade nobody knows of a deficit.
        all_of(put("episodes", 0, "enneking_stage", "S3"), put("scores", 0, "value", 0)),
    ),
    "a year in hospital": Case(
        "unlikely_value",
        "episodes",
        [1],
        put("episodes", 0, "los_days", 366),
        put("episodes", 0, "los_days", 365),
    ),
    "a negative stay": Case(
        "out_of_range",
        "episodes",
        [1],
        put("episodes", 0, "los_days", -1),
        put("episodes", 0, "los_days", 0),
        "error",
    ),
    "levels that are none": Case(
        "levels_unreadable",
        "episodes",
        [1],
        put("episodes", 0, "levels", f"T12 {PLANTED}"),
        put("episodes", 0, "levels", "T12-L1"),
        "error",
    ),
    "a bare letter among levels": Case(
        "levels_incomplete",
        "procedures",
        [2],
        put("procedures", 1, "levels", "T、T10、L3"),
        put("procedures", 1, "levels", "T9、T10、T11"),
    ),
    "a sixth lumbar vertebra": Case(
        "levels_incomplete",
        "lesions",
        [1],
        put("lesions", 0, "levels", "L6"),
        put("lesions", 0, "levels", "L5"),
    ),
    "a region for a level": Case(
        "levels_incomplete",
        "events",
        [1],
        put("events", 0, "levels", "thoracic"),
        put("events", 0, "levels", "T4"),
    ),
    "a side among levels": Case(
        "levels_incomplete",
        "procedures",
        [2],
        put("procedures", 1, "levels", "L4/5 (left)"),
        put("procedures", 1, "levels", "L4/5"),
    ),
    "a side among levels, in Chinese": Case(
        "levels_incomplete",
        "procedures",
        [2],
        put("procedures", 1, "levels", "L4/5左侧"),
        put("procedures", 1, "levels", "Ｌ４/５"),
    ),
    "levels with a gap": Case(
        "levels_not_contiguous",
        "episodes",
        [1],
        put("episodes", 0, "levels", "T10, T12"),
        put("episodes", 0, "levels", "T12, L1"),
    ),
    "the same patient twice": Case(
        "possible_duplicate_patient",
        "patients",
        [1, 3],
        patients(SAME, ("south", 1960, "female", "2020-03-02"), SAME),
        patients(SAME, ("south", 1960, "female", "2020-03-02"), (*SAME[:3], "2020-03-03")),
    ),
    "the same patient twice in a centre without a name": Case(
        "possible_duplicate_patient",
        "patients",
        [1, 2],
        patients((None, *SAME[1:]), (None, *SAME[1:])),  # type: ignore[arg-type]
        patients((None, *SAME[1:]), (None, 1961, *SAME[2:])),  # type: ignore[arg-type]
    ),
    "two patients of whom little is known": Case(
        "possible_duplicate_patient",
        "patients",
        [1, 2],
        patients(SAME, SAME),
        patients(("north", 1960, "unknown", SAME[3]), ("north", 1960, "unknown", SAME[3])),
    ),
    "no approach is known": Case(
        "approach_unknown",
        "procedures",
        [],
        column("procedures", approach="unknown"),
        column("procedures", approach=["unknown", None, "open"]),
    ),
    # 30 of 300 in one centre; 5 of 300 or 15 of 300 in the other. The difference in standard errors
    # is 4.35 and 2.32 (by hand, pooled).
    "a centre that records less": Case(
        "event_rate_differs",
        "patients",
        [1, 301],
        centres(north=(300, 30), south=(300, 5)),
        centres(north=(300, 30), south=(300, 15)),
    ),
    # Both are far beyond chance; 300 of 10000 is less than twice 160 of 10000.
    "centres beyond chance but near": Case(
        "event_rate_differs",
        "patients",
        [1, 10001],
        centres(north=(10000, 320), south=(10000, 160)),
        centres(north=(10000, 300), south=(10000, 160)),
    ),
}


def found_in(tables: Tables) -> pd.DataFrame:
    try:
        return built(tables).findings()
    except ValidationError as error:
        return error.findings


@pytest.mark.parametrize("name", CASES)
def test_a_breach_is_found_and_its_neighbour_is_not(name: str, tables: Tables) -> None:
    case = CASES[name]
    untouched = {key: frame.copy() for key, frame in tables.items()}
    case.broken(tables)
    found = found_in(tables)
    own = found[(found["rule"] == case.rule) & (found["table"] == case.table)]
    assert len(own)
    assert sorted(own["row"].dropna()) == case.rows
    assert set(own["severity"]) == {case.severity}
    assert PLANTED not in found.to_csv()
    case.fine(untouched)
    assert case.rule not in set(found_in(untouched)["rule"])


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.severity == "warning"])
def test_a_warning_keeps_every_row(name: str, tables: Tables) -> None:
    CASES[name].broken(tables)
    registry = built(tables)
    assert {k: len(registry.table(k)) for k in tables} == {k: len(f) for k, f in tables.items()}


def test_the_criterion_of_centres_is_printed(tables: Tables) -> None:
    centres(north=(300, 30), south=(300, 5))(tables)
    found = built(tables).findings()
    assert found["message"].iloc[1] == (
        "The centre of this patient records reoperation in 5 of 300 episodes, the others in 30 of "
        "300: more than 4 standard errors and at least 2 times apart. Are patients, follow-up or "
        "recording different there?"
    )


def test_a_slip_of_the_pen_is_no_second_scale(tables: Tables) -> None:
    # 5 of 101 values are just under 5 %.
    pain(*[4.0] * 96, *[70.0] * 5)(tables)
    found = found_in(tables)
    assert set(found["rule"]) == {"score_out_of_range"}
    assert sorted(found["row"]) == [97, 98, 99, 100, 101]


def test_a_second_scale_is_told_by_centre_and_location(tables: Tables) -> None:
    pain(20, 30, 40, 50, 60, 7, location=["leg"] * 5 + ["back"])(tables)
    assert set(found_in(tables)["rule"]) == {"score_out_of_range"}
    pain(20, 30, 40, 50, 60, 7)(tables)
    tables["scores"].loc[5, "episode_id"] = "E3"  # of the other centre
    assert set(found_in(tables)["rule"]) == {"score_out_of_range"}


def test_with_reject_the_whole_mixed_column_is_left_out(tables: Tables) -> None:
    pain(20, 30, 40, 50, 60, 7, 8)(tables)
    registry = built(tables, on_error="reject")
    assert not len(registry.table("scores"))
    assert len(registry.rejects) == 7
