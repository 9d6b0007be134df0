"""Tables and results as HTML."""

from __future__ import annotations

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Curves, Effects, Result, ResultSet, Summary
from spineoutcomes.tables.markup import table_markup
from spineoutcomes.tables.plain import results_table
from spineoutcomes.tables.table import Table


def to_html(table: Table | Result | ResultSet) -> str:
    """Return a table or a result as HTML without any style of its own.

    Parameters
    ----------
    table : Table, Effects, Curves, Summary or ResultSet
        A result is shown as `results_table` shows it; a ResultSet gives one table a result, its
        name as the caption. Numbers keep the units of the table.

    Returns
    -------
    str
        One `<table class="so-table">` a table, with caption, header, row headers and footnotes;
        those of a ResultSet stand in `<section class="so-results">`.

    Raises
    ------
    ArgumentError
        When `table` is neither a Table nor a result.

    Notes
    -----
    Every text is escaped. There is no script and no inline style. Classes of cells: `so-left`,
    `so-right`, `so-center`; of rows: `so-row`, `so-heading`, `so-sub`; below: `so-footnotes`,
    `so-footnote`.

    Missing data: shown as the table shows them, an en dash or nothing.

    Examples
    --------
    >>> from spineoutcomes.tables import Table, to_html
    >>> table = Table(columns=["", "n"], rows=[(("p < 0.05", "12"), "row")])
    >>> '<th scope="row" class="so-left">p &lt; 0.05</th>' in to_html(table)
    True
    """
    if isinstance(table, Table):
        return table_markup(table)
    if isinstance(table, ResultSet):
        parts = [
            table_markup(results_table(result, caption=name)) for name, result in table.items()
        ]
        return "\n".join(['<section class="so-results">', *parts, "</section>"])
    if isinstance(table, Effects | Curves | Summary):
        return table_markup(results_table(table))
    raise ArgumentError(f"Expected a Table, a result or a ResultSet, got a {type(table).__name__}.")
