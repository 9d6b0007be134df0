"""Sheet: one sheet of a workbook on its way to a table of text."""
