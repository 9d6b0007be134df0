"""Odds ratios of rare outcomes: logistic regression with Firth's penalty."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._regression import (
    as_ratio,
    covariate_roles,
    model_of,
    outcome_terms,
    term_rows,
)
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import arm_row, require_arms, size
from spineoutcomes.numerics.firth import FirthFit, fit_firth
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.model_matrix import ModelMatrix
from spineoutcomes.numerics.one_proportion import wilson_interval
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.small_samples import EVENTS_PER_COEFFICIENT
from spineoutcomes.results import Effects

FloatArray = npt.NDArray[np.float64]
NAME = "firth_logistic"
FIRTH = "doi:10.1093/biomet/80.1.27"
HEINZE = "doi:10.1002/sim.1047"
WILSON = "doi:10.1080/01621459.1927.10502953"
WORDS = "odds ratio, Firth's penalised logistic regression, profile penalised-likelihood interval"


def firth_logistic(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    covariates: Sequence[str] | None = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Estimate odds ratios of a rare yes/no outcome, finite even where groups have none or all.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference, and its
        covariates unless others are given; one with weights, matched sets or clusters is refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the model has
        only its covariates.
    covariates : sequence of str, optional
        A column name, `rcs(name, k)` or `a:b`. Numeric and bool columns are linear; text and
        categories are factors whose first level is the reference.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `odds_ratio` for each arm against the reference and for each covariate's term, then a
        row `risk` for each arm: its observed share with the Wilson interval. `std_error` is that
        of the log odds ratio; `covariance` holds all of them.

    Raises
    ------
    ArgumentError
        For an unknown column or form, an outcome that is not 0/1, neither treatment nor
        covariates, or a Design this function does not respect.
    NotEstimableError
        When all or no rows have the outcome, an arm is empty, or a term does not vary or repeats
        others.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a covariate are left out and counted in
    `n_missing`: by arm in the arm rows, in total elsewhere.

    The log-likelihood l(b) is penalised by Jeffreys' prior [1]_, so that estimates stay finite
    under separation [2]_ and are less biased in small series::

        l*(b) = l(b) + log det I(b) / 2

    Interval and p-value come from the profile of l*: with the other coefficients at their best for
    it, the limits are where 2 (l* at its maximum - l*) reaches the chi-square quantile, and p is
    the same ratio at 0. `std_error` is from the information without the penalty, for orientation;
    the interval does not rest on it, and there is no `statistic`. The penalty pulls the mean risk
    toward one half: the arm rows are therefore the observed risks, not fitted ones. The profile is
    not exact: with fewer than 5 rows in an arm its contrasts have no p-value.

    References
    ----------
    .. [1] Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80:27-38.
       doi:10.1093/biomet/80.1.27
    .. [2] Heinze G, Schemper M (2002). A solution to the problem of separation in logistic
       regression. Statistics in Medicine 21:2409-2419. doi:10.1002/sim.1047

    Examples
    --------
    No recurrence among 20 against 5 among 20:

    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "recurrence": [1, 0, 1, 0],
    ...                       "patients": [0, 20, 5, 15]})
    >>> effects = so.compare.firth_logistic(table, outcome="recurrence", treatment="arm",
    ...                                     reference="open", counts="patients")
    >>> effects.tidy().loc[0, ["estimate", "conf_low", "conf_high"]].astype(float).round(3).tolist()
    [0.069, 0.001, 0.681]
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"outcome": outcome, **covariate_roles(data, covariates, treatment, NAME)},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    terms = outcome_terms(data, covariates, NAME)
    y = _zero_one(rows, outcome)
    require_arms(rows, NAME, at_least=1)
    if rows.treatment is None and not terms:
        raise ArgumentError(f"{NAME}: give `treatment` with `reference`, or `covariates`.")
    model = model_of(rows, terms)
    events = np.bincount(rows.group, rows.counts * y, len(rows.groups)).astype(float)
    fit = _fit(rows, model, y, outcome, conf_level)
    values = [
        as_ratio(Interval(b, low, high, error, p_value=p))
        for b, low, high, error, p in zip(
            fit.coefficients[1:],
            fit.low[1:],
            fit.high[1:],
            np.sqrt(np.diag(fit.inverse_information)[1:]),
            fit.p_value[1:],
            strict=True,
        )
    ]
    arms = [] if rows.treatment is None else list(range(len(rows.groups)))
    risks = [
        arm_row(
            rows,
            arm,
            wilson_interval(events[arm], size(rows, arm), conf_level),
            measure="risk",
            n_event=events[arm],
            method="observed risk, Wilson interval",
            estimand="marginal",
        )
        for arm in arms
    ]
    estimand = "conditional" if terms else "marginal"
    ratios = term_rows(
        rows,
        model,
        values,
        n_event=events,
        measure="odds_ratio",
        method=WORDS,
        estimand=estimand,
    )
    return Effects(
        pd.DataFrame([*ratios, *risks]).assign(outcome=outcome),
        method="Logistic regression with Firth's penalty; intervals and p-values from the profile "
        "of the penalised likelihood"
        + ("; observed risks with Wilson intervals." if arms else "."),
        sources=(FIRTH, HEINZE, *((WILSON,) if arms else ())),
        estimand=estimand,
        conf_level=conf_level,
        covariance=pd.DataFrame(
            fit.inverse_information[1:, 1:], index=model.terms, columns=model.terms
        ),
        warnings=_notes(events.sum(), rows.counts.sum(), len(model.terms)),
    )


def _fit(
    rows: Rows, model: ModelMatrix, y: FloatArray, outcome: str, conf_level: float
) -> FirthFit:
    names = ["the intercept", *model.terms]
    fit = fit_firth(
        model.with_intercept(),
        y,
        rows.counts,
        names,
        conf_level=conf_level,
        profiled=range(1, len(names)),
    )
    if not fit.converged:
        raise NotEstimableError(
            f"{NAME}: the model of {outcome!r} found no maximum; leave terms out, or bring "
            "covariates of very different size to similar units."
        )
    return fit


def _zero_one(rows: Rows, outcome: str) -> FloatArray:
    column = rows.frame["outcome"]
    numeric = is_real(column)
    if not numeric or not column.isin([0, 1]).all():
        raise ArgumentError(
            f"{NAME}: {outcome!r} must hold 0 and 1 (or bool), 1 where the outcome occurred; it "
            f"has dtype {column.dtype} and {column.nunique()} different values. Say which one "
            'counts, keeping what is missing: column.map({"yes": 1, "no": 0}).'
        )
    return rows.numbers("outcome")


def _notes(events: float, n: float, terms: int) -> tuple[str, ...]:
    rarer = min(events, n - events)
    if rarer >= EVENTS_PER_COEFFICIENT * terms:
        return ()
    return (
        f"{rarer:.0f} events (or rows without one) for {terms} coefficients, fewer than "
        f"{EVENTS_PER_COEFFICIENT} for each: the penalty decides much of the result.",
    )
