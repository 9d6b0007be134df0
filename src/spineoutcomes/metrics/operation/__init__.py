"""The operation: what it took, the stay, what followed it, and what was waited for."""

from spineoutcomes.metrics.operation.costs import cost_components
from spineoutcomes.metrics.operation.course import perioperative
from spineoutcomes.metrics.operation.discharge import time_to_discharge
from spineoutcomes.metrics.operation.fractures import time_to_new_fracture
from spineoutcomes.metrics.operation.grading import complications
from spineoutcomes.metrics.operation.height import height_restoration
from spineoutcomes.metrics.operation.waits import time_to_ambulation, time_to_radiotherapy

__all__ = [
    "complications",
    "cost_components",
    "height_restoration",
    "perioperative",
    "time_to_ambulation",
    "time_to_discharge",
    "time_to_new_fracture",
    "time_to_radiotherapy",
]
