"""No message and no warning shows a value of a patient: names and counts only."""

from __future__ import annotations

import inspect
import traceback
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.test_arguments import NUMBER, SECRET, arguments
from tests.test_designs_are_respected import ARMS, FUNCTIONS, N, frame

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SpineOutcomesError
from spineoutcomes.results.labels import MOST_NAMED

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
# What a column may be asked for beside its own roles.
ROLES = ("weights", "counts", "cluster", "strata", "entry", "sets", "covariates", "by", "baseline")


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


def test_arms_are_named_but_not_a_column_of_measurements() -> None:
    with pytest.raises(ArgumentError, match="its arms are: mis, open"):
        so.compare.mean_difference(frame(), outcome="pain", treatment="arm", reference="x")
    with pytest.raises(
        ArgumentError, match=f"'x' is not an arm of 'age'; its arms are: {N} different"
    ):
        so.compare.mean_difference(frame(), outcome="pain", treatment="age", reference="x")
