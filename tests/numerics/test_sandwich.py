"""Robust covariances against R's sandwich and clubSandwich, and by their definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.distributions import t_cdf
from spineoutcomes.numerics.families import BINOMIAL, GAUSSIAN, POISSON
from spineoutcomes.numerics.glm import GlmFit, fit_glm
from spineoutcomes.numerics.model_matrix import build_model_matrix
from spineoutcomes.numerics.sandwich import (
    bias_reduced,
    cluster_covariance,
    robust_error,
    row_covariance,
)
from spineoutcomes.numerics.small_samples import (
    cluster_rule,
    require_events,
)

from .regressions import MODELS, fitted, near

# The same formula by another order of operations.
ROUNDING = {"rel": 1e-8, "abs": 1e-10}


def errors(covariance: np.ndarray) -> np.ndarray:
    return np.sqrt(np.diag(covariance))


def clustered(fit: GlmFit, cluster: np.ndarray, kind: str) -> np.ndarray:
    return cluster_covariance(fit.scores, fit.inverse_information, fit.counts, cluster, kind)


@pytest.mark.validates("numerics.sandwich", source="R sandwich 3.0-2")
@pytest.mark.parametrize("entry", MODELS)
@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_errors_of_rows_equal_r(entry, kind, reference, reference_data) -> None:
    found = reference(entry)
    name = f"se_{kind.lower()}"
    if name not in found["values"]:
        assert "modified" in entry
        return
    fit, _ = fitted(entry, reference_data)
    near(errors(row_covariance(fit, kind)), found["values"][name], found)


@pytest.mark.validates("numerics.sandwich", source="R sandwich 3.0-2")
@pytest.mark.parametrize(
    ("entry", "columns"),
    [
        ("reg.modified_poisson.resp_gee_cluster", ["center", "id"]),
        ("reg.modified_poisson.bacteria_cluster", ["ID"]),
    ],
)
def test_errors_of_clusters_equal_r(entry, columns, reference, reference_data) -> None:
    fit, rows = fitted(entry, reference_data)
    cluster = rows.groupby(columns).ngroup().to_numpy()
    found = reference(entry)
    for kind, name in [
        ("CR0", "se_cluster_hc0_noadj"),
        ("CR1", "se_cluster_hc0_G"),
        ("CR1S", "se_cluster_hc1"),
    ]:
        near(errors(clustered(fit, cluster, kind)), found["values"][name], found)


@pytest.mark.validates("numerics.sandwich", source="R clubSandwich")
def test_cr2_equals_clubsandwich(reference, reference_data) -> None:
    entry = reference("reg.lm_cluster.dietox")
    values = entry["values"]
    rows = reference_data("dietox")
    matrix = build_model_matrix(rows, ["Cu", "Time"])
    y = rows["Weight"].to_numpy()
    fit = fit_glm(matrix.with_intercept(), y, GAUSSIAN, ["i", *matrix.terms])
    pig = pd.factorize(rows["Pig"])[0]
    near(fit.coefficients, values["coef"], entry)
    near(errors(fit.covariance), values["se_ols"], entry)
    for kind in ("CR0", "CR1", "CR1S"):
        near(errors(clustered(fit, pig, kind)), values[kind], entry)
    reduced = bias_reduced(fit, pig)
    near(errors(reduced.covariance), values["CR2"], entry)
    near(reduced.df, values["CR2_df"], entry)
    t = fit.coefficients / errors(reduced.covariance)
    near(2 * t_cdf(reduced.df, -abs(t)), values["CR2_p"], entry)


def sample(n: int = 60, clusters: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    cluster = rng.integers(0, clusters, n)
    X = np.column_stack([np.ones(n), rng.normal(size=n), cluster % 2])
    y = rng.poisson(np.exp(0.3 + 0.2 * X[:, 1] + rng.normal(0, 0.5, clusters)[cluster]))
    return X, y.astype(float), cluster


def by_definition(fit: GlmFit, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return CR2 and its degrees of freedom with the matrices of the paper, of size n x n."""
    n, p = fit.X.shape
    root = np.sqrt(fit.working_weight)
    X = fit.X * root[:, None]
    e = fit.pull / root
    M = np.linalg.inv(X.T @ X)
    rest = np.eye(n) - X @ M @ X.T
    groups = [np.flatnonzero(cluster == g) for g in np.unique(cluster)]
    meat = np.zeros((p, p))
    G = np.zeros((p, len(groups), n))
    for place, own in enumerate(groups):
        value, vector = np.linalg.eigh(rest[np.ix_(own, own)])
        power = np.where(value > 1e-9, np.where(value > 1e-9, value, 1) ** -0.5, 0)
        A = vector @ np.diag(power) @ vector.T
        score = X[own].T @ A @ e[own]
        meat += np.outer(score, score)
        for j in range(p):
            G[j, place] = (M @ X[own].T @ A)[j] @ rest[own]
    df = [np.trace(g @ g.T) ** 2 / np.trace(g @ g.T @ g @ g.T) for g in G]
    return M @ meat @ M, np.array(df)


def test_cr2_is_its_definition() -> None:
    X, y, cluster = sample()
    fit = fit_glm(X, y, POISSON, ["i", "a", "b"])
    covariance, df = by_definition(fit, cluster)
    reduced = bias_reduced(fit, cluster)
    assert reduced.covariance == pytest.approx(covariance, **ROUNDING)
    assert reduced.df == pytest.approx(df, **ROUNDING)


