"""Report: a study file in, one folder with the page, its numbers and its manifest out."""

from spineoutcomes.report.run import run_study
from spineoutcomes.report.shipped import example
from spineoutcomes.report.study import Study

__all__ = ["Study", "example", "run_study"]
