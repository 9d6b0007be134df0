"""Comparisons of groups: baseline tables, means and risks."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.followup import followup_summary
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.needed_to_treat import number_needed_to_treat
from spineoutcomes.compare.odds import odds_ratio
from spineoutcomes.compare.risk_ratios import risk_ratio
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift
from spineoutcomes.compare.yes_no_tests import mantel_haenszel_test, mcnemar_test

__all__ = [
    "baseline_summary",
    "delta_shift",
    "followup_summary",
    "mantel_haenszel_test",
    "mcnemar_test",
    "mean_difference",
    "number_needed_to_treat",
    "odds_ratio",
    "risk_difference",
    "risk_ratio",
]
