"""baseline_summary(tests=True): by hand, against R, invariants."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, SparseDataWarning
from spineoutcomes.numerics.baseline_tests import level_test, rank_test
from spineoutcomes.numerics.fisher import fisher_exact

# Closed formulas: two programs differ by the rounding of double precision only.
CLOSED = {"rel": 1e-8, "abs": 1e-10}
# Sums of many probabilities.
SUMMED = 1e-9
ARMS = {"treatment": "arm", "reference": "open"}
NORMAL = "Wilcoxon rank-sum test (normal approximation, ties corrected, no continuity correction)"


def p_of(summary: so.Summary, variable: str) -> float:
    tidy = summary.tidy()
    [p] = tidy.loc[(tidy["variable"] == variable) & (tidy["statistic"] == "p_value"), "value"]
    return p


def test_tests_come_on_request_and_are_named_by_variable() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["mis"] * 3 + ["open"] * 3,
            "age": [50.0, 60, 61, 70, 80, 90],
            "asa": [1.5, 1.5, 2.5, 2.5, 3.5, 3.5],
            "smoker": [1, 1, 1, 0, 0, 1],
            "site": ["a", "b", "c", "a", "b", "c"],
        }
    )
    plain = so.compare.baseline_summary(frame, **ARMS).tidy()
    assert "p_value" not in plain["statistic"].tolist()
    summary = so.compare.baseline_summary(frame, tests=True, **ARMS)
    pd.testing.assert_frame_equal(
        summary.tidy()[lambda t: t["statistic"] != "p_value"].reset_index(drop=True), plain
    )
    # All of the 20 ways to choose three ranks are equally likely; two are as far apart as these.
    assert p_of(summary, "age") == pytest.approx(2 / 20)
    # Two who do not smoke among six: 3 of the 15 pairs are both open, 3 both mis.
    assert p_of(summary, "smoker") == pytest.approx(6 / 15)
    assert p_of(summary, "site") == pytest.approx(1)
    rows = summary.tidy()
    [row] = rows[(rows["variable"] == "age") & (rows["statistic"] == "p_value")].to_dict("records")
    assert (row["group"], row["n"], row["level"]) == ("mis - open", 6, None)
    assert "P by Wilcoxon rank-sum test (exact): age" in summary.method
    # Ties, and three of each: not exact, so there is no p.
    assert np.isnan(p_of(summary, "asa"))
    assert f"P by {NORMAL}, without p: an arm has fewer than 5, where only" in summary.method
    assert "P by Fisher's exact test: smoker, site" in summary.method


@pytest.mark.validates("compare.baseline_summary", source="R stats 4.2.2, kruskal.test")
@pytest.mark.parametrize(
    ("entry", "data", "x", "group", "first"),
    [
        ("airquality_Ozone", "airquality", "Ozone", "Month", 5),
        ("lung_age", "lung", "age", "sex", 1),
    ],
)
def test_ranks_of_groups_equal_r(
    entry: str, data: str, x: str, group: str, first: int, reference, reference_data
) -> None:
    expected = reference(f"desc.kgroup.{entry}")["values"]["kruskal"]
    summary = so.compare.baseline_summary(
        reference_data(data), variables=[x], tests=True, treatment=group, reference=first
    )
    assert p_of(summary, x) == pytest.approx(expected["p"], **CLOSED)


SAMPLES = {
    "ASAT": ("asat", "group", "Control", "Compound"),
    "sleep": ("extra", "group", 2, 1),
    "BtheB": ("bdi.3m", "treatment", "BtheB", "TAU"),
    "lung_untied_small": ("time", "sex", 2, 1),
    "pbc_untied_small": ("bili", "trt", 2, 1),
}


@pytest.mark.validates("compare.baseline_summary", source="R stats 4.2.2, wilcox.test")
@pytest.mark.parametrize("name", SAMPLES)
def test_ranks_of_two_arms_equal_r(name: str, reference, reference_data) -> None:
    values = reference(f"desc.wilcoxon.{name}")["values"]
    x, group, treated, control = SAMPLES[name]
    frame = reference_data(name)
    frame = frame[frame[group].isin([treated, control])]
    summary = so.compare.baseline_summary(
        frame, variables=[x], tests=True, treatment=group, reference=control
    )
    exact = values.get("exact")
    expected = (exact or values["asymptotic_nocorrect"])["p"]
    assert p_of(summary, x) == pytest.approx(expected, **CLOSED)
    assert ("(exact)" if exact else NORMAL) in summary.method


@pytest.mark.validates("compare.baseline_summary", source="R stats 4.2.2, chisq.test, fisher.test")
@pytest.mark.parametrize(
    "name", ["birthwt_race_low", "alzheimer_smoking_disease", "housing_Infl_Sat"]
)
def test_tables_of_levels_equal_r(name: str, reference) -> None:
    values = reference(f"desc.contingency.{name}")["values"]
    table = pd.DataFrame(values["table"]["m"], values["table"]["rows"], values["table"]["cols"])
    long = (
        table.rename_axis("level").reset_index().melt("level", var_name="arm", value_name="times")
    )
    summary = so.compare.baseline_summary(
        long, tests=True, treatment="arm", reference=table.columns[0], counts="times"
    )
    assert p_of(summary, "level") == pytest.approx(values["p"], **CLOSED)
    found = level_test(table.to_numpy(dtype=float))
    assert found.statistic == pytest.approx(values["chi2"], **CLOSED)
    assert found.df == values["df"]
    exact = fisher_exact(table.to_numpy(dtype=float))
    if exact is not None:
        assert exact == pytest.approx(values["fisher_p"], **CLOSED)


def test_fisher_by_hand() -> None:
    # Fisher's tea: 70 ways to choose four cups of eight; 1 + 16 + 16 + 1 as good or as bad.
    assert fisher_exact(np.array([[3.0, 1], [1, 3]])) == pytest.approx(34 / 70)
    assert fisher_exact(np.array([[4.0, 0], [0, 4]])) == pytest.approx(2 / 70)


def brute(table: np.ndarray) -> float:
    """Return Fisher's p by trying every table with cells up to its margins."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    weights = []
    for cells in product(*(range(int(min(r, c)) + 1) for r in rows for c in columns)):
        other = np.array(cells).reshape(table.shape)
        if (other.sum(axis=1) == rows).all() and (other.sum(axis=0) == columns).all():
            weights.append((1 / math.prod(math.factorial(cell) for cell in cells), other))
    seen = next(w for w, other in weights if (other == table).all())
    return sum(w for w, _ in weights if w <= seen * (1 + 1e-7)) / sum(w for w, _ in weights)


