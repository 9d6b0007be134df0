"""standardized_difference and geometric_mean_ratio: by hand, against R, errors."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError, NotEstimableError, SparseDataWarning
from spineoutcomes.numerics.distributions import noncentral_t_cdf
from spineoutcomes.numerics.hedges import FAR, exact_correction, hedges_g
from spineoutcomes.numerics.moments import Moments

# Limits are found by a search, in R as here.
ROOT = {"rel": 1e-6, "abs": 1e-7}
ARMS = {"treatment": "arm", "reference": "open"}
HEDGES = {
    "desc.hedges_g.anorexia_CBT_Cont": ("anorexia", "Postwt", "Treat", "CBT", "Cont"),
    "desc.hedges_g.BtheB": ("BtheB", "bdi.2m", "treatment", "BtheB", "TAU"),
    "desc.hedges_g.birthwt": ("birthwt", "bwt", "smoke", 1, 0),
    "desc.hedges_g.ToothGrowth": ("ToothGrowth", "len", "supp", "VC", "OJ"),
}


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.standardized_difference", source="R metafor 3.8-1 and noncentral t")
@pytest.mark.parametrize("entry", HEDGES)
def test_hedges_g_equals_r(entry: str, reference, reference_data) -> None:
    name, outcome, arm, treated, control = HEDGES[entry]
    frame = reference_data(name)
    frame = frame[frame[arm].isin([treated, control])]
    effects = so.compare.standardized_difference(
        frame, outcome=outcome, treatment=arm, reference=control
    )
    row, values = effects.tidy().iloc[0], reference(entry)["values"]
    expected = values["noncentral_t_ci"]
    assert row["estimate"] == pytest.approx(expected["g"], **ROOT)
    assert row["estimate"] == pytest.approx(values["metafor_g"], rel=1e-12)
    assert row["conf_low"] == pytest.approx(expected["g_lower"], **ROOT)
    assert row["conf_high"] == pytest.approx(expected["g_upper"], **ROOT)
    assert exact_correction(row["df"]) == pytest.approx(values["J_exact"], rel=1e-12)
    # Its test is the pooled t test.
    pooled = reference(entry.replace("hedges_g", "ttest"))["values"]["pooled"]
    assert row["p_value"] == pytest.approx(pooled["p"], rel=1e-8)


def test_hedges_g_by_hand() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 2, "y": [4.0, 6, 1, 3]})
    tidy = so.compare.standardized_difference(frame, outcome="y", **ARMS).tidy()
    # Pooled variance 2, two degrees of freedom: J = gamma(1)/(1 gamma(1/2)) = 1/sqrt(pi).
    assert tidy["estimate"].tolist() == pytest.approx([3 / math.sqrt(2 * math.pi), 5, 2])
    assert tidy["df"].iloc[0] == 2
    # t = 3/sqrt(2); with two degrees of freedom P(|T| > t) = 1 - t/sqrt(2 + t^2).
    t = 3 / math.sqrt(2)
    found = hedges_g(Moments(2, 5, 2), Moments(2, 2, 2), 0.95)
    assert found.p_value == pytest.approx(1 - t / math.sqrt(2 + t**2))
    # Arms of two are too small to print it.
    assert np.isnan(tidy["p_value"].iloc[0])
    assert "; no p-value: mis has 2, open has 2, and below 5" in tidy["method"].iloc[0]
    assert tidy["std_error"].isna().iloc[0]
    assert tidy["measure"].tolist() == ["standardized_difference", "mean", "mean"]


@pytest.mark.parametrize("d", [1e3, 1e4, -1e4, 2e4, 1e5, 1e7, -1e12, 1e99])
def test_limits_of_enormous_differences(d: float) -> None:
    # With two degrees of freedom chi-square is exponential, and the normal integral of
    # P(T <= t) = E exp(-(shift + Z)^2 / t^2) = exp(-shift^2 / (t^2 + 2)) / sqrt(1 + 2/t^2) closed.
    found = hedges_g(Moments(2, d, 1), Moments(2, 0, 1), 0.95)
    more = math.log1p(2 / d**2)
    limits = sorted(
        math.copysign(math.sqrt(-math.log(p) - more / 2) * math.exp(more / 2), d)
        * abs(found.estimate)
        for p in (0.975, 0.025)
    )
    assert [found.low, found.high] == pytest.approx(limits, rel=2e-8)


@pytest.mark.parametrize("n", [2, 20, 1000, 100_000])
def test_limits_of_large_differences_go_over_into_each_other(n: int) -> None:
    # t is d sqrt(n/2): just below and above the place from which a formula serves.
    for t in (FAR * (1 - 1e-9), FAR * (1 + 1e-9)):
        found = hedges_g(Moments(n, t * math.sqrt(2 / n), 1), Moments(n, 0, 1), 0.95)
        for limit, p in ((found.low, 0.975), (found.high, 0.025)):
            shift = limit / (exact_correction(found.df) * math.sqrt(2 / n))
            assert float(noncentral_t_cdf(found.df, shift, t)) == pytest.approx(p, abs=1e-6)


@given(
    d=st.floats(-20, 20),
    n=st.tuples(st.integers(2, 400), st.integers(2, 400)),
    level=st.floats(0.5, 0.99),
)
def test_limits_are_where_the_observed_t_is_as_unusual_as_said(
    d: float, n: tuple[int, int], level: float
) -> None:
    found = hedges_g(Moments(n[0], d, 1), Moments(n[1], 0, 1), level)
    root, df = math.sqrt(1 / n[0] + 1 / n[1]), sum(n) - 2
    scale = exact_correction(df) * root
    for limit, tail in ((found.low, (1 + level) / 2), (found.high, (1 - level) / 2)):
        assert noncentral_t_cdf(df, limit / scale, d / root) == pytest.approx(tail, abs=1e-7)
    # The interval holds no difference just when the pooled t test does not reject it.
    if abs(found.p_value - (1 - level)) > 1e-9:
        assert (found.low < 0 < found.high) == (found.p_value > 1 - level)


def test_no_standard_deviation_to_measure_by() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [1.0] * 3 + [2.0] * 3})
    with pytest.raises(NotEstimableError, match="'y' does not vary within the arms of mis - open"):
        so.compare.standardized_difference(frame, outcome="y", **ARMS)
    with pytest.raises(NotEstimableError, match="at least 2 complete row"):
        so.compare.standardized_difference(frame.iloc[2:], outcome="y", **ARMS)


@pytest.mark.filterwarnings("ignore::spineoutcomes.errors.MissingDataWarning")
@pytest.mark.validates("compare.geometric_mean_ratio", source="R stats 4.2.2 (t.test)")
@pytest.mark.parametrize("entry", ["desc.ttest.birthwt", "desc.ttest.ToothGrowth"])
def test_ratio_of_exponentials_equals_welch(entry: str, reference, reference_data) -> None:
    name, outcome, arm, _, control = HEDGES[entry.replace("ttest", "hedges_g")]
    # The logarithm of exp(y / 1000) is the outcome R compared, in other units.
    unit = 1000
    frame = reference_data(name)
    frame = frame.assign(skewed=np.exp(frame[outcome] / unit))
    effects = so.compare.geometric_mean_ratio(
        frame, outcome="skewed", treatment=arm, reference=control
    )
    row, expected = effects.tidy().iloc[0], reference(entry)["values"]["welch"]
    for theirs, ours in (("diff", "estimate"), ("lower", "conf_low"), ("upper", "conf_high")):
        assert math.log(row[ours]) * unit == pytest.approx(expected[theirs], rel=1e-8, abs=1e-8)
    assert row["std_error"] * unit == pytest.approx(expected["se"], rel=1e-8)
    assert row["statistic"] == pytest.approx(expected["t"], rel=1e-8)
    assert row["p_value"] == pytest.approx(expected["p"], rel=1e-7)


def test_geometric_means_by_hand() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 2 + ["open"] * 2, "y": [1.0, 4, 10, 1000]})
    tidy = so.compare.geometric_mean_ratio(frame, outcome="y", **ARMS).tidy()
    assert tidy["estimate"].tolist() == pytest.approx([0.02, 2, 100])
    # Logarithms 0 and log 4: error log(4)/2, t with 1 df at .975 is 12.7062.
    reach = 12.7062047 * math.log(4) / 2
    assert tidy["conf_high"].iloc[1] == pytest.approx(2 * math.exp(reach))
    assert tidy["std_error"].notna().tolist() == [True, False, False]


def test_zeros_and_below_are_refused() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [0.0, 1, 2, -1, 4, 5]})
    with pytest.raises(ArgumentError, match=r"above 0; 2 of 6 rows of 'y' are 0 or below"):
        so.compare.geometric_mean_ratio(frame, outcome="y", **ARMS)
    with pytest.raises(ArgumentError, match=r"above 0; 4 of 9 rows"):
        so.compare.geometric_mean_ratio(
            frame.assign(times=[3, 1, 1, 1, 2, 1]), outcome="y", counts="times", **ARMS
        )


def test_a_constant_arm_is_told() -> None:
    frame = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "y": [0.1] * 3 + [0.3] * 3})
    with pytest.warns(SparseDataWarning, match="'y' does not vary in mis, open") as caught:
        tidy = so.compare.geometric_mean_ratio(frame, outcome="y", **ARMS).tidy()
    assert [one.filename for one in caught] == [__file__]
    assert tidy["estimate"].tolist() == pytest.approx([1 / 3, 0.1, 0.3])
    assert tidy[["std_error", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
