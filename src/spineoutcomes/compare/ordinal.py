"""The common odds ratio of an ordered outcome, and the check that it is common."""

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
from spineoutcomes.numerics.brant import brant_test
from spineoutcomes.numerics.columns import read_groups
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.cumulative import CumulativeFit, fit_cumulative
from spineoutcomes.numerics.direction import require_direction
from spineoutcomes.numerics.effect_rows import require_arms, size, warn_sparse
from spineoutcomes.numerics.intervals import NAN, Interval, t_interval
from spineoutcomes.numerics.model_matrix import ModelMatrix
from spineoutcomes.numerics.one_proportion import wilson_interval
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.numerics.small_samples import FEW_IN_ARM, require_events
from spineoutcomes.results import Effects
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "ordinal_odds_ratio"
MCCULLAGH = "doi:10.1111/j.2517-6161.1980.tb01109.x"
BRANT = "doi:10.2307/2532457"
WILSON = "doi:10.1080/01621459.1927.10502953"
# Above so many categories the check has more coefficients than it can weigh, and the shares of the
# categories are no longer a description.
MOST_CATEGORIES = 12


def ordinal_odds_ratio(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    higher_is_better: bool,
    covariates: Sequence[str] | None = None,
    counts: str | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Estimate the common odds ratio of a better outcome on an ordered scale.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference, and its
        covariates unless others are given; one with weights, matched sets or clusters is refused.
    outcome : str
        Ordered Categorical or numeric column. Text has no order and is refused.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the model has
        only its covariates.
    higher_is_better : bool
        Whether a higher category is the better outcome. The ratio is above 1 where the better
        outcomes are more common.
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
        A row `ordinal_odds_ratio` for each arm against the reference and for each covariate's
        term; a row `test` with the term `proportional_odds`; then, for at most 12 categories, a row
        `risk` for each arm and category (named in `cause`): the share of the arm's rows in it, with
        the Wilson interval. `std_error` is that of the log odds ratio.

    Raises
    ------
    ArgumentError
        For an unknown column or form, an outcome without order, a direction that is neither true
        nor false, neither treatment nor covariates, or a Design this function does not respect.
    NotEstimableError
        When the outcome has one category, an arm is empty, a term does not vary, repeats others or
        separates the outcome, or an adjusted model has too few rows for its terms.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When the check of proportional odds cannot be made, or an arm has fewer than 5 rows: its p
        and that of the check are then missing.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a covariate are left out and counted in
    `n_missing`: by arm in the arm rows, in total elsewhere.

    The proportional odds model [1]_ holds one ratio for every cut j of the scale::

        log(P(Y > j) / P(Y <= j)) = -theta_j + x'b

    by maximum likelihood, with Wald intervals from the observed information. Brant's test [2]_ fits
    a logistic model at each cut and asks whether their coefficients agree; the covariance of two
    cuts takes each model's own probabilities. A small p says that one number does not describe all
    cuts: look at the shares of the categories. An adjusted model needs at least 5 events for each
    term, events counted as n - sum(n_j^3) / n^2 over the categories.

    References
    ----------
    .. [1] McCullagh P (1980). Regression models for ordinal data. Journal of the Royal Statistical
       Society B 42:109-142. doi:10.1111/j.2517-6161.1980.tb01109.x
    .. [2] Brant R (1990). Assessing proportionality in the proportional odds model for ordinal
       logistic regression. Biometrics 46:1171-1178. doi:10.2307/2532457

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "grade": [1, 2, 3] * 2,
    ...                       "patients": [10, 20, 30, 20, 20, 20]})
    >>> effects = so.compare.ordinal_odds_ratio(
    ...     table, outcome="grade", treatment="arm", reference="open", higher_is_better=True,
    ...     counts="patients")
    >>> effects.tidy()[["term", "measure", "estimate"]].round(2).values.tolist()[0]
    ['arm', 'ordinal_odds_ratio', 2.17]
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
    higher_is_better = require_direction(NAME, higher_is_better)
    terms = outcome_terms(data, covariates, NAME)
    codes, labels = _categories(rows, outcome)
    require_arms(rows, NAME, at_least=1)
    if rows.treatment is None and not terms:
        raise ArgumentError(f"{NAME}: give `treatment` with `reference`, or `covariates`.")
    model = model_of(rows, terms)
    if terms:
        require_events(
            NAME, _effective_events(codes, rows.counts), len(model.terms), "hodges_lehmann_shift"
        )
    better = codes if higher_is_better else len(labels) - 1 - codes
    fit = fit_cumulative(model.X, better, rows.counts, model.terms)
    if not fit.converged:
        raise NotEstimableError(f"{NAME}: the model of {outcome!r} did not converge.")
    check, notes = _check(rows, model, better, len(labels), fit)
    estimand = "conditional" if terms else "marginal"
    few = [label for arm, label in enumerate(rows.groups) if size(rows, arm) < FEW_IN_ARM]
    if few:
        notes += (f"fewer than {FEW_IN_ARM} rows in {named(few)}; p is left missing there.",)
    ratios = _ratios(rows, model, fit, conf_level, estimand)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    shares = _shares(rows, codes, labels, conf_level)
    return Effects(
        pd.DataFrame([*ratios, check, *shares]).assign(outcome=outcome),
        method="Proportional odds model, Wald intervals from the observed information; the ratio "
        f"is the odds of a {'higher' if higher_is_better else 'lower'}, which is the better, "
        f"{outcome}; proportional odds checked by Brant's test.",
        sources=(MCCULLAGH, BRANT, *((WILSON,) if shares else ())),
        estimand=estimand,
        conf_level=conf_level,
        covariance=pd.DataFrame(fit.covariance, index=model.terms, columns=model.terms),
        warnings=notes,
    )


