"""Kaplan-Meier curves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_text
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.results.curve_rows import CurveRows
from spineoutcomes.results.format import level
from spineoutcomes.survival.at_events import event_times
from spineoutcomes.survival.limits import ConfType, require_limits
from spineoutcomes.survival.outcome import read_outcome
from spineoutcomes.survival.product_limit import kaplan_meier, survival_influence
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
    cluster: str | None = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    weights: str | None = None,
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return the Kaplan-Meier curve of each group.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment, weights,
        matched sets and clusters.
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
    cluster : str, optional
        Column within whose values rows are correlated (patient, centre).
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    weights : str, optional
        Column of sampling or analysis weights, for a DataFrame; the error is then robust.
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
        error of S(t). `cause` is missing. With weights `n_risk`, `n_event` and `n_censor` still
        count persons; `n_risk_weighted` and `n_effective` stand beside them.

    Raises
    ------
    ArgumentError
        For unknown columns, unusable times or events, an event with several causes (1 - S is then
        no probability: use `cumulative_incidence`), negative weights, matched sets with
        replacement, or sets and clusters at once.
    NotEstimableError
        When a group has no complete row.

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

    With n at risk (entry < t <= time) and d events at each distinct time, S(t) is the product of
    1 - d/n up to t and its variance S(t)^2 times the sum of d / (n (n - d)). Events precede
    censorings at the same time. Where S is 1 both limits are 1; where S is 0 its error and limits
    are missing.

    With weights, clusters or matched sets the variance is that of the infinitesimal jackknife: the
    sum over persons, clusters or sets of the squared change of S(t) as they weigh more. A Design
    whose weights come from a fitted model brings what estimating them adds; other weights are
    treated as known. `method` says which.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452. Greenwood 1926, Reports on Public
    Health and Medical Subjects 33. Lunceford & Davidian 2004, doi:10.1002/sim.1903, for estimated
    weights.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"months": [3, 6, 6, 9, 12, 12], "died": [1, 1, 0, 1, 0, 0]})
    >>> curve = so.survival.survival_curve(data, time="months", event="died", time_unit="months")
    >>> curve.at([6, 12])[["n_risk", "n_event", "estimate"]].round(3).to_numpy().tolist()
    [[5.0, 1.0, 0.667], [2.0, 0.0, 0.444]]
    """
    require_limits(conf_type, conf_level)
    require_text("survival_curve", "time_unit", time_unit)
    rows = analysis_rows(
        data,
        function="survival_curve",
        respects=FEATURES,
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
        weights=weights,
        cluster=cluster,
    )
    rows = sampled(rows, data, "survival_curve")
    outcome = read_outcome(rows, "survival_curve")
    if len(outcome.causes) > 1:
        raise ArgumentError(
            f"survival_curve: the event has {len(outcome.causes)} causes "
            f"({outcome.named_causes}; 0 or 'censored' is censoring). One minus a "
            "Kaplan-Meier curve overstates the risk of one of several causes: use "
            "cumulative_incidence, or merge the causes into one event on purpose."
        )
    groups = counted(rows, outcome)
    curves = [_curve(group, conf_type, conf_level) for group in groups]
    error = error_words(rows, data) if is_robust(rows) else "Greenwood error"
    return Curves(
        curves,
        measure="survival",
        time_unit=time_unit,
        method=f"Kaplan-Meier estimate, {error}, {level(conf_level)} {conf_type} limits"
        + ("; late entry" if entry else ""),
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        horizons=checked_horizons(horizons, "survival_curve"),
        warnings=reader_notes(rows, groups),
    )


def _curve(group: Group, conf_type: ConfType, conf_level: float) -> CurveRows:
    """Return the rows of S and its error, which is missing where S is 0."""
    times = event_times(group.counts)
    S, std_error = kaplan_meier(times.counts)
    if is_robust(group.rows):
        variance = group.variance(survival_influence(group.counts))[times.at]
        std_error = np.where(S > 0, root(variance), np.nan)
    return rows_of_curve(
        group, None, times, S, std_error, first=1.0, conf_type=conf_type, conf_level=conf_level
    )
