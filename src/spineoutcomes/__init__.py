"""Outcomes research on spine surgery, from a case registry to a report that anyone can re-run."""

from spineoutcomes import compare, errors, figures, metrics, survival, tables, vocabulary
from spineoutcomes.cohort import Cohort
from spineoutcomes.design import Design
from spineoutcomes.loaders import load_registry, suggest_mapping, write_template
from spineoutcomes.registry import Registry
from spineoutcomes.report import Study, example, run_study
from spineoutcomes.results import Curves, Effects, ResultSet, Summary, combine
from spineoutcomes.samples import load_sample, simulate_registry, truth_effects
from spineoutcomes.selection import select_cohort

__version__ = "0.1.0"

__all__ = [
    "Cohort",
    "Curves",
    "Design",
    "Effects",
    "Registry",
    "ResultSet",
    "Study",
    "Summary",
    "combine",
    "compare",
    "errors",
    "example",
    "figures",
    "load_registry",
    "load_sample",
    "metrics",
    "run_study",
    "select_cohort",
    "simulate_registry",
    "suggest_mapping",
    "survival",
    "tables",
    "truth_effects",
    "vocabulary",
    "write_template",
]
