"""The recovery rate: what was regained of what could be regained."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes import metrics
from spineoutcomes.errors import ArgumentError

NA = np.nan


@pytest.mark.parametrize(
    ("instrument", "pre", "post", "rate", "status"),
    [
        ("joa", 10, 14, 100 * 4 / 7, "observed"),
        ("mjoa", 10, 14, 50, "observed"),
        ("joa", 10, 17, 100, "observed"),
        ("mjoa", 12, 12, 0, "observed"),
        ("joa", 12, 10, -40, "observed"),
        ("joa", 17, 17, NA, "not_attainable"),
        ("joa", 17, 12, NA, "not_attainable"),
        ("mjoa", 17, 18, 100, "observed"),
        ("mjoa", 18, 18, NA, "not_attainable"),
        ("joa", NA, 12, NA, "no_baseline"),
        ("joa", NA, NA, NA, "no_baseline"),
        ("joa", 12, NA, NA, "missing"),
        ("joa", 17, NA, NA, "missing"),
        ("nurick", 4, 3, 25, "observed"),
        ("nurick", 3, 4, -100 / 3, "observed"),
        ("nurick", 0, 1, NA, "not_attainable"),
    ],
)
def test_by_hand(instrument, pre, post, rate, status):
    result = metrics.recovery_rate(pd.Series([pre]), pd.Series([post]), instrument=instrument)
    assert list(result.columns) == ["value", "change", "status"]
    np.testing.assert_allclose(result["value"], [rate], rtol=1e-15)
    np.testing.assert_array_equal(result["change"], [post - pre])
    assert result["status"].tolist() == [status]


@pytest.mark.parametrize("instrument", ["joa", "nurick"])
def test_an_unchanged_score_recovers_nothing_not_minus_nothing(instrument):
    same = pd.Series([3.0])
    result = metrics.recovery_rate(same, same, instrument=instrument)
    assert str(result.loc[0, "value"]) == "0.0"


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "int8"])
def test_any_dtype_of_numbers(dtype):
    pre = pd.Series([10, 12], index=["A", "B"], dtype=dtype)
    result = metrics.recovery_rate(pre, pre + 2, instrument="mjoa")
    np.testing.assert_allclose(result["value"], [25, 100 / 3])
    assert result.index.tolist() == ["A", "B"]


def test_nobody_scored():
    nothing = pd.Series([None, None], dtype=object)
    result = metrics.recovery_rate(nothing, pd.Series([1, 2]), instrument="joa")
    assert result["status"].tolist() == ["no_baseline"] * 2
    assert len(metrics.recovery_rate(nothing[:0], nothing[:0], instrument="joa")) == 0


def test_what_is_refused():
    pre, post = pd.Series([10, 12]), pd.Series([14, 15])

    def rate(before: object = pre, after: object = post, instrument: str = "joa") -> pd.DataFrame:
        return metrics.recovery_rate(before, after, instrument=instrument)

    with pytest.raises(ArgumentError, match=r"summed score .* such as joa or mjoa; odi is none"):
        rate(instrument="odi")
    with pytest.raises(ArgumentError, match="vas_pain has no items"):
        rate(instrument="vas_pain")
    with pytest.raises(ArgumentError, match="pre must be a Series, got a list"):
        rate([10, 12])
    with pytest.raises(ArgumentError, match="same index in the same order"):
        rate(after=post[::-1])
    with pytest.raises(
        ArgumentError, match=r"post has 1 score.* outside the range of joa, 0 to 17"
    ):
        rate(after=pd.Series([14, 18]))
    with pytest.raises(ArgumentError, match="pre must hold scores of joa as numbers"):
        rate(pd.Series(["10", "12"]))
    with pytest.raises(ArgumentError, match="as numbers; its dtype is bool"):
        rate(pd.Series([True, False]))


@given(pre=st.integers(0, 17), post=st.integers(0, 17))
def test_the_rate_has_the_sign_of_the_change_and_ends_at_100(pre, post):
    result = metrics.recovery_rate(pd.Series([pre]), pd.Series([post]), instrument="joa").loc[0]
    if pre == 17:
        assert np.isnan(result["value"])
    else:
        assert result["value"] <= 100
        assert np.sign(result["value"]) == np.sign(post - pre)
