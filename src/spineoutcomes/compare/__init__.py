"""Comparisons of groups: baseline tables, means and risks."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.followup import followup_summary
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift

__all__ = [
    "baseline_summary",
    "delta_shift",
    "followup_summary",
    "mean_difference",
    "risk_difference",
]
