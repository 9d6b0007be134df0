"""The rows of the medians of arms, with their order-statistic intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spineoutcomes.numerics.cells import Cells
from spineoutcomes.numerics.effect_rows import arm_row
from spineoutcomes.numerics.medians import median_interval
from spineoutcomes.numerics.rows import Rows


def median_rows(rows: Rows, arms: Sequence[Cells], conf_level: float) -> list[dict[str, object]]:
    """Return one row `median` an arm; limits are missing where the arm is too small for any."""
    found = [median_interval(arm, conf_level) for arm in arms]
    few = "median; too few values for an exact interval"
    return [
        arm_row(
            rows,
            code,
            value,
            measure="median",
            method="median, exact order-statistic interval" if np.isfinite(value.low) else few,
        )
        for code, value in enumerate(found)
    ]
