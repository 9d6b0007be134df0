"""A table as an HTML element: semantic, escaped, styled by classes alone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spineoutcomes.tables.table import Row, Table

NOTHING = "Nothing to show."


def table_markup(table: Table) -> str:
    """Return `table` as one `<table>` element; every text is escaped, for names are data too."""
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    headers = "".join(
        f'<th scope="col" class="so-{side}">{escape(header)}</th>'
        for header, side in zip(table.columns, table.alignments, strict=True)
    )
    head = f"<thead>\n<tr>{headers}</tr>\n</thead>\n" if headers else ""
    parts = [
        f'<table class="so-table">\n{caption}\n' if caption else '<table class="so-table">\n',
        head,
        _body(table),
        _foot(table.footnotes, len(table.columns)),
        "</table>",
    ]
    return "".join(parts)


def _body(table: Table) -> str:
    rows = [_row(row, table.alignments) for row in table.rows]  # type: ignore[arg-type]
    if not rows:
        rows = [
            f'<tr><td class="so-left" colspan="{max(len(table.columns), 1)}">{NOTHING}</td></tr>'
        ]
    return "<tbody>\n" + "\n".join(rows) + "\n</tbody>\n"


def _row(row: Row, alignments: Iterable[str]) -> str:
    cells = [
        f'<td class="so-{side}">{escape(cell)}</td>'
        for cell, side in zip(row.cells, alignments, strict=True)
    ]
    if cells:
        first = cells[0].removeprefix("<td").removesuffix("</td>")
        cells[0] = f'<th scope="row"{first}</th>'
    return f'<tr class="so-{row.role}">{"".join(cells)}</tr>'


def _foot(footnotes: Iterable[str], width: int) -> str:
    notes = "".join(f'<p class="so-footnote">{escape(note)}</p>' for note in footnotes)
    if not notes:
        return ""
    return (
        f'<tfoot>\n<tr><td class="so-footnotes" colspan="{max(width, 1)}">{notes}</td></tr>\n'
        "</tfoot>\n"
    )