def test_cr2_of_single_rows_is_hc2() -> None:
    X, y, _ = sample()
    fit = fit_glm(X, y, POISSON, ["i", "a", "b"])
    alone = bias_reduced(fit, np.arange(len(y)))
    assert alone.covariance == pytest.approx(row_covariance(fit, "HC2"), **ROUNDING)
    one = cluster_covariance(
        fit.scores, fit.inverse_information, fit.counts, np.arange(len(y)), "CR0"
    )
    assert one == pytest.approx(row_covariance(fit, "HC0"), **ROUNDING)


def test_counts_are_repeated_rows() -> None:
    X, y, cluster = sample()
    counts = np.random.default_rng(7).integers(1, 4, len(y)).astype(float)
    again = np.repeat(np.arange(len(y)), counts.astype(int))
    counted = fit_glm(X, y, POISSON, ["i", "a", "b"], counts=counts)
    repeated = fit_glm(X[again], y[again], POISSON, ["i", "a", "b"])
    for kind in ("HC0", "HC1", "HC2", "HC3"):
        assert row_covariance(counted, kind) == pytest.approx(
            row_covariance(repeated, kind), **ROUNDING
        )
    for kind in ("CR0", "CR1", "CR1S"):
        assert clustered(counted, cluster, kind) == pytest.approx(
            clustered(repeated, cluster[again], kind), **ROUNDING
        )
    a, b = bias_reduced(counted, cluster), bias_reduced(repeated, cluster[again])
    assert a.covariance == pytest.approx(b.covariance, **ROUNDING)
    assert a.df == pytest.approx(b.df, **ROUNDING)


def test_a_row_that_alone_determines_a_coefficient_is_refused() -> None:
    X = np.column_stack([np.ones(6), [1.0, 0, 0, 0, 0, 0]])
    fit = fit_glm(X, np.array([2.0, 1, 3, 1, 2, 4]), POISSON, ["i", "arm"])
    with pytest.raises(NotEstimableError, match=r"1 row\(s\) alone .* HC3"):
        row_covariance(fit, "HC3")
    with pytest.raises(NotEstimableError, match="at least two"):
        bias_reduced(fit, np.zeros(6, dtype=int))
    with pytest.raises(NotEstimableError, match="at least two"):
        clustered(fit, np.zeros(6, dtype=int), "CR1")


def test_the_number_of_clusters_chooses_the_error() -> None:
    X, y, _ = sample(200)
    fit = fit_glm(X, y, POISSON, ["i", "a", "b"])
    few, many = np.arange(200) % 39, np.arange(200) % 40
    assert "CR2" in robust_error(fit, few).method
    assert np.isfinite(robust_error(fit, few).df).all()
    assert "40 clusters (CR1, normal" in robust_error(fit, many).method
    assert robust_error(fit, many).covariance == pytest.approx(clustered(fit, many, "CR1"))
    # Codes may leave gaps, as those of rows left out do.
    gaps = robust_error(fit, few * 7)
    assert gaps.covariance == pytest.approx(robust_error(fit, few).covariance)
    rows = robust_error(fit, None)
    assert rows.covariance == pytest.approx(row_covariance(fit, "HC3"))
    assert rows.df.tolist() == [197, 197, 197]


def test_limits_of_small_samples() -> None:
    assert cluster_rule(9).warning is not None
    assert "9 clusters are very few" in str(cluster_rule(9).warning)
    assert cluster_rule(10).warning is None
    assert cluster_rule(40).error == "CR1"
    require_events("f", 10, 2, "exact")
    with pytest.raises(NotEstimableError, match=r"f: 9 events cannot carry 2 coefficients.*exact"):
        require_events("f", 9, 2, "exact")


def test_cr2_covers_where_cr0_does_not() -> None:
    # The mean of CR2 over clustered data of one design is the variance of the estimate.
    rng = np.random.default_rng(20)
    cluster = np.repeat(np.arange(8), 6)
    X = np.column_stack([np.ones(48), (cluster < 3) * 1.0])
    found = []
    for _ in range(400):
        y = rng.normal(size=48)
        fit = fit_glm(X, y, GAUSSIAN, ["i", "arm"])
        found.append(
            [
                bias_reduced(fit, cluster).covariance[1, 1],
                clustered(fit, cluster, "CR0")[1, 1],
            ]
        )
    truth = 1 / 18 + 1 / 30
    reduced, plain = np.mean(found, axis=0)
    # 400 replicates: the Monte-Carlo error of the mean is about 3 % of it.
    assert reduced == pytest.approx(truth, rel=0.1)
    assert plain < 0.85 * truth


def test_leverages_of_a_logistic_model_are_those_of_its_weights(reference_data) -> None:
    rows = reference_data("kyphosis")
    matrix = build_model_matrix(rows, ["Age", "Start"])
    y = (rows["Kyphosis"] == "present").to_numpy(dtype=float)
    fit = fit_glm(matrix.with_intercept(), y, BINOMIAL, ["i", *matrix.terms])
    w = np.sqrt(fit.fitted * (1 - fit.fitted))[:, None] * fit.X
    hat = w @ np.linalg.inv(w.T @ w) @ w.T
    assert fit.leverage == pytest.approx(np.diag(hat), **ROUNDING)
