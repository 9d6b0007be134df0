"""Comparisons of groups: baseline tables, means, risks, rates and ordered outcomes."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.firth import firth_logistic
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.ordinal import ordinal_odds_ratio
from spineoutcomes.compare.rates import rate_ratio
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift

__all__ = [
    "baseline_summary",
    "delta_shift",
    "firth_logistic",
    "mean_difference",
    "ordinal_odds_ratio",
    "rate_ratio",
    "risk_difference",
]
