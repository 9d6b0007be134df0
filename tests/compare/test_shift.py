"""The shift of the missing moves the difference by delta times the share missing."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so

# Sums and quotients of a handful of doubles.
EXACT = 1e-12


@pytest.fixture
def effects() -> so.Effects:
    """Four of five seen in the treated arm, all four in the other."""
    data = pd.DataFrame(
        {"arm": ["mis"] * 5 + ["open"] * 4, "pain": [1, 2, 3, 4, np.nan, 4, 6, 6, 8.0]}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", so.errors.MissingDataWarning)
        return so.compare.mean_difference(data, outcome="pain", treatment="arm", reference="open")


def test_moves_by_delta_times_the_share_missing(effects: so.Effects) -> None:
    # Seen: 2.5 - 6 = -3.5. One of five is missing: delta 5 moves it by 5 / 5 = 1.
    shifted = so.compare.delta_shift(effects, deltas=[0, 5, -5]).tidy()
    assert shifted["estimate"].tolist() == pytest.approx([-3.5, -2.5, -4.5], abs=EXACT)
    assert shifted["group"].tolist() == ["delta = 0", "delta = 5", "delta = -5"]
    first = effects.tidy().iloc[0]
    width = first["conf_high"] - first["conf_low"]
    widths = shifted["conf_high"] - shifted["conf_low"]
    assert widths.tolist() == pytest.approx([width] * 3, abs=EXACT)


def test_no_shift_is_the_analysis_itself(effects: so.Effects) -> None:
    first = effects.tidy().iloc[0]
    shifted = so.compare.delta_shift(effects, deltas=[0]).tidy().iloc[0]
    for column in ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"):
        assert shifted[column] == pytest.approx(first[column], abs=EXACT), column


def test_is_nothing_when_nobody_is_missing() -> None:
    data = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "pain": [1, 3, 4, 8]})
    effects = so.compare.mean_difference(data, outcome="pain", treatment="arm", reference="open")
    estimates = so.compare.delta_shift(effects, deltas=[-9, 0, 9]).tidy()["estimate"]
    assert estimates.tolist() == [-4.0, -4.0, -4.0]


def test_refuses_what_is_no_difference_of_means() -> None:
    risk = so.Effects(pd.DataFrame({"measure": ["risk_difference"], "estimate": [0.1]}))
    with pytest.raises(so.errors.ArgumentError, match="needs a difference of means"):
        so.compare.delta_shift(risk, deltas=[1])
    alone = so.Effects(
        pd.DataFrame({"measure": ["mean_difference"], "contrast": ["mis - open"], "estimate": [1]})
    )
    with pytest.raises(so.errors.ArgumentError, match="found 0 arm rows"):
        so.compare.delta_shift(alone, deltas=[1])
