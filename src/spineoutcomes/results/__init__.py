"""Results: frozen, tidy numbers. Tables and figures are views of them."""

from spineoutcomes.results.combination import combine
from spineoutcomes.results.curves import Curves
from spineoutcomes.results.effects import Effects
from spineoutcomes.results.result_set import Result, ResultSet
from spineoutcomes.results.summary import Summary

__all__ = ["Curves", "Effects", "Result", "ResultSet", "Summary", "combine"]
