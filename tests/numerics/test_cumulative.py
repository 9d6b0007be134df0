"""The proportional odds model and Brant's test against R, by hand and by their definition."""

from __future__ import annotations

import numpy as np
import pytest

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.brant import BrantTest, brant_test
from spineoutcomes.numerics.cumulative import fit_cumulative
from spineoutcomes.numerics.families import BINOMIAL
from spineoutcomes.numerics.glm import fit_glm
from spineoutcomes.numerics.model_matrix import build_model_matrix

from .regressions import near, recast

# Sums in another order, of a converged fit.
ROUNDING = {"rel": 1e-8, "abs": 1e-9}


def wine(read):
    rows = recast(read("wine"), {"temp": ["cold"]})
    return rows, rows["rating"].astype(int) - 1, None, ["temp", "contact"]


def housing(read):
    levels = {"Infl": ["Low", "Medium", "High"], "Type": ["Tower"], "Cont": ["High"]}
    rows = recast(read("housing"), levels)
    codes = rows["Sat"].map({"Low": 0, "Medium": 1, "High": 2})
    return rows, codes, rows["Freq"], ["Infl", "Type", "Cont"]


def visits(read):
    rows = read("birthwt")
    return rows, np.minimum(rows["ftv"], 2), None, ["smoke", "age", "lwt"]


def ecog(read):
    """R's rows: complete in the scores of physician and patient, the one patient of 3 left out."""
    rows = read("lung").dropna(subset=["ph.ecog", "pat.karno"])
    rows = rows[rows["ph.ecog"] < 3].reset_index(drop=True)
    return rows, rows["ph.ecog"].astype(int), None, ["age", "sex"]


def parts(prepared):
    rows, codes, counts, covariates = prepared
    counts = np.ones(len(rows)) if counts is None else counts.to_numpy(dtype=float)
    matrix = build_model_matrix(rows, covariates, counts=counts)
    return matrix.X, codes.to_numpy(), counts, matrix.terms


MODELS = {"wine": wine, "housing": housing, "birthwt_ftv": visits}


@pytest.mark.validates("numerics.cumulative", source="R ordinal 2022.11-16 (clm)")
@pytest.mark.parametrize("name", MODELS)
def test_the_model_equals_clm(name, reference, reference_data) -> None:
    X, codes, counts, terms = parts(MODELS[name](reference_data))
    fit = fit_cumulative(X, codes, counts, terms)
    entry = reference(f"ordinal.polr_logit.{name}")
    values = entry["values"]
    near(fit.coefficients, values["coef"], entry)
    near(fit.thresholds, values["thresholds"], entry)
    near(fit.full_covariance(), values["vcov"]["m"], entry)
    near(np.sqrt(np.diag(fit.full_covariance())), values["se"], entry)
    near(fit.log_likelihood, values["logLik"], entry)
    assert counts.sum() == values["n"]
    limits = np.array(values["ci_wald"]["m"])[-len(terms) :]
    half = 1.959963984540054 * np.sqrt(np.diag(fit.covariance))
    near(np.column_stack([fit.coefficients - half, fit.coefficients + half]), limits, entry)


def as_r_stores_it(test: BrantTest) -> float:
    """Return the statistic from R's covariance, which is not symmetric.

    brant 0.3-0 stores the covariance of cuts j and k in both places without turning it over.
    """
    cuts, p = test.by_cut.shape
    V = test.covariance.copy()
    for j in range(cuts):
        for k in range(j):
            V[j, :, k, :] = V[k, :, j, :]
    W = np.kron(np.hstack([-np.ones((cuts - 1, 1)), np.eye(cuts - 1)]), np.eye(p))
    gap = W @ test.by_cut.ravel()
    return float(gap @ np.linalg.solve(W @ V.reshape(cuts * p, cuts * p) @ W.T, gap))


@pytest.mark.validates("numerics.brant", source="R brant 0.3-0")
@pytest.mark.parametrize(
    ("name", "prepare"), [("birthwt_ftv", visits), ("lung_ecog", ecog)], ids=["visits", "ecog"]
)
def test_brants_test_equals_r(name, prepare, reference, reference_data) -> None:
    test = brant_test(*parts(prepare(reference_data)))
    entry = reference(f"ordinal.brant.{name}")
    values = entry["values"]
    near(test.by_term, values["X2"][1:], entry)
    assert test.df == values["df"][0]
    near(as_r_stores_it(test), values["X2"][0], entry)
    # The symmetric covariance moves the statistic a little, see docs/differences.
    assert test.statistic == pytest.approx(values["X2"][0], rel=1e-3)


