"""Firth's logistic regression against brglm2 and logistf, and its profile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.errors import NotEstimableError
from spineoutcomes.numerics.firth import fit_firth
from spineoutcomes.numerics.model_matrix import build_model_matrix

from .regressions import near, present

# Counts against repeated rows: sums in another order.
ROUNDING = {"rel": 1e-8, "abs": 1e-9}
# brglm2's coefficients are printed with seven decimals.
PRINTED = 1e-6


def late(d: pd.DataFrame) -> pd.DataFrame:
    return d[d["Start"] >= 9].assign(early=d["Start"] > 14).reset_index(drop=True)


ENTRIES = {
    "reg.firth_logistic.kyphosis": ("kyphosis", lambda d: d, present, ["Age", "Number", "Start"]),
    "reg.firth_logistic.endometrial": (
        "endometrial",
        lambda d: d,
        lambda d: d["HG"].astype(float),
        ["NV", "PI", "EH"],
    ),
    "reg.firth_logistic.kyphosis_separated": (
        "kyphosis",
        late,
        present,
        ["Number", "early", "Age"],
    ),
}


@pytest.mark.validates("numerics.firth", source="R brglm2 0.9, logistf 1.26.1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_fit_equals_r(entry, reference, reference_data) -> None:
    name, prepare, outcome, covariates = ENTRIES[entry]
    rows = prepare(reference_data(name))
    matrix = build_model_matrix(rows, covariates)
    y = outcome(rows).to_numpy()
    fit = fit_firth(matrix.with_intercept(), y, np.ones(len(y)), ["i", *matrix.terms])
    found = reference(entry)
    values = found["values"]
    near(fit.coefficients, values["coef"], found)
    near(np.sqrt(np.diag(fit.inverse_information)), values["se_unpenalised_information"], found)
    near(fit.log_likelihood, values["logLik"], found)
    near(fit.penalised, values["penalised_loglik"], found)
    # The entry grants 1e-4 for the limits; its own tolerance is kept all the same.
    near(fit.low, values["logistf"]["lower_profile"], found)
    near(fit.high, values["logistf"]["upper_profile"], found)
    near(fit.p_value, values["logistf"]["p_plr"], found)


@pytest.mark.validates("numerics.firth", source="R brglm2 (AS_mean)")
def test_an_arm_without_events_equals_brglm2(reference_data) -> None:
    rows = reference_data("firth_example")
    X = np.column_stack([np.ones(len(rows)), rows["g"], rows["x"]])
    fit = fit_firth(X, rows["y"].to_numpy(dtype=float), np.ones(len(rows)), ["i", "g", "x"])
    assert fit.coefficients == pytest.approx([-0.7121632, -3.1088640, 0.6852453], abs=PRINTED)


def test_a_two_by_two_table_by_hand() -> None:
    # In a saturated table the penalty adds one half to each cell.
    X = np.array([[1.0, 1], [1, 1], [1, 0], [1, 0]])
    counts = np.array([0.0, 20, 5, 15])
    fit = fit_firth(X, np.array([1.0, 0, 1, 0]), counts, ["i", "arm"])
    odds = 0.5 * 15.5 / (20.5 * 5.5)
    assert fit.coefficients[1] == pytest.approx(np.log(odds))
    # FLIC: the mean risk is the observed one, that of plain Firth is not.
    assert counts @ fit.risks / 40 == pytest.approx(5 / 40)
    plain = 1 / (1 + np.exp(-(X @ fit.coefficients)))
    assert counts @ plain / 40 > 5.5 / 40


def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(12)
    X = np.column_stack([np.ones(40), rng.normal(size=40), np.arange(40) % 2])
    y = (rng.random(40) < 0.25).astype(float)
    return X, y, rng.integers(0, 4, 40).astype(float)


def test_counts_are_repeated_rows() -> None:
    X, y, counts = sample()
    again = np.repeat(np.arange(40), counts.astype(int))
    a = fit_firth(X, y, counts, ["i", "a", "b"])
    b = fit_firth(X[again], y[again], np.ones(len(again)), ["i", "a", "b"])
    for what in ("coefficients", "inverse_information", "low", "high", "p_value", "penalised"):
        assert getattr(a, what) == pytest.approx(getattr(b, what), **ROUNDING)


def test_the_limits_are_where_the_test_turns() -> None:
    X, y, _ = sample()
    one = fit_firth(X, y, np.ones(40), ["i", "a", "b"])
    for j in (1, 2):
        level = 1 - one.p_value[j]
        touching = fit_firth(X, y, np.ones(40), ["i", "a", "b"], conf_level=level)
        edge = touching.low[j] if one.coefficients[j] > 0 else touching.high[j]
        assert edge == pytest.approx(0, abs=1e-7)
    some = fit_firth(X, y, np.ones(40), ["i", "a", "b"], profiled=[1])
    assert np.isnan(some.low[[0, 2]]).all()
    assert some.low[1] == one.low[1]


def test_units_and_signs_carry_over() -> None:
    X, y, _ = sample()
    one = fit_firth(X, y, np.ones(40), ["i", "a", "b"])
    big = fit_firth(X * [1, 1e4, -1], y, np.ones(40), ["i", "a", "b"])
    assert big.low[1] * 1e4 == pytest.approx(one.low[1], rel=1e-6)
    assert -big.low[2] == pytest.approx(one.high[2], rel=1e-6)
    flipped = fit_firth(X, 1 - y, np.ones(40), ["i", "a", "b"])
    assert -flipped.coefficients == pytest.approx(one.coefficients, rel=1e-7)


def test_columns_far_from_zero_lose_no_digits() -> None:
    X, y, _ = sample()
    one = fit_firth(X, y, np.ones(40), ["i", "a", "b"])
    far = fit_firth(X + np.array([0, 2019, 0]), y, np.ones(40), ["i", "a", "b"], profiled=[1, 2])
    assert far.converged
    assert far.coefficients[1:] == pytest.approx(one.coefficients[1:], rel=1e-8)
    assert far.high[1:] == pytest.approx(one.high[1:], rel=1e-7)
    assert far.penalised == pytest.approx(one.penalised)
    assert far.risks == pytest.approx(one.risks)


@pytest.mark.parametrize("seed", range(20))
def test_tiny_series_converge_to_a_maximum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(9), rng.normal(size=9), rng.permutation(9) < 4])
    y = (rng.permutation(9) < 3).astype(float)
    fit = fit_firth(X, y, np.ones(9), ["i", "a", "b"])
    assert fit.converged
    assert np.isfinite(fit.low).all() and np.isfinite(fit.high).all()
    mu = 1 / (1 + np.exp(-(X @ fit.coefficients)))
    h = mu * (1 - mu) * np.einsum("ij,jk,ik->i", X, fit.inverse_information, X)
    assert X.T @ (y - mu + h * (0.5 - mu)) == pytest.approx(np.zeros(3), abs=1e-7)


def test_alike_outcomes_and_repeated_columns_are_refused() -> None:
    X, y, _ = sample()
    with pytest.raises(NotEstimableError, match="occurred in 0 of 40 rows"):
        fit_firth(X, np.zeros(40), np.ones(40), ["i", "a", "b"])
    with pytest.raises(NotEstimableError, match="twice cannot be told apart"):
        fit_firth(np.column_stack([X, X[:, 1]]), y, np.ones(40), ["i", "a", "b", "twice"])
