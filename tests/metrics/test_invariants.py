"""What changes nothing: order of rows, names, strangers, and whether days are told by dates.

Every metric of lesions, times, operations, relief and follow-up is run on the cases of real life.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import pandas as pd
import pytest
from tests.metrics.real_life import case

from spineoutcomes import metrics
from spineoutcomes.registry import Registry, build_registry

CASES = (
    *("CASE_REPORT", "STAGED_METASTASIS", "RECURRENCE_OPENS_EPISODE"),
    *("TWO_LESIONS", "VERTEBROPLASTY", "LADDER"),
)
IMAGING = {"assessment": "imaging", "max_gap_days": 300, "censor_at": "last_scan"}
CLINICAL = {"assessment": "clinical", "max_gap_days": None, "censor_at": "last_contact"}
LATEST = {"partial_dates": "latest"}
COMPETING = {"competing": ("death",), **LATEST}
FRACTURE = {"kind": "new_fracture", "censor_at": "last_contact", **COMPETING}
LEG = {"instrument": "nrs_pain", "location": "leg"}
Metric = Callable[[Registry], pd.DataFrame]
METRICS: dict[str, Metric] = {
    "window": partial(metrics.observation_window, endpoint="clinical", **LATEST),
    "window of scans": partial(metrics.observation_window, endpoint="imaging", **LATEST),
    "removed": partial(metrics.residual_lesion, measure="percent_removed", by="lesion"),
    "residual": partial(
        metrics.residual_lesion, measure="volume", reference_scan="preoperative", by="scan"
    ),
    "response": partial(
        metrics.lesion_response,
        criterion="volumetric",
        thresholds={"response": 65, "progression": 73},
        reference_scan="preoperative",
        visit="best",
    ),
    "extent": partial(
        metrics.resection_extent, scheme="eor_generic", measure="percent_removed", by="lesion"
    ),
    "recurrence": partial(metrics.time_to_recurrence, **IMAGING, **LATEST),
    "recurrence of lesions": partial(metrics.time_to_recurrence, **IMAGING, **LATEST, by="lesion"),
    "recurrence in the clinic": partial(metrics.time_to_recurrence, **CLINICAL, **LATEST),
    "dates of recurrence": partial(metrics.recurrence_dates, **LATEST),
    "fracture": partial(metrics.time_to_event, **FRACTURE),
    "fracture beside": partial(metrics.time_to_event, **FRACTURE, relation="adjacent"),
    "fracture of vertebrae": partial(
        metrics.time_to_event, **FRACTURE, by="level", relation="remote"
    ),
    "new fractures": partial(
        metrics.time_to_new_fracture, max_gap_days=300, censor_at="last_scan", **LATEST
    ),
    "conversion since the last stage": partial(
        metrics.time_to_event,
        kind="conversion",
        censor_at="last_contact",
        entry="last_stage",
        **COMPETING,
    ),
    "every complication": partial(
        metrics.recurrent_events, kind="complication", censor_at="last_contact", **LATEST
    ),
    "perioperative": metrics.perioperative,
    "complications": partial(metrics.complications, scale="clavien_dindo", within_days=30),
    "costs": metrics.cost_components,
    "discharge": metrics.time_to_discharge,
    "radiotherapy": partial(metrics.time_to_radiotherapy, **LATEST),
    "first walk": partial(metrics.time_to_ambulation, **LATEST),
    "relief": partial(
        metrics.relief_duration, threshold="swespine_leg", retreatment="ends", **LEG, **LATEST
    ),
    "time in response": partial(
        metrics.time_in_response,
        threshold="swespine_leg",
        retreatment="ends",
        tau=60,
        carry_days=30,
        **LEG,
        **LATEST,
    ),
    "next step": partial(
        metrics.time_to_next_step,
        target="patient",
        terminal=["laminectomy"],
        censor_at="last_contact",
        **LATEST,
    ),
    "follow-up": partial(
        metrics.followup_completeness,
        visits=["1m", "3m"],
        windows={"1m": (20, 40), "3m": (60, 120)},
        **LEG,
        **LATEST,
    ),
    "timeline": metrics.episode_timeline,
}


def rebuilt(registry: Registry, tables: dict[str, pd.DataFrame]) -> Registry:
    kept = {name: frame for name, frame in tables.items() if len(frame)}
    return build_registry(kept, vocabulary=registry.vocabulary)


def sorted_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a result with the rows of each index in an order of their own."""
    return frame.sort_index(kind="stable")


@cache
def plain(name: str, metric: str) -> pd.DataFrame:
    return sorted_rows(METRICS[metric](case(name)))


# Ids that sort the other way round.
IDS = ("patient_id", "episode_id", "procedure_id", "event_id", "index_procedure_id")
IDS += ("prior_episode_id", "leads_to_episode_id")


