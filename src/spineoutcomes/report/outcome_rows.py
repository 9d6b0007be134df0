"""The values of one outcome: the metric is called, and its column read with its denominator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spineoutcomes import metrics
from spineoutcomes.cohort import Cohort
from spineoutcomes.report.grammar import OutcomeSection
from spineoutcomes.report.outcome_metrics import METRICS

# Columns about the time before surgery: what comes later cannot make them missing.
BEFORE_SURGERY = ("can_improve", "can_worsen", "ambulatory_before")
# Columns that some of those seen could not have: of who could not improve none did not improve.
OF_THOSE_ABLE = ("improved", "worse", "regained", "maintained", "percent_change")


def outcome_values(spec: OutcomeSection, cohort: Cohort) -> pd.DataFrame:
    """Return the metric of a section with what is analysed of it.

    Parameters
    ----------
    spec : OutcomeSection
        A section that was checked.
    cohort : Cohort

    Returns
    -------
    DataFrame
        The columns of the metric and `outcome` (number, or 1 and 0; missing for those who are not
        in its denominator), with the `status` of that outcome.
    """
    values = _with_transitions(getattr(metrics, spec.metric)(cohort, **_arguments(spec)))
    column = METRICS[spec.metric].column(spec.column)
    outcome = values[column].astype(float)
    return values.assign(outcome=outcome, status=_status(spec.metric, column, outcome, values))


def _arguments(spec: OutcomeSection) -> dict[str, Any]:
    """Return the words of the section as the metric calls them."""
    words = {word: getattr(spec, word) for word in METRICS[spec.metric].arguments}
    given: dict[str, Any] = {word: value for word, value in words.items() if value is not None}
    if spec.metric == "residual_lesion":
        given["measure"] = given.pop("measure_of_lesion")
    elif "window" in given:
        given["windows"] = {given["visit"]: given.pop("window")}
    if spec.metric == "ambulation":
        given["definition"] = {word: given.pop(word) for word in ("instrument", "ambulatory")}
    if spec.metric == "achieved_threshold":
        events = ("death", "reoperation")
        given |= {name: spec.intercurrent[name] for name in events if name in spec.intercurrent}
    return given


def _with_transitions(values: pd.DataFrame) -> pd.DataFrame:
    """Add each word of a transition as 1 or 0, missing for those to whom it could not happen."""
    if "transition" not in values:
        return values
    moved = values["transition"]
    flags = {
        str(word): (moved == word).astype(float).where(moved.notna())
        for word in moved.cat.categories
    }
    able = {"improved": values["can_improve"], "worse": values["can_worsen"]}
    for word, could in able.items():
        flags[word] = flags[word].where(could.fillna(False).astype(bool))
    return values.assign(**flags)


def _status(metric: str, column: str, outcome: pd.Series, values: pd.DataFrame) -> pd.Series:
    """Return the status of the one column; the metric's own is about all of its columns."""
    status = values["status"]
    if metric == "achieved_threshold":
        # A death may count as not achieved there, and is still to be told from a low score.
        return status
    if column in BEFORE_SURGERY:
        status = status.mask(outcome.isna(), "no_baseline")
    lacking = "not_attainable" if column in OF_THOSE_ABLE else "missing"
    status = status.mask((status == "observed") & outcome.isna(), lacking)
    return status.mask(outcome.notna(), "observed")
