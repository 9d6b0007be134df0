"""Yes/no outcomes of arms: read, counted, and laid out as the rows of an Effects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_one_of
from spineoutcomes.numerics.effect_rows import arm_row, require_arms, size
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.intervals import Interval
from spineoutcomes.numerics.one_proportion import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    wilson_interval,
)
from spineoutcomes.numerics.rows import Rows

RiskInterval = Literal["wilson", "clopper-pearson", "agresti-coull", "jeffreys"]

WILSON = "doi:10.1080/01621459.1927.10502953"
# name -> kernel, words, source
RISK_INTERVALS: dict[str, tuple[Callable[[float, float, float], Interval], str, str]] = {
    "wilson": (wilson_interval, "Wilson", WILSON),
    "clopper-pearson": (
        clopper_pearson_interval,
        "exact Clopper-Pearson",
        "doi:10.1093/biomet/26.4.404",
    ),
    "agresti-coull": (agresti_coull_interval, "Agresti-Coull", "doi:10.2307/2685469"),
    "jeffreys": (jeffreys_interval, "Jeffreys", "doi:10.1214/ss/1009213286"),
}


@dataclass(frozen=True, slots=True, eq=False)
class YesNo:
    """A yes/no outcome by arm.

    Attributes
    ----------
    rows : Rows
    outcome : str
        Its column.
    happened : array of shape (n,)
        Where the outcome occurred.
    n, x : list of float
        Rows and events of each arm.
    """

    rows: Rows
    outcome: str
    happened: npt.NDArray[np.bool_]
    n: list[float]
    x: list[float]

    def sizes(self, pair: tuple[int, int]) -> dict[str, float]:
        """Return the rows of both arms by label."""
        return {self.rows.groups[arm]: self.n[arm] for arm in pair}


def read_yes_no(rows: Rows, function: str, outcome: str) -> YesNo:
    """Return the outcome counted by arm.

    Raises
    ------
    ArgumentError
        When the outcome is not 0/1.
    NotEstimableError
        With one arm only, or an arm without rows.
    """
    happened = _zero_one(rows, function, outcome)
    require_arms(rows, function, at_least=1)
    arms = range(len(rows.groups))
    x = [float(rows.counts[happened & (rows.group == arm)].sum()) for arm in arms]
    return YesNo(rows, outcome, happened, [size(rows, arm) for arm in arms], x)


def require_risk_interval(function: str, name: str) -> None:
    """Raise unless there is an interval of one risk of this name."""
    require_one_of(function, "risk_interval", name, RISK_INTERVALS)


def risk_rows(data: YesNo, name: str, conf_level: float) -> list[dict[str, object]]:
    """Return the row of each arm: its risk with its own interval."""
    kernel, words, _ = RISK_INTERVALS[name]
    return [
        arm_row(
            data.rows,
            arm,
            kernel(data.x[arm], data.n[arm], conf_level),
            measure="risk",
            n_event=data.x[arm],
            method=f"risk, {words} interval",
            estimand="marginal",
        )
        for arm in range(len(data.n))
    ]


def _zero_one(rows: Rows, function: str, outcome: str) -> npt.NDArray[np.bool_]:
    """Return where the outcome is 1, having checked that it is 0/1."""
    column = rows.frame["outcome"]
    numeric = is_real(column)
    if not numeric or not column.isin([0, 1]).all():
        raise ArgumentError(
            f"{function}: {outcome!r} must hold 0 and 1 (or bool), 1 where the outcome occurred; "
            f"it has dtype {column.dtype} and {column.nunique()} different values. Say which one "
            'counts, keeping what is missing: column.map({"yes": 1, "no": 0}).'
        )
    return np.equal(rows.numbers("outcome"), 1)