def renamed(text: str) -> str:
    return "".join(chr(0x4000 - ord(letter)) for letter in text)


@cache
def other_names(name: str) -> Registry:
    """Return the registry with its rows turned about and other ids."""
    tables = {}
    for table, frame in case(name).tables.items():
        own = {
            c: frame[c].astype(object).map(renamed, na_action="ignore") for c in IDS if c in frame
        }
        tables[table] = frame.assign(**own)[::-1].reset_index(drop=True)
    return rebuilt(case(name), tables)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", CASES)
def test_names_and_the_order_of_rows(name: str, metric: str) -> None:
    other = METRICS[metric](other_names(name))
    keys = other.index.names
    frame = other.reset_index()
    frame["episode_id"] = frame["episode_id"].map(renamed)
    back = sorted_rows(frame.set_index(keys))
    if "next_episode_id" in back:
        back["next_episode_id"] = back["next_episode_id"].map(renamed, na_action="ignore")
    pd.testing.assert_frame_equal(back, plain(name, metric), check_index_type=False)


@cache
def with_a_stranger(name: str) -> Registry:
    """Return the registry with a patient more, who had much of everything."""
    rows = {
        "patients": {"patient_id": "ZZ", "last_contact_day": 999.0, "last_contact_status": "alive"},
        "episodes": {
            "episode_id": "ZZ",
            "patient_id": "ZZ",
            "diagnosis": "spinal_metastasis",
            "levels": "T4-L3",
        },
        "procedures": {
            "procedure_id": "ZZ",
            "episode_id": "ZZ",
            "component": "laminectomy",
            "approach": "open",
            "day": 0.0,
            "levels": "T4-L3",
        },
        "events": {
            "event_id": "ZZ",
            "episode_id": "ZZ",
            "kind": "reoperation",
            "status": "occurred",
            "day": 5.0,
        },
    }
    tables = dict(case(name).tables)
    for table, row in rows.items():
        frame = tables[table]
        frame = frame.astype(dict.fromkeys(frame.select_dtypes("category"), object))
        tables[table] = pd.DataFrame([*frame.to_dict("records"), row], columns=frame.columns)
    return rebuilt(case(name), tables)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", CASES)
def test_a_patient_who_has_nothing_to_do_with_it(name: str, metric: str) -> None:
    both = METRICS[metric](with_a_stranger(name))
    own = both[both.index.get_level_values("episode_id") != "ZZ"]
    # The words that a registry uses for a contact are those of all its patients.
    alike = {"check_index_type": False, "check_categorical": False}
    pd.testing.assert_frame_equal(sorted_rows(own), plain(name, metric), **alike)


@cache
def dated(name: str, first: str) -> Registry:
    """Return the registry with dates instead of days; patients begin a week apart."""
    tables = {table: frame.copy() for table, frame in case(name).tables.items()}
    episodes, patients = tables["episodes"], tables["patients"]
    place = {one: k for k, one in enumerate(patients["patient_id"].astype(str))}

    def of_patient(ids: pd.Series) -> pd.Series:
        weeks = ids.astype(str).map(place).astype(float) * 7
        return pd.Timestamp(first) + pd.to_timedelta(weeks, unit="D")

    def after(start: pd.Series, days: pd.Series) -> pd.Series:
        return (start + pd.to_timedelta(days, unit="D")).dt.strftime("%Y-%m-%d")

    index = of_patient(episodes["patient_id"])
    index += pd.to_timedelta(episodes["index_day"].fillna(0.0), unit="D")
    starts = index.set_axis(episodes["episode_id"].astype(str))
    tables["episodes"] = episodes.drop(columns=["index_day", "index_year"]).assign(
        index_date=index.dt.strftime("%Y-%m-%d")
    )
    for what in ("death", "last_contact"):
        start = of_patient(patients["patient_id"])
        patients[f"{what}_date"] = after(start, patients[f"{what}_day"])
        del patients[f"{what}_day"]
    for table in ("procedures", "scores", "lesions", "events"):
        frame = tables[table]
        start = frame["episode_id"].astype(object).map(starts)
        if table == "events":
            whole = of_patient(frame["patient_id"].astype(object).fillna("nobody"))
            start = start.fillna(whole)
        frame["date"] = after(start.astype("datetime64[ns]"), frame["day"])
        del frame["day"]
    return rebuilt(case(name), tables)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("name", "first"), list(zip(CASES, ["1999-12-27", "2020-02-25"] * 3, strict=True))
)
def test_days_told_by_dates(name: str, first: str, metric: str) -> None:
    result = sorted_rows(METRICS[metric](dated(name, first)))
    pd.testing.assert_frame_equal(result, plain(name, metric))
