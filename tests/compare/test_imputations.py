"""pool_imputations: against R mice, by hand, invariants, errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.least_squares import fit_least_squares
from spineoutcomes.numerics.rubin import pool_scalar

# Iterative fits of the other program lie below these numbers.
ITERATED = {"rel": 1e-6, "abs": 1e-8}
CLOSED = {"rel": 1e-8, "abs": 1e-10}
ROUNDING = 1e-9


def results(
    Q: list[list[float]], se: list[list[float]], terms: list[str], df: float,
    measure: str = "mean_difference",
) -> list[so.Effects]:  # fmt: skip
    back = np.exp if measure == "hazard_ratio" else np.asarray
    return [
        so.Effects(
            pd.DataFrame(
                {
                    "term": terms, "measure": measure, "estimate": back(q), "std_error": s,
                    "df": df, "p_value": 0.5, "n": 100,
                }
            ),
            method="A fit.",
        )
        for q, s in zip(Q, se, strict=True)
    ]  # fmt: skip


@pytest.mark.validates("compare.pool_imputations", source="R mice 3.15.0, pool")
@pytest.mark.parametrize("name", ["nhanes2_lm", "airquality_lm", "lung_cox", "pbc_cox"])
def test_pooled_coefficients_equal_r(name: str, reference) -> None:
    values = reference(f"mi.pool.{name}")["values"]
    ratio = name.endswith("cox")
    Q = values["per_imputation_estimate"]["m"]
    se = values["per_imputation_se"]["m"]
    measure = "hazard_ratio" if ratio else "mean_difference"
    pooled = so.compare.pool_imputations(
        results(Q, se, values["term"], values["dfcom"][0], measure)
    )
    tidy = pooled.tidy()
    on_scale = np.log if ratio else np.asarray
    for column, key in [
        ("estimate", "estimate"), ("conf_low", "lower"), ("conf_high", "upper"),
    ]:  # fmt: skip
        assert on_scale(tidy[column].to_numpy()) == pytest.approx(values[key], **ITERATED), key
    for column, key in [
        ("std_error", "se"), ("df", "df"), ("statistic", "statistic"), ("p_value", "p"),
    ]:  # fmt: skip
        assert tidy[column].to_numpy() == pytest.approx(values[key], **ITERATED), key
    for k in range(len(values["term"])):
        own = pool_scalar(np.array(Q)[:, k], np.array(se)[:, k] ** 2, values["dfcom"][0])
        for attribute, key in [
            ("within", "ubar"), ("between", "b"), ("total", "t"), ("increase", "riv"),
            ("missing_information", "fmi"),
        ]:  # fmt: skip
            assert getattr(own, attribute) == pytest.approx(values[key][k], **ITERATED), key
    assert f"{min(values['fmi']):.2f} to {max(values['fmi']):.2f}" in pooled.method


@pytest.mark.validates("compare.pool_imputations", source="R mice 3.15.0, pool.scalar")
@pytest.mark.parametrize(("name", "df"), [("five", 56), ("ten", 494), ("no_between", 98)])
def test_scalars_equal_r(name: str, df: float, reference) -> None:
    values = reference(f"mi.pool_scalar.{name}")["values"]
    se = np.sqrt(values["U"])
    for complete, key in ((df, "barnard_rubin"), (math.nan, "large_sample")):
        expected = values[key]
        inputs = results([[q] for q in values["Q"]], [[s] for s in se], ["x"], complete)
        row = so.compare.pool_imputations(inputs).tidy().iloc[0]
        assert row["estimate"] == pytest.approx(expected["qbar"], **CLOSED)
        assert row["std_error"] ** 2 == pytest.approx(expected["t"], **CLOSED)
        assert row["df"] == pytest.approx(expected["df"], **CLOSED)
        own = pool_scalar(
            np.array(values["Q"]), np.array(values["U"]), math.inf if math.isnan(complete) else df
        )
        assert own.missing_information == pytest.approx(expected["fmi"], **CLOSED)
        assert own.increase == pytest.approx(expected["r"], **CLOSED)


def cholesterol(frame: pd.DataFrame) -> so.Effects:
    """Return chl ~ age + bmi + hyp, the coefficients by least squares."""
    terms = ["age40-59", "age60-99", "bmi", "hypyes"]
    columns = [
        frame["age"] == "40-59",
        frame["age"] == "60-99",
        frame["bmi"],
        frame["hyp"] == "yes",
    ]
    X = np.column_stack([np.ones(len(frame)), *columns]).astype(float)
    y = frame["chl"].to_numpy(dtype=float)
    fit = fit_least_squares(X, y, np.ones(len(frame)), ["1", *terms])
    covariance = pd.DataFrame(fit.covariance[1:, 1:], terms, terms)
    rows = {"term": terms, "measure": "mean_difference", "estimate": fit.coefficients[1:]}
    errors = np.sqrt(np.diag(covariance))
    return so.Effects(
        pd.DataFrame({**rows, "std_error": errors, "df": fit.df}), covariance=covariance
    )


@pytest.mark.validates("compare.pool_imputations", source="R mice 3.15.0, D1 and D2")
def test_joint_tests_equal_r(reference, reference_data) -> None:
    values = reference("mi.multi_parameter.nhanes2")["values"]
    fits = [cholesterol(reference_data(f"nhanes2_imp{i}")) for i in range(1, 6)]
    pooled = so.compare.pool_imputations(fits, joint=[values["terms"]])
    row = pooled.tidy().iloc[-1]
    assert (row["term"], row["measure"]) == ("age40-59 + age60-99", "test")
    assert row["statistic"] == pytest.approx(values["D1"]["F"], **ITERATED)
    assert row["df"] == pytest.approx(values["D1"]["df2"], **ITERATED)
    assert row["p_value"] == pytest.approx(values["D1"]["p"], **ITERATED)
    assert "F test with 2 and 13.36" in row["method"]
    tests = [
        so.Effects(
            pd.DataFrame({"measure": ["test"], "statistic": [wald], "df": [2.0], "p_value": [0.5]}),
            method="Wald chi-square",
        )
        for wald in values["wald_per_imputation"]
    ]
    row = so.compare.pool_imputations(tests).tidy().iloc[0]
    assert row["statistic"] == pytest.approx(values["D2"]["F"], **ITERATED)
    assert row["df"] == pytest.approx(values["D2"]["df2"], **ITERATED)
    assert row["p_value"] == pytest.approx(values["D2"]["p"], **ITERATED)


def test_covariance_is_pooled(reference_data) -> None:
    fits = [cholesterol(reference_data(f"nhanes2_imp{i}")) for i in range(1, 6)]
    pooled = so.compare.pool_imputations(fits)
    assert pooled.covariance is not None
    np.testing.assert_allclose(
        np.sqrt(np.diag(pooled.covariance)), pooled.tidy()["std_error"], rtol=ROUNDING
    )
    assert so.compare.pool_imputations([fits[0], so.Effects(fits[1].tidy())]).covariance is None


def trial(shift: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"arm": ["mis"] * 4 + ["open"] * 4, "vas": [1, 2, 3, 2 + shift, 4, 5, 7, 6.0 - shift]}
    )


def test_our_own_effects_by_hand() -> None:
    one, other = (
        so.compare.mean_difference(
            pd.concat([trial(s)] * 2), outcome="vas", treatment="arm", reference="open"
        )
        for s in (0, 1)
    )
    tidy = so.compare.pool_imputations([one, other]).tidy()
    a, b = one.tidy(), other.tidy()
    np.testing.assert_allclose(tidy["estimate"], (a["estimate"] + b["estimate"]) / 2)
    between = ((a["estimate"] - b["estimate"]) / 2) ** 2 * 2
    within = (a["std_error"] ** 2 + b["std_error"] ** 2) / 2
    np.testing.assert_allclose(tidy["std_error"] ** 2, within + 1.5 * between)
    assert tidy["p_value"].notna().tolist() == [True, False, False]
    assert tidy["statistic"].notna().tolist() == [True, False, False]
    assert tidy["n"].tolist() == [16, 8, 8]
    assert tidy["contrast"].tolist() == ["mis - open", "mis", "open"]


@given(
    Q=st.lists(st.floats(-3, 3), min_size=2, max_size=6), df=st.floats(2, 500),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_order_sign_and_scale(Q: list[float], df: float, order: Any) -> None:
    def pooled(values: list[float], unit: float = 1.0) -> pd.Series:
        inputs = results([[q * unit] for q in values], [[0.4 * abs(unit)]] * len(values), ["x"], df)
        return so.compare.pool_imputations(inputs).tidy().iloc[0]

    plain = pooled(Q)
    mixed = list(Q)
    order.shuffle(mixed)
    turned = pooled(mixed, unit=-2.0)
    assert turned["estimate"] == pytest.approx(-2 * plain["estimate"], rel=1e-6, abs=ROUNDING)
    assert turned["conf_low"] == pytest.approx(-2 * plain["conf_high"], rel=1e-6, abs=ROUNDING)
    assert turned["p_value"] == pytest.approx(plain["p_value"], rel=1e-6, abs=ROUNDING)
    # Imputing can only add to the uncertainty.
    assert plain["std_error"] >= 0.4 * (1 - ROUNDING)
    assert plain["df"] <= df


def test_rows_without_an_error_are_averaged_and_that_is_told() -> None:
    frame = trial(0).assign(y=[1, 0, 1, 1, 0, 0, 1, 0])
    call = {"outcome": "y", "treatment": "arm", "reference": "open"}
    one = so.compare.risk_difference(frame, method="wald", **call)
    with pytest.warns(SparseDataWarning, match="risk has no standard error") as caught:
        tidy = so.compare.pool_imputations([one, one]).tidy()
    assert caught[0].filename == __file__
    assert tidy["estimate"].tolist() == pytest.approx([0.5, 0.75, 0.25])
    assert tidy["conf_low"].notna().tolist() == [True, False, False]
    assert "no interval without a standard error" in tidy.loc[1, "method"]


def test_errors() -> None:
    [one, other] = results([[1.0], [2.0]], [[0.1], [0.1]], ["x"], 20)
    with pytest.raises(ArgumentError, match="two or more Effects, got 1"):
        so.compare.pool_imputations([one])
    with pytest.raises(ArgumentError, match="two or more Effects, got 1"):
        so.compare.pool_imputations(one)
    renamed = so.Effects(other.tidy().assign(term="z"))
    with pytest.raises(
        ArgumentError,
        match="result 2 lacks x mean_difference and has z mean_difference besides",
    ):
        so.compare.pool_imputations([one, renamed])
    two = so.Effects(pd.concat([one.tidy(), renamed.tidy()]))
    back = so.Effects(pd.concat([renamed.tidy(), one.tidy()]))
    with pytest.raises(ArgumentError, match="another order"):
        so.compare.pool_imputations([two, back])
    with pytest.raises(ArgumentError, match="different levels: 95%, 90%"):
        so.compare.pool_imputations([one, so.Effects(other.tidy(), conf_level=0.9)])
    with pytest.raises(ArgumentError, match=r"needs one row and the covariance of each .* 'x'"):
        so.compare.pool_imputations([one, other], joint=[["x"]])
    empty = so.Effects(other.tidy().assign(estimate=np.nan))
    with pytest.raises(NotEstimableError, match="1 of 2 results have no finite estimate"):
        so.compare.pool_imputations([one, empty])
    test = so.Effects(pd.DataFrame({"measure": ["test"], "statistic": [2.0], "method": ["t test"]}))
    with pytest.raises(NotEstimableError, match="only chi-square tests"):
        so.compare.pool_imputations([test, test])


def test_conclusions_are_not_pooled() -> None:
    [one, other] = results([[1.0], [1.2]], [[0.1], [0.1]], ["arm"], 20)
    rows = [one.tidy().assign(contrast="mis - open"), other.tidy().assign(contrast="mis - open")]
    judged = [
        so.compare.noninferiority(so.Effects(row), margin=2, higher_is_better=True) for row in rows
    ]
    with pytest.raises(
        ArgumentError, match=r"noninferiority is a conclusion .* pool the contrasts"
    ):
        so.compare.pool_imputations(judged)
    pooled = so.compare.pool_imputations([so.Effects(row) for row in rows])
    judged_once = so.compare.noninferiority(pooled, margin=2, higher_is_better=True)
    assert "noninferiority" in judged_once.tidy()["measure"].tolist()


def test_a_test_that_is_missing_somewhere_stays_missing() -> None:
    def tested(statistic: float) -> so.Effects:
        frame = results([[1.0]], [[0.1]], ["arm"], 20)[0].tidy()
        test = {"measure": "test", "statistic": statistic, "df": 1.0, "method": "chi-square test"}
        return so.Effects(pd.concat([frame, pd.DataFrame([test])], ignore_index=True))

    with pytest.warns(SparseDataWarning, match="test: not every result has a statistic"):
        pooled = so.compare.pool_imputations([tested(3.0), tested(np.nan)])
    effect, test = pooled.tidy().to_dict("records")
    assert effect["estimate"] == 1.0
    assert math.isnan(test["statistic"])
    assert math.isnan(test["p_value"])
    assert test["method"] == "chi-square test; not pooled: 1 of 2 results have no statistic"


def test_what_small_arms_do_not_allow_pooling_does_not_give_back() -> None:
    def untested(q: float, p: float) -> so.Effects:
        return so.Effects(results([[q]], [[0.1]], ["arm"], 5)[0].tidy().assign(p_value=p))

    tidy = so.compare.pool_imputations([untested(1.0, 0.5), untested(1.1, np.nan)]).tidy()
    assert tidy[["statistic", "p_value"]].isna().all(axis=None)
    assert tidy["conf_low"].notna().all()


@pytest.mark.parametrize(
    ("given_", "kind"),
    [(None, "NoneType"), (5, "int"), ("ab", "str"), (pd.DataFrame(), "DataFrame"), ({}, "dict")],
)
def test_effects_come_as_a_list(given_: Any, kind: str) -> None:
    with pytest.raises(ArgumentError, match=rf"effects must be a list of Effects.* got a {kind}\."):
        so.compare.pool_imputations(given_)


@pytest.mark.parametrize(
    ("joint", "found"),
    [
        ("ab", r"got a str\."),
        (None, r"got a NoneType\."),
        (["ab"], r"got a list with a str\."),
        ([3], r"got a list with a int\."),
        ([[]], "each needs one term or more"),
        ([[1, 2]], "all of them text"),
    ],
)
def test_joint_is_a_list_of_lists_of_terms(joint: Any, found: str) -> None:
    [one, other] = results([[1.0], [2.0]], [[0.1], [0.1]], ["a"], 20)
    with pytest.raises(ArgumentError, match=f"joint must be a list of lists of terms.*{found}"):
        so.compare.pool_imputations([one, other], joint=joint)


def test_a_margin_brings_back_no_p_that_one_result_was_denied() -> None:
    def result(q: float, p: float) -> so.Effects:
        row = results([[q]], [[0.1]], ["arm"], 5)[0].tidy()
        return so.Effects(row.assign(contrast="a - b", statistic=q / 0.1, p_value=p))

    def judged(p: float) -> pd.Series:
        pooled = so.compare.pool_imputations([result(1.0, 0.5), result(1.1, p)])
        found = so.compare.noninferiority(pooled, margin=1, higher_is_better=True).tidy()
        return found[found["measure"] == "noninferiority"].iloc[0]

    assert judged(0.5)["p_value"] < 0.05
    assert math.isnan(judged(math.nan)["p_value"])
    assert judged(math.nan)["statistic"] == judged(0.5)["statistic"]


def test_a_pooled_test_says_that_its_p_is_withheld() -> None:
    def tested(p: float) -> so.Effects:
        row = {"measure": "test", "statistic": 3.0, "df": 1.0, "p_value": p, "method": "chi-square"}
        return so.Effects(pd.DataFrame([row]))

    [allowed] = so.compare.pool_imputations([tested(0.08), tested(0.08)]).tidy().to_dict("records")
    assert 0 < allowed["p_value"] < 1
    [withheld] = (
        so.compare.pool_imputations([tested(0.08), tested(math.nan)]).tidy().to_dict("records")
    )
    assert math.isnan(withheld["p_value"])
    assert withheld["statistic"] == allowed["statistic"]
    assert "no p-value: at least one of the results has none" in withheld["method"]
