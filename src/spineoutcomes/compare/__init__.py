"""Comparisons of groups: baseline tables, means and risks, and what is read from effects."""

from spineoutcomes.compare.baseline import baseline_summary
from spineoutcomes.compare.e_values import e_value
from spineoutcomes.compare.imputations import pool_imputations
from spineoutcomes.compare.margins import equivalence, noninferiority
from spineoutcomes.compare.means import mean_difference
from spineoutcomes.compare.multiplicity import adjust_p_values
from spineoutcomes.compare.outcomes import compare_outcomes
from spineoutcomes.compare.risks import risk_difference
from spineoutcomes.compare.shift import delta_shift
from spineoutcomes.compare.subgroups import subgroup_effects

__all__ = [
    "adjust_p_values",
    "baseline_summary",
    "compare_outcomes",
    "delta_shift",
    "e_value",
    "equivalence",
    "mean_difference",
    "noninferiority",
    "pool_imputations",
    "risk_difference",
    "subgroup_effects",
]
