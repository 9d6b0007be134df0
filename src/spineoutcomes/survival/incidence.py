"""Cumulative incidence under competing risks: Aalen-Johansen curves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Literal, get_args

import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.arguments import require_text
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.results.curve_rows import CurveRows
from spineoutcomes.results.format import level
from spineoutcomes.survival.aalen_johansen import (
    delta_error,
    incidence_influence,
    incidence_of_cause,
)
from spineoutcomes.survival.at_events import event_times
from spineoutcomes.survival.limits import ConfType, require_limits
from spineoutcomes.survival.outcome import Outcome, read_outcome
from spineoutcomes.survival.sampling import (
    FEATURES,
    Group,
    counted,
    error_words,
    is_robust,
    root,
    sampled,
)
from spineoutcomes.survival.steps import (
    checked_horizons,
    reader_notes,
    rows_of_curve,
)

Variance = Literal["delta", "infinitesimal-jackknife"]

SOURCES = (
    "Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141-150",
    "Gray 1988, doi:10.1214/aos/1176350951",
)


def cumulative_incidence(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    cluster: str | None = None,
    cause: Hashable = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    weights: str | None = None,
    variance: Variance | None = None,
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return the cumulative incidence of each cause in each group.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment, weights,
        matched sets and clusters.
    time : str
        Column with the end of observation in `time_unit`, at least 0.
    event : str
        Column that is an ordered Categorical (`censored < recurrence < death`), bool, or
        0 = censored and 1, 2, ... = causes.
    entry : str, optional
        Column with the start of observation (late entry); without it all start at 0.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    cluster : str, optional
        Column within whose values rows are correlated (patient, centre).
    cause : optional
        Category or number of the cause wanted; None returns all.
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    weights : str, optional
        Column of sampling or analysis weights, for a DataFrame.
    variance : {"delta", "infinitesimal-jackknife"}, optional
        Error: the delta method where rows are independent and unweighted, else the infinitesimal
        jackknife, which is robust; by name the jackknife can be had for all rows.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric: log(-log F), log F or F.
    conf_level : float
        Level of the limits.
    time_unit : str
        Unit of `time`, for labels.

    Returns
    -------
    Curves
        Measure "incidence"; one row per group, cause and distinct entry, event or censoring time.
        `n_event` counts the events of the cause. With weights `n_risk`, `n_event` and `n_censor`
        still count persons; `n_risk_weighted` and `n_effective` stand beside them.

    Raises
    ------
    ArgumentError
        For unknown columns, causes or options, unusable times or events, the delta method with
        weights, clusters or matched sets, sets with replacement, or sets and clusters at once.
    NotEstimableError
        When a group has no complete row, or the event declares no cause.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        With fewer than ten clusters.

    Notes
    -----
    Missing data: rows lacking time, event, entry, group or cluster are left out, counted in one
    `MissingDataWarning` and in `Curves.warnings`; censoring must not depend on the prognosis.

    F_j(t) is the sum over times s <= t of S(s-) d_j(s) / n(s), S being the Kaplan-Meier curve of
    any event: exact with ties. The delta-method variance (Aalen 1978, as in Gray 1988) holds for
    any risk sets entry < t <= time. Where F is 0 its log and log-log limits are missing.

    The infinitesimal jackknife is the sum over persons, clusters or matched sets of the squared
    change of F(t) as they weigh more. A Design whose weights come from a fitted model brings what
    estimating them adds; other weights are treated as known. `method` says which.

    References
    ----------
    Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141-150. Gray 1988,
    doi:10.1214/aos/1176350951.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"months": [3, 6, 6, 9, 12, 12], "event": [1, 2, 0, 1, 0, 0]})
    >>> curves = so.survival.cumulative_incidence(data, time="months", event="event")
    >>> curves.at(12)[["cause", "estimate"]].round(3).to_numpy().tolist()
    [['1', 0.389], ['2', 0.167]]
    """
    require_limits(conf_type, conf_level)
    require_text("cumulative_incidence", "time_unit", time_unit)
    rows = analysis_rows(
        data,
        function="cumulative_incidence",
        respects=FEATURES,
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
        weights=weights,
        cluster=cluster,
    )
    rows = sampled(rows, data, "cumulative_incidence")
    outcome = read_outcome(rows, "cumulative_incidence")
    by_delta = _is_delta(variance, rows)
    groups = counted(rows, outcome)
    wanted = _wanted(outcome, cause)
    curves = [
        curve
        for group in groups
        for curve in _curves(group, wanted, by_delta, conf_type, conf_level)
    ]
    error = "delta-method error" if by_delta else error_words(rows, data)
    return Curves(
        curves,
        measure="incidence",
        time_unit=time_unit,
        method=f"Aalen-Johansen estimate, {error}, {level(conf_level)} {conf_type} limits"
        + ("; late entry" if entry else ""),
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        horizons=checked_horizons(horizons, "cumulative_incidence"),
        warnings=reader_notes(rows, groups),
    )


def _is_delta(variance: str | None, rows: Rows) -> bool:
    if variance is not None and variance not in get_args(Variance):
        raise ArgumentError(
            f"Unknown variance {variance!r}; choose one of: {', '.join(get_args(Variance))}."
        )
    if variance == "delta" and is_robust(rows):
        raise ArgumentError(
            "cumulative_incidence: the delta-method error holds for independent rows without "
            "weights; leave `variance` out for the infinitesimal jackknife, which is robust."
        )
    return variance != "infinitesimal-jackknife" and not is_robust(rows)


def _curves(
    group: Group, causes: list[int], by_delta: bool, conf_type: ConfType, conf_level: float
) -> Iterator[CurveRows]:
    """Yield the rows of the curve of each cause."""
    times = event_times(group.counts)
    for j in causes:
        if by_delta:
            std_error = delta_error(times.counts, j)
        else:
            std_error = root(group.variance(incidence_influence(group.counts, j)))[times.at]
        F = incidence_of_cause(times.counts, j).F
        yield rows_of_curve(
            group, j, times, F, std_error, first=0.0, conf_type=conf_type, conf_level=conf_level
        )


def _wanted(outcome: Outcome, cause: Hashable) -> list[int]:
    if not outcome.causes:
        raise NotEstimableError(
            "cumulative_incidence: the event declares no cause beside 'censored'."
        )
    if cause is None:
        return list(range(len(outcome.causes)))
    return [outcome.cause_code(cause, "cumulative_incidence") - 1]
