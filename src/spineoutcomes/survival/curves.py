"""Kaplan-Meier curves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.survival.limits import ConfType
from spineoutcomes.survival.outcome import read_outcome
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.steps import (
    checked_horizons,
    count_groups,
    curve_rows,
    reader_notes,
    stacked,
)

FloatArray = npt.NDArray[np.float64]

SOURCES = (
    "Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452",
    "Greenwood 1926, The natural duration of cancer, Reports on Public Health 33",
)


def survival_curve(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return the Kaplan-Meier curve of each group.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
    time : str
        Column with the end of observation in `time_unit`, at least 0.
    event : str
        Column that is an ordered Categorical (`censored` first), bool, or 0 = censored and 1.
    entry : str, optional
        Column with the start of observation (late entry); without it all start at 0.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric.
    conf_level : float
        Level of the limits.
    time_unit : str
        Unit of `time`, for labels.

    Returns
    -------
    Curves
        Measure "survival"; one row per group and distinct entry, event or censoring time, with the
        error of S(t). `cause` is missing.

    Raises
    ------
    ArgumentError
        For unknown columns, unusable times or events, an event with several causes (1 - S is then
        no probability: use `cumulative_incidence`), or a Design with weights, sets or clusters.
    NotEstimableError
        When a group has no complete row.

    Notes
    -----
    Missing data: rows lacking time, event, entry or group are left out, counted in one
    `MissingDataWarning` and in `Curves.warnings`; censoring must not depend on the prognosis.

    With n at risk (entry < t <= time) and d events at each distinct time, S(t) is the product of
    1 - d/n up to t and its variance S(t)^2 times the sum of d / (n (n - d)). Events precede
    censorings at the same time. Where S is 1 both limits are 1; where S is 0 its error and limits
    are missing.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452. Greenwood 1926, Reports on Public
    Health and Medical Subjects 33.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"months": [3, 6, 6, 9, 12, 12], "died": [1, 1, 0, 1, 0, 0]})
    >>> curve = so.survival.survival_curve(data, time="months", event="died", time_unit="months")
    >>> curve.at([6, 12])[["n_risk", "n_event", "estimate"]].round(3).to_numpy().tolist()
    [[5.0, 1.0, 0.667], [2.0, 0.0, 0.444]]
    """
    rows = analysis_rows(
        data,
        function="survival_curve",
        respects=(),
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    outcome = read_outcome(rows, "survival_curve")
    if len(outcome.causes) > 1:
        raise ArgumentError(
            f"survival_curve: the event has {len(outcome.causes)} causes "
            f"({', '.join(outcome.causes)}; 0 or 'censored' is censoring). One minus a "
            "Kaplan-Meier curve overstates the risk of one of several causes: use "
            "cumulative_incidence, or merge the causes into one event on purpose."
        )
    at_risk = count_groups(rows, outcome)
    parts = []
    for group, sets in zip(rows.groups, at_risk, strict=True):
        S, std_error = kaplan_meier(sets)
        parts.append(
            curve_rows(
                sets,
                group=group,
                cause=None,
                n_event=sets.n_event.sum(axis=0),
                estimate=S,
                std_error=std_error,
                conf_type=conf_type,
                conf_level=conf_level,
            )
        )
    return Curves(
        stacked(parts),
        measure="survival",
        time_unit=time_unit,
        method=f"Kaplan-Meier estimate, Greenwood error, {conf_level:.0%} {conf_type} limits"
        + ("; late entry" if entry else ""),
        sources=SOURCES,
        conf_level=conf_level,
        horizons=checked_horizons(horizons, "survival_curve"),
        warnings=reader_notes(rows, at_risk),
    )


def kaplan_meier(counts: RiskSets) -> tuple[FloatArray, FloatArray]:
    """Return S and its Greenwood standard error at the times of `counts`, all causes as one.

    Parameters
    ----------
    counts : RiskSets
        Counts of one group.

    Returns
    -------
    tuple of two arrays of shape (K,)
        The error is missing where S is 0.
    """
    n, d = counts.n_risk, counts.n_event.sum(axis=0)
    happened = d > 0
    survived = n - d
    h = np.divide(d, n, out=np.zeros(len(n)), where=happened)
    S = np.cumprod(1 - h)
    summand = np.divide(h, survived, out=np.zeros(len(n)), where=happened & (survived > 0))
    std_error = S * np.sqrt(np.cumsum(summand))
    return S, np.where(S > 0, std_error, np.nan)