@given(cells=st.lists(st.integers(0, 3), min_size=6, max_size=6), wide=st.booleans())
def test_fisher_equals_trying_every_table(cells: list[int], wide: bool) -> None:
    table = np.array(cells, float).reshape((2, 3) if wide else (3, 2))
    if (table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all():
        assert fisher_exact(table) == pytest.approx(brute(table), rel=SUMMED)
        assert fisher_exact(table.T) == pytest.approx(brute(table), rel=SUMMED)


def test_three_arms_of_a_rare_level_are_tested_exactly() -> None:
    frame = pd.DataFrame({"arm": list("aabbcc") * 2, "x": ["p", "q"] * 3 + ["p", "p"] * 3})
    summary = so.compare.baseline_summary(frame, tests=True, treatment="arm", reference="a")
    rows = summary.tidy()
    assert rows.loc[rows["statistic"] == "p_value", "group"].tolist() == ["all"]
    assert "Fisher's exact test: x" in summary.method


@given(seed=st.integers(0, 2**32 - 1), m=st.integers(1, 6), n=st.integers(1, 6))
def test_exact_ranks_equal_trying_every_split(seed: int, m: int, n: int) -> None:
    ranks = np.random.default_rng(seed).permutation(m + n) + 1
    group = np.zeros(m + n, np.int64)
    group[ranks[:m] - 1] = 1
    found = rank_test(np.arange(1.0, m + n + 1), group, np.ones(m + n), 2)
    mean = n * (m + n + 1) / 2
    sums = [sum(chosen) for chosen in combinations(range(1, m + n + 1), n)]
    away = abs(ranks[m:].sum() - mean)
    expected = np.mean([abs(total - mean) >= away for total in sums])
    assert found.p_value == pytest.approx(min(1, expected), rel=SUMMED)


def test_ranks_by_hand() -> None:
    # Ranks 1.5, 1.5, 3 and 4: mean ranks 1.5 and 3.5 around 2.5; one tie of two.
    found = rank_test(np.array([1.0, 1, 2, 3]), np.array([0, 0, 1, 1]), np.ones(4), 2)
    assert found.statistic == pytest.approx(12 / 20 * (2 + 2) / (1 - 6 / 60))
    assert found.df == 1


@given(seed=st.integers(0, 2**32 - 1), arms=st.integers(2, 3))
@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.SparseDataWarning")
def test_counts_order_reference_and_unit(seed: int, arms: int) -> None:
    rng = np.random.default_rng(seed)
    n = 30
    frame = pd.DataFrame(
        {
            "arm": np.array(["a", "b", "c"])[np.arange(n) % arms],
            "x": rng.integers(2, 9, n) * 1.5,
            "y": rng.normal(size=n),
            "z": rng.choice(["p", "q", "r"], n),
            "times": rng.integers(1, 4, n),
        }
    )
    repeated = frame.loc[np.repeat(frame.index, frame["times"])].drop(columns="times")
    call = {"tests": True, "treatment": "arm"}
    a = so.compare.baseline_summary(frame, counts="times", reference="a", **call)
    b = so.compare.baseline_summary(
        repeated.assign(x=repeated["x"] * 7 + 1).sample(frac=1, random_state=1),
        reference="b",
        **call,
    )
    for variable in ("x", "y", "z"):
        assert p_of(a, variable) == pytest.approx(p_of(b, variable), rel=1e-9)


@pytest.mark.parametrize("column", [[3.0] * 4, ["x"] * 4, [1.0, 2, None, None], [1] * 4])
def test_nothing_to_test_has_no_p(column: list[object]) -> None:
    frame = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "x": column})
    assert math.isnan(p_of(so.compare.baseline_summary(frame, tests=True, **ARMS), "x"))


def test_too_many_tables_for_fisher_are_told() -> None:
    rng = np.random.default_rng(3)
    levels = rng.choice([f"l{i:02d}" for i in range(40)], 400, p=np.r_[[0.5], [0.5 / 39] * 39])
    frame = pd.DataFrame({"arm": np.where(rng.random(400) < 0.5, "mis", "open"), "x": levels})
    with pytest.warns(SparseDataWarning, match="p-value of 'x' .* too many tables"):
        summary = so.compare.baseline_summary(frame, tests=True, **ARMS)
    assert 0 <= p_of(summary, "x") <= 1
    assert "chi-square test" in summary.method


def test_one_group_is_not_tested() -> None:
    with pytest.raises(ArgumentError, match="tests=True compares arms"):
        so.compare.baseline_summary(pd.DataFrame({"age": [1.0, 2]}), tests=True)
