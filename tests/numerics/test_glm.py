"""Generalised linear models against R, by hand, and where they cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.distributions import normal_cdf, t_cdf
from spineoutcomes.numerics.families import (
    BINOMIAL,
    GAMMA,
    GAUSSIAN,
    POISSON,
    Family,
    negative_binomial,
)
from spineoutcomes.numerics.glm import fit_glm
from spineoutcomes.numerics.model_matrix import build_model_matrix

from .regressions import MODELS, fitted, near, rows_of

# A converged fit against another order of summation.
ROUNDING = {"rel": 1e-9, "abs": 1e-10}
# Differences of a function over 2e-6: the square of the step and the rounding over the step.
DIFFERENCES = 1e-4


@pytest.mark.validates("numerics.glm", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", MODELS)
def test_coefficients_equal_r(entry, reference, reference_data) -> None:
    fit, _ = fitted(entry, reference_data)
    found = reference(entry)
    near(fit.coefficients, found["values"]["coef"], found)
    assert fit.converged
    assert fit.n == found["values"]["n"]


WHOLE = [entry for entry in MODELS if "modified" not in entry]


@pytest.mark.validates("numerics.glm", source="R stats 4.2.2")
@pytest.mark.parametrize("entry", WHOLE)
def test_errors_and_deviance_equal_r(entry, reference, reference_data) -> None:
    fit, _ = fitted(entry, reference_data)
    found = reference(entry)
    values = found["values"]
    near(np.sqrt(np.diag(fit.covariance)), values["se"], found)
    near(fit.covariance, values["vcov"]["m"], found)
    near(fit.deviance, values["deviance"], found)
    z = fit.coefficients / np.sqrt(np.diag(fit.covariance))
    near(z, values["z"], found)
    free = fit.family.free_dispersion
    near(2 * (t_cdf(fit.df, -abs(z)) if free else normal_cdf(-abs(z))), values["p"], found)
    rows, y = rows_of(entry, reference_data)
    weights = MODELS[entry].weights
    null = fit_glm(
        np.ones((len(y), 1)),
        y.to_numpy(),
        fit.family,
        ["the intercept"],
        weights=None if weights is None else rows[weights].to_numpy(),
    )
    near(null.deviance, values["null_deviance"], found)
    if free:
        near(fit.dispersion, values["dispersion_pearson"], found)
    if "pearson_chi2" in values:
        near((fit.pull**2 / fit.working_weight).sum(), values["pearson_chi2"], found)


@pytest.mark.validates("numerics.glm", source="R survival 3.5-3 (clogit)")
def test_pairs_without_an_intercept_are_conditional_logistic(reference, reference_data) -> None:
    entry = reference("reg.clogit.backpain")
    wide = reference_data("backpain").pivot(index="ID", columns="status")
    X = np.column_stack(
        [
            (wide[name, "case"] == "yes") * 1.0 - (wide[name, "control"] == "yes")
            for name in ("driver", "suburban")
        ]
    )
    fit = fit_glm(X, np.ones(len(X)), BINOMIAL, ["driver", "suburban"])
    near(fit.coefficients, entry["values"]["coef"], entry)
    near(np.sqrt(np.diag(fit.covariance)), entry["values"]["se"], entry)
    near(-fit.deviance / 2, entry["values"]["loglik"][1], entry)


FAMILIES = {
    "binomial": (BINOMIAL, lambda r, n: r.integers(0, 2, n)),
    "poisson": (POISSON, lambda r, n: r.poisson(2, n)),
    "gaussian": (GAUSSIAN, lambda r, n: r.normal(size=n)),
    "gamma": (GAMMA, lambda r, n: r.gamma(2, size=n)),
    "negative binomial": (negative_binomial(1.5), lambda r, n: r.poisson(2, n)),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_pull_is_the_derivative_of_the_deviance(name: str) -> None:
    family, draw = FAMILIES[name]
    rng = np.random.default_rng(3)
    y, eta = draw(rng, 20).astype(float), rng.normal(0.3, 0.4, 20)
    h = 1e-6
    slope = (
        family.misfit(y, eta + h, family.mean(eta + h))
        - family.misfit(y, eta - h, family.mean(eta - h))
    ) / (2 * h)
    assert family.pull(y, family.mean(eta)) == pytest.approx(-slope / 2, abs=DIFFERENCES)
    bend = (family.pull(y, family.mean(eta + h)) - family.pull(y, family.mean(eta - h))) / (2 * h)
    assert family.curvature(y, family.mean(eta)) == pytest.approx(-bend, abs=DIFFERENCES)


def data(family: Family, draw, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    return np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, n)]), draw(
        rng, n
    ).astype(float)


@pytest.mark.parametrize("name", FAMILIES)
def test_counts_are_repeated_rows(name: str) -> None:
    family, draw = FAMILIES[name]
    X, y = data(family, draw)
    counts = np.random.default_rng(4).integers(0, 4, len(y)).astype(float)
    again = np.repeat(np.arange(len(y)), counts.astype(int))
    names = ["i", "a", "b"]
    counted = fit_glm(X, y, family, names, counts=counts)
    repeated = fit_glm(X[again], y[again], family, names)
    for what in ("coefficients", "covariance", "deviance", "dispersion", "n", "df"):
        assert getattr(counted, what) == pytest.approx(getattr(repeated, what), **ROUNDING)
    assert counted.leverage[again] == pytest.approx(repeated.leverage, **ROUNDING)
    assert counted.scores[again] == pytest.approx(repeated.scores, **ROUNDING)
    assert counted.information == pytest.approx(repeated.information, **ROUNDING)


@pytest.mark.parametrize("name", FAMILIES)
def test_scores_sum_to_nothing_and_leverages_to_the_coefficients(name: str) -> None:
    family, draw = FAMILIES[name]
    X, y = data(family, draw)
    fit = fit_glm(X, y, family, ["i", "a", "b"])
    assert fit.scores.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    assert fit.leverage.sum() == pytest.approx(3)
    assert fit.information @ fit.inverse_information == pytest.approx(np.eye(3), abs=1e-9)


def test_an_offset_is_taken_as_known() -> None:
    X, y = data(*FAMILIES["poisson"])
    plain = fit_glm(X, y, POISSON, ["i", "a", "b"])
    moved = fit_glm(X, y, POISSON, ["i", "a", "b"], offset=np.full(len(y), np.log(2)))
    assert moved.coefficients[0] == pytest.approx(plain.coefficients[0] - np.log(2))
    assert moved.coefficients[1:] == pytest.approx(plain.coefficients[1:])
    assert moved.fitted == pytest.approx(plain.fitted)


@given(st.sampled_from([1e-6, 1e-3, 1e3, 1e6]), st.integers(0, 100))
def test_units_change_nothing_else(scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(50), rng.normal(size=50)])
    y = rng.integers(0, 2, 50).astype(float)
    y[:4] = [0, 1, 0, 1]
    X[:4, 1] = [-3, -3, 3, 3]
    plain = fit_glm(X, y, BINOMIAL, ["i", "a"])
    other = fit_glm(X * [1, scale], y, BINOMIAL, ["i", "a"])
    assert other.coefficients * [1, scale] == pytest.approx(plain.coefficients, **ROUNDING)
    assert other.covariance[1, 1] * scale**2 == pytest.approx(plain.covariance[1, 1], **ROUNDING)


def test_a_two_by_two_table_by_hand() -> None:
    X = np.array([[1.0, 1], [1, 1], [1, 0], [1, 0]])
    counts = np.array([6.0, 4, 3, 9])
    fit = fit_glm(X, np.array([1.0, 0, 1, 0]), BINOMIAL, ["i", "arm"], counts=counts)
    assert fit.coefficients[1] == pytest.approx(np.log(6 * 9 / (4 * 3)))
    assert fit.covariance[1, 1] == pytest.approx(1 / 6 + 1 / 4 + 1 / 3 + 1 / 9)


def separated(kind: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    n = 40
    x = rng.normal(size=n)
    arm = np.arange(n) % 2
    y = rng.integers(0, 2, n)
    y = np.where(arm == 1, 0, y) if kind == "level" else (x > 0).astype(int)
    return np.column_stack([np.ones(n), x, arm]), y.astype(float)


@pytest.mark.parametrize(("kind", "term"), [("level", "arm"), ("whole", "age")])
def test_separation_is_named_and_refused(kind: str, term: str) -> None:
    X, y = separated(kind)
    with pytest.raises(NotEstimableError, match=f"(^|, ){term}.*firth_logistic"):
        fit_glm(X, y, BINOMIAL, ["i", "age", "arm"])


def test_a_level_without_counts_is_named_and_refused() -> None:
    X, y = separated("level")
    with pytest.raises(NotEstimableError, match=r"^arm: .*infinite"):
        fit_glm(X, 3 * y, POISSON, ["i", "age", "arm"])


def test_near_separation_is_fitted() -> None:
    X, y = separated("level")
    y[1] = 1.0
    fit = fit_glm(X, y, BINOMIAL, ["i", "age", "arm"])
    assert fit.converged
    assert fit.fitted[X[:, 2] == 1].mean() == pytest.approx(1 / 20)


def test_repeated_columns_are_named() -> None:
    X, y = data(*FAMILIES["binomial"])
    twice = np.column_stack([X, X[:, 1] + 2 * X[:, 2]])
    with pytest.raises(NotEstimableError, match=r"both cannot be told .* combination of age, arm"):
        fit_glm(twice, y, BINOMIAL, ["the intercept", "age", "arm", "both"])
    with pytest.raises(NotEstimableError, match="2 rows cannot give 3 coefficients"):
        fit_glm(X[:2], y[:2], GAUSSIAN, ["i", "age", "arm"])
    with pytest.raises(NotEstimableError, match="none is zero in every row"):
        fit_glm(X * [1, 1, 0], y, BINOMIAL, ["i", "age", "none"])


@pytest.mark.parametrize(
    ("family", "bad", "words"),
    [(BINOMIAL, 2.0, "between 0 and 1"), (POISSON, -1.0, "at least 0"), (GAMMA, 0.0, "above 0")],
)
def test_impossible_outcomes_are_counted(family: Family, bad: float, words: str) -> None:
    X = np.ones((4, 1))
    with pytest.raises(ArgumentError, match=f"{words}.*1 of 4 values"):
        fit_glm(X, np.array([0.5, 1, 1, bad]), family, ["i"])


@pytest.mark.validates("numerics.model_matrix", source="R rms (lrm, rcs)")
def test_a_spline_in_a_logistic_model_equals_rms(reference, reference_data) -> None:
    entry = reference("reg.rcs_logistic.kyphosis_age")
    values = entry["values"]
    rows = reference_data("kyphosis")
    matrix = build_model_matrix(rows, ["rcs(Age, 4)"])
    near(matrix.encoding[0][0].knots, values["knots"], entry)
    near(matrix.X[0], values["basis_row1"], entry)
    near(matrix.X[9], values["basis_row10"], entry)
    y = (rows["Kyphosis"] == "present").to_numpy(dtype=float)
    fit = fit_glm(matrix.with_intercept(), y, BINOMIAL, ["i", *matrix.terms])
    near(fit.coefficients, values["coef"], entry)
    near(np.sqrt(np.diag(fit.covariance)), values["se"], entry)
    near(-fit.deviance / 2, values["logLik"], entry)
    bent = fit.coefficients[2:]
    wald = bent @ np.linalg.solve(fit.covariance[2:, 2:], bent)
    near(wald, values["wald_nonlinear"], entry)
