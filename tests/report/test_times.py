"""A time to an event of a study file gives the numbers of its metric, of those who were at risk."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

import spineoutcomes as so

NAME = "The event"
# Of four patients one died on day 9, one was never meant for radiotherapy; it began on days 42 and
# 30 in the others. The first died on day 260.
TABLES = {
    "patients": """
        patient_id,death_day,last_contact_day,last_contact_status
        p1,260,260,dead
        p2,9,9,dead
        p3,,400,alive
        p4,,400,alive
    """,
    "episodes": """
        episode_id,patient_id,diagnosis,radiotherapy_planned
        E1,p1,spinal_metastasis,yes
        E2,p2,spinal_metastasis,yes
        E3,p3,spinal_metastasis,no
        E4,p4,spinal_metastasis,yes
    """,
    "procedures": """
        procedure_id,episode_id,component,day
        1,E1,separation_surgery,0
        2,E2,separation_surgery,0
        3,E3,separation_surgery,0
        4,E4,separation_surgery,0
    """,
    "events": """
        event_id,episode_id,kind,status,day
        1,E1,radiotherapy_start,occurred,42
        2,E4,radiotherapy_start,occurred,30
        3,E1,symptom_recurrence,occurred,200
    """,
}
SERIES = """title = "A series"
kind = "series"
seed = 1

[registry]
path = "tables"

