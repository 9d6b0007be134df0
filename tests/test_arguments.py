"""Whatever an analysis is called with, it answers or says what it expected: nothing else."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.test_designs_are_respected import ARMS, CALLS, FUNCTIONS, N, frame

import spineoutcomes as so
from spineoutcomes.compare._measure_functions import MEASURE_FUNCTIONS
from spineoutcomes.errors import ArgumentError, NotEstimableError, SpineOutcomesError

TABLES: dict[str, Any] = {
    "None": None,
    "list": [1, 2],
    "dict": frame().to_dict("list"),
    "Series": frame()["pain"],
    "ndarray": frame().to_numpy(),
}
STRANGE: dict[str, Any] = {
    "None": None,
    "number": 5,
    "text": "nope",
    "empty list": [],
    "list": ["nope"],
    "bool": True,
    "nan": np.nan,
    "mapping": {"a": 1},
    "object": object(),
}
SECRET, NUMBER = "SECRET-7", 987654.321
WITH_LEVEL = [
    one for one in FUNCTIONS if "conf_level" in inspect.signature(one.values[0]).parameters
]


def arguments(function: Any) -> dict[str, Any]:
    known = inspect.signature(function).parameters
    call = CALLS[function.__name__] | {k: v for k, v in ARMS.items() if k in known}
    if function.__name__ == "followup_summary":
        call |= {"subject": "episode_id", "visit": "visit", "expected": "expected", "seen": "seen"}
    return call


def answers_or_says(function: Any, data: Any, call: dict[str, Any]) -> str:
    """Return what is said, nothing where there is an answer; any other error goes through."""
    known = inspect.signature(function).parameters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", so.errors.SpineOutcomesWarning)
        try:
            function(data, **{name: value for name, value in call.items() if name in known})
        except SpineOutcomesError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_no_table_is_refused(function: Any) -> None:
    for name, data in TABLES.items():
        said = answers_or_says(function, data, arguments(function))
        expected = "NoneType" if name == "None" else name
        assert f"must be a pandas DataFrame or a Design, got a {expected}" in said
    levels = frame()
    levels.columns = pd.MultiIndex.from_product([["x"], levels.columns])
    assert "columns must have plain names" in answers_or_says(function, levels, arguments(function))
    twice = pd.concat([frame(), frame()], axis=1)
    assert "several columns of the name" in answers_or_says(function, twice, arguments(function))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_strange_arguments(function: Any) -> None:
    for name in list(inspect.signature(function).parameters)[1:]:
        for value in STRANGE.values():
            answers_or_says(function, frame(), arguments(function) | {name: value})


@pytest.mark.parametrize("function", WITH_LEVEL)
def test_a_level_is_a_number_between_0_and_1(function: Any) -> None:
    for level in ("0.95", None, True, [0.95]):
        said = answers_or_says(function, frame(), arguments(function) | {"conf_level": level})
        assert said.startswith("conf_level must be a number, such as 0.95, got a ")
    for level in (0, 1, 95, np.nan):
        said = answers_or_says(function, frame(), arguments(function) | {"conf_level": level})
        assert said == f"conf_level must lie between 0 and 1, got {level}."


@pytest.mark.parametrize("function", WITH_LEVEL)
def test_a_level_is_checked_before_anything_is_read(function: Any) -> None:
    data = frame()
    data.iloc[0, 1:] = None  # of which a warning would be given
    known = inspect.signature(function).parameters
    bad = [{"conf_level": 95}] + ([{"conf_type": "x"}] if "conf_type" in known else [])
    for more in bad:
        (name,) = more
        with pytest.raises(ArgumentError, match=name):
            function(data, **arguments(function) | more)


LISTS = [
    pytest.param(one.values[0], name, id=f"{one.id}, {name}")
    for one in FUNCTIONS
    for name in ("strata", "covariates", "variables")
    if name in inspect.signature(one.values[0]).parameters
]


@pytest.mark.parametrize(("function", "name"), LISTS)
def test_a_list_of_columns_holds_names(function: Any, name: str) -> None:
    def said(given: Any) -> str:
        return answers_or_says(function, frame(), arguments(function) | {name: given})

    own = function.__name__
    for given in ([None], [["asa"]], ["asa", None]):
        assert f"{own}: {name} must list names of columns, this list holds" in said(given)
    for given in (pd.Series([SECRET] * N), np.array([SECRET] * N), {"asa": 1}, 5):
        found = type(given).__name__
        expected = f"{own}: {name} must be a column or a list of columns, got a {found}."
        assert said(given) == expected
    assert "no column 1" in said([1])


HUGE = {
    "one huge number": [1e300] + [1.0] * (N - 1),
    "huge numbers": [1e300] * N,
    "large numbers": list(987654000 + np.arange(N)),
    "one large number": [1e9] + [1.0] * (N - 1),
    "large integers": np.array([2**63 + 5] + [1] * (N - 1), dtype=np.uint64),
}


@pytest.mark.parametrize("content", HUGE)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_numbers_too_large_to_reckon_with(function: Any, content: str) -> None:
    data = frame()
    data["other"] = HUGE[content]
    known = inspect.signature(function).parameters
    roles = ("outcome", "exposure", "baseline", "weights", "counts", "event", "time", "lower")
    for role in [role for role in roles if role in known]:
        if role == "counts" and content in ("large numbers", "one large number"):
            continue  # so many rows may be asked for, and take their time
        answers_or_says(function, data, arguments(function) | {role: "other"})


def test_counts_weights_and_events_are_numbers_that_are_exact() -> None:
    call = {"time": "time", "event": "death"}
    data = frame().assign(many=1e300, code=2**60)
    with pytest.raises(ArgumentError, match=r"counts of 'many' add up to more than 9e\+15 rows"):
        so.survival.survival_curve(data, **call, counts="many")
    with pytest.raises(ArgumentError, match=r"60 of 60 in 'many' are not, or lie above 1e\+100"):
        so.survival.survival_curve(data, **call, weights="many")
    for event in ("many", "code"):
        with pytest.raises(ArgumentError, match=r"60 of 60 events .*0 \(and at most 9e\+15\)"):
            so.survival.survival_curve(data, **call | {"event": event})
    data["many"] = 987654000
    with pytest.raises(NotEstimableError, match=r"mis - open counts 1e\+09 rows or more"):
        so.compare.permutation_test(data, outcome="pain", counts="many", **ARMS)


def test_a_limit_beyond_all_floats_is_infinite() -> None:
    data = frame().assign(years=[987654.0] + [1.0] * (N - 1))
    rates = so.compare.rate_ratio(data, outcome="event", exposure="years", **ARMS).tidy()
    ratio = rates.loc[rates["measure"] == "rate_ratio"].iloc[0]
    # All rows of mis, with the one of 987654 years, against all of open.
    own, other = (data[data["arm"] == arm] for arm in ("mis", "open"))
    rate, against = (arm["event"].sum() / arm["years"].sum() for arm in (own, other))
    assert ratio["estimate"] == pytest.approx(rate / against)
    assert ratio["conf_low"] == 0
    assert ratio["conf_high"] == np.inf


def test_weights_are_numbers() -> None:
    with pytest.raises(ArgumentError, match="weights must be numbers; 'arm' has dtype"):
        so.survival.survival_curve(frame(), time="time", event="death", weights="arm")


@pytest.mark.parametrize("given", [1, None, ["months"]])
def test_a_unit_of_time_is_text(given: object) -> None:
    functions = [one.values[0] for one in FUNCTIONS]
    with_unit = [f for f in functions if "time_unit" in inspect.signature(f).parameters]
    assert len(with_unit) == 5
    for function in with_unit:
        said = answers_or_says(function, frame(), arguments(function) | {"time_unit": given})
        found = type(given).__name__
        assert said == f"{function.__name__}: time_unit must be text, got a {found}."


def test_true_is_no_time_and_no_is_not_true() -> None:
    timed = [
        ("horizon", so.survival.milestone_difference),
        ("horizon", so.survival.mean_count_difference),
        ("horizons", so.survival.survival_curve),
        ("horizons", so.survival.followup_curve),
    ]
    for name, function in timed:
        for given in (True, [True, False]):
            said = answers_or_says(function, frame(), arguments(function) | {name: given})
            assert "horizons must be a time or a list of times, got a" in said
    for given in ("no", 1, None):
        said = answers_or_says(so.compare.baseline_summary, frame(), ARMS | {"tests": given})
        assert said == f"baseline_summary: tests must be True or False, got {given!r}."


@pytest.mark.parametrize("measure", MEASURE_FUNCTIONS)
def test_an_endpoint_says_what_it_lacks(measure: str) -> None:
    parameters = inspect.signature(MEASURE_FUNCTIONS[measure].compute).parameters
    lacking = [
        name
        for name, one in parameters.items()
        if one.default is inspect.Parameter.empty and name not in ("data", "outcome")
    ]
    for needed in lacking:
        words = rf"{measure} needs {needed} as well \(.{{10,}}\); name it among the options"
        with pytest.raises(ArgumentError, match=f"compare_outcomes: {words}"):
            so.compare.compare_outcomes(frame(), outcomes={"event": measure}, **ARMS)
        with pytest.raises(ArgumentError, match=f"subgroup_effects: {words}"):
            so.compare.subgroup_effects(
                frame(), outcome="event", subgroup="asa", measure=measure, **ARMS
            )
    assert bool(lacking) == (measure in ("win_odds", "ordinal_odds_ratio", "rate_ratio"))


def test_options_are_a_mapping() -> None:
    with pytest.raises(ArgumentError, match="options maps arguments of win_odds to values"):
        so.compare.subgroup_effects(
            frame(), outcome="pain", subgroup="asa", measure="win_odds", options="x", **ARMS
        )
