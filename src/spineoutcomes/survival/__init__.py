"""Time to event: curves, cumulative incidence and tests."""

from spineoutcomes.survival.curves import survival_curve
from spineoutcomes.survival.followup import followup_curve
from spineoutcomes.survival.incidence import cumulative_incidence
from spineoutcomes.survival.logrank import logrank_test

__all__ = ["cumulative_incidence", "followup_curve", "logrank_test", "survival_curve"]
