"""Workbook: sheets of a spreadsheet, read safely by one of two engines."""

from spineoutcomes.loaders.workbook.read import read_workbook
from spineoutcomes.loaders.workbook.tables import read_tables

__all__ = ["read_tables", "read_workbook"]
