"""Time in response up to a horizon: by hand, by integration, and what has to be said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.test_relief import PAIN, ladder, scores

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary import Threshold

# Sums of a few products of days: double precision errs by far less.
EXACT = 1e-9
ASKED = {**PAIN, "tau": 100, "carry_days": 30}
TIMES = ["time_in_response", "lower", "upper"]


def values(result, name, columns=tuple(TIMES)):
    return [None if pd.isna(value) else value for value in result.loc[name, list(columns)]]


@pytest.fixture(scope="module")
def ten(registry):
    return registry(
        "A B C D E F G H I J",
        patients="patient_id,death_day,last_contact_day,last_contact_status\n"
        "pD,60,,\npE,90,,\npF,,55,lost\npI,20,,\npJ,,110,lost",
        scores=scores("""
        A: pre 8, 40 4, 60 8, 80 4, 120 4
        B: pre 8, 50 8, 100 8
        C: pre 8, 20 4, 80 4
        D: pre 8, 20 4, 40 4
        E: pre 8, 20 4, 40 4
        F: pre 8, 50 4
        G: 30 4
        H: pre 1, 30 0, 100 0
        I: pre 8
        J: pre 8, 60 8, 140 4
        """),
    )


def test_by_hand(ten):
    result = metrics.time_in_response(ten, **ASKED)
    # A turned on day 20, back on day 50 and again on day 70: 30 + 30 days. At the least it was in
    # response on days 80 to 100, at the most but for a moment on day 60.
    assert values(result, "A") == [60, 20, 100]
    assert values(result, "B") == [0, 0, 0]  # never
    # C: from day 10, seen until day 80, carried to day 100.
    assert values(result, "C") == [90, 60, 100]
    # D died on day 60 in response: from day 10, nothing after.
    assert values(result, "D") == [50, 20, 60]
    # E died 50 days after its last answer, F was lost 50 days before the horizon.
    assert values(result, "E") == [None, 20, 90]
    assert values(result, "F") == [None, 0, 100]
    # J turned half way between days 60 and 140, on the horizon.
    assert values(result, "J") == [0, 0, 40]
    assert result["status"].tolist() == [
        *("observed", "observed", "observed", "observed", "dead", "lost"),
        *("no_baseline", "not_attainable", "observed", "observed"),
    ]
    # I died on day 20, 20 days after day 0, without an answer: no response is known.
    assert values(result, "I") == [0, 0, 20]
    for name in "GH":
        assert values(result, name) == [None, None, None]
    assert result["responded"].fillna(-9).tolist() == [1, 0, 1, 1, 1, 1, -9, -9, 0, 0]
    assert result["followed_until"].fillna(-9).tolist() == [
        100, 100, 100, 60, 40, 50, -9, -9, 20, 100
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("carry", "known"),
    [(0, "ABJ"), (19, "ABJ"), (20, "ABCDIJ"), (50, "ABCDEFIJ"), (1e9, "ABCDEFIJ")],
)
def test_how_far_an_answer_is_carried(ten, carry, known):
    result = metrics.time_in_response(ten, **{**ASKED, "carry_days": carry})
    assert result.index[result["time_in_response"].notna()].tolist() == list(known)


def test_the_bounds_do_not_depend_on_what_is_carried(ten):
    near = metrics.time_in_response(ten, **{**ASKED, "carry_days": 0})
    far = metrics.time_in_response(ten, **{**ASKED, "carry_days": 1000})
    pd.testing.assert_frame_equal(near[["lower", "upper"]], far[["lower", "upper"]])


@pytest.mark.parametrize(
    ("choice", "expected"), [("ends", [45, 30, 60]), ("ignore", [85, 70, 100])]
)
def test_what_a_later_treatment_does(choice, expected):
    # In response from day 15, treated again on day 60, and still in response on day 100.
    registry = ladder("A: pre 8, 30 4, 60 4, 90 4, 100 4", "A,0 A2,60")
    result = metrics.time_in_response(registry, **ASKED, retreatment=choice)
    assert values(result, "A") == expected


def test_a_later_treatment_has_to_be_settled():
    registry = ladder("A: pre 8, 30 4\nB: pre 8, 30 4, 110 4", "A,0 A2,60 B,0 B2,100")
    message = r"1 episode\(s\) were treated again .* say retreatment=\"ends\" or retreatment=\"igno"
    with pytest.raises(ArgumentError, match=message):
        metrics.time_in_response(registry, **ASKED)
    with pytest.raises(ArgumentError, match="got 'censors'"):
        metrics.time_in_response(registry, **ASKED, retreatment="censors")
    # On the horizon itself it makes no difference.
    result = metrics.time_in_response(registry, **{**ASKED, "tau": 60})
    assert values(result, "A") == [45, 0, 60]


def test_a_later_treatment_that_nobody_dated():
    registry = ladder("A: pre 8, 30 4, 100 4", "A,0", events="1,A,reoperation,occurred,,,")
    result = metrics.time_in_response(registry, **ASKED, retreatment="ends")
    assert values(result, "A") == [None, None, None]
    assert result.loc["A", "status"] == "missing"
    result = metrics.time_in_response(registry, **ASKED, retreatment="ignore")
    assert values(result, "A") == [85, 70, 100]


def test_deaths_without_a_day(registry):
    three = registry(
        "A B C",
        patients="""
        patient_id,death_lower_day,death_upper_day,last_contact_status
        pA,,,dead
        pB,,,dead
        pC,71,90,
        """,
        scores=scores("A: pre 8, 30 4, 60 4\nB: pre 8, 30 4, 100 4\nC: pre 8, 30 4, 60 4"),
    )
    with pytest.raises(ArgumentError, match=r"1 day\(s\) of death are needed"):
        metrics.time_in_response(three, **ASKED)
    result = metrics.time_in_response(three, **ASKED, partial_dates="latest")
    # A died at any time after day 60; B answered on the horizon.
    assert values(result, "A") == [None, None, None]
    assert values(result, "B") == [85, 70, 100]
    assert values(result, "C") == [75, 30, 90]


def test_a_death_after_the_horizon_needs_no_day(registry):
    one = registry(
        "A",
        patients="patient_id,death_lower_day,death_upper_day\npA,101,130",
        scores=scores("A: pre 8, 30 4, 90 4"),
    )
    assert values(metrics.time_in_response(one, **ASKED), "A") == [85, 60, 100]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tau": 0}, "tau must be a number of days above 0, got 0"),
        ({"tau": float("inf")}, "tau must be a number of days above 0, got inf"),
        ({"tau": float("nan")}, "tau must be a number of days above 0, got nan"),
        ({"carry_days": -1}, "carry_days must be 0 or more days, got -1"),
        ({"partial_dates": "x"}, "partial_dates must be"),
    ],
)
def test_choices_that_cannot_be(ten, given, message):
    with pytest.raises(ArgumentError, match=message):
        metrics.time_in_response(ten, **{**ASKED, **given})


def integrated(answers, tau):
    """Return the area under the line through the answers, from day 0 on, on a fine grid."""
    days = np.array([0, *(day for day, _ in answers)], dtype=float)
    state = np.array([0, *(float(relieved) for _, relieved in answers)])
    turns = (days[:-1] + days[1:]) / 2
    grid = np.linspace(0, tau, 20 * tau, endpoint=False) + 1 / 40
    at = state[np.searchsorted(turns, grid)]
    return at.mean() * tau


@settings(deadline=None, max_examples=25)
@given(
    courses=st.lists(
        st.lists(
            st.tuples(st.integers(1, 60).map(lambda half: 2 * half), st.booleans()),
            min_size=1,
            max_size=6,
            unique_by=lambda answer: answer[0],
        ).map(sorted),
        min_size=1,
        max_size=4,
    ),
    tau=st.integers(1, 130),
)
def test_against_integration(registry, courses, tau):
    names = "ABCD"[: len(courses)]
    lines = [
        f"{name}: pre 8, " + ", ".join(f"{day} {4 if relieved else 8}" for day, relieved in answers)
        for name, answers in zip(names, courses, strict=True)
    ]
    built = registry(" ".join(names), scores=scores("\n".join(lines)))
    result = metrics.time_in_response(built, **{**ASKED, "tau": tau, "carry_days": 1000})
    for name, answers in zip(names, courses, strict=True):
        own = result.loc[name]
        assert own["time_in_response"] == pytest.approx(integrated(answers, tau), abs=EXACT)
        assert own["lower"] <= own["time_in_response"] + EXACT
        assert own["time_in_response"] <= own["upper"] + EXACT
        assert own["lower"] >= 0 and own["upper"] <= tau


def test_percent_of_baseline(registry):
    half = Threshold(
        kind="MIC", value=50.0, basis="percent", comparison=">=", population="-", method="-",
        source="-",
    )  # fmt: skip
    one = registry("A", scores=scores("A: pre 8, 50 4, 100 5"))
    result = metrics.time_in_response(one, **{**ASKED, "threshold": half})
    assert values(result, "A") == [50, 0, 100]
