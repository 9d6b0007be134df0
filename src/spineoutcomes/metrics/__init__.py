"""Outcomes by episode: scores, grades, residuals, time to recurrence, the operation, the course."""

from spineoutcomes.metrics.change import change_from_baseline
from spineoutcomes.metrics.lesion import residual_lesion
from spineoutcomes.metrics.neurology import grade_change
from spineoutcomes.metrics.operation import perioperative
from spineoutcomes.metrics.recurrence import time_to_recurrence
from spineoutcomes.metrics.scores import score_at, score_trajectory
from spineoutcomes.metrics.timeline import episode_timeline

__all__ = [
    "change_from_baseline",
    "episode_timeline",
    "grade_change",
    "perioperative",
    "residual_lesion",
    "score_at",
    "score_trajectory",
    "time_to_recurrence",
]
