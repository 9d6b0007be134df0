"""Ratios of rates of events that may repeat: robust Poisson, negative binomial, exact."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._rate_models import Ratios, exact_ratios, negative_binomial, robust
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_one_of
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import (
    arm_row,
    contrast_row,
    inexact_row,
    require_arms,
    warn_sparse,
)
from spineoutcomes.numerics.exact_rates import exact_rate
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects

FloatArray = npt.NDArray[np.float64]
NAME = "rate_ratio"
METHODS: dict[str, Callable[[Rows, FloatArray, FloatArray, float], Ratios]] = {
    "robust": robust,
    "negative-binomial": negative_binomial,
    "exact": exact_ratios,
}
GARWOOD = "doi:10.1093/biomet/28.3-4.437"


def rate_ratio(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    exposure: str,
    treatment: str | None = None,
    reference: Hashable = None,
    cluster: str | None = None,
    counts: str | None = None,
    method: Literal["robust", "negative-binomial", "exact"] = "robust",
    conf_level: float = 0.95,
) -> Effects:
    """Compare rates of events per time at risk between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment, reference and cluster; one
        with weights or matched sets is refused, and clusters are refused by `method="exact"`.
    outcome : str
        Column of whole numbers of at least 0: events of each row.
    exposure : str
        Column of time at risk, above 0; rates have its unit (events per year for years).
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the rate of one
        group, "all", is returned.
    cluster : str, optional
        Column within whose values rows are correlated (patient, surgeon, centre).
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    method : {"robust", "negative-binomial", "exact"}
        How the ratio is estimated; see Notes.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `rate_ratio` for each arm against the reference, then a row `rate` for each arm with
        its exact Poisson interval; `n_event` counts the events. `std_error` is that of the log
        ratio.

    Raises
    ------
    ArgumentError
        For an unknown column or method, counts of events that are not whole, times that are not
        above 0, clusters or repeated events with `method="exact"`, or a Design this function does
        not respect.
    NotEstimableError
        When an arm is empty, has no event, or lies in one cluster or row where errors need two.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When an arm has fewer than 5 rows (p is then missing unless exact), clusters are fewer than
        10, or the rates do not vary within the arms: the ratio then stands without its interval.

    Notes
    -----
    Missing data: rows lacking the events, the time, the arm or the cluster are left out and counted
    in `n_missing`: by arm in the arm rows, in total in the contrast rows.

    The ratio of total events over total time, log E(y) = log(time) + a + b arm. Complications
    repeat within patients, so counts vary more than Poisson counts do. `robust` keeps the Poisson
    estimate and takes its error from the squared residuals [1]_: HC3 with t on n - p, or by
    cluster, CR2 with Satterthwaite degrees of freedom below 40 clusters [2]_. `negative-binomial`
    fits variance mu + mu^2/theta with one theta [3]_; its error takes theta as known, and is by
    cluster where there are clusters. `exact` conditions on the total; it holds for at most one
    event a patient, so it refuses repeated events unless each arm is one row of totals. Its p is
    twice the smaller tail, which agrees with the interval. The interval of one rate inverts both
    Poisson tails [4]_.

    References
    ----------
    .. [1] Zou G (2004). A modified Poisson regression approach to prospective studies with binary
       data. American Journal of Epidemiology 159:702-706. doi:10.1093/aje/kwh090
    .. [2] Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust variance
       estimation. Journal of Business & Economic Statistics 36:672-683.
       doi:10.1080/07350015.2016.1247004
    .. [3] Lawless JF (1987). Negative binomial and mixed Poisson regression. Canadian Journal of
       Statistics 15:209-225. doi:10.2307/3314912
    .. [4] Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.
       doi:10.1093/biomet/28.3-4.437

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> frame = pd.DataFrame({"arm": ["mis"] * 5 + ["open"] * 5, "years": [1, 2, 1, 2, 2] * 2,
    ...                       "events": [1, 0, 0, 1, 0, 2, 1, 0, 2, 1]})
    >>> effects = so.compare.rate_ratio(
    ...     frame, outcome="events", exposure="years", treatment="arm", reference="open")
    >>> effects.tidy()[["contrast", "measure", "estimate"]].round(3).values.tolist()
    [['mis - open', 'rate_ratio', 0.333], ['mis', 'rate', 0.25], ['open', 'rate', 0.75]]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set() if method == "exact" else {"cluster"},
        columns={"outcome": outcome, "exposure": exposure},
        treatment=treatment,
        reference=reference,
        counts=counts,
        cluster=cluster,
    )
    require_one_of(NAME, "method", method, METHODS)
    events, time = _events(rows, outcome), _time(rows, exposure)
    require_arms(rows, NAME, at_least=1)
    groups = len(rows.groups)
    x = np.bincount(rows.group, rows.counts * events, groups)
    t = np.bincount(rows.group, rows.counts * time, groups)
    fitted = METHODS[method](rows, events, time, conf_level) if rows.pairs() else Ratios([], "", ())
    row = contrast_row if fitted.exact else inexact_row
    contrasts = [
        row(
            rows,
            pair,
            value,
            measure="rate_ratio",
            n_event=float(x[list(pair)].sum()),
            method=fitted.method,
        )
        for pair, value in zip(rows.pairs(), fitted.values, strict=True)
    ]
    levels = [
        arm_row(
            rows,
            arm,
            exact_rate(x[arm], t[arm], conf_level),
            measure="rate",
            n_event=x[arm],
            method=f"events per unit of {exposure}, exact Poisson interval",
        )
        for arm in range(groups)
    ]
    for note in fitted.notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame([*contrasts, *levels]).assign(outcome=outcome),
        method=f"Rates per unit of {exposure} with exact Poisson intervals"
        + (f"; {fitted.method.replace('ratio', 'ratios', 1)}." if contrasts else "."),
        sources=(*fitted.sources, GARWOOD),
        estimand="marginal",
        conf_level=conf_level,
        warnings=fitted.notes + fitted.remarks,
    )


def _events(rows: Rows, outcome: str) -> FloatArray:
    y = rows.numbers("outcome")
    bad = int(((y < 0) | (y != np.floor(y))).sum())
    if bad:
        raise ArgumentError(
            f"{NAME}: {outcome!r} must hold whole numbers of events, at least 0; {bad} of {len(y)} "
            "rows do not."
        )
    return y


def _time(rows: Rows, exposure: str) -> FloatArray:
    time = rows.numbers("exposure")
    bad = int((time <= 0).sum())
    if bad:
        raise ArgumentError(
            f"{NAME}: {exposure!r} must be above 0; {bad} of {len(time)} rows are not. Leave out "
            "rows that were never at risk."
        )
    return time
