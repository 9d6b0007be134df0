"""Comparisons of groups: baseline tables, effects of every outcome, what is read from effects."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.bootstrap import bootstrap_effect
from spineoutcomes.compare.e_values import e_value
from spineoutcomes.compare.firth import firth_logistic
from spineoutcomes.compare.followup import followup_summary
from spineoutcomes.compare.geometric import geometric_mean_ratio
from spineoutcomes.compare.hodges_lehmann import hodges_lehmann_shift
from spineoutcomes.compare.imputations import pool_imputations
from spineoutcomes.compare.margins import equivalence, noninferiority
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.medians import median_difference
from spineoutcomes.compare.multiplicity import adjust_p_values
from spineoutcomes.compare.needed_to_treat import number_needed_to_treat
from spineoutcomes.compare.odds import odds_ratio
from spineoutcomes.compare.ordinal import ordinal_odds_ratio
from spineoutcomes.compare.outcomes import compare_outcomes
from spineoutcomes.compare.permutation import permutation_test
from spineoutcomes.compare.rates import rate_ratio
from spineoutcomes.compare.risk_ratios import risk_ratio
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift
from spineoutcomes.compare.standardized import standardized_difference
from spineoutcomes.compare.subgroups import subgroup_effects
from spineoutcomes.compare.wins import win_odds
from spineoutcomes.compare.yes_no_tests import mantel_haenszel_test, mcnemar_test

__all__ = [
    "adjust_p_values",
    "baseline_summary",
    "bootstrap_effect",
    "compare_outcomes",
    "delta_shift",
    "e_value",
    "equivalence",
    "firth_logistic",
    "followup_summary",
    "geometric_mean_ratio",
    "hodges_lehmann_shift",
    "mantel_haenszel_test",
    "mcnemar_test",
    "mean_difference",
    "median_difference",
    "noninferiority",
    "number_needed_to_treat",
    "odds_ratio",
    "ordinal_odds_ratio",
    "permutation_test",
    "pool_imputations",
    "rate_ratio",
    "risk_difference",
    "risk_ratio",
    "standardized_difference",
    "subgroup_effects",
    "win_odds",
]
