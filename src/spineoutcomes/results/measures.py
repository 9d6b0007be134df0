"""The measures that a result may hold: their label, the scale they live on and their null value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spineoutcomes.errors import ArgumentError

Scale = Literal["difference", "ratio", "level", "other"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number in a result measures.

    Attributes
    ----------
    name : str
        The word used in results.
    label : str
        The words used in tables and figures.
    scale : {"difference", "ratio", "level", "other"}
        A ratio is stored as a ratio; its standard error is on the log scale. A level belongs to
        one arm.
    null : float or None
        The value of "no difference"; None where there is none.
    """

    name: str
    label: str
    scale: Scale

    @property
    def null(self) -> float | None:
        """The value of "no difference": 0 for a difference, 1 for a ratio."""
        return {"difference": 0.0, "ratio": 1.0}.get(self.scale)


_LABELS: dict[Scale, dict[str, str]] = {
    "difference": {
        "mean_difference": "Mean difference",
        "median_difference": "Difference of medians",
        "hodges_lehmann_shift": "Hodges-Lehmann shift",
        "standardized_difference": "Standardized difference (Hedges g)",
        "risk_difference": "Risk difference",
        "rate_difference": "Rate difference",
        "rmst_difference": "Difference in restricted mean time",
        "lost_time_difference": "Difference in restricted mean time lost",
        "survival_difference": "Difference in survival",
        "incidence_difference": "Difference in cumulative incidence",
        "mean_count_difference": "Difference in mean count",
    },
    "ratio": {
        "geometric_mean_ratio": "Ratio of geometric means",
        "risk_ratio": "Risk ratio",
        "odds_ratio": "Odds ratio",
        "rate_ratio": "Rate ratio",
        "rmst_ratio": "Ratio of restricted mean times",
        "lost_time_ratio": "Ratio of restricted mean times lost",
        "hazard_ratio": "Hazard ratio",
        "subdistribution_hazard_ratio": "Subdistribution hazard ratio",
        "time_ratio": "Time ratio",
        "ordinal_odds_ratio": "Common odds ratio",
        "win_odds": "Win odds",
    },
    "level": {
        "mean": "Mean",
        "median": "Median",
        "geometric_mean": "Geometric mean",
        "risk": "Risk",
        "rate": "Rate",
        "rmst": "Restricted mean time",
        "lost_time": "Restricted mean time lost",
        "survival": "Survival",
        "incidence": "Cumulative incidence",
        "mean_count": "Mean count",
    },
    "other": {
        "concordance": "Concordance",
        "test": "Test",
        "observed": "Observed events",
        "expected": "Expected events",
        "noninferiority": "Non-inferiority",
        "e_value": "E-value",
        "rosenbaum_bound": "Rosenbaum bound",
    },
}

MEASURES: dict[str, Measure] = {
    name: Measure(name, label, scale)
    for scale, entries in _LABELS.items()
    for name, label in entries.items()
}


def measure(name: str) -> Measure:
    """Return the measure called `name`.

    Raises
    ------
    ArgumentError
        When no measure has this name; the message lists those there are.

    Examples
    --------
    >>> measure("hazard_ratio").null
    1.0
    """
    if name not in MEASURES:
        raise ArgumentError(f"Unknown measure {name!r}; known are: {', '.join(sorted(MEASURES))}.")
    return MEASURES[name]
