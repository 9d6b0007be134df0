"""What every effect of a skewed or ordered outcome has in common: rows, invariants, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, MissingDataWarning, NotEstimableError

# Sums and ranks of the same numbers in another order.
ROUNDING = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}
ARMS = {"treatment": "arm", "reference": "open"}
DRAWS = {"n_resamples": 200}
CALLS: dict[str, tuple[Callable[..., so.Effects], dict[str, Any]]] = {
    "standardized": (so.compare.standardized_difference, {}),
    "geometric": (so.compare.geometric_mean_ratio, {}),
    "median": (so.compare.median_difference, {}),
    "shift": (so.compare.hodges_lehmann_shift, {}),
    "wins": (so.compare.win_odds, {"higher_is_better": False}),
    "wins in strata": (so.compare.win_odds, {"higher_is_better": True, "strata": ["site"]}),
    "permutation": (so.compare.permutation_test, {"n_permutations": 300}),
    "permutation of medians": (
        so.compare.permutation_test,
        {"n_permutations": 300, "measure": "median_difference", "strata": "site"},
    ),
    "bootstrap": (so.compare.bootstrap_effect, DRAWS),
    "bootstrap of medians": (
        so.compare.bootstrap_effect,
        {"measure": "median_difference", "method": "percentile", **DRAWS},
    ),
    "bootstrap of patients": (so.compare.bootstrap_effect, {"cluster": "patient", **DRAWS}),
}
RATIOS = {"geometric_mean_ratio", "win_odds"}
# A contrast that is a number of its own: other units do not change it.
UNITLESS = {"standardized_difference", *RATIOS}


def frame(seed: int = 1, n: int = 40, *, tied: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm = np.where(rng.permutation(n) % 5 < 2, "mis", "open")
    days = rng.lognormal(1.5, 0.8, n) + 1 + 2 * (arm == "open")
    return pd.DataFrame(
        {
            "arm": arm,
            "days": np.round(days) if tied else days,
            "site": rng.choice(["a", "b"], n),
            "patient": np.arange(n) // 2,
            "times": rng.integers(0, 4, n),
        }
    )


NOT_EXACT = ["standardized", "geometric", "shift", "wins", "wins in strata"]


@pytest.mark.parametrize("name", NOT_EXACT)
def test_few_rows_of_an_arm_give_no_p(name: str) -> None:
    function, options = CALLS[name]
    days = [1.0, 2, 2, 4, 3, 3, 5, 8, 9]
    few = pd.DataFrame(
        {"arm": ["mis"] * 4 + ["open"] * 5, "days": days, "site": ["a", "b", "b"] * 3}
    )
    enough = pd.concat([few, few.iloc[:1]])
    words = "; no p-value: mis has 4, and below 5 only exact tests give one"
    for data, allowed in ((few, False), (enough, True)):
        tidy = function(data, outcome="days", **options, **ARMS).tidy()
        tested = tidy[tidy["contrast"] == "mis - open"]
        assert len(tested) == (2 if name == "wins in strata" else 1)
        assert tested["p_value"].notna().tolist() == [allowed] * len(tested)
        assert tested["method"].str.endswith(words).tolist() == [not allowed] * len(tested)
        assert tested["conf_low"].notna().iloc[0]


def test_an_exact_shift_keeps_its_p_in_small_arms() -> None:
    data = pd.DataFrame({"arm": ["mis"] * 4 + ["open"] * 4, "days": [1.0, 2, 3, 4, 5, 6, 7, 8]})
    row = so.compare.hodges_lehmann_shift(data, outcome="days", **ARMS).tidy().iloc[0]
    # The most extreme of the 70 ways to choose four of eight, on either side.
    assert row["p_value"] == pytest.approx(2 / 70)
    assert "no p-value" not in row["method"]


def numbers(effects: so.Effects) -> np.ndarray:
    return effects.tidy().select_dtypes("number").to_numpy()


@pytest.fixture(params=CALLS)
def run(request: pytest.FixtureRequest) -> Callable[..., so.Effects]:
    function, call = CALLS[request.param]

    def on(data: Any, **more: Any) -> so.Effects:
        arms = {} if isinstance(data, so.Design) else ARMS
        own = {k: v for k, v in call.items() if not (k == "cluster" and "cluster" in more)}
        return function(data, **{"outcome": "days", **arms, **own, **more})

    return on


def test_contrast_first_then_arms(run: Callable[..., so.Effects]) -> None:
    tidy = run(frame()).tidy()
    assert tidy["contrast"].iloc[0] == "mis - open"
    assert tidy["term"].iloc[0] == "arm"
    assert tidy["n"].iloc[0] == 40
    assert tidy["outcome"].eq("days").all()
    assert tidy["method"].notna().all()
    if not run(frame()).method.count("strat"):
        assert tidy["contrast"].tolist()[-2:] == ["mis", "open"]
    null = {"geometric_mean_ratio": 1, "win_odds": 1}.get(tidy["measure"].iloc[0], 0)
    assert (tidy["estimate"].iloc[0] - null) != 0


def test_three_arms_each_against_the_reference(run: Callable[..., so.Effects]) -> None:
    data = frame(n=60)
    data["arm"] = np.resize(["mis", "open", "hybrid"], 60)
    data["site"] = np.repeat(["a", "b"], 30)
    tidy = run(data).tidy()
    own = tidy[tidy["term"].notna() & (tidy["measure"] != "test")]
    assert own["contrast"].tolist() == ["hybrid - open", "mis - open"]
    assert own["term"].tolist() == ["arm[hybrid]", "arm[mis]"]
    assert own["n"].tolist() == [40, 40]


def test_counts_equal_repeated_rows(run: Callable[..., so.Effects]) -> None:
    counted = frame()
    repeated = counted.loc[np.repeat(counted.index, counted["times"])].reset_index(drop=True)
    assert numbers(run(counted, counts="times")) == pytest.approx(
        numbers(run(repeated)), **ROUNDING
    )


def test_rows_in_another_order(run: Callable[..., so.Effects]) -> None:
    data = frame()
    shuffled = data.sample(frac=1, random_state=3)
    assert numbers(run(shuffled)) == pytest.approx(numbers(run(data)), **ROUNDING)


def test_a_design_gives_the_same(run: Callable[..., so.Effects]) -> None:
    data = frame()
    if run(data).method.count("clusters"):
        design = so.Design(data, **ARMS, cluster="patient")
        a, b = run(design, cluster=None), run(data)
    else:
        a, b = run(so.Design(data, **ARMS)), run(data)
    pd.testing.assert_frame_equal(a.tidy(), b.tidy())


def test_data_do_not_change(run: Callable[..., so.Effects]) -> None:
    data = frame()
    before = data.copy()
    run(data)
    pd.testing.assert_frame_equal(data, before)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100), tied=st.booleans())
@pytest.mark.parametrize("name", ["standardized", "geometric", "median", "shift", "wins"])
def test_swapped_arms_and_other_units(name: str, seed: int, scale: float, tied: bool) -> None:
    function, call = CALLS[name]
    data = frame(seed, tied=tied)
    plain = function(data, outcome="days", **ARMS, **call).tidy().iloc[0]
    swapped = function(data, outcome="days", treatment="arm", reference="mis", **call)
    back = swapped.tidy().iloc[0]
    keys = ["estimate", "conf_low", "conf_high"]
    ratio = plain["measure"] in RATIOS
    expected = 1 / plain[keys] if ratio else -plain[keys]
    assert back[["estimate", "conf_high", "conf_low"]].tolist() == pytest.approx(
        expected.tolist(), rel=1e-7, abs=1e-9
    )
    assert back["p_value"] == pytest.approx(plain["p_value"], rel=1e-6, abs=1e-12, nan_ok=True)

    moved = data.assign(days=data["days"] * scale)
    other = function(moved, outcome="days", **ARMS, **call).tidy().iloc[0]
    factor = 1 if plain["measure"] in UNITLESS else scale
    assert other[keys].tolist() == pytest.approx(
        (plain[keys] * factor).tolist(), rel=1e-7, abs=1e-9
    )
    assert other["p_value"] == pytest.approx(plain["p_value"], rel=1e-6, abs=1e-12, nan_ok=True)


@given(seed=st.integers(0, 2**32 - 1), shift=st.floats(-50, 50))
@pytest.mark.parametrize("name", ["median", "shift"])
def test_a_shift_of_one_arm_shifts_the_effect(name: str, seed: int, shift: float) -> None:
    function, call = CALLS[name]
    data = frame(seed, tied=False)
    moved = data.assign(days=data["days"] + shift * (data["arm"] == "mis"))
    keys = ["estimate", "conf_low", "conf_high"]
    a, b = (function(f, outcome="days", **ARMS, **call).tidy().loc[0, keys] for f in (data, moved))
    assert b.tolist() == pytest.approx((a + shift).tolist(), rel=1e-7, abs=1e-7)


def test_missing_values_are_counted_and_told_once(run: Callable[..., so.Effects]) -> None:
    data = frame()
    data.loc[data.index[data["arm"] == "mis"][:3], "days"] = np.nan
    with pytest.warns(MissingDataWarning, match="3 of 40 rows") as caught:
        tidy = run(data).tidy()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert tidy["n_missing"].iloc[0] == 3
    assert tidy["n"].iloc[0] == 37


def test_one_arm_is_no_comparison(run: Callable[..., so.Effects]) -> None:
    data = frame()
    with pytest.raises(NotEstimableError, match="'arm' has one arm only, open"):
        run(data[data["arm"] == "open"])


def test_text_and_infinite_outcomes(run: Callable[..., so.Effects]) -> None:
    data = frame()
    with pytest.raises(ArgumentError, match=r"must be numeric|has no order"):
        run(data, outcome="site")
    with pytest.raises(ArgumentError, match="1 of 40 values are infinite"):
        run(data.assign(days=np.where(data.index == 4, np.inf, data["days"])))


@pytest.mark.parametrize("level", [0, 1, 95, np.nan])
def test_conf_level(level: float) -> None:
    for name, (function, call) in CALLS.items():
        if not name.startswith("permutation"):
            with pytest.raises(ArgumentError, match="conf_level must lie between 0 and 1"):
                function(frame(), outcome="days", conf_level=level, **ARMS, **call)


@pytest.mark.parametrize("name", ["standardized", "shift", "wins", "permutation"])
def test_a_comparison_needs_arms(name: str) -> None:
    function, call = CALLS[name]
    with pytest.raises(ArgumentError, match="compares arms; give `treatment` and `reference`"):
        function(frame(), outcome="days", **call)


@pytest.mark.parametrize(
    ("name", "measure"),
    [("geometric", "geometric_mean"), ("median", "median"), ("bootstrap", "mean")],
)
def test_a_single_group_is_one_row(name: str, measure: str) -> None:
    function, call = CALLS[name]
    tidy = function(frame(), outcome="days", **call).tidy()
    assert tidy[["contrast", "measure"]].to_numpy().tolist() == [["all", measure]]
    assert tidy["conf_low"].iloc[0] < tidy["estimate"].iloc[0] < tidy["conf_high"].iloc[0]
