"""The interaction of treatment and subgroup, from the estimates of independent strata."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spineoutcomes.compare._contrasts import Record, is_ratio, on_scale
from spineoutcomes.numerics.heterogeneity import cochran_q
from spineoutcomes.numerics.intervals import exponential, t_interval
from spineoutcomes.numerics.small_arms import NO_P
from spineoutcomes.numerics.small_samples import FEW_IN_ARM


@dataclass(frozen=True, slots=True)
class Stratum:
    """The contrast of one subgroup, with the error that the interaction is built from."""

    level: str
    row: Record

    @property
    def has_error(self) -> bool:
        """Whether it can take part in the interaction."""
        return bool(math.isfinite(on_scale(self.row, "estimate")) and self.row["std_error"] > 0)

    @property
    def is_small(self) -> bool:
        """Whether an arm is too small for a p-value that is not exact."""
        return NO_P in (self.row["method"] or "")


def interaction_rows(
    term: str, contrast: str, strata: Sequence[Stratum], conf_level: float, words: str
) -> list[dict[str, object]]:
    """Return how far each level is from the first, and one test of all levels."""
    usable = [stratum for stratum in strata if stratum.has_error]
    left_out = [stratum.level for stratum in strata if not stratum.has_error]
    more = f", {words}" if words else ""
    if left_out:
        more += f", without {', '.join(left_out)} (no standard error there)"
    d = np.array([on_scale(stratum.row, "estimate") for stratum in usable])
    s = np.array([stratum.row["std_error"] for stratum in usable])
    found = cochran_q(d, s)
    small = [stratum.level for stratum in usable if stratum.is_small]
    n = sum(float(stratum.row["n"]) for stratum in usable)
    test: dict[str, object] = {
        "term": term,
        "contrast": contrast,
        "measure": "test",
        "statistic": found.Q,
        "df": found.df,
        "p_value": math.nan if small else found.p_value,
        "n": n,
        "method": f"interaction: one test of {len(usable)} subgroups, Cochran's Q, Wald "
        f"chi-square{more}{_held_back(small)}",
    }
    differences = [_difference(term, usable[0], other, conf_level, more) for other in usable[1:]]
    return [*differences, test]


def _held_back(small: Sequence[str]) -> str:
    if not small:
        return ""
    return (
        f"; {NO_P}an arm of {', '.join(small)} has fewer than {FEW_IN_ARM}, and below "
        f"{FEW_IN_ARM} only exact tests give one"
    )


def _difference(
    term: str, first: Stratum, other: Stratum, conf_level: float, more: str
) -> dict[str, object]:
    """Return the row of one level against the first; its p-value is that of the test of all."""
    estimate = on_scale(other.row, "estimate") - on_scale(first.row, "estimate")
    error = math.hypot(other.row["std_error"], first.row["std_error"])
    found = t_interval(estimate, error, math.inf, conf_level)
    ratio = is_ratio(other.row)
    back = exponential if ratio else float
    return {
        "term": f"{term}[{other.level}]",
        "contrast": None,
        "measure": other.row["measure"],
        "estimate": back(found.estimate),
        "std_error": found.std_error,
        "conf_low": back(found.low),
        "conf_high": back(found.high),
        "n": float(other.row["n"]) + float(first.row["n"]),
        "method": f"interaction: {'ratio of the ratios' if ratio else 'difference of the effects'}"
        f" in {other.level} and {first.level}, normal interval{more}",
    }
