"""Outcomes by episode: scores, grades, residuals, time to recurrence, the operation, the course."""

from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.comorbidity import CHARLSON_CONDITIONS, charlson_index
from spineoutcomes.metrics.floors import floor_ceiling
from spineoutcomes.metrics.followup import followup_completeness
from spineoutcomes.metrics.frailty import frailty_index
from spineoutcomes.metrics.items import score_items
from spineoutcomes.metrics.ladder import time_to_next_step
from spineoutcomes.metrics.lesions.extent import resection_extent
from spineoutcomes.metrics.lesions.residual import residual_lesion
from spineoutcomes.metrics.lesions.response import lesion_response
from spineoutcomes.metrics.neurology import grade_change
from spineoutcomes.metrics.operation import (
    complications,
    cost_components,
    height_restoration,
    perioperative,
    time_to_ambulation,
    time_to_discharge,
    time_to_new_fracture,
    time_to_radiotherapy,
)
from spineoutcomes.metrics.prognosis import prognostic_score
from spineoutcomes.metrics.recovery import recovery_rate
from spineoutcomes.metrics.recurrence import time_to_recurrence
from spineoutcomes.metrics.relief.duration import relief_duration
from spineoutcomes.metrics.relief.in_response import time_in_response
from spineoutcomes.metrics.scores import score_at, score_trajectory
from spineoutcomes.metrics.threshold_sweeps import threshold_sweep
from spineoutcomes.metrics.threshold_times import time_to_threshold
from spineoutcomes.metrics.thresholds import achieved_threshold
from spineoutcomes.metrics.timeline import episode_timeline
from spineoutcomes.metrics.times.by_arm import recurrence_followup
from spineoutcomes.metrics.times.evidence import recurrence_dates
from spineoutcomes.metrics.times.recurrent import recurrent_events
from spineoutcomes.metrics.times.redating import redated_recurrence
from spineoutcomes.metrics.times.splitting import start_stop
from spineoutcomes.metrics.times.time_to import time_to_event
from spineoutcomes.metrics.times.windows import observation_window
from spineoutcomes.metrics.transitions import neurological_transition, transition_matrix
from spineoutcomes.metrics.walking import ambulation

__all__ = [
    "CHARLSON_CONDITIONS",
    "achieved_threshold",
    "ambulation",
    "change_from_baseline",
    "charlson_index",
    "complications",
    "cost_components",
    "episode_timeline",
    "floor_ceiling",
    "followup_completeness",
    "frailty_index",
    "grade_change",
    "height_restoration",
    "lesion_response",
    "neurological_transition",
    "observation_window",
    "perioperative",
    "prognostic_score",
    "recovery_rate",
    "recurrence_dates",
    "recurrence_followup",
    "recurrent_events",
    "redated_recurrence",
    "relief_duration",
    "resection_extent",
    "residual_lesion",
    "score_at",
    "score_items",
    "score_trajectory",
    "start_stop",
    "threshold_sweep",
    "time_in_response",
    "time_to_ambulation",
    "time_to_discharge",
    "time_to_event",
    "time_to_new_fracture",
    "time_to_next_step",
    "time_to_radiotherapy",
    "time_to_recurrence",
    "time_to_threshold",
    "transition_matrix",
]
