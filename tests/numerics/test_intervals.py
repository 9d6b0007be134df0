"""Intervals, moments, quantiles, least squares and standardized differences, as arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.intervals import t_interval
from spineoutcomes.numerics.least_squares import fit_least_squares
from spineoutcomes.numerics.moments import sample_moments
from spineoutcomes.numerics.one_proportion import wilson_interval
from spineoutcomes.numerics.quantiles import counted_quantiles
from spineoutcomes.numerics.standardized import standardized_levels
from spineoutcomes.numerics.two_risks import (
    newcombe_difference,
    wald_difference,
)

# Published to four decimals.
PRINTED = {"abs": 5e-5}


def test_t_interval_of_one_degree_of_freedom() -> None:
    # Cauchy: the .75 quantile is 1, and P(|T| > 1) is one half.
    found = t_interval(2.0, 2.0, 1, 0.5)
    assert (found.low, found.high) == pytest.approx((0, 4))
    assert found.p_value == pytest.approx(0.5)


def test_normal_limit_of_t() -> None:
    far, normal = t_interval(1.0, 0.5, 1e9, 0.95), t_interval(1.0, 0.5, math.inf, 0.95)
    assert far.high == pytest.approx(normal.high)
    assert far.p_value == pytest.approx(normal.p_value)
    assert math.isnan(normal.df)


@pytest.mark.parametrize("error", [0.0, math.nan])
def test_no_error_no_interval(error: float) -> None:
    found = t_interval(1.0, error, 5, 0.95)
    assert found.estimate == 1
    assert math.isnan(found.low)
    assert math.isnan(found.std_error)


def test_newcombe_table_two() -> None:
    found = newcombe_difference(56, 70, 48, 80, 0.95)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), **PRINTED)
    wald = wald_difference(56, 70, 48, 80, 0.95)
    assert (wald.low, wald.high) == pytest.approx((0.0575, 0.3425), **PRINTED)


@given(n=st.integers(1, 10**6), share=st.floats(0, 1), level=st.floats(0.5, 0.999))
def test_wilson_limits_are_where_the_score_test_just_rejects(
    n: int, share: float, level: float
) -> None:
    x = round(share * n)
    found = wilson_interval(x, n, level)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    z = t_interval(0.0, 1.0, math.inf, level).high
    for p in (found.low, found.high):
        if 0 < p < 1:
            assert abs(x - n * p) == pytest.approx(z * math.sqrt(n * p * (1 - p)), rel=1e-5)


values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(values)
def test_moments_equal_numpy(x: list[float]) -> None:
    found = sample_moments(np.array(x), np.ones(len(x)))
    assert found.mean == pytest.approx(np.mean(x), rel=1e-9, abs=1e-6)
    if len(x) > 1:
        assert found.variance == pytest.approx(np.var(x, ddof=1), rel=1e-7, abs=1e-6)


def test_equal_values_vary_by_exactly_zero() -> None:
    assert sample_moments(np.full(7, 0.1), np.ones(7)).variance == 0
    assert math.isnan(sample_moments(np.array([]), np.array([])).mean)


@given(values, st.data())
def test_quantiles_equal_numpy_on_repeated_values(x: list[float], data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(1, 5), min_size=len(x), max_size=len(x)))
    p = np.array([0, 0.1, 0.25, 0.5, 0.9, 1])
    found = counted_quantiles(np.array(x), np.array(counts, dtype=float), p)
    assert found == pytest.approx(np.quantile(np.repeat(x, counts), p), rel=1e-9, abs=1e-8)


def test_quantiles_of_nothing() -> None:
    assert np.isnan(counted_quantiles(np.array([]), np.array([]), np.array([0.5]))).all()


def test_least_squares_by_hand() -> None:
    # Line through (0, 1), (1, 2), (2, 6): slope 5/2, intercept 1/2, residual squares 3/2.
    X = np.column_stack([np.ones(3), [0, 1, 2]])
    fit = fit_least_squares(X, np.array([1.0, 2, 6]), np.ones(3), ["one", "x"])
    assert fit.coefficients == pytest.approx([0.5, 2.5])
    assert fit.residual_variance == pytest.approx(1.5)
    assert fit.covariance == pytest.approx(1.5 * np.array([[5 / 6, -0.5], [-0.5, 0.5]]))
    assert fit.df == 1


def test_least_squares_refuses_what_it_cannot_tell_apart() -> None:
    X = np.column_stack([np.ones(4), [0, 0, 1, 1], [1, 1, 0, 0]])
    with pytest.raises(NotEstimableError, match=r"^b cannot be told apart"):
        fit_least_squares(X, np.arange(4.0), np.ones(4), ["one", "a", "b"])
    with pytest.raises(NotEstimableError, match=r"^a cannot"):
        fit_least_squares(X[[0, 0]][:, :2], np.arange(2.0), np.array([2.0, 2]), ["one", "a"])
    with pytest.raises(NotEstimableError, match="3 rows cannot give 3 coefficients"):
        fit_least_squares(X[:3], np.arange(3.0), np.ones(3), ["one", "a", "b"])


def test_levels_of_two_equal_the_binary_distance() -> None:
    p, q = np.array([0.3, 0.7]), np.array([0.6, 0.4])
    assert standardized_levels(p, q) == pytest.approx(0.3 / math.sqrt((0.21 + 0.24) / 2))


def test_levels_partly_disjoint_are_finite() -> None:
    p, q = np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])
    assert 0 < standardized_levels(p, q) < math.inf
    unused = standardized_levels(np.append(p, 0), np.append(q, 0))
    assert unused == pytest.approx(standardized_levels(p, q))
