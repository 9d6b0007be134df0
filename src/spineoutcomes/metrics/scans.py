"""How often each arm was scanned, and a warning where that differs."""

from __future__ import annotations

import warnings
from typing import Final

import pandas as pd

from spineoutcomes.errors import MissingDataWarning

DAYS_PER_YEAR: Final = 365.25
# Arms scanned at rates further apart than this find recurrences at different times by that alone.
TOLERATED_DIFFERENCE: Final = 0.25


def warn_of_unequal_scanning(result: pd.DataFrame, arm: pd.Series) -> None:
    """Warn when scans per person-year differ between the arms by more than a quarter."""
    totals = result[["n_scans", "person_years"]].groupby(arm, observed=True).sum()
    totals = totals[totals["person_years"] > 0]
    if len(totals) < 2:
        return
    rate = totals["n_scans"] / totals["person_years"]
    if not rate.max() > (1 + TOLERATED_DIFFERENCE) * rate.min():
        return
    figures = "; ".join(
        f"{name}: {rate[name]:.2f} ({totals['n_scans'][name]:.0f} scans in "
        f"{totals['person_years'][name]:.1f} person-years)"
        for name in totals.index
    )
    warnings.warn(
        f"Scans per person-year differ between the arms by more than 25 %: {figures}. The arm "
        "scanned more often finds recurrences earlier for that reason alone; see `n_scans`, and "
        "compare with recurrences dated at interval_lower and interval_upper.",
        MissingDataWarning,
        stacklevel=3,
    )
