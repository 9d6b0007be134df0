"""permutation_test and bootstrap_effect: by hand, against R, seeds, clusters, errors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning

ARMS = {"treatment": "arm", "reference": "open"}
# Five standard errors of a seeded Monte Carlo.
CHANCE = 5


def skewed(n: int = 40, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    arm = np.resize(["mis", "open", "open"], n)
    return pd.DataFrame({"arm": arm, "y": rng.lognormal(1 + 0.5 * (arm == "open"), 0.8)})


def permute(frame: pd.DataFrame, **call: Any) -> pd.DataFrame:
    return so.compare.permutation_test(frame, **{"outcome": "y", **ARMS, **call}).tidy()


def boot(frame: pd.DataFrame | so.Design, **call: Any) -> pd.DataFrame:
    arms = {} if isinstance(frame, so.Design) else ARMS
    return so.compare.bootstrap_effect(frame, **{"outcome": "y", **arms, **call}).tidy()


def test_exact_permutation_by_hand() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 3, "y": [1.0, 2, 3, 5, 9]})
    tidy = permute(frame)
    assert tidy["measure"].tolist() == ["mean_difference", "test", "mean", "mean"]
    # Ten pairs; the sum of the treated is 3, its mean 8. As far: 1 + 2, and 5 + 9 (14 - 8 = 6 > 5).
    assert tidy["estimate"].tolist()[:1] + tidy["estimate"].tolist()[2:] == pytest.approx(
        [1.5 - 17 / 3, 1.5, 17 / 3]
    )
    assert tidy["p_value"].iloc[1] == pytest.approx(2 / 10)
    assert tidy["p_value"].notna().sum() == 1
    assert np.isnan(tidy["estimate"].iloc[1])
    assert "exact" in tidy["method"].iloc[1]
    assert "all 10 assignments" in tidy["method"].iloc[1]


@pytest.mark.validates("compare.permutation_test", source="R exactRankTests 0.8-35")
@pytest.mark.parametrize("entry", ["desc.wilcoxon.ASAT", "desc.wilcoxon.BtheB"])
def test_ranks_permuted_give_the_exact_rank_test(entry: str, reference, reference_data) -> None:
    """Permuting midranks is the exact Wilcoxon test with ties, which R enumerates."""
    name, outcome, arm, treated, control = {
        "desc.wilcoxon.ASAT": ("ASAT", "asat", "group", "Control", "Compound"),
        "desc.wilcoxon.BtheB": ("BtheB", "bdi.3m", "treatment", "BtheB", "TAU"),
    }[entry]
    frame = reference_data(name).dropna(subset=[outcome])
    frame = frame[frame[arm].isin([treated, control])]
    frame = pd.DataFrame({"arm": frame[arm], "y": frame[outcome].rank()})
    draws = 20_000
    found = permute(frame, treatment="arm", reference=control, n_permutations=draws, seed=3)
    expected = reference(entry)["values"]["exact_ties_exactRankTests"]["p"]
    error = math.sqrt(expected * (1 - expected) / draws)
    assert found["p_value"].iloc[1] == pytest.approx(expected, abs=CHANCE * error)
    assert f"{draws} random draws" in found["method"].iloc[1]


def test_permutation_p_is_never_zero() -> None:
    frame = pd.DataFrame({"arm": np.repeat(["mis", "open"], 30), "y": np.arange(60.0)})
    assert permute(frame, n_permutations=99)["p_value"].iloc[1] == pytest.approx(0.01)


def test_seed_and_nothing_else_decides_the_draws() -> None:
    frame = skewed()
    a, b, c = (permute(frame, n_permutations=400, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(a, b)
    assert a["p_value"].iloc[1] != c["p_value"].iloc[1]
    a, b, c = (boot(frame, n_resamples=200, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(a, b)
    assert a["conf_low"].iloc[0] != c["conf_low"].iloc[0]


def test_permutation_within_strata() -> None:
    # Between sites everything differs, within them nothing: 1 2 against 1 2, and 51 52 likewise.
    frame = pd.DataFrame(
        {
            "arm": ["mis", "mis", "open", "open", "mis", "mis", "open", "open", "mis"],
            "y": [1.0, 2, 1, 2, 51, 52, 51, 52, 99],
            "site": [*"aaaabbbbc"],
        }
    )
    tidy = permute(frame, strata="site")
    assert tidy["measure"].tolist() == ["mean_difference", "test"]
    assert tidy["estimate"].iloc[0] == 0
    assert tidy["p_value"].iloc[1] == 1
    assert tidy["estimand"].iloc[0] == "within strata"
    with pytest.raises(NotEstimableError, match="no stratum holds both arms of mis - open"):
        permute(frame.assign(site=range(9)), strata=["site"])


@pytest.mark.parametrize(
    ("measure", "function"),
    [
        ("mean_difference", so.compare.mean_difference),
        ("median_difference", so.compare.median_difference),
        ("geometric_mean_ratio", so.compare.geometric_mean_ratio),
        ("risk_difference", so.compare.risk_difference),
    ],
)
def test_estimates_are_those_of_the_function_of_the_measure(measure: str, function: Any) -> None:
    frame = skewed()
    if measure == "risk_difference":
        frame["y"] = (frame["y"] > 4).astype(int)
    expected = function(frame, outcome="y", **ARMS).tidy()
    found = boot(frame, measure=measure, n_resamples=300)
    assert found["measure"].tolist() == expected["measure"].tolist()
    assert found["estimate"].tolist() == pytest.approx(expected["estimate"].tolist())
    assert (found["conf_low"] <= found["estimate"]).all()
    assert (found["conf_high"] >= found["estimate"]).all()
    permuted = permute(frame, measure=measure, n_permutations=100)
    kept = permuted[permuted["measure"] != "test"]
    assert kept["measure"].tolist() == expected["measure"].tolist()
    assert kept["estimate"].tolist() == pytest.approx(expected["estimate"].tolist())


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_of_a_large_sample_is_the_t_interval(method: str) -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"arm": np.resize(["mis", "open"], 600), "y": rng.normal(5, 2, 600)})
    expected = so.compare.mean_difference(frame, outcome="y", **ARMS).tidy()
    found = boot(frame, method=method, n_resamples=4000)
    width = (expected["conf_high"] - expected["conf_low"]).to_numpy()
    for limit in ("conf_low", "conf_high"):
        assert (np.abs(found[limit] - expected[limit]) < 0.06 * width).all()


# R boot, boot.ci(type = c("bca", "perc")), set.seed(1): the mean of bdi.3m in BtheB (R = 100000),
# and the difference of means within strata of the arms (R = 20000).
BOOT = {
    ("bca", "BtheB"): (9.35135, 16.18919),
    ("percentile", "BtheB"): (8.97297, 15.54054),
    ("bca", "BtheB - TAU"): (-10.86036, -0.39039),
    ("percentile", "BtheB - TAU"): (-10.88125, -0.412181),
}
# Five Monte Carlo errors of a 2.5% limit: sqrt(.025 .975 / 20000) over the normal density there,
# .0584, times the standard error of 2.7.
DRAWN = 0.25


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.bootstrap_effect", source="R boot 1.3-28, by chance of the draws")
@pytest.mark.parametrize(("method", "contrast"), BOOT)
def test_bootstrap_equals_r(method: str, contrast: str, reference_data) -> None:
    found = boot(
        reference_data("BtheB"),
        outcome="bdi.3m",
        treatment="treatment",
        reference="TAU",
        method=method,
        n_resamples=20_000,
    )
    row = found[found["contrast"] == contrast].iloc[0]
    limits = [row["conf_low"], row["conf_high"]]
    assert limits == pytest.approx(BOOT[method, contrast], abs=DRAWN)


def test_bca_leans_to_the_side_of_the_long_tail() -> None:
    frame = skewed(30)
    bca, plain = (boot(frame, method=m, n_resamples=3000).iloc[2] for m in ("bca", "percentile"))
    assert bca["conf_low"] > plain["conf_low"]
    assert bca["conf_high"] > plain["conf_high"]


@pytest.mark.parametrize("spanning", [True, False])
def test_clusters_widen_or_narrow_as_they_should(spanning: bool) -> None:
    rng = np.random.default_rng(2)
    patient = np.repeat(np.arange(40), 6)
    arm = np.tile([0, 1], 120) if spanning else patient % 2
    y = rng.normal(0, 3, 40)[patient] + rng.normal(0, 1, 240)
    frame = pd.DataFrame({"arm": np.where(arm, "mis", "open"), "y": y, "patient": patient})
    rows = boot(frame, n_resamples=1000)
    clustered = boot(frame, cluster="patient", n_resamples=1000)
    ratio = (clustered["conf_high"] - clustered["conf_low"]) / (
        rows["conf_high"] - rows["conf_low"]
    )
    # So many alike rows a patient in an arm: its error is nearly the root of that times that of
    # rows. What a patient gives to both arms cancels in the difference.
    alike = 3 if spanning else 6
    assert 0.85 * math.sqrt(alike) < ratio.iloc[1] < 1.15 * math.sqrt(alike)
    assert (ratio.iloc[0] < 0.6) if spanning else (ratio.iloc[0] > 1.9)
    assert "clusters" in clustered["method"].iloc[0]
    design = so.Design(frame, **ARMS, cluster="patient")
    pd.testing.assert_frame_equal(boot(design, n_resamples=1000), clustered)


def test_too_few_clusters() -> None:
    frame = skewed(12).assign(patient=lambda f: np.where(f["arm"] == "mis", 0, np.arange(12)))
    with pytest.raises(NotEstimableError, match="at least 2 clusters; mis has 1"):
        boot(frame, cluster="patient")
    frame = frame.assign(patient=[0, 1, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10])
    frame = frame[(frame["arm"] == "open") | frame["patient"].isin([0, 1])]
    with pytest.raises(NotEstimableError, match="replicates hold nobody of an arm"):
        boot(frame, cluster="patient")


def test_no_variation_leaves_no_interval() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 4 + ["open"] * 4, "y": [1.0, 2, 3, 4, 5, 5, 5, 5]})
    for method in ("bca", "percentile"):
        with pytest.warns(SparseDataWarning, match="replicates of open do not vary") as caught:
            found = so.compare.bootstrap_effect(
                frame, outcome="y", method=method, n_resamples=200, **ARMS
            ).tidy()
        assert [one.filename for one in caught] == [__file__]
        assert found["conf_low"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"measure": "odds_ratio"}, "unknown measure 'odds_ratio'; there are: mean_difference"),
        ({"measure": "geometric_mean_ratio"}, "values above 0; 1 of 40 rows"),
        ({"measure": "risk_difference"}, "0 and 1 .* rows hold something else"),
    ],
)
def test_measures_refuse_what_they_do_not_take(call: dict[str, str], message: str) -> None:
    frame = skewed()
    frame.loc[3, "y"] = 0
    with pytest.raises(ArgumentError, match=message):
        permute(frame, **call)
    with pytest.raises(ArgumentError, match=message):
        boot(frame, **call)


def test_numbers_of_draws_and_methods_are_checked() -> None:
    with pytest.raises(ArgumentError, match="n_permutations must be a whole number of at least 1"):
        permute(skewed(), n_permutations=0)
    with pytest.raises(ArgumentError, match="n_resamples must be a whole number of at least 100"):
        boot(skewed(), n_resamples=50.5)
    with pytest.raises(ArgumentError, match="unknown method 'basic'; there are: bca, percentile"):
        boot(skewed(), method="basic")


@pytest.mark.validates("compare.bootstrap_effect", source="simulation, true difference 0")
def test_coverage_of_the_bootstrap() -> None:
    repeats, covered = 200, 0
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({"arm": np.resize(["mis", "open"], 80), "y": rng.exponential(1, 80)})
        row = boot(frame, n_resamples=400, seed=seed).iloc[0]
        covered += row["conf_low"] <= 0 <= row["conf_high"]
    assert abs(covered / repeats - 0.95) < 3 * math.sqrt(0.95 * 0.05 / repeats)
