"""Time to event: curves, cumulative incidence, restricted means and tests."""

from spineoutcomes.survival.bootstrap import bootstrap_survival
from spineoutcomes.survival.curves import survival_curve
from spineoutcomes.survival.followup import followup_curve
from spineoutcomes.survival.gray import gray_test
from spineoutcomes.survival.incidence import cumulative_incidence
from spineoutcomes.survival.interval_censored import interval_censored_curve
from spineoutcomes.survival.logrank import logrank_test
from spineoutcomes.survival.mean_count import mean_cumulative_count
from spineoutcomes.survival.mean_count_effects import mean_count_difference
from spineoutcomes.survival.milestone import milestone_difference
from spineoutcomes.survival.restricted_mean import rmst

__all__ = [
    "bootstrap_survival",
    "cumulative_incidence",
    "followup_curve",
    "gray_test",
    "interval_censored_curve",
    "logrank_test",
    "mean_count_difference",
    "mean_cumulative_count",
    "milestone_difference",
    "rmst",
    "survival_curve",
]
