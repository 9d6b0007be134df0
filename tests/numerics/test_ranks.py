"""Ranks, rank tests, exact rank distributions, placements and quantiles, as arrays."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.numerics.cells import cells_of
from spineoutcomes.numerics.intervals import t_interval
from spineoutcomes.numerics.placements import superiority
from spineoutcomes.numerics.quantiles import counted_quantiles, weighted_quantiles
from spineoutcomes.numerics.rank_distributions import (
    rank_sum_distribution,
    signed_rank_distribution,
)
from spineoutcomes.numerics.rank_tests import kruskal_wallis, van_elteren
from spineoutcomes.numerics.ranks import midranks, tie_sum

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
SHARES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def ones(x: np.ndarray) -> np.ndarray:
    return np.ones(len(x))


def test_midranks_by_hand() -> None:
    x = np.array([3.0, 1, 3, 2, 3])
    assert midranks(x, ones(x)).tolist() == [4, 1, 4, 2, 4]
    # Twice 1 and three times 2: ranks 1, 2 and 3, 4, 5.
    assert midranks(np.array([2.0, 1]), np.array([3.0, 2])).tolist() == [4, 1.5]
    assert tie_sum(x, ones(x)) == 24


def test_midranks_within_strata_by_hand() -> None:
    x = np.array([5.0, 1, 1, 7, 5, 7])
    stratum = np.array([0, 2, 0, 2, 0, 2])  # a code without rows between them
    assert midranks(x, ones(x), stratum).tolist() == [2.5, 1, 1, 2.5, 2.5, 2.5]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=20))
def test_counted_midranks_are_those_of_repeated_values(rows: list[tuple[int, int]]) -> None:
    x, counts = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    repeated = np.repeat(x, counts.astype(int))
    one_by_one = midranks(repeated, ones(repeated))
    for value, rank in zip(x, midranks(x, counts), strict=True):
        assert one_by_one[repeated == value] == pytest.approx(rank)
    assert counts @ midranks(x, counts) == pytest.approx(len(repeated) * (len(repeated) + 1) / 2)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 4), (3, 3), (4, 2), (5, 4)])
def test_rank_sum_distribution_is_that_of_all_orderings(m: int, n: int) -> None:
    found = rank_sum_distribution(m, n)
    wins = [sum(c) - m * (m - 1) // 2 for c in itertools.combinations(range(m + n), m)]
    for u in range(m * n + 1):
        assert found.upto[u] == pytest.approx(np.mean(np.array(wins) <= u))
    far = np.abs(np.array(wins) - m * n / 2)
    for u in range(m * n + 1):
        # Symmetric, so both tails are the same; in the middle the doubled tail is cut at one.
        expected = np.mean(far >= abs(u - m * n / 2))
        assert found.two_sided(u) == pytest.approx(expected)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_signed_rank_distribution_is_that_of_all_signs(n: int) -> None:
    found = signed_rank_distribution(n)
    signs = itertools.product([0, 1], repeat=n)
    sums = np.array([np.dot(one, np.arange(1, n + 1)) for one in signs])
    for v in range(n * (n + 1) // 2 + 1):
        assert found.upto[v] == pytest.approx(np.mean(sums <= v))


def test_depth_of_published_tables() -> None:
    # Mann-Whitney, two-sided 5%: the critical value of 10 and 10 is 23, of 20 and 20 127;
    # Wilcoxon's signed rank: 8 with n = 10, 52 with n = 20. The limits are one further in.
    assert rank_sum_distribution(10, 10).depth(0.025) == 24
    assert rank_sum_distribution(20, 20).depth(0.025) == 128
    assert signed_rank_distribution(10).depth(0.025) == 9
    assert signed_rank_distribution(20).depth(0.025) == 53
    # Three against three never reach 5%.
    assert rank_sum_distribution(3, 3).depth(0.025) == 0


def test_large_exact_distributions_add_up() -> None:
    for found in (rank_sum_distribution(50, 50), signed_rank_distribution(50)):
        assert found.upto[-1] == pytest.approx(1)
        middle = found.largest // 2
        assert found.upto[middle - 1] + found.upto[found.largest - middle] == pytest.approx(1)


KRUSKAL = {
    "desc.kgroup.airquality_Ozone": ("airquality", "Ozone", "Month"),
    "desc.kgroup.quine_Days": ("quine", "Days", "Eth"),
    "desc.kgroup.lung_age": ("lung", "age", "sex"),
}


@pytest.mark.parametrize("entry", KRUSKAL)
def test_kruskal_wallis_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, group = KRUSKAL[entry]
    frame = reference_data(name).dropna(subset=[outcome, group])
    y = frame[outcome].to_numpy(dtype=float)
    found = kruskal_wallis(y, ones(y), pd.factorize(frame[group])[0])
    expected = reference(entry)["values"]["kruskal"]
    assert found.statistic == pytest.approx(expected["H"], **CLOSED)
    assert found.df == expected["df"]
    assert found.p_value == pytest.approx(expected["p"], **CLOSED)


def test_kruskal_wallis_of_counts_and_constants() -> None:
    x, group = np.array([1.0, 2, 2, 3]), np.array([0, 0, 1, 1])
    counts = np.array([2.0, 1, 3, 2])
    at = np.repeat(np.arange(4), counts.astype(int))
    assert kruskal_wallis(x, counts, group) == kruskal_wallis(x[at], np.ones(8), group[at])
    assert np.isnan(kruskal_wallis(np.ones(4), np.ones(4), group).p_value)


VAN_ELTEREN = {
    "ordinal.van_elteren.lung_age_sex_ecog": ("lung", "age", "sex", ["ph.ecog"]),
    "ordinal.van_elteren.lung_wtloss": ("lung", "wt.loss", "sex", ["ph.ecog"]),
    "ordinal.van_elteren.BtheB_3m": ("BtheB", "bdi.3m", "treatment", ["drug"]),
    "ordinal.van_elteren.quine": ("quine", "Days", "Sex", ["Eth", "Age"]),
}


@pytest.mark.parametrize("entry", VAN_ELTEREN)
def test_van_elteren_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, group, strata = VAN_ELTEREN[entry]
    frame = reference_data(name).dropna(subset=[outcome, group, *strata])
    if name == "lung":
        frame = frame[frame["ph.ecog"] <= 2]
    values = reference(entry)["values"]
    y = frame[outcome].to_numpy(dtype=float)
    treated = (frame[group].astype(str) == values["levels_g"][0]).to_numpy()
    stratum = frame.groupby(strata).ngroup().to_numpy()
    found = van_elteren(y, ones(y), treated, stratum)
    assert found.statistic == pytest.approx(values["van_elteren"]["chi2"], **CLOSED)
    assert found.p_value == pytest.approx(values["van_elteren"]["p"], **CLOSED)
    assert found.df == 1
    # One stratum: the rank-sum test.
    alone = van_elteren(y, ones(y), treated, np.zeros(len(y), dtype=np.int64))
    assert alone.statistic == pytest.approx(values["wilcoxon_unstratified"]["z"] ** 2, **CLOSED)


def test_strata_without_both_arms_have_no_say() -> None:
    y, treated = np.array([1.0, 2, 3, 4, 9]), np.array([True, False, True, False, True])
    alone = van_elteren(y[:4], np.ones(4), treated[:4], np.zeros(4, dtype=np.int64))
    with_one = van_elteren(y, np.ones(5), treated, np.array([0, 0, 0, 0, 1]))
    assert with_one == alone
    assert np.isnan(van_elteren(y[:2], np.ones(2), treated[:2], np.array([0, 1])).p_value)


def arms_of(entry: str, reference_data) -> tuple[np.ndarray, np.ndarray]:
    if entry.endswith("published_example"):
        x = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]
        return np.array(x, dtype=float), np.array([3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4], dtype=float)
    name, outcome, group, first = {
        "desc.brunner_munzel.ASAT_asat": ("ASAT", "asat", "group", "Control"),
        "desc.brunner_munzel.BtheB_bdi.2m": ("BtheB", "bdi.2m", "treatment", "TAU"),
    }[entry]
    frame = reference_data(name).dropna(subset=[outcome])
    own = frame[group] == first
    y = frame[outcome].to_numpy(dtype=float)
    return y[own], y[~own]


@pytest.mark.parametrize(
    "entry",
    [
        "desc.brunner_munzel.ASAT_asat",
        "desc.brunner_munzel.BtheB_bdi.2m",
        "desc.brunner_munzel.published_example",
    ],
)
def test_brunner_munzel_equals_r_and_the_paper(entry: str, reference, reference_data) -> None:
    x, y = arms_of(entry, reference_data)
    found = superiority(cells_of(y, ones(y)), cells_of(x, ones(x)))
    expected = reference(entry)["values"]
    test = t_interval(found.probability - 0.5, found.std_error, found.df, 0.95)
    assert found.probability == pytest.approx(expected["p_x_less_y"], **CLOSED)
    assert test.statistic == pytest.approx(expected["stat"], **CLOSED)
    assert test.df == pytest.approx(expected["df"], **CLOSED)
    assert test.p_value == pytest.approx(expected["p"], **CLOSED)
    assert [test.low + 0.5, test.high + 0.5] == pytest.approx(expected["ci"], **CLOSED)


@pytest.mark.parametrize("name", ["airquality", "lung_w", "boys"])
def test_quantiles_equal_r(name: str, reference, reference_data) -> None:
    frame = reference_data(name)
    for column, expected in reference(f"desc.quantiles.{name}")["values"].items():
        x = frame[column].dropna().to_numpy(dtype=float)
        found = counted_quantiles(x, ones(x), np.array(list(SHARES.values())))
        assert found == pytest.approx([expected["type7"][p] for p in SHARES], **CLOSED)
        assert cells_of(x, ones(x)).median() == pytest.approx(expected["median"], **CLOSED)


def test_weighted_quantiles_are_the_left_inverse(reference, reference_data) -> None:
    frame = reference_data("lung_w")
    for column, expected in reference("desc.quantiles_weighted.lung_w")["values"].items():
        held = frame.dropna(subset=[column])
        x, w = held[column].to_numpy(dtype=float), held["w"].to_numpy(dtype=float)
        found = weighted_quantiles(x, w, np.array(list(SHARES.values())))
        assert found.tolist() == [expected["ecdf_left_inverse"][p] for p in SHARES]


def test_weighted_quantiles_at_the_edges() -> None:
    x, w = np.array([3.0, 1, 2, 9]), np.array([0.1, 0.1, 0.1, 0])
    # A third of the weight lies at 1, two thirds up to 2; 9 has none.
    shares = np.array([0, 1 / 3, 0.34, 2 / 3, 1])
    assert weighted_quantiles(x, w, shares).tolist() == [1, 1, 2, 2, 3]
    assert np.isnan(weighted_quantiles(x, np.zeros(4), shares)).all()
