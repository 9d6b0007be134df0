"""A real trial (Chow 2006): baseline imbalance makes change and ANCOVA disagree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so

# The trial's numbers are known to seven digits.
PRINTED = {"rel": 1e-6}


@pytest.fixture
def frame(real_file: Callable[[str], Path]) -> pd.DataFrame:
    """Return change and baseline of the neck-pain trial (Chow 2006), one row a patient."""
    visits = pd.read_csv(real_file("spine/neck_pain_rct.csv"))
    wide = visits.pivot(index=["id", "laser"], columns="time", values="vas") * 10
    wide = wide.reset_index()
    arm = wide["laser"].map({1: "active", 2: "placebo"})
    changes = {"arm": arm, "before": wide[1], "change": wide[3] - wide[1]}
    return pd.DataFrame(changes).dropna()


def test_neck_pain_trial(frame: pd.DataFrame) -> None:
    arms = {"outcome": "change", "treatment": "arm", "reference": "placebo"}
    plain = so.compare.mean_difference(frame, **arms).tidy().iloc[0]
    assert plain["estimate"] == pytest.approx(-2.933333, **PRINTED)
    assert plain["conf_low"] == pytest.approx(-3.821644, **PRINTED)
    assert plain["conf_high"] == pytest.approx(-2.045023, **PRINTED)
    assert plain["statistic"] == pytest.approx(-6.5625, rel=1e-5)
    assert plain["df"] == pytest.approx(87.869, rel=1e-5)
    adjusted = so.compare.mean_difference(frame, baseline="before", **arms).tidy().iloc[0]
    assert adjusted["estimate"] == pytest.approx(-2.347553, **PRINTED)
    assert adjusted["std_error"] == pytest.approx(0.4594339, **PRINTED)
    assert adjusted["conf_low"] == pytest.approx(-3.260728, **PRINTED)
    assert adjusted["conf_high"] == pytest.approx(-1.434379, **PRINTED)
