"""adjust_p_values: against R, closed testing, invariants, errors."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.multiplicity import RULES, adjusted

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
P = [0.001, 0.008, 0.012, 0.021, 0.04, 0.049, 0.2, 0.6]
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


def family(p: list[float]) -> so.Effects:
    return so.Effects(
        pd.DataFrame({"measure": "mean_difference", "contrast": "a - b", "p_value": p}),
        method="Welch.",
    )


@pytest.mark.validates("compare.adjust_p_values", source="R stats 4.2.2, p.adjust")
@pytest.mark.parametrize("method", RULES)
def test_equals_r(method: str, reference) -> None:
    expected = reference("desc.p_adjust")["values"][method]
    order = [5, 0, 7, 2, 1, 6, 4, 3]
    found = so.compare.adjust_p_values(family([P[i] for i in order]), method=method.lower())
    assert found.tidy()["p_adjusted"].to_numpy() == pytest.approx(
        [expected[i] for i in order], **CLOSED
    )


def simes(p: list[float]) -> float:
    return min(len(p) * value / rank for rank, value in enumerate(sorted(p), 1))


@given(p=FAMILIES)
def test_hommel_and_holm_are_closed_tests(p: list[float]) -> None:
    for rule, local in (("hommel", simes), ("holm", lambda part: len(part) * min(part))):
        for i, found in enumerate(adjusted(np.array(p), rule)):
            others = [k for k in range(len(p)) if k != i]
            sets = [s for size in range(len(p)) for s in combinations(others, size)]
            worst = max(local([p[i], *(p[k] for k in s)]) for s in sets)
            assert found == pytest.approx(min(1, worst))


@given(p=FAMILIES)
def test_order_of_the_rules(p: list[float]) -> None:
    by = {rule: adjusted(np.array(p), rule) for rule in RULES}
    slack = 1e-12
    for smaller, larger in [
        ("BH", "hommel"), ("hommel", "hochberg"), ("hochberg", "holm"), ("holm", "bonferroni"),
        ("BH", "BY"),
    ]:  # fmt: skip
        assert (by[smaller] <= by[larger] + slack).all()
    for values in by.values():
        assert (values >= np.array(p) - slack).all()
        assert (values <= 1).all()


def test_rows_without_a_p_are_not_in_the_family_and_that_is_told() -> None:
    frame = pd.DataFrame(
        {
            "measure": ["mean_difference", "risk_difference", "mean", "test"],
            "contrast": ["a - b", "a - b", "a", "a - b"],
            "p_value": [0.01, None, None, 0.04],
        }
    )
    found = so.compare.adjust_p_values(so.Effects(frame, method="Two."), method="holm")
    np.testing.assert_allclose(found.tidy()["p_adjusted"], [0.02, np.nan, np.nan, 0.04])
    assert found.warnings == (
        "1 comparison(s) have no p-value and are not part of the family of 2 adjusted by Holm.",
    )
    assert found.method == "Two; P adjusted by Holm over 2 tests."


def test_errors() -> None:
    with pytest.raises(ArgumentError, match=r"unknown method 'tukey'; there are: holm, hochberg"):
        so.compare.adjust_p_values(family(P), method="tukey")
    with pytest.raises(NotEstimableError, match="none of the 1 rows has a p-value"):
        so.compare.adjust_p_values(family([None]), method="holm")


def adjusted_of(rows: list[dict]) -> tuple[list[float], tuple[str, ...]]:
    found = so.compare.adjust_p_values(so.Effects(pd.DataFrame(rows)), method="bonferroni")
    return found.tidy()["p_adjusted"].fillna(-1).round(4).tolist(), found.warnings


ARM = {"term": "arm", "contrast": "mis - open", "measure": "odds_ratio", "p_value": 0.01}


def test_what_a_model_assumes_and_its_covariates_are_no_comparisons() -> None:
    rows = [
        ARM,
        {**ARM, "term": "sex[m]", "contrast": "m - f"},
        {**ARM, "term": "age", "contrast": None},
        *({**ARM, "term": name, "measure": "test"} for name in ("breslow_day", "tarone[mis]")),
        {**ARM, "term": "proportional_odds", "contrast": None, "measure": "test"},
    ]
    assert adjusted_of(rows) == ([0.01, -1, -1, -1, -1, -1], ())


def test_arms_of_two_outcomes_are_two_comparisons() -> None:
    rows = [{**ARM, "outcome": name} for name in ("pain", "infection")]
    assert adjusted_of(rows) == ([0.02, 0.02], ())


def test_a_margin_stands_for_its_contrast() -> None:
    effects = so.compare.noninferiority(
        so.Effects(
            pd.DataFrame(
                {
                    "contrast": ["mis - open"], "measure": "mean_difference", "estimate": 1.0,
                    "std_error": 1.0, "conf_low": -0.96, "conf_high": 2.96, "p_value": 0.3,
                }
            )
        ),
        margin=3,
        higher_is_better=True,
    )  # fmt: skip
    found = so.compare.adjust_p_values(effects, method="holm").tidy()
    assert found["p_adjusted"].isna().tolist() == [True, False]
    assert found["p_adjusted"][1] == found["p_value"][1]


def test_a_test_beside_its_comparison_counts_once() -> None:
    test = {**ARM, "measure": "test", "p_value": 0.03}
    beside = [ARM, {**test, "term": "van_elteren"}]
    assert adjusted_of(beside) == ([0.01, -1], ())
    alone = [{**ARM, "p_value": None}, {**test, "term": "permutation"}]
    assert adjusted_of(alone) == ([-1, 0.03], ())


def test_terms_of_tests_are_unique_with_three_arms() -> None:
    frame = pd.DataFrame({"arm": list("abc") * 6, "y": range(18), "stratum": [0, 1] * 9})
    call = {"outcome": "y", "treatment": "arm", "reference": "a", "strata": "stratum"}
    wins = so.compare.win_odds(frame, higher_is_better=True, **call).tidy()
    assert wins["term"].dropna().tolist() == [
        "arm[b]", "van_elteren[b]", "arm[c]", "van_elteren[c]",
    ]  # fmt: skip
    drawn = so.compare.permutation_test(
        frame, measure="mean_difference", n_permutations=99, seed=1, **call
    )
    assert drawn.tidy()["term"].dropna().tolist() == [
        "arm[b]", "permutation[b]", "arm[c]", "permutation[c]",
    ]  # fmt: skip
    assert so.compare.adjust_p_values(drawn, method="holm").warnings == drawn.warnings
