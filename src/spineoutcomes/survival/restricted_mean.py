"""Restricted mean survival time, and the time lost to each cause."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_number
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results import Effects
from spineoutcomes.survival.aalen_johansen import incidence_influence, incidence_of_cause
from spineoutcomes.survival.arms import (
    Arms,
    Row,
    contrast_rows,
    covariance_of_arms,
    level_row,
    notes_on_certainty,
    rows_of_arms,
)
from spineoutcomes.survival.influence import integrated
from spineoutcomes.survival.product_limit import survival, survival_influence
from spineoutcomes.survival.reach import require_area, require_lasting
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.sampling import Group, counted, error_words

FloatArray = npt.NDArray[np.float64]
NAME = "rmst"
SOURCES = (
    "Royston & Parmar 2013, doi:10.1186/1471-2288-13-152",
    "Uno et al. 2014, doi:10.1200/JCO.2014.55.2208",
    "Andersen 2013, doi:10.1002/sim.5903",
)


def rmst(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    cluster: str | None = None,
    cause: Hashable = None,
    counts: str | None = None,
    weights: str | None = None,
    tau: float,
    conf_level: float = 0.95,
) -> Effects:
    """Return mean times up to `tau`: free of the event, lost to it, and lost to each cause.

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
        Column with the start of observation (late entry); each arm must have someone observed
        from 0 on.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame. Without them one group, "all".
    cluster : str, optional
        Column within whose values rows are correlated (patient, centre).
    cause : optional
        Category or number of the one cause whose lost time is wanted; None gives the event-free
        time and, with several causes, the time lost to each.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    weights : str, optional
        Column of sampling or analysis weights, for a DataFrame.
    tau : float
        End of the time that is averaged, in the unit of `time`.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        For each arm against the reference `rmst_difference`, `rmst_ratio`, `lost_time_difference`
        and `lost_time_ratio`; for each arm `rmst` and `lost_time`. With several causes `rmst` is
        the time free of all of them and the rows of `lost_time` stand once for each `cause`: they
        add up to `tau` minus `rmst`. `horizon` is `tau`.

    Raises
    ------
    ArgumentError
        For unknown columns or causes, unusable times or events, or a `tau` that is no time above 0.
    NotEstimableError
        When an arm has no complete row, there is only one arm or one cluster, `tau` lies beyond the
        follow-up of an arm, nobody of an arm was observed from 0 on, or everyone at risk in an arm
        had the event before later rows entered.

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

    The restricted mean is the area under the Kaplan-Meier curve up to `tau`; the time lost to a
    cause is the area under its Aalen-Johansen curve, which needs no assumption on the others [3]_.
    `tau` may go beyond the last time of an arm only where its curve has come down to 0 by then, and
    never beyond the longest of all. Variances are those of the infinitesimal jackknife; for
    independent rows that enter at 0 that of the restricted mean equals Greenwood's. Differences
    have normal intervals, ratios normal ones on the log scale. Below five patients in an arm p is
    missing; where nobody of an arm had the event, or all its rows lie in one cluster, its number
    has no error, and the intervals and p of its comparisons are missing too.

    References
    ----------
    .. [1] Royston P, Parmar MKB (2013). BMC Medical Research Methodology 13:152.
       doi:10.1186/1471-2288-13-152
    .. [2] Uno H et al. (2014). Journal of Clinical Oncology 32:2380-2385.
       doi:10.1200/JCO.2014.55.2208
    .. [3] Andersen PK (2013). Statistics in Medicine 32:5278-5285. doi:10.1002/sim.5903

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"arm": ["mis"] * 5 + ["open"] * 5,
    ...                      "months": [6, 9, 12, 12, 12, 3, 4, 7, 12, 12],
    ...                      "died": [0, 1, 0, 0, 0, 1, 1, 1, 0, 0]})
    >>> effects = so.survival.rmst(data, time="months", event="died", treatment="arm",
    ...                            reference="open", tau=12).tidy()
    >>> effects.loc[effects["measure"] == "rmst", "estimate"].tolist()
    [11.25, 7.6]
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
    _check_tau(tau)
    groups = counted(rows, outcome)
    require_area(groups, NAME, tau)
    require_lasting(groups, NAME, tau)
    wanted: list[int | None] = [None]
    if cause is not None:
        wanted = [outcome.cause_code(cause, NAME) - 1]
    elif len(outcome.causes) > 1:
        wanted += range(len(outcome.causes))
    method = f"restricted mean time to {tau:g}, {error_words(rows, data)}"
    areas = [_areas(groups, tau, code) for code in wanted]
    found: list[Row] = []
    for code, arms in zip(wanted, areas, strict=True):
        several = code is None and len(wanted) > 1
        found += _rows(rows, groups, arms, tau, code, several, method, conf_level)
    return Effects(
        pd.DataFrame(found),
        method=f"{method[0].upper()}{method[1:]}.",
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        warnings=notes_on_certainty(rows.groups, areas, NAME) if rows.pairs() else (),
    )


def _check_tau(tau: float) -> None:
    require_number(NAME, "tau", tau, "a time above 0")
    if not (np.isfinite(tau) and tau > 0):
        raise ArgumentError(f"{NAME}: tau must be a time above 0, got {tau}.")


def _areas(groups: Sequence[Group], tau: float, cause: int | None) -> Arms:
    """Return the area under each arm's curve: of survival, or of the incidence of a cause."""
    widths = [_widths(group.counts, tau) for group in groups]
    if cause is None:
        curves = [survival(group.counts) for group in groups]
        own = [survival_influence(group.counts) for group in groups]
    else:
        curves = [incidence_of_cause(group.counts, cause).F for group in groups]
        own = [incidence_influence(group.counts, cause) for group in groups]
    areas = np.array([curve @ width for curve, width in zip(curves, widths, strict=True)])
    influences = [integrated(one, width) for one, width in zip(own, widths, strict=True)]
    last = [len(width) - 1 for width in widths]
    return Arms(areas, covariance_of_arms(groups, influences, last))


def _widths(counts: RiskSets, tau: float) -> FloatArray:
    """Return how long the curve keeps its value from each time on, up to tau."""
    return np.diff(np.minimum(counts.time, tau), append=tau)


def _rows(
    rows: Rows,
    groups: Sequence[Group],
    arms: Arms,
    tau: float,
    cause: int | None,
    several: bool,
    method: str,
    conf_level: float,
) -> list[Row]:
    """Return the rows of the time kept and of that lost, or of that lost to one cause."""
    lost = arms if cause is not None else Arms(tau - arms.estimate, arms.covariance)
    kinds = [("lost_time", lost)] if not several else []
    if cause is None:
        kinds = [("rmst", arms), *kinds]
    keys: Row = {"horizon": tau}
    if cause is not None:
        keys["cause"] = groups[0].outcome.causes[cause]
    found: list[Row] = []
    for pair in rows.pairs():
        compare = [
            (f"{name}_{how}", getattr(kind, how)(pair, conf_level))
            for name, kind in kinds
            for how in ("difference", "ratio")
        ]
        found += contrast_rows(rows, groups, compare, pair, code=cause, method=method, **keys)
    found += [
        level_row(
            rows,
            group,
            kind.level(group.code, conf_level),
            code=cause,
            measure=name,
            method=method,
            **keys,
        )
        for group in groups
        for name, kind in kinds
    ]
    return found
