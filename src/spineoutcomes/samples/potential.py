"""Potential outcomes as columns: `{outcome}_{arm}` for each arm."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from spineoutcomes.samples.draws import Flags

MIS_OR_OPEN = ("mis", "open")  # treatment, reference
ABLATION_OR_BLOCK = ("ablation", "block")
ARM_PAIRS = (MIS_OR_OPEN, ABLATION_OR_BLOCK)


def outcomes_of(columns: Iterable[object], arm: str) -> list[str]:
    """Return the outcomes that have a column for the arm, without the arm."""
    names = [str(column) for column in columns]
    return [name.removesuffix(f"_{arm}") for name in names if name.endswith(f"_{arm}")]


def what_happened(potential: pd.DataFrame, treated: Flags, arms: tuple[str, str]) -> pd.DataFrame:
    """Return each patient's outcomes under the arm they were in; other columns as they are."""
    treatment, reference = arms
    outcomes = outcomes_of(potential.columns, treatment)
    had = {
        name: np.where(treated, potential[f"{name}_{treatment}"], potential[f"{name}_{reference}"])
        for name in outcomes
    }
    by_arm = [f"{name}_{arm}" for name in outcomes for arm in arms]
    return pd.DataFrame(had).join(potential.drop(columns=by_arm))


def side_by_side(potential: pd.DataFrame, arms: tuple[str, str]) -> pd.DataFrame:
    """Return the potential outcomes alone, both arms of an outcome beside each other."""
    outcomes = outcomes_of(potential.columns, arms[0])
    return potential[[f"{name}_{arm}" for name in outcomes for arm in arms]]
