"""Kernels of 2 x 2 tables: against R, by hand, by enumeration, and what must always hold."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics.conditional_odds import (
    exact_odds_ratio,
    margins,
    mid_p_odds_ratio,
    wald_odds_ratio,
)
from spineoutcomes.numerics.contingency import (
    cramers_v,
    likelihood_ratio_test,
    pearson_test,
    standardized_residuals,
)
from spineoutcomes.numerics.fisher import fisher_exact
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.one_proportion import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    wilson_interval,
)
from spineoutcomes.numerics.roots import exp_root, falling_root
from spineoutcomes.numerics.two_risks import (
    koopman_ratio,
    newcombe_difference,
    risk_given_difference,
    score_difference,
    wald_difference,
    wald_risk_ratio,
)

Kernel = Callable[[float, float, float, float, float], Interval]
# Demanded of these entries; some of R's intervals in them are found by root finding.
ROOT = {"rel": 1e-6, "abs": 1e-7}
# A closed formula computed twice.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
# Two ways round the same root, in double precision.
ROUNDING = 1e-9

TABLES = (
    "desc.two_by_two.birthwt",
    "desc.two_by_two.kyphosis",
    "desc.two_by_two.glioma",
    "desc.two_by_two.aSAH",
    "desc.two_by_two_example.newcombe1998_a",
    "desc.two_by_two_example.bcg_aronson",
    "desc.two_by_two_example.small",
)


def cells(values: dict) -> tuple[int, int, int, int]:
    table = values["table"]
    return table["a"], table["a"] + table["b"], table["c"], table["c"] + table["d"]


def as_table(x1: float, n1: float, x0: float, n0: float) -> np.ndarray:
    return np.array([[x1, n1 - x1], [x0, n0 - x0]], dtype=float)


def check(found: Interval, expected: dict) -> None:
    assert found.low == pytest.approx(float(expected["lower"]), **ROOT)
    assert found.high == pytest.approx(float(expected["upper"]), **ROOT)


@pytest.mark.validates("compare.risk_ratio", source="R stats 4.2.2, ratesci 1.0.0")
@pytest.mark.parametrize("entry", TABLES)
def test_ratios_and_score_intervals_equal_r(entry: str, reference) -> None:
    values = reference(entry)["values"]
    table = cells(values)
    score = score_difference(*table, 0.95)
    check(score, values["rd_mn"])
    check(score, values["rd_mn_ratesci"])
    koopman = koopman_ratio(*table, 0.95)
    check(koopman, values["rr_koopman"])
    # The score test of ratio 1 is Pearson's.
    assert koopman.p_value == pytest.approx(values["chi2"]["p"], **ROOT)
    for kernel, name in ((wald_risk_ratio, "rr"), (wald_odds_ratio, "or")):
        wald = kernel(*table, 0.95)
        check(wald, values[name])
        assert wald.estimate == pytest.approx(values[name]["est"], **ROOT)
        assert wald.std_error == pytest.approx(values[name]["log_se"], **ROOT)


@pytest.mark.validates("compare.odds_ratio", source="R stats 4.2.2, roots to 1e-14")
@pytest.mark.parametrize("entry", TABLES)
def test_exact_odds_ratios_equal_r(entry: str, reference) -> None:
    values = reference(entry)["values"]
    table, fisher = cells(values), values["fisher"]
    found = exact_odds_ratio(*table, 0.95)
    check(found, fisher)
    assert found.estimate == pytest.approx(fisher["cmle_or"], **ROOT)
    # Twice the smaller tail belongs to these limits; R orders tables by their probability.
    assert found.p_value == pytest.approx(2 * min(fisher["p_less"], fisher["p_greater"]), **ROOT)
    assert fisher_exact(as_table(*table)) == pytest.approx(fisher["p"], **ROOT)
    seen = margins(*table)
    assert seen.at_most(0.0) == pytest.approx(fisher["p_less"], **ROOT)


@pytest.mark.parametrize("entry", TABLES)
def test_chi_squares_equal_r(entry: str, reference) -> None:
    values = reference(entry)["values"]
    table = as_table(*cells(values))
    for corrected, name in ((False, "chi2"), (True, "chi2_yates")):
        found = pearson_test(table, corrected=corrected)
        assert found.statistic == pytest.approx(values[name]["chi2"], **ROOT)
        assert found.p_value == pytest.approx(values[name]["p"], **ROOT)
    assert cramers_v(table) == pytest.approx(abs(values["phi"]), **ROOT)


@pytest.mark.parametrize("entry", ["10_20_0_20", "0_30_0_25"])
def test_tables_with_empty_cells_equal_r(entry: str, reference) -> None:
    values = reference(f"desc.two_by_two_zero.{entry}")["values"]
    table = tuple(int(cell) for cell in entry.split("_"))
    check(score_difference(*table, 0.95), values["rd_mn"])
    if "fisher" in values:
        check(exact_odds_ratio(*table, 0.95), values["fisher"])
        assert exact_odds_ratio(*table, 0.95).estimate == math.inf
    assert fisher_exact(as_table(*table)) == pytest.approx(
        values.get("fisher_p", 0) or values["fisher"]["p"]
    )


@pytest.mark.parametrize("name", ["birthwt_race_low", "alzheimer_smoking_disease"])
@pytest.mark.parametrize("empty", [False, True])
def test_tables_of_any_size_equal_r(name: str, empty: bool, reference) -> None:
    values = reference(f"desc.contingency.{name}")["values"]
    table = np.array(values["table"]["m"], dtype=float)
    if empty:  # a level nobody has is no level
        table = np.insert(table, 1, 0, axis=0)
    found = pearson_test(table)
    assert found.statistic == pytest.approx(values["chi2"], **CLOSED)
    assert (found.df, found.p_value) == pytest.approx((values["df"], values["p"]), **CLOSED)
    assert found.expected == pytest.approx(np.array(values["expected"]["m"]), **CLOSED)
    assert standardized_residuals(table) == pytest.approx(np.array(values["stdres"]["m"]), **CLOSED)
    assert likelihood_ratio_test(table).statistic == pytest.approx(values["G2"], **CLOSED)
    assert cramers_v(table) == pytest.approx(values["cramers_v"], **CLOSED)


def test_the_largest_table_equals_r(reference) -> None:
    values = reference("desc.contingency.housing_Infl_Sat")["values"]
    found = pearson_test(np.array(values["table"]["m"], dtype=float))
    assert found.statistic == pytest.approx(values["chi2"], **CLOSED)
    assert found.p_value == pytest.approx(values["p"], **CLOSED)


@pytest.mark.parametrize("table", [[[3.0, 4.0]], [[3.0, 4.0], [0.0, 0.0]], [[0.0], [0.0]]])
def test_a_table_of_one_row_has_no_test(table: list) -> None:
    found = pearson_test(np.array(table))
    assert np.isnan([found.statistic, found.df, found.p_value]).all()
    assert math.isnan(cramers_v(np.array(table)))


def test_yates_never_overshoots() -> None:
    # Expected 1.5 in each cell of the first row: a difference of 1/2 is corrected to nothing.
    assert pearson_test(np.array([[2.0, 1.0], [1.0, 2.0]]), corrected=True).statistic == 0


@pytest.mark.parametrize("name", ["birthwt_race_low", "alzheimer_smoking_disease"])
def test_fisher_of_any_size_equals_r(name: str, reference) -> None:
    values = reference(f"desc.contingency.{name}")["values"]
    table = np.array(values["table"]["m"], dtype=float)
    assert fisher_exact(table) == pytest.approx(values["fisher_p"], **CLOSED)
    if table.size < 10:
        assert fisher_exact(table.T) == pytest.approx(fisher_exact(table), **CLOSED)


def test_fisher_by_enumeration() -> None:
    # Every table of 0 to 6 with the margins of the one seen, by its multinomial probability.
    seen = np.array([[3, 0, 1], [0, 2, 1], [1, 1, 2], [2, 0, 0]])
    rows, columns = seen.sum(axis=1), seen.sum(axis=0)
    weights: dict[bool, float] = {True: 0.0, False: 0.0}

    def weight(table: np.ndarray) -> float:
        return 1 / math.prod(math.factorial(int(cell)) for cell in table.ravel())

    def fill(done: list[np.ndarray]) -> None:
        if len(done) == len(rows):
            if (np.sum(done, axis=0) == columns).all():
                found = weight(np.array(done))
                weights[found <= weight(seen) * (1 + 1e-9)] += found
            return
        total = rows[len(done)]
        for a in range(total + 1):
            for b in range(total - a + 1):
                fill([*done, np.array([a, b, total - a - b])])

    fill([])
    expected = weights[True] / (weights[True] + weights[False])
    assert fisher_exact(seen.astype(float)) == pytest.approx(expected, rel=1e-12)


def test_fisher_gives_up_on_too_many_tables() -> None:
    assert fisher_exact(np.full((5, 5), 40.0)) is None
    assert fisher_exact(np.array([[3.0, 4.0], [0.0, 0.0]])) == 1


@pytest.mark.validates("compare.risk_difference", source="R stats 4.2.2 (binom.test)")
@pytest.mark.parametrize(("x", "n"), [(17, 81), (0, 24), (1, 29), (59, 189), (3, 500)])
def test_one_proportion_equals_r(x: int, n: int, reference) -> None:
    values = reference(f"desc.one_proportion.{x}_{n}")["values"]
    for kernel, name in (
        (wilson_interval, "wilson"),
        (clopper_pearson_interval, "clopper_pearson"),
        (agresti_coull_interval, "agresti_coull"),
        (jeffreys_interval, "jeffreys"),
    ):
        found = kernel(x, n, 0.95)
        assert found.low == pytest.approx(values[name]["lower"], **CLOSED), name
        assert found.high == pytest.approx(values[name]["upper"], **CLOSED), name


def test_jeffreys_ends() -> None:
    assert jeffreys_interval(0, 7, 0.95).low == 0
    assert jeffreys_interval(7, 7, 0.95).high == 1


@pytest.mark.validates("compare.risk_difference", source="enumeration")
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_clopper_pearson_covers(n: int) -> None:
    limits = [clopper_pearson_interval(x, n, 0.95) for x in range(n + 1)]
    for p in np.linspace(0.01, 0.99, 99):
        inside = sum(
            math.comb(n, x) * p**x * (1 - p) ** (n - x)
            for x, at in enumerate(limits)
            if at.low <= p <= at.high
        )
        assert inside >= 0.95


@pytest.mark.validates("compare.odds_ratio", source="enumeration")
@pytest.mark.parametrize(("n1", "n0", "events"), [(4, 5, 3), (6, 6, 6), (3, 9, 5), (1, 2, 1)])
def test_the_exact_odds_ratio_covers(n1: int, n0: int, events: int) -> None:
    possible = range(max(0, events - n0), min(n1, events) + 1)
    limits = {x: exact_odds_ratio(x, n1, events - x, n0, 0.95) for x in possible}
    for odds in np.exp(np.linspace(-4, 4, 33)):
        weight = {x: math.comb(n1, x) * math.comb(n0, events - x) * odds**x for x in possible}
        inside = sum(weight[x] for x in possible if limits[x].low <= odds <= limits[x].high)
        assert inside / sum(weight.values()) >= 0.95


def test_mid_p_by_hand() -> None:
    # One of one against none of one: x is 0 or 1 with odds psi, so half of psi/(1 + psi) = .025
    # at psi = .05/.95; at psi = 1 the half tail is 1/4.
    found = mid_p_odds_ratio(1, 1, 0, 1, 0.95)
    assert found.low == pytest.approx(0.05 / 0.95, rel=ROUNDING)
    assert (found.estimate, found.high) == (math.inf, math.inf)
    assert found.p_value == pytest.approx(0.5)
    exact = exact_odds_ratio(1, 1, 0, 1, 0.95)
    assert exact.low == pytest.approx(0.025 / 0.975, rel=ROUNDING)
    assert exact.p_value == 1


def test_conditional_estimate_by_hand() -> None:
    # Margins 2, 2 and 2 events: weights 1, 4 psi, psi^2; the expected count is 1 at psi = 1, and
    # with x = 1 of n1 = 3, n0 = 1, 2 events: weights 3 psi (x = 1), 3 psi^2 (x = 2).
    assert exact_odds_ratio(1, 2, 1, 2, 0.95).estimate == pytest.approx(1, rel=ROUNDING)
    assert exact_odds_ratio(1, 3, 1, 1, 0.95).estimate == 0
    # 1 of 3 and 1 of 2: weights 1, 6 psi, 3 psi^2 for x = 0, 1, 2; mean 1 where 1 = 3 psi^2.
    found = exact_odds_ratio(1, 3, 1, 2, 0.95).estimate
    assert found == pytest.approx(math.sqrt(1 / 3), rel=ROUNDING)


# Newcombe 1998, table II: methods 10 (hybrid score) and 6 (Miettinen-Nurminen), four decimals.
PUBLISHED = {
    (56, 70, 48, 80): ((0.0524, 0.3339), (0.0528, 0.3382)),
    (9, 10, 3, 10): ((0.1705, 0.8090), (0.1700, 0.8406)),
    (6, 7, 2, 7): ((0.0582, 0.8062), (0.0342, 0.8534)),
    (5, 56, 0, 29): ((-0.0381, 0.1926), (-0.0326, 0.1933)),
    (0, 10, 0, 20): ((-0.1611, 0.2775), (-0.1658, 0.2844)),
}


@pytest.mark.validates("compare.risk_difference", source="Newcombe 1998, table II")
@pytest.mark.parametrize("table", PUBLISHED)
def test_published_differences(table: tuple[int, int, int, int]) -> None:
    for kernel, limits in zip(
        (newcombe_difference, score_difference), PUBLISHED[table], strict=True
    ):
        found = kernel(*table, 0.95)
        assert (found.low, found.high) == pytest.approx(limits, abs=5.1e-5)


@pytest.mark.parametrize(("level", "name"), [(0.95, "mn_ci95"), (0.9, "mn_ci90")])
def test_score_interval_at_two_levels_equals_r(level: float, name: str, reference) -> None:
    values = reference("desc.noninferiority_proportion.83_100_81_102")["values"]
    check(score_difference(83, 100, 81, 102, level), values[name])
    at_margin = values["rmle"]["p2"]
    found = risk_given_difference(83, 100, 81, 102, -0.1)
    assert found == pytest.approx(at_margin, **ROOT)


NULL = {score_difference: 0.0, koopman_ratio: 1.0, exact_odds_ratio: 1.0, mid_p_odds_ratio: 1.0}
NULL |= {wald_difference: 0.0, wald_risk_ratio: 1.0, wald_odds_ratio: 1.0}
EVERY_TABLE = [(x1, 6, x0, 9) for x1 in range(7) for x0 in range(10)]


@pytest.mark.parametrize("kernel", NULL, ids=lambda kernel: kernel.__name__)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_p_and_interval_agree_on_every_table(kernel: Kernel, level: float) -> None:
    excluded = 0
    for table in EVERY_TABLE:
        found = kernel(*table, level)
        if math.isnan(found.low):
            assert math.isnan(found.p_value)
            continue
        outside = not found.low <= NULL[kernel] <= found.high
        assert outside == (found.p_value < 1 - level), table
        excluded += outside
    assert 0 < excluded < len(EVERY_TABLE)


sizes = st.integers(1, 60)
shares = st.floats(0, 1)


@given(n1=sizes, n0=sizes, f1=shares, f0=shares, level=st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_hold_their_estimate_and_turn_with_the_arms(
    n1: int, n0: int, f1: float, f0: float, level: float
) -> None:
    x1, x0 = round(f1 * n1), round(f0 * n0)
    differences = (score_difference, newcombe_difference)
    for kernel in differences:
        found = kernel(x1, n1, x0, n0, level)
        assert -1 <= found.low <= found.estimate <= found.high <= 1
        swapped = kernel(x0, n0, x1, n1, level)
        assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low), abs=ROUNDING)
        opposite = kernel(n1 - x1, n1, n0 - x0, n0, level)
        assert opposite.low == pytest.approx(-found.high, abs=ROUNDING)
    odds = (exact_odds_ratio, mid_p_odds_ratio, wald_odds_ratio)
    for kernel in (*odds, koopman_ratio, wald_risk_ratio):
        found = kernel(x1, n1, x0, n0, level)
        if math.isnan(found.estimate) or math.isnan(found.low):
            continue
        assert 0 <= found.low <= found.estimate <= found.high
        assert_inverse(kernel(x0, n0, x1, n1, level), found)
        if kernel in odds:
            assert_inverse(kernel(n1 - x1, n1, n0 - x0, n0, level), found)


def assert_inverse(a: Interval, b: Interval) -> None:
    for one, other in ((a.estimate, b.estimate), (a.low, b.high), (a.high, b.low)):
        inverse = math.inf if one == 0 else 0.0 if one == math.inf else 1 / one
        assert inverse == pytest.approx(other, rel=ROUNDING)
    if not math.isnan(a.p_value):
        assert a.p_value == pytest.approx(b.p_value, rel=ROUNDING)


@pytest.mark.parametrize("kernel", [koopman_ratio, exact_odds_ratio, mid_p_odds_ratio])
def test_limits_of_a_ratio_without_events_in_one_arm(kernel: Kernel) -> None:
    none, all_ = kernel(0, 8, 5, 9, 0.95), kernel(5, 9, 0, 8, 0.95)
    assert (none.estimate, none.low) == (0, 0)
    assert 0 < none.high < math.inf
    assert (all_.estimate, all_.high) == (math.inf, math.inf)
    assert all_.low == pytest.approx(1 / none.high, rel=ROUNDING)


def test_ratio_when_all_have_the_event() -> None:
    found = koopman_ratio(8, 8, 9, 9, 0.95)
    assert (found.estimate, found.p_value) == (1, 1)
    assert found.low < 1 < found.high


def test_large_tables_keep_their_digits() -> None:
    # So many that the exact limits come to Wald's.
    table = (20_000, 100_000, 19_000, 100_000)
    exact, wald = exact_odds_ratio(*table, 0.95), wald_odds_ratio(*table, 0.95)
    assert exact.estimate == pytest.approx(wald.estimate, rel=1e-5)
    assert exact.low == pytest.approx(wald.low, rel=1e-4)
    score, plain = score_difference(*table, 0.95), wald_difference(*table, 0.95)
    assert score.low == pytest.approx(plain.low, abs=1e-7)


def test_roots() -> None:
    assert falling_root(lambda x: 2 - x * x, 0, 2) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert falling_root(lambda x: 1.0, 0, 2) == 2
    assert falling_root(lambda x: -1.0, 0, 2) == 0
    assert exp_root(lambda t: 100 - t) == pytest.approx(math.exp(100), rel=1e-12)
    assert exp_root(lambda t: -100 - t) == pytest.approx(math.exp(-100), rel=1e-12)
    assert exp_root(lambda t: 1.0) == math.inf
    assert exp_root(lambda t: -1.0) == 0