def sample(n: int = 80, K: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(17)
    X = np.column_stack([rng.normal(size=n), np.arange(n) % 2])
    latent = X @ [0.5, 0.8] + rng.logistic(size=n)
    codes = np.digitize(latent, np.quantile(latent, np.arange(1, K) / K))
    return X, codes


def test_two_categories_are_a_logistic_model() -> None:
    X, codes = sample(K=2)
    fit = fit_cumulative(X, codes, np.ones(80), ["a", "b"])
    Z = np.column_stack([np.ones(80), X])
    plain = fit_glm(Z, codes.astype(float), BINOMIAL, ["i", "a", "b"])
    assert fit.coefficients == pytest.approx(plain.coefficients[1:], **ROUNDING)
    assert fit.thresholds == pytest.approx(-plain.coefficients[:1], **ROUNDING)
    assert fit.covariance == pytest.approx(plain.covariance[1:, 1:], **ROUNDING)


def test_counts_are_repeated_rows_in_any_order() -> None:
    X, codes = sample()
    counts = np.random.default_rng(4).integers(1, 5, 80).astype(float)
    again = np.random.default_rng(5).permutation(np.repeat(np.arange(80), counts.astype(int)))
    a = fit_cumulative(X, codes, counts, ["a", "b"])
    b = fit_cumulative(X[again], codes[again], np.ones(len(again)), ["a", "b"])
    for what in ("coefficients", "thresholds", "covariance", "log_likelihood"):
        assert getattr(a, what) == pytest.approx(getattr(b, what), **ROUNDING)
    one = brant_test(X, codes, counts, ["a", "b"])
    two = brant_test(X[again], codes[again], np.ones(len(again)), ["a", "b"])
    assert one.statistic == pytest.approx(two.statistic, **ROUNDING)


def test_turning_the_scale_turns_the_sign() -> None:
    X, codes = sample()
    up = fit_cumulative(X, codes, np.ones(80), ["a", "b"])
    down = fit_cumulative(X, 3 - codes, np.ones(80), ["a", "b"])
    assert down.coefficients == pytest.approx(-up.coefficients, **ROUNDING)
    assert down.covariance == pytest.approx(up.covariance, **ROUNDING)
    one, two = (brant_test(X, c, np.ones(80), ["a", "b"]) for c in (codes, 3 - codes))
    assert one.statistic == pytest.approx(two.statistic, **ROUNDING)
    assert one.by_term == pytest.approx(two.by_term, **ROUNDING)


def test_columns_far_from_zero_lose_no_digits() -> None:
    X, codes = sample()
    near_zero = fit_cumulative(X, codes, np.ones(80), ["a", "b"])
    far = fit_cumulative(X + np.array([2019, 0]), codes, np.ones(80), ["a", "b"])
    assert far.converged
    assert far.coefficients == pytest.approx(near_zero.coefficients, **ROUNDING)
    assert far.covariance == pytest.approx(near_zero.covariance, **ROUNDING)
    moved = near_zero.thresholds + 2019 * near_zero.coefficients[0]
    assert far.thresholds == pytest.approx(moved, **ROUNDING)
    # The error of a threshold moves with the origin; at the old origin it is the old one.
    back = np.eye(5)
    back[:3, 3] = -2019
    full = back @ far.full_covariance() @ back.T
    assert full == pytest.approx(near_zero.full_covariance(), rel=1e-5, abs=1e-6)


def test_every_value_may_be_a_category() -> None:
    X, _ = sample(300)
    latent = X @ [0.5, 0.8] + np.random.default_rng(1).logistic(size=300)
    codes = np.argsort(np.argsort(latent))
    fit = fit_cumulative(X, codes, np.ones(300), ["a", "b"])
    assert fit.converged
    assert fit.full_covariance()[-2:, -2:] == pytest.approx(fit.covariance)
    # The information is the curvature of the likelihood: a fit of b + h loses h'I h / 2.
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx([0.12, 0.2], abs=0.03)


def test_separation_is_named() -> None:
    X, codes = sample()
    X[:, 1] = codes > 1
    with pytest.raises(NotEstimableError, match=r"^arm: .*separation.*win_odds"):
        fit_cumulative(X, codes, np.ones(80), ["age", "arm"])
    with pytest.raises(NotEstimableError, match="b cannot be told apart"):
        fit_cumulative(X[:, [0, 0]], codes, np.ones(80), ["a", "b"])


def test_parallel_data_pass_the_check_and_others_do_not() -> None:
    rng = np.random.default_rng(2)
    arm = np.repeat([0.0, 1.0], 2000)
    same = np.digitize(0.7 * arm + rng.logistic(size=4000), [-1, 0, 1])
    # The arm widens the outcome: its effect turns over from the low to the high cuts.
    wider = np.digitize((1 + arm) * rng.logistic(size=4000), [-1, 0, 1])
    names = ["arm"]
    assert brant_test(arm[:, None], same, np.ones(4000), names).p_value > 0.05
    assert brant_test(arm[:, None], wider, np.ones(4000), names).p_value < 1e-10
