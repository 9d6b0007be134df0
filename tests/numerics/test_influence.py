"""Covariances from influences: by hand, and against rows that weigh a little more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.design import DesignModel
from spineoutcomes.numerics.influence import influence_covariance
from spineoutcomes.numerics.rows import Rows, analysis_rows

Array = npt.NDArray[np.float64]
# Two ways to the same sum.
ROUNDING = 1e-12
# A central difference with steps of 1e-4 misses the derivative by its square.
DIFFERENCE = 1e-6
STEP = 1e-4


def rows_of(data: pd.DataFrame | so.Design, **more: str) -> Rows:
    return analysis_rows(
        data,
        function="here",
        respects={"weights", "cluster"},
        columns={"outcome": "y"},
        **more,  # type: ignore[arg-type]
    )


def test_a_weighted_mean_by_hand() -> None:
    # Mean (1*1 + 2*4) / 3 = 3; derivatives (1-3)/3 and (4-3)/3; times weights -2/3 and 2/3.
    rows = rows_of(pd.DataFrame({"y": [1.0, 4.0], "w": [1.0, 2.0]}), weights="w")
    derivative = np.array([[-2 / 3], [1 / 3]])
    np.testing.assert_allclose(influence_covariance(rows, derivative), [[8 / 9]], rtol=ROUNDING)


def test_rows_of_a_cluster_add_up_before_they_are_squared() -> None:
    rows = rows_of(pd.DataFrame({"y": [1.0, 2.0, 4.0], "who": ["a", "a", "b"]}), cluster="who")
    # Mean 7/3; derivatives -4/9, -1/9, 5/9; clusters -5/9 and 5/9.
    derivative = (np.array([1.0, 2.0, 4.0])[:, None] - 7 / 3) / 3
    np.testing.assert_allclose(influence_covariance(rows, derivative), [[50 / 81]], rtol=ROUNDING)


def test_counts_are_individuals_of_their_own_unless_clustered() -> None:
    frame = pd.DataFrame({"y": [0.0, 3.0], "n": [2, 1], "who": [1, 2]})
    derivative = np.array([[-1 / 3], [2 / 3]])
    alone = influence_covariance(rows_of(frame, counts="n"), derivative)
    together = influence_covariance(rows_of(frame, counts="n", cluster="who"), derivative)
    np.testing.assert_allclose(alone, [[2 / 9 + 4 / 9]], rtol=ROUNDING)
    np.testing.assert_allclose(together, [[4 / 9 + 4 / 9]], rtol=ROUNDING)


def logistic(X: Array, z: Array, case: Array) -> Array:
    """Return the coefficients of a logistic regression with case weights, by Newton's method."""
    b = np.zeros(X.shape[1])
    for _ in range(50):
        e = 1 / (1 + np.exp(-X @ b))
        b = b + np.linalg.solve((X.T * (case * e * (1 - e))) @ X, X.T @ (case * (z - e)))
    return b


def arm_means(X: Array, z: Array, y: Array, case: Array, seen: Array) -> Array:
    """Return both means weighted by inverse propensity, the model fitted with case weights."""
    e = 1 / (1 + np.exp(-X @ logistic(X, z, case)))
    w = case * seen * np.where(z == 1, 1 / e, 1 / (1 - e))
    return np.array([(w * y * (z == a)).sum() / (w * (z == a)).sum() for a in (0, 1)])


def test_estimated_weights_against_refitting_with_one_unit_weighing_more() -> None:
    rng = np.random.default_rng(5)
    n = 60
    X = np.column_stack([np.ones(n), rng.normal(size=n), rng.normal(size=n)])
    z = (rng.random(n) < 1 / (1 + np.exp(-X[:, 1]))).astype(float)
    y = X @ np.array([1.0, 2.0, 0.5]) + z + rng.normal(size=n)
    seen = (np.arange(n) % 10 > 0).astype(float)  # outcomes of six are missing
    surgeon = np.arange(n) // 4
    b = logistic(X, z, np.ones(n))
    e = 1 / (1 + np.exp(-X @ b))
    weights = np.where(z == 1, 1 / e, 1 / (1 - e))
    model = DesignModel(
        linear_predictor=X @ b,
        scores=X * (z - e)[:, None],
        inverse_information=np.linalg.inv((X.T * (e * (1 - e))) @ X),
        # d/db of 1/e is -(1-e)/e x, of 1/(1-e) it is e/(1-e) x.
        weight_derivatives=X * np.where(z == 1, -(1 - e) / e, e / (1 - e))[:, None],
    )
    frame = pd.DataFrame({"arm": z, "y": np.where(seen == 1, y, np.nan), "surgeon": surgeon})
    for cluster, unit in ((None, np.arange(n)), ("surgeon", surgeon)):
        design = so.Design(
            frame, treatment="arm", reference=0, cluster=cluster, weights=weights, model=model
        )
        with pytest.warns(so.errors.MissingDataWarning, match="6 of 60 rows"):
            rows = rows_of(design)
        w, outcome = rows.weights, rows.numbers("outcome")
        assert w is not None
        derivative = np.zeros((len(outcome), 2))
        for a in (0, 1):
            own = rows.group == a
            mean = (w * outcome)[own].sum() / w[own].sum()
            derivative[own, a] = (outcome[own] - mean) / w[own].sum()
        total = np.zeros((2, 2))
        for u in np.unique(unit):
            up, down = (
                arm_means(X, z, y, np.where(unit == u, 1 + step, 1.0), seen)
                for step in (STEP, -STEP)
            )
            influence = (up - down) / (2 * STEP)
            total += np.outer(influence, influence)
        found = influence_covariance(rows, derivative)
        np.testing.assert_allclose(found, total, rtol=DIFFERENCE)
