"""Outcomes by episode: scores, grades, residuals, time to recurrence, the operation, the course."""

from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.comorbidity import CHARLSON_CONDITIONS, charlson_index
from spineoutcomes.metrics.floors import floor_ceiling
from spineoutcomes.metrics.frailty import frailty_index
from spineoutcomes.metrics.items import score_items
from spineoutcomes.metrics.lesion import residual_lesion
from spineoutcomes.metrics.neurology import grade_change
from spineoutcomes.metrics.operation import perioperative
from spineoutcomes.metrics.prognosis import prognostic_score
from spineoutcomes.metrics.recovery import recovery_rate
from spineoutcomes.metrics.recurrence import time_to_recurrence
from spineoutcomes.metrics.scores import score_at, score_trajectory
from spineoutcomes.metrics.threshold_sweeps import threshold_sweep
from spineoutcomes.metrics.threshold_times import time_to_threshold
from spineoutcomes.metrics.thresholds import achieved_threshold
from spineoutcomes.metrics.timeline import episode_timeline
from spineoutcomes.metrics.transitions import neurological_transition, transition_matrix
from spineoutcomes.metrics.walking import ambulation

__all__ = [
    "CHARLSON_CONDITIONS",
    "achieved_threshold",
    "ambulation",
    "change_from_baseline",
    "charlson_index",
    "episode_timeline",
    "floor_ceiling",
    "frailty_index",
    "grade_change",
    "neurological_transition",
    "perioperative",
    "prognostic_score",
    "recovery_rate",
    "residual_lesion",
    "score_at",
    "score_items",
    "score_trajectory",
    "threshold_sweep",
    "time_to_recurrence",
    "time_to_threshold",
    "transition_matrix",
]
