"""Negative binomial models and exact rates, against R and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics.exact_rates import exact_rate, exact_rate_ratio
from spineoutcomes.numerics.families import POISSON
from spineoutcomes.numerics.glm import fit_glm
from spineoutcomes.numerics.model_matrix import build_model_matrix
from spineoutcomes.numerics.negative_binomial import fit_negative_binomial

from .regressions import MODELS, near, rows_of

# Counts against repeated rows: theta is found to 1e-10.
ROUNDING = {"rel": 1e-7, "abs": 1e-8}


@pytest.mark.validates("numerics.negative_binomial", source="R MASS 7.3-58.2 (glm.nb)")
@pytest.mark.parametrize("name", ["quine", "epil", "polyps"])
def test_negative_binomial_models_equal_r(name, reference, reference_data) -> None:
    model = f"reg.poisson.{name}"
    rows, y = rows_of(model, reference_data)
    matrix = build_model_matrix(rows, MODELS[model].covariates)
    fit = fit_negative_binomial(matrix.with_intercept(), y.to_numpy(), ["i", *matrix.terms])
    entry = reference(f"reg.negbin.{name}")
    values = entry["values"]
    near(fit.model.coefficients, values["coef"], entry)
    near(np.sqrt(np.diag(fit.model.covariance)), values["se_theta_fixed"], entry)
    near(fit.theta, values["theta"], entry)
    near(fit.theta_error, values["se_theta"], entry)
    near(fit.model.deviance, values["deviance"], entry)
    assert fit.converged


def test_counts_that_vary_little_are_poisson() -> None:
    y = np.array([1.0, 2, 1, 2, 2, 1])
    X = np.ones((6, 1))
    fit = fit_negative_binomial(X, y, ["i"])
    assert math.isinf(fit.theta)
    assert math.isnan(fit.theta_error)
    plain = fit_glm(X, y, POISSON, ["i"])
    assert fit.model.coefficients == pytest.approx(plain.coefficients)


@pytest.mark.parametrize("seed", [8, 280, 351])
def test_counts_hardly_more_varied_than_poisson_settle(seed: int) -> None:
    # At theta in the thousands its information is rounding, and may come out below zero.
    x = np.arange(80) % 2
    y = np.random.default_rng(seed).poisson(np.where(x, 0.3, 0.6)).astype(float)
    fit = fit_negative_binomial(np.column_stack([np.ones(80), x]), y, ["i", "x"])
    assert fit.converged
    assert fit.theta > 100
    assert math.isnan(fit.theta_error)
    # The ratio of two arms of 40 is that of their totals, whatever theta.
    ratio = y[x == 1].sum() / y[x == 0].sum()
    assert math.exp(fit.model.coefficients[1]) == pytest.approx(ratio, rel=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_nearly_poisson_counts_always_settle(seed: int) -> None:
    x = np.arange(80) % 2
    y = np.random.default_rng(seed).poisson(np.where(x, 0.5, 0.9)).astype(float)
    assert fit_negative_binomial(np.column_stack([np.ones(80), x]), y, ["i", "x"]).converged


def test_counts_are_repeated_rows() -> None:
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(50), np.arange(50) % 2])
    y = rng.negative_binomial(1, 0.3, 50).astype(float)
    counts = rng.integers(0, 4, 50).astype(float)
    again = np.repeat(np.arange(50), counts.astype(int))
    time = rng.uniform(1, 3, 50)
    a = fit_negative_binomial(X, y, ["i", "b"], counts=counts, offset=np.log(time))
    b = fit_negative_binomial(X[again], y[again], ["i", "b"], offset=np.log(time[again]))
    assert a.theta == pytest.approx(b.theta, **ROUNDING)
    assert a.theta_error == pytest.approx(b.theta_error, **ROUNDING)
    assert a.model.covariance == pytest.approx(b.model.covariance, **ROUNDING)


@pytest.mark.validates("numerics.exact_rates", source="R stats 4.2.2 (poisson.test)")
def test_exact_rates_equal_r(reference) -> None:
    entry = reference("desc.poisson_rate.12_340")
    values = entry["values"]
    rate = exact_rate(12, 340, 0.95)
    near(rate.estimate, values["rate"], entry)
    near([rate.low, rate.high], values["exact"], entry)


@pytest.mark.validates("numerics.exact_rates", source="R stats 4.2.2 (poisson.test)")
def test_exact_ratios_equal_r(reference) -> None:
    entry = reference("desc.poisson_ratio.11_800_23_1011")
    values = entry["values"]
    ratio = exact_rate_ratio(11, 800, 23, 1011, 0.95)
    near(ratio.estimate, values["ratio"], entry)
    near([ratio.low, ratio.high], [values["lower"], values["upper"]], entry)
    # R's p adds all outcomes no more likely than the one seen: another procedure than its limits.
    share = 800 / 1811
    mass = np.array([math.comb(34, k) * share**k * (1 - share) ** (34 - k) for k in range(35)])
    near(mass[mass <= mass[11] * (1 + 1e-7)].sum(), values["p"], entry)
    assert ratio.p_value == pytest.approx(2 * mass[:12].sum())


def test_no_event_in_one_arm_still_has_a_limit() -> None:
    none = exact_rate_ratio(0, 10, 5, 10, 0.95)
    assert (none.estimate, none.low) == (0, 0)
    # Given 5 events in all, 0 in this arm: p = 2 * (1/2)^5, and the limit where p^5 is .025.
    assert none.p_value == pytest.approx(2 / 32)
    q = 1 - 0.025 ** (1 / 5)
    assert none.high == pytest.approx(q / (1 - q))
    turned = exact_rate_ratio(5, 10, 0, 10, 0.95)
    assert math.isinf(turned.estimate)
    assert math.isinf(turned.high)
    assert turned.low == pytest.approx(1 / none.high)
    assert exact_rate(0, 10, 0.95).low == 0
    assert exact_rate(0, 10, 0.95).high == pytest.approx(-math.log(0.025) / 10)
    assert math.isnan(exact_rate_ratio(0, 10, 0, 10, 0.95).estimate)


@pytest.mark.parametrize(("x1", "x0"), [(3, 9), (9, 3), (6, 6), (1, 12)])
def test_the_exact_interval_turns_with_its_test(x1: int, x0: int) -> None:
    ratio = exact_rate_ratio(x1, 10, x0, 12, 0.95)
    if ratio.p_value == 1:
        assert ratio.low < 1 < ratio.high
        return
    touching = exact_rate_ratio(x1, 10, x0, 12, 1 - ratio.p_value)
    assert min(abs(touching.low - 1), abs(touching.high - 1)) == pytest.approx(0, abs=1e-9)