[[time_to_event]]
name = "The event"
"""
RADIOTHERAPY = """metric = "time_to_event"
kind = "radiotherapy_start"
within = "radiotherapy_planned"
competing = ["death"]
censor_at = "last_contact"
horizons = [29, 42]
measures = ["risk"]
"""
DEATH = """metric = "time_to_event"
kind = "death"
censor_at = "last_contact"
horizons = [90, 365]
measures = ["survival", "risk"]
"""
SYMPTOMS = """metric = "time_to_recurrence"
assessment = "clinical"
censor_at = "last_contact"
competing = ["death"]
horizons = [300]
measures = ["risk"]
"""
Ran = tuple[pd.DataFrame, str]


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[[str], Ran]:
    """Return a function from the words of a time to an event to its numbers and its page."""
    tables = tmp_path / "tables"
    tables.mkdir()
    for name, text in TABLES.items():
        (tables / f"{name}.csv").write_text(dedent(text).strip() + "\n", encoding="utf-8")

    def run(words: str) -> Ran:
        (tmp_path / "study.toml").write_text(SERIES + words, encoding="utf-8")
        written = so.run_study(tmp_path / "study.toml", tmp_path / "report")
        page = re.sub(r"\s+", " ", (written / "index.html").read_text(encoding="utf-8"))
        return pd.read_csv(written / "results.csv"), page

    return run


def estimates(results: pd.DataFrame, part: str) -> dict[tuple[object, float], float]:
    """Return the estimates of one result at its horizons, by cause and time."""
    own = results[(results["result"] == f"{NAME}: {part}") & (results["statistic"] == "estimate")]
    own = own.assign(cause=own["cause"].fillna(""))
    return {(cause, time): value for cause, time, value in own[["cause", "time", "value"]].values}


def counts(results: pd.DataFrame) -> dict[str, float]:
    own = results[results["result"] == f"{NAME}: follow-up"]
    return dict(zip(own["term"], own["value"], strict=True))


def test_radiotherapy_of_those_it_was_meant_for(study_of) -> None:
    results, page = study_of(RADIOTHERAPY)
    # Of three at risk one died on day 9; the others began on days 30 and 42.
    assert estimates(results, "cumulative incidence") == pytest.approx(
        {
            ("radiotherapy_start", 29): 0,
            ("radiotherapy_start", 42): 2 / 3,
            ("death", 29): 1 / 3,
            ("death", 42): 1 / 3,
        }
    )
    found = counts(results)
    assert found["episodes"] == 4 and found["episodes not at risk"] == 1
    assert found["episodes without a time"] == 0
    assert found["person-years"] == pytest.approx((42 + 9 + 30) / 365.25)
    assert "At risk are those with radiotherapy planned, known at day 0." in page
    assert "Not at risk, and in no denominator: 1 episodes." in page
    assert "The others are censored at the last contact." in page


def test_overall_survival(study_of) -> None:
    results, page = study_of(DEATH)
    assert estimates(results, "free of any event") == pytest.approx(
        {("", 90): 0.75, ("", 365): 0.5}
    )
    assert estimates(results, "cumulative incidence") == pytest.approx(
        {("death", 90): 0.25, ("death", 365): 0.5}
    )
    assert "Event: death, the first one." in page


def test_symptoms_need_no_gap_between_scans(study_of) -> None:
    results, page = study_of(SYMPTOMS)
    assert estimates(results, "cumulative incidence") == pytest.approx(
        {("recurrence_or_progression", 300): 0.25, ("death", 300): 0.25}
    )
    assert "Endpoint (clinical): recurrence in 4 episodes." in page
    assert "after the last scan" not in page


def test_time_between_stages_is_no_time_at_risk(study_of) -> None:
    staged = DEATH.replace("horizons", 'entry = "radiotherapy_start"\nhorizons')
    results, page = study_of(staged.replace("[90, 365]", "[41, 365]"))
    # E1 enters on day 42 and dies on day 260; E4 enters on day 30. The others never came to it.
    assert estimates(results, "free of any event") == pytest.approx({("", 41): 1, ("", 365): 0.5})
    found = counts(results)
    assert found["episodes not at risk"] == 2
    assert found["person-years"] == pytest.approx((260 - 41.5 + 400 - 29.5) / 365.25)
    assert "Time counts in days from day 0." in page
    assert "at risk from the first start of radiotherapy on, and not before." in page


def test_another_clock(study_of) -> None:
    since = DEATH.replace("horizons", 'origin = "radiotherapy_start"\nhorizons')
    results, page = study_of(since.replace("[90, 365]", "[217, 218]"))
    assert estimates(results, "free of any event") == pytest.approx({("", 217): 1, ("", 218): 0.5})
    assert "Time counts in days from the first start of radiotherapy." in page
    results, page = study_of(SYMPTOMS.replace("horizons", 'origin = "last_stage"\nhorizons'))
    assert "Time counts in days from the last stage." in page
    # Who never came to the origin has no endpoint either.
    results, page = study_of(
        SYMPTOMS.replace("horizons", 'origin = "radiotherapy_start"\nhorizons').replace("300", "99")
    )
    assert "Endpoint (clinical): recurrence in 2 episodes." in page
    assert counts(results)["episodes not at risk"] == 2


def test_what_only_the_data_tell_names_the_section(study_of) -> None:
    with pytest.raises(so.errors.ArgumentError, match=r'competing=\("death",\)') as caught:
        study_of(RADIOTHERAPY.replace('["death"]', "[]"))
    assert "study.toml, line 8" in str(caught.value)


@pytest.mark.parametrize(
    ("words", "old", "new", "key", "message"),
    [
        (RADIOTHERAPY, 'kind = "radiotherapy_start"\n', "", "metric", "needs the key 'kind'"),
        (
            RADIOTHERAPY,
            '"last_contact"',
            '"last_visit"',
            "censor_at",
            "must be one of last_contact",
        ),
        (RADIOTHERAPY, '["death"]', '["death", "death"]', "competing", "stands there twice"),
        (RADIOTHERAPY, "horizons", "max_gap_days = 9\nhorizons", "max_gap_days", "about scans"),
        (
            RADIOTHERAPY,
            "horizons",
            'assessment = "imaging"\nhorizons',
            "assessment",
            "belongs to time_to_recurrence",
        ),
        (DEATH, '"last_contact"', '"last_scan"', "censor_at", "must be last_contact"),
        (DEATH, "horizons", 'competing = ["death"]\nhorizons', "competing", "is the event itself"),
        (DEATH, '"risk"', '"hazard_ratio"', "measures", "hazard_ratio not available"),
        (SYMPTOMS, "horizons", "max_gap_days = 200\nhorizons", "max_gap_days", "about scans"),
        (SYMPTOMS, '"clinical"', '"imaging"', "metric", "needs the key 'max_gap_days'"),
        (SYMPTOMS, '"last_contact"', '"last_followup"', "censor_at", "last_scan, last_contact"),
        (
            SYMPTOMS,
            "horizons",
            'within = "radiotherapy_planned"\nhorizons',
            "within",
            "belongs to time_to_event",
        ),
    ],
)
def test_words_that_do_not_fit_name_their_line(study_of, words, old, new, key, message) -> None:
    changed = words.replace(old, new, 1)
    assert changed != words
    with pytest.raises(so.errors.ArgumentError, match=message) as caught:
        study_of(changed)
    lines = (SERIES + changed).splitlines()
    assert (
        f"line {1 + next(n for n, line in enumerate(lines) if line.startswith(f'{key} ='))}:"
        in (str(caught.value))
    )
