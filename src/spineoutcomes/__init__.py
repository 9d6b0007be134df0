"""Outcomes research on spine surgery, from a case registry to a report that anyone can re-run."""

from spineoutcomes import compare, errors, figures, metrics, survival, tables, vocabulary
from spineoutcomes.design import Design
from spineoutcomes.results import Curves, Effects, ResultSet, Summary

__all__ = [
    "Curves",
    "Design",
    "Effects",
    "ResultSet",
    "Summary",
    "compare",
    "errors",
    "figures",
    "metrics",
    "survival",
    "tables",
    "vocabulary",
]
__version__ = "0.1.0"
