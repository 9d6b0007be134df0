"""Survival or cumulative incidence at a time fixed beforehand, compared between arms."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.results import Effects
from spineoutcomes.survival.aalen_johansen import (
    delta_error,
    incidence_influence,
    incidence_of_cause,
)
from spineoutcomes.survival.arms import (
    Arms,
    Row,
    contrast_rows,
    covariance_of_arms,
    level_row,
    notes_on_certainty,
    rows_of_arms,
)
from spineoutcomes.survival.influence import Influence
from spineoutcomes.survival.limits import confidence_limits
from spineoutcomes.survival.outcome import Outcome
from spineoutcomes.survival.product_limit import kaplan_meier, survival, survival_influence
from spineoutcomes.survival.reach import require_begun, require_lasting, require_reached
from spineoutcomes.survival.sampling import Group, counted, error_words, is_robust
from spineoutcomes.survival.steps import checked_horizons

FloatArray = npt.NDArray[np.float64]
NAME = "milestone_difference"
SOURCES = (
    "Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452",
    "Klein et al. 2007, doi:10.1002/sim.2864",
)


def milestone_difference(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    cluster: str | None = None,
    cause: Hashable = None,
    horizon: float | Iterable[float],
    counts: str | None = None,
    weights: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Return the difference in survival, or in the incidence of a cause, at a horizon.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment, weights,
        matched sets and clusters.
    time : str
        Column with the end of observation, at least 0.
    event : str
        Column that is an ordered Categorical (`censored` first), bool, or 0 = censored and 1, 2,
        ... = causes.
    entry : str, optional
        Column with the start of observation (late entry).
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame. Without them one group, "all".
    cluster : str, optional
        Column within whose values rows are correlated (patient, centre).
    cause : optional
        Category or number of the cause whose cumulative incidence is compared; needed when there
        are several. None compares survival.
    horizon : float or iterable of float
        The times, in the unit of `time`, chosen before the data are seen.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    weights : str, optional
        Column of sampling or analysis weights, for a DataFrame.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        For each horizon and each arm against the reference a row `survival_difference`
        (`incidence_difference` with a cause), then a row `survival` (`incidence`) for each arm.

    Raises
    ------
    ArgumentError
        For unknown columns or causes, several causes without `cause`, or unusable times, events or
        horizons.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or a horizon lies beyond the
        follow-up of an arm that still has someone at risk of the event.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        With fewer than ten clusters, or where the number of an arm has no error.

    Notes
    -----
    Missing data: rows lacking time, event, entry, arm or cluster are left out and counted in
    `n_missing`; censoring must not depend on the prognosis.

    Arms have the values and log-log limits of their curves. Errors are those of the curves:
    Greenwood's for survival and the delta method for incidence where rows are independent and
    unweighted, else the infinitesimal jackknife. The difference has a normal interval [1]_. Below
    five patients in an arm p is missing; where nobody or everybody of an arm had the event, or all
    its rows lie in one cluster, its number has no error, and the intervals and p of its comparisons
    are missing too.

    References
    ----------
    .. [1] Klein JP, Logan B, Harhoff M, Andersen PK (2007). Analyzing survival curves at a fixed
       point in time. Statistics in Medicine 26:4505-4519. doi:10.1002/sim.2864

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis"] * 5 + ["open"] * 5,
    ...                      "months": [6, 9, 12, 12, 12, 3, 4, 7, 12, 12],
    ...                      "died": [0, 1, 0, 0, 0, 1, 1, 1, 0, 0]})
    >>> effects = so.survival.milestone_difference(
    ...     data, time="months", event="died", treatment="arm", reference="open", horizon=12)
    >>> effects.tidy()["estimate"].round(3).tolist()
    [0.35, 0.75, 0.4]
    """
    require_conf_level(conf_level)
    rows, outcome = rows_of_arms(
        data,
        function=NAME,
        time=time,
        event=event,
        entry=entry,
        treatment=treatment,
        reference=reference,
        cluster=cluster,
        counts=counts,
        weights=weights,
    )
    code = _cause(outcome, cause)
    groups = counted(rows, outcome)
    measure = "survival" if code is None else "incidence"
    label = {} if code is None else {"cause": outcome.causes[code]}
    method = _method(groups, code, error_words(rows, data))
    horizons = checked_horizons(horizon, NAME, at_least=1)
    numbers = [_at_horizon(groups, code, at) for at in horizons]
    found: list[Row] = []
    for at, arms in zip(horizons, numbers, strict=True):
        keys = {"horizon": at, **label}
        for pair in rows.pairs():
            value = (f"{measure}_difference", arms.difference(pair, conf_level))
            found += contrast_rows(rows, groups, [value], pair, code=code, method=method, **keys)
        limits = _limits(arms, conf_level)
        found += [
            level_row(rows, g, value, code=code, measure=measure, method=method, **keys)
            for g, value in zip(groups, limits, strict=True)
        ]
    return Effects(
        pd.DataFrame(found),
        method=f"{method[0].upper()}{method[1:]}.",
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        warnings=notes_on_certainty(rows.groups, numbers, NAME) if rows.pairs() else (),
    )


def _cause(outcome: Outcome, cause: Hashable) -> int | None:
    if cause is not None:
        return outcome.cause_code(cause, NAME) - 1
    if len(outcome.causes) > 1:
        raise ArgumentError(
            f"{NAME}: the event has the causes {outcome.named_causes}; say whose incidence is "
            "compared with `cause`, or merge them into one event on purpose."
        )
    return None


def _method(groups: Sequence[Group], cause: int | None, robust: str) -> str:
    plain = "Greenwood error" if cause is None else "delta-method error"
    estimate = "Kaplan-Meier survival" if cause is None else "Aalen-Johansen incidence"
    return f"{estimate} at a horizon, {robust if is_robust(groups[0].rows) else plain}"


def _at_horizon(groups: Sequence[Group], cause: int | None, horizon: float) -> Arms:
    """Return the value of each arm's curve at the horizon."""
    require_reached(groups, NAME, "horizon", horizon)
    require_begun(groups, NAME, horizon)
    require_lasting(groups, NAME, horizon)
    curves = [_curve(group, cause) for group in groups]
    at = [group.counts.reached(horizon) for group in groups]
    estimate = np.array([curve[k] for curve, k in zip(curves, at, strict=True)])
    if not is_robust(groups[0].rows):
        errors = [_error(group, cause)[k] for group, k in zip(groups, at, strict=True)]
        return Arms(estimate, np.diag(np.square(errors)))
    influences = [_influence(group, cause) for group in groups]
    return Arms(estimate, covariance_of_arms(groups, influences, at))


def _curve(group: Group, cause: int | None) -> FloatArray:
    if cause is None:
        return survival(group.counts)
    return incidence_of_cause(group.counts, cause).F


def _error(group: Group, cause: int | None) -> FloatArray:
    """Return the error of the curve where rows are independent and unweighted."""
    if cause is None:
        return kaplan_meier(group.counts)[1]
    return delta_error(group.counts, cause)


def _influence(group: Group, cause: int | None) -> Influence:
    if cause is None:
        return survival_influence(group.counts)
    return incidence_influence(group.counts, cause)


def _limits(arms: Arms, conf_level: float) -> list[Interval]:
    low, high = confidence_limits(arms.estimate, arms.std_error, "log-log", conf_level)
    numbers = zip(arms.estimate, low, high, arms.std_error, strict=True)
    return [Interval(*map(float, row)) for row in numbers]
