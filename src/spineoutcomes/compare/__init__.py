"""Comparisons of groups: baseline tables, means, medians, ranks and risks."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.bootstrap import bootstrap_effect
from spineoutcomes.compare.geometric import geometric_mean_ratio
from spineoutcomes.compare.hodges_lehmann import hodges_lehmann_shift
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.medians import median_difference
from spineoutcomes.compare.permutation import permutation_test
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift
from spineoutcomes.compare.standardized import standardized_difference
from spineoutcomes.compare.wins import win_odds

__all__ = [
    "baseline_summary",
    "bootstrap_effect",
    "delta_shift",
    "geometric_mean_ratio",
    "hodges_lehmann_shift",
    "mean_difference",
    "median_difference",
    "permutation_test",
    "risk_difference",
    "standardized_difference",
    "win_odds",
]
