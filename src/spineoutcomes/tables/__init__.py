"""Tables: the numbers of a result as a reader sees them. Nothing is computed here."""

from spineoutcomes.tables.baseline import baseline_table
from spineoutcomes.tables.effects import effects_table
from spineoutcomes.tables.html import to_html
from spineoutcomes.tables.plain import results_table
from spineoutcomes.tables.table import Table

__all__ = ["Table", "baseline_table", "effects_table", "results_table", "to_html"]
