"""Numbers as strings: a table of inputs and the exact strings they become."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineoutcomes.results import format as fmt


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (-0.06, 1, "−0.1"),
        (12.345678, 2, "12.35"),
        (9999.4, 0, "9999"),
        (9999.6, 0, "10,000"),
        (-12345.6, 1, "−12,345.6"),
        (nan, 2, "–"),
        (inf, 2, "∞"),
        (-inf, 2, "−∞"),
    ],
)
def test_fixed(value, digits, text):
    assert fmt.fixed(value, digits) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "<0.001"),
        (0.00099, "<0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.0494, "0.049"),
        (0.05, "0.050"),
        (0.0994, "0.099"),
        (0.0996, "0.10"),
        (0.123, "0.12"),
        (0.99, "0.99"),
        (0.9901, ">0.99"),
        (1.0, ">0.99"),
        (nan, ""),
    ],
)
def test_p_value(p, text):
    assert fmt.p_value(p) == text


@pytest.mark.parametrize(
    ("numbers", "measure", "text"),
    [
        ((0.8, 0.65, 0.98), "hazard_ratio", "0.80 (0.65 to 0.98)"),
        ((0.8, 0.021, 12.34), "odds_ratio", "0.80 (0.02 to 12.3)"),
        ((0.8, 0.0021, inf), "odds_ratio", "0.80 (0.0021 to ∞)"),
        ((120.4, 80.2, 181.6), "rate_ratio", "120 (80.2 to 182)"),
        ((-1.85, -2.6, -1.1), "mean_difference", "−1.85 (−2.60 to −1.10)"),
        ((0.8, -12.5, 14.1), "mean_difference", "0.8 (−12.5 to 14.1)"),
        ((-152.3, -201.2, -103.9), "mean_difference", "−152 (−201 to −104)"),
        ((0.012, 0.004, 0.02), "rate", "0.012 (0.004 to 0.020)"),
        ((-0.123, -0.21, 0.012), "risk_difference", "−12.3 (−21.0 to 1.2)"),
        ((0.267, 0.15, 0.41), "risk", "26.7% (15.0 to 41.0)"),
        ((6.9, nan, nan), "mean", "6.90"),
        ((2.1, 1.4, nan), "e_value", "2.10 (1.40 to –)"),
        ((nan, nan, nan), "mean", "–"),
    ],
)
def test_estimate_interval(numbers, measure, text):
    assert fmt.estimate_interval(*numbers, measure) == text


@pytest.mark.parametrize(
    ("function", "numbers", "text"),
    [
        (fmt.mean_sd, (61.53, 9.84), "61.5 (9.8)"),
        (fmt.mean_sd, (452.3, 210.4), "452 (210)"),
        (fmt.mean_sd, (0.412, 0.123), "0.41 (0.12)"),
        (fmt.mean_sd, (61.53, nan), "61.5 (–)"),
        (fmt.mean_sd, (nan, nan), "–"),
        (fmt.median_quartiles, (7, 6, 8), "7 (6, 8)"),
        (fmt.median_quartiles, (6.5, 6, 8), "6.5 (6.0, 8.0)"),
        (fmt.median_quartiles, (322.4, 215.2, 603.1), "322 (215, 603)"),
        (fmt.median_quartiles, (0.052, 0.041, 0.06), "0.05 (0.04, 0.06)"),
        (fmt.median_quartiles, (nan, nan, nan), "–"),
        (fmt.count_percent, (34, 0.45333), "34 (45.3%)"),
        (fmt.count_percent, (1, 0.0004), "1 (0.04%)"),
        (fmt.count_percent, (0, 0.0), "0 (0.0%)"),
        (fmt.count_percent, (34.26, 0.45333), "34.3 (45.3%)"),
        (fmt.count_percent, (34, nan), "34"),
        (fmt.count_percent, (nan, nan), "–"),
        (fmt.events_percent, (12, 45, 0.26667), "12/45 (26.7%)"),
        (fmt.events_percent, (12, 45, nan), "12/45"),
        (fmt.events_percent, (nan, 45, 0.26667), "26.7%"),
        (fmt.percent, (nan,), "–"),
        (fmt.statistic_df, (4.213, 1), "4.21 (df 1)"),
        (fmt.statistic_df, (-2.5, 41.318), "−2.50 (df 41.3)"),
        (fmt.statistic_df, (-2.5, nan), "−2.50"),
        (fmt.statistic_df, (nan, nan), ""),
        (fmt.plain, (365.0,), "365"),
        (fmt.plain, (-0.5,), "−0.5"),
        (fmt.interval_label, (0.95,), "95% CI"),
        (fmt.interval_label, (0.975,), "97.5% CI"),
        (fmt.measure_label, ("risk_difference",), "Risk difference, percentage points"),
        (fmt.measure_label, ("win_odds",), "Win odds"),
    ],
)
def test_other_numbers(function, numbers, text):
    assert function(*numbers) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 4))
def test_a_zero_never_has_a_sign(value, digits):
    text = fmt.fixed(value, digits)
    assert "-" not in text
    assert not (text.startswith("−") and float(text[1:].replace(",", "")) == 0)


@pytest.mark.parametrize(
    ("share", "words"), [(0.95, "95%"), (0.955, "95.5%"), (0.999, "99.9%"), (0.57, "57%")]
)
def test_a_level_is_not_rounded_to_another(share: float, words: str) -> None:
    assert fmt.level(share) == words
    assert fmt.interval_label(share) == f"{words} CI"
