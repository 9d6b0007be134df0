"""Whatever an analysis is called with, it answers or says what it expected: nothing else."""

from __future__ import annotations

import inspect
import traceback
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.test_designs_are_respected import ARMS, CALLS, FUNCTIONS, N, frame

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SpineOutcomesError
from spineoutcomes.results.labels import MOST_NAMED

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
CONTENTS: dict[str, Any] = {
    "text": [SECRET] * N,
    "mixed": [NUMBER, SECRET] * (N // 2),
    "constant": [NUMBER] * N,
    "negative": [-NUMBER] * N,
    "infinite": [np.inf] + [NUMBER] * (N - 1),
    "missing": [np.nan] * N,
    "dates": pd.date_range("2020-01-01", periods=N),
    "lists": [[NUMBER]] * N,
    "complex": [complex(NUMBER, 2)] * N,
}
# Columns that name groups: their labels are no values of patients.
NAMED = ("arm", "asa", "visit", "treatment", "by", "strata", "subgroup")
WITH_LEVEL = [
    one for one in FUNCTIONS if "conf_level" in inspect.signature(one.values[0]).parameters
]
# What a column may be asked for beside its own roles.
ROLES = ("weights", "counts", "cluster", "strata", "entry", "sets", "covariates", "by", "baseline")


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


def everything_said(function: Any, data: Any, call: dict[str, Any]) -> str:
    """Return what a caller reads: the error with those it came from, and every warning."""
    known = inspect.signature(function).parameters
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            function(data, **{name: value for name, value in call.items() if name in known})
        except SpineOutcomesError as error:
            read = "".join(traceback.format_exception_only(error))
            read += str(error.__cause__ or "") + str(error.__context__ or "")
            return "\n".join([read, *(str(one.message) for one in said)])
    return "\n".join(str(one.message) for one in said)


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


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_value_of_a_patient_is_said(function: Any, content: str) -> None:
    call = arguments(function)
    columns = [value for value in call.values() if isinstance(value, str) and value in frame()]
    asked = [(column, call) for column in dict.fromkeys(columns) if column not in NAMED]
    for role in ROLES:
        if role in inspect.signature(function).parameters:
            more = {role: ["other"] if role == "covariates" else "other"}
            asked.append(("other", call | more))
    for column, arguments_ in asked:
        if set(NAMED) & {role for role, value in arguments_.items() if value == column}:
            continue
        if "by" in arguments_:
            arguments_ = {k: v for k, v in arguments_.items() if k not in ARMS}
        data = frame()
        data[column] = pd.Series(CONTENTS[content], index=data.index)
        said = everything_said(function, data, arguments_)
        # A term of a model is named by the level of its category.
        said = said.replace(f"[{SECRET}]", "")
        assert SECRET not in said
        assert str(NUMBER) not in said


MANY = {
    "numbers": 987654000 + np.arange(N),
    "texts": [f"SECRET-{i:03}" for i in range(N)],
    "days": pd.date_range("1987-06-05", periods=N),
}
GROUPED = [
    pytest.param(one.values[0], role, id=f"{one.id}, {role}")
    for one in FUNCTIONS
    for role in ("treatment", "by", "event", "subgroup")
    if role in inspect.signature(one.values[0]).parameters
]


@pytest.mark.parametrize("content", MANY)
@pytest.mark.parametrize(("function", "role"), GROUPED)
def test_a_column_of_measurements_is_not_printed_as_groups(
    function: Any, role: str, content: str
) -> None:
    data = frame()
    data["other"] = MANY[content]
    call = {k: v for k, v in arguments(function).items() if role != "by" or k not in ARMS}
    first = data["other"].iloc[0]
    for reference in ("nobody", first) if role == "treatment" else ("open",):
        own = {role: "other"} | ({} if role == "by" else {"reference": reference})
        said = everything_said(function, data, call | own)
        said = said.replace(f"reference {str(first)!r}", "")
        found = [value for value in map(str, data["other"]) if value in said]
        assert len(found) <= MOST_NAMED


def test_causes_that_are_measurements_are_counted() -> None:
    data = frame().assign(event=987654000 + np.arange(N))
    asked = {"time": "time", "event": "event"}
    for function, more in (
        (so.survival.gray_test, {"by": "arm", "cause": 1}),
        (so.survival.logrank_test, {"by": "arm"}),
        (so.survival.survival_curve, {}),
        (so.survival.milestone_difference, {"horizon": 12}),
        (so.survival.bootstrap_survival, {"horizon": 12, "measure": "incidence_difference"}),
    ):
        with pytest.raises(ArgumentError, match=f"{N} different values"):
            function(data, **asked, **more)


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


def test_arms_are_named_but_not_a_column_of_measurements() -> None:
    with pytest.raises(ArgumentError, match="its arms are: mis, open"):
        so.compare.mean_difference(frame(), outcome="pain", treatment="arm", reference="x")
    with pytest.raises(
        ArgumentError, match=f"'x' is not an arm of 'age'; its arms are: {N} different"
    ):
        so.compare.mean_difference(frame(), outcome="pain", treatment="age", reference="x")


def test_weights_are_numbers() -> None:
    with pytest.raises(ArgumentError, match="weights must be numbers; 'arm' has dtype"):
        so.survival.survival_curve(frame(), time="time", event="death", weights="arm")


@pytest.mark.parametrize("measure", ["win_odds", "rate_ratio"])
def test_an_endpoint_says_what_it_lacks(measure: str) -> None:
    needed = {"win_odds": "higher_is_better", "rate_ratio": "exposure"}[measure]
    with pytest.raises(ArgumentError, match=f"compare_outcomes: {measure} needs {needed} as well"):
        so.compare.compare_outcomes(frame(), outcomes={"event": measure}, **ARMS)
    with pytest.raises(ArgumentError, match=f"subgroup_effects: {measure} needs {needed} as well"):
        so.compare.subgroup_effects(
            frame(), outcome="event", subgroup="asa", measure=measure, **ARMS
        )
    with pytest.raises(ArgumentError, match="options maps arguments of win_odds to values"):
        so.compare.subgroup_effects(
            frame(), outcome="pain", subgroup="asa", measure="win_odds", options="x", **ARMS
        )
