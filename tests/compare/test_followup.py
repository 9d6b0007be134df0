"""followup_summary: by hand, invariants, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.compare.followup import followup_summary
from spineoutcomes.errors import ArgumentError, MissingDataWarning, SparseDataWarning

ARMS = {"treatment": "arm", "reference": "open"}
# Sums of a few numbers of days.
CLOSED = {"rel": 1e-12}
WORDS = {"o": "observed", "d": "dead", "n": "not_due", "w": "withdrawn", "l": "lost",
         "m": "missing"}  # fmt: skip
# arm, status at 3 and 12 months, observed and potential days, age
PATIENTS = """
mis  o o  400 400  50
mis  o l  100 400  60
mis  o d  200 200  70
mis  m w   50 400  80
open o o  500 400  40
open o n  300 300  50
open d d   30  30  60
open o m  400 400  90
open o m    .   .   .
"""


@pytest.fixture
def answers() -> pd.DataFrame:
    rows = []
    for number, line in enumerate(PATIENTS.strip().splitlines()):
        arm, three, twelve, observed, potential, age = line.split()
        times = [math.nan if days == "." else float(days) for days in (observed, potential, age)]
        for visit, word in (("3m", three), ("12m", twelve)):
            rows.append(
                {
                    "episode_id": f"E{number}",
                    "visit": visit,
                    "arm": arm,
                    "expected": float(word not in "dn"),
                    "seen": float(word == "o"),
                    "observed_until": times[0],
                    "potential_until": times[1],
                    "status": WORDS[word],
                    "age": times[2],
                }
            )
    frame = pd.DataFrame(rows)
    return frame.assign(visit=pd.Categorical(frame["visit"], ["3m", "12m"], ordered=True))


def number(
    summary: so.Summary, variable: str, level: str | None, group: str, statistic: str
) -> tuple[float, float]:
    """Return value and n of one row."""
    tidy = summary.tidy()
    own = (tidy["variable"] == variable) & (tidy["group"] == group)
    own &= tidy["statistic"] == statistic
    own &= tidy["level"].isna() if level is None else tidy["level"] == level
    [(value, n)] = tidy.loc[own, ["value", "n"]].to_numpy()
    return value, n


def test_answers_by_hand(answers: pd.DataFrame) -> None:
    summary = followup_summary(answers, **ARMS)
    expected = {
        ("3m", "mis"): {"expected": (4, 4), "seen": (3, 4), "missing": (1, 4), "dead": (0, 4)},
        ("12m", "mis"): {
            **{"expected": (3, 4), "seen": (1, 3), "dead": (1, 4), "not_due": (0, 4)},
            **{"lost": (1, 3), "withdrawn": (1, 3), "missing": (0, 3)},
        },
        ("3m", "open"): {"expected": (4, 5), "seen": (4, 4), "dead": (1, 5), "missing": (0, 4)},
        ("12m", "open"): {
            **{"expected": (3, 5), "seen": (1, 3), "dead": (1, 5), "not_due": (1, 5)},
            **{"lost": (0, 3), "withdrawn": (0, 3), "missing": (2, 3)},
        },
    }
    for (visit, arm), levels in expected.items():
        for level, (count, of) in levels.items():
            assert number(summary, visit, level, arm, "count") == (count, of)
            if level != "expected":
                share = number(summary, visit, level, arm, "proportion")
                assert share == (pytest.approx(count / of), of)


def test_clark_index_by_hand(answers: pd.DataFrame) -> None:
    """The sum of observed over that of potential days: 750 of 1400, and 1130 of 1130.

    Of 500 days observed only 400 lie before the end of the study. One patient has no days.
    """
    summary = followup_summary(answers, **ARMS)
    assert number(summary, "person-time", None, "mis", "proportion") == (
        pytest.approx(750 / 1400, **CLOSED),
        4,
    )
    assert number(summary, "person-time", None, "open", "proportion") == (1.0, 4)
    assert number(summary, "person-time", None, "open", "missing") == (1, 4)
    assert number(summary, "person-time", None, "open", "n") == (4, 4)
    assert number(summary, "person-time", "observed", "mis", "mean") == (187.5, 4)
    assert number(summary, "person-time", "potential", "mis", "mean") == (350, 4)
    assert summary.sources == ("doi:10.1016/S0140-6736(02)08272-7",)


def test_person_time_up_to_a_horizon(answers: pd.DataFrame) -> None:
    summary = followup_summary(answers, **ARMS, horizon=100)
    # 100 + 100 + 100 + 50 of 400 days.
    assert number(summary, "person-time", None, "mis", "proportion")[0] == 350 / 400
    assert "up to 100" in summary.method


def test_who_answered_by_hand(answers: pd.DataFrame) -> None:
    summary = followup_summary(answers, **ARMS, variables=["age"])
    # At 3 months 7 of 8 expected answered, one of them without an age: 50, 60, 70, 40, 50, 90.
    assert number(summary, "age, 3m", None, "responders", "n") == (6, 6)
    assert number(summary, "age, 3m", None, "responders", "missing") == (1, 6)
    assert number(summary, "age, 3m", None, "responders", "mean") == (60, 6)
    assert number(summary, "age, 3m", None, "non-responders", "mean") == (80, 1)
    # At 12 months 50 and 40 answered, 60, 80 and 90 did not: sd of 10 / sqrt(2) and sqrt(700 / 3).
    smd = (45 - 230 / 3) / math.sqrt((50 + 700 / 3) / 2)
    pair = "responders - non-responders"
    assert number(summary, "age, 12m", None, pair, "smd")[0] == pytest.approx(smd, rel=1e-9)


def test_the_order_of_the_rows_of_the_summary(answers: pd.DataFrame) -> None:
    tidy = followup_summary(answers, **ARMS, variables=["age"]).tidy()
    blocks = tidy[["variable", "group"]].drop_duplicates().apply(tuple, axis=1).tolist()
    assert blocks[:6] == [
        *[("3m", "mis"), ("12m", "mis"), ("3m", "open"), ("12m", "open")],
        *[("person-time", "mis"), ("person-time", "open")],
    ]
    levels = tidy.loc[(tidy["variable"] == "3m") & (tidy["group"] == "mis"), "level"]
    assert levels.drop_duplicates().tolist() == [
        *("expected", "seen", "dead", "not_due", "withdrawn", "lost", "missing")
    ]


def test_the_index_of_the_metric_serves_as_columns(answers: pd.DataFrame) -> None:
    indexed = answers.set_index(["episode_id", "visit"])
    pd.testing.assert_frame_equal(
        followup_summary(indexed, **ARMS).tidy(), followup_summary(answers, **ARMS).tidy()
    )


def test_a_design_brings_its_arms(answers: pd.DataFrame) -> None:
    plain = followup_summary(answers, **ARMS).tidy()
    design = so.Design(answers, **ARMS)
    pd.testing.assert_frame_equal(followup_summary(design).tidy(), plain)
    indexed = so.Design(answers.set_index(["episode_id", "visit"]), **ARMS)
    pd.testing.assert_frame_equal(followup_summary(indexed).tidy(), plain)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"weights": np.ones(18)}, "weights"),
        ({"cluster": "episode_id"}, "clusters"),
        ({"sets": "episode_id"}, "matched sets"),
    ],
)
def test_a_design_it_does_not_respect(
    answers: pd.DataFrame, more: dict[str, object], word: str
) -> None:
    design = so.Design(answers, **ARMS, **more)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=f"followup_summary does not respect the {word}"):
        followup_summary(design)


def test_one_group_and_the_least_columns(answers: pd.DataFrame) -> None:
    least = answers[["episode_id", "visit", "expected", "seen"]]
    summary = followup_summary(least, status=None, observed=None, potential=None)
    assert number(summary, "3m", "seen", "all", "count") == (7, 8)
    assert set(summary.tidy()["level"]) == {"expected", "seen"}
    assert summary.sources == ()


def test_a_reason_of_ones_own_is_counted(answers: pd.DataFrame) -> None:
    words = answers["status"].replace({"withdrawn": "refused"})
    summary = followup_summary(answers.assign(status=words), **ARMS)
    assert number(summary, "12m", "refused", "mis", "count") == (1, 3)


def test_nobody_expected(answers: pd.DataFrame) -> None:
    nobody = answers.assign(expected=0, seen=0)
    summary = followup_summary(nobody, **ARMS, variables=["age"])
    assert math.isnan(number(summary, "3m", "seen", "mis", "proportion")[0])
    assert not summary.tidy()["variable"].str.startswith("age").any()


def test_everybody_answered(answers: pd.DataFrame) -> None:
    everybody = answers.assign(expected=1, seen=1)
    summary = followup_summary(everybody, **ARMS, variables=["age"])
    groups = summary.tidy().loc[lambda rows: rows["variable"] == "age, 3m", "group"]
    assert set(groups) == {"responders"}  # and nobody to set beside them


def test_no_overlap_is_said(answers: pd.DataFrame) -> None:
    split = answers.assign(side=np.where(answers["seen"] == 1, "left", "right"))
    split = split[split["visit"] == "3m"]
    with pytest.warns(SparseDataWarning, match="at 3m, the smd of 'side'"):
        summary = followup_summary(split, **ARMS, variables=["side"])
    assert len(summary.warnings) == 1


def test_rows_without_an_arm_are_counted(answers: pd.DataFrame) -> None:
    lacking = answers.assign(arm=answers["arm"].where(answers["episode_id"] != "E0"))
    with pytest.warns(MissingDataWarning, match="2 of 18 rows lack a value of arm"):
        summary = followup_summary(lacking, **ARMS)
    assert number(summary, "3m", "expected", "mis", "count") == (3, 3)


def changed(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    frame = frame.astype({column: object})
    frame.loc[0, column] = value
    return frame.infer_objects()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seen", 2.0), "seen must be 1 or 0 in every row; 1 of 18 are not"),
        (("expected", math.nan), "expected must be 1 or 0 in every row; 1 of 18 are not"),
        (("expected", 0.0), r"1 row\(s\) have seen 1, expected 0"),
        (("observed_until", 7.0), r"one observed time, the same in all its rows; 1 subject"),
        (("potential_until", math.nan), r"one potential time, the same in all its rows; 1 subj"),
        (("observed_until", -7.0), "observed person-time must be 0 or more; 1 of 18 rows are bel"),
        (("potential_until", -7.0), "potential person-time must be 0 or more; 1 of 18 rows are"),
        (("arm", "open"), r"a subject has one arm, the same in all its rows; 1 subject\(s\)"),
        (("episode_id", None), "1 of 18 rows name no subject or no visit"),
        (("episode_id", "E1"), "1 of 18 rows repeat a visit"),
        (("visit", None), "1 of 18 rows name no subject or no visit"),
    ],
)
def test_what_cannot_be(answers: pd.DataFrame, change: tuple[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        followup_summary(changed(answers, *change), **ARMS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"visit": "month"}, "no column 'month'"),
        ({"potential": None}, "give both `observed` and `potential`, or neither"),
        ({"horizon": 0}, "horizon must be above 0, got 0"),
        ({"variables": "age"}, r"variables is a list of columns; write \['age'\]"),
        ({"variables": ["weight"]}, "no column 'weight'"),
        ({"observed": "status"}, "observed must be numeric"),
    ],
)
def test_arguments_that_cannot_be(
    answers: pd.DataFrame, given: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        followup_summary(answers, **ARMS, **given)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), unit=st.sampled_from([1 / 30.4375, 7.0, 24.0]))
def test_order_and_unit_do_not_matter(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    potential = rng.integers(1, 400, 12).astype(float)
    frame = pd.DataFrame(
        {
            "episode_id": np.arange(12),
            "visit": "3m",
            "arm": rng.choice(["mis", "open"], 12),
            "expected": 1,
            "seen": rng.integers(0, 2, 12),
            "observed_until": potential * rng.uniform(0, 1.2, 12),
            "potential_until": potential,
        }
    )
    frame.loc[:1, "arm"] = ["mis", "open"]
    plain = followup_summary(frame, **ARMS, status=None).tidy()
    shuffled = frame.sample(frac=1, random_state=seed)
    again = followup_summary(shuffled, **ARMS, status=None).tidy()
    pd.testing.assert_frame_equal(again, plain)
    times = ["observed_until", "potential_until"]
    scaled = followup_summary(frame.assign(**frame[times] * unit), **ARMS, status=None).tidy()
    mean = plain["statistic"] == "mean"
    np.testing.assert_allclose(
        scaled["value"], plain["value"].where(~mean, plain["value"] * unit), rtol=1e-12
    )


def test_of_the_metric() -> None:
    """The counts are those of the frame the metric returns; 0.9 of a share is a share of 0.9."""
    registry = so.load_sample("metastases")
    cohort = so.select_cohort(
        registry,
        arms={
            "mis": {"approach": ["mis", "hybrid"]},
            "open": {"approach": ["open", "mini_open"]},
        },
        assignment="planned",
        episodes="first",
        covariates=["age_years"],
    )
    long = so.metrics.followup_completeness(
        cohort, instrument="nrs_pain", location="back", visits=["3m", "12m"]
    )
    data = long.join(cohort.data[["arm", "age_years"]], on="episode_id")
    summary = followup_summary(data, **ARMS, variables=["age_years"])
    own = data[data["arm"] == "mis"].xs("12m", level="visit")
    seen, expected = own["seen"].sum(), own["expected"].sum()
    assert number(summary, "12m", "seen", "mis", "proportion") == (seen / expected, expected)
    by_death = (own["status"] == "dead").sum()
    assert number(summary, "12m", "dead", "mis", "count") == (by_death, len(own))