def _categories(rows: Rows, outcome: str) -> tuple[IntArray, tuple[str, ...]]:
    """Return the place of each row on the scale, and the labels of the places that occur."""
    column = rows.frame["outcome"]
    ordered = isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered
    number = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    if not ordered and not number:
        raise ArgumentError(
            f"{NAME}: {outcome!r} ({column.dtype}) has no order; make it numeric, or an ordered "
            "Categorical: pd.Categorical(values, categories=[...], ordered=True)."
        )
    if number:
        rows.numbers("outcome")
    codes, labels = read_groups(rows.frame, "outcome")
    if len(labels) < 2:
        raise NotEstimableError(f"{NAME}: {outcome!r} is the same in every row.")
    return codes, labels


def _effective_events(codes: IntArray, counts: FloatArray) -> float:
    each = np.bincount(codes, counts)
    n = counts.sum()
    return float(n - (each**3).sum() / n**2)


def _ratios(
    rows: Rows, model: ModelMatrix, fit: CumulativeFit, conf_level: float, estimand: str
) -> list[dict[str, object]]:
    errors = np.sqrt(np.diag(fit.covariance))
    values = [
        as_ratio(t_interval(float(b), float(se), np.inf, conf_level))
        for b, se in zip(fit.coefficients, errors, strict=True)
    ]
    return term_rows(
        rows,
        model,
        values,
        measure="ordinal_odds_ratio",
        method="common odds ratio of a better outcome, proportional odds model, Wald interval",
        estimand=estimand,
    )


def _check(
    rows: Rows, model: ModelMatrix, codes: IntArray, categories: int, fit: CumulativeFit
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the row of Brant's test, and what kept it from being made."""
    row: dict[str, object] = {
        "term": "proportional_odds",
        "measure": "test",
        "n": float(rows.counts.sum()),
        "n_missing": rows.n_missing_total,
        "method": "Brant's test of proportional odds, chi-square",
    }
    if categories == 2:
        return row | {"method": "two categories have one cut: nothing to test"}, ()
    if categories > MOST_CATEGORIES:
        return row, (
            f"{categories} categories are too many for Brant's test (at most {MOST_CATEGORIES}); "
            "proportional odds are not checked.",
        )
    try:
        test = brant_test(model.X, codes, rows.counts, model.terms, fit)
    except NotEstimableError as reason:
        return row, (f"proportional odds cannot be checked: at one cut, {reason}",)
    sizes = {label: size(rows, arm) for arm, label in enumerate(rows.groups)}
    found, held_back = without_p(Interval(NAN, p_value=test.p_value), sizes)
    tested = {"statistic": test.statistic, "df": test.df, "p_value": found.p_value}
    return row | tested | {"method": f"{row['method']}{held_back}"}, ()


def _shares(
    rows: Rows, codes: IntArray, labels: tuple[str, ...], conf_level: float
) -> list[dict[str, object]]:
    if rows.treatment is None or len(labels) > MOST_CATEGORIES:
        return []
    groups, K = len(rows.groups), len(labels)
    found = np.bincount(rows.group * K + codes, rows.counts, groups * K).reshape(groups, K)
    made = []
    for arm in range(groups):
        n = float(found[arm].sum())
        for j in range(K):
            share = wilson_interval(found[arm, j], n, conf_level)
            made.append(
                {
                    "contrast": rows.groups[arm],
                    "cause": labels[j],
                    "measure": "risk",
                    "estimate": share.estimate,
                    "conf_low": share.low,
                    "conf_high": share.high,
                    "n": n,
                    "n_event": found[arm, j],
                    "n_missing": float(rows.n_missing[arm]),
                    "method": "share of the arm in this category, Wilson interval",
                    "estimand": "marginal",
                }
            )
    return made
