"""Table: strings in rows and columns, with a caption and footnotes. It computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal, NamedTuple

from spineoutcomes.errors import ArgumentError
from spineoutcomes.tables.markup import table_markup

Role = Literal["row", "heading", "sub"]
Alignment = Literal["left", "right", "center"]


class Row(NamedTuple):
    """The cells of one row, and its part: a heading, one of those below it, or neither."""

    cells: tuple[str, ...]
    role: Role = "row"


class Column(NamedTuple):
    """A column while a table is made: its header, its cells and where they stand."""

    header: str
    cells: Sequence[str]
    alignment: Alignment = "right"


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be printed.

    Parameters
    ----------
    columns : sequence of str
        Headers, one a column.
    rows : sequence of Row
        Cells as strings, and the role of each row: "row", "heading" or "sub" (indented below a
        heading). The first cell names the row.
    caption : str
        What the table shows.
    alignments : sequence of {"left", "right", "center"}, optional
        One a column; by default the first stands left, the others right.
    footnotes : sequence of str
        Notes below the table, one a line.

    Raises
    ------
    ArgumentError
        When a row or `alignments` has another number of cells than there are columns.

    Notes
    -----
    Missing data: a cell is a string and is shown as it is; the functions that make tables write
    an en dash for a number that is missing and nothing where none belongs.

    Examples
    --------
    >>> from spineoutcomes.tables import Table
    >>> table = Table(columns=["", "n"], rows=[(("Patients",  "12"), "row")], caption="Series")
    >>> table.rows[0].cells
    ('Patients', '12')
    """

    _: KW_ONLY
    columns: Sequence[str]
    rows: Sequence[Row | tuple[Sequence[str], Role]]
    caption: str = ""
    alignments: Sequence[Alignment] = ()
    footnotes: Sequence[str] = ()

    def __post_init__(self) -> None:
        width = len(self.columns)
        rows = tuple(Row(tuple(cells), role) for cells, role in self.rows)
        wrong = [number for number, row in enumerate(rows, 1) if len(row.cells) != width]
        if wrong:
            raise ArgumentError(
                f"{width} columns need {width} cells in every row; row(s) "
                f"{', '.join(map(str, wrong))} have another number."
            )
        alignments = tuple(self.alignments) or ("left", *("right",) * (width - 1))[:width]
        if len(alignments) != width:
            raise ArgumentError(f"{width} columns need {width} alignments, got {len(alignments)}.")
        settled: dict[str, object] = {
            "columns": tuple(self.columns),
            "rows": rows,
            "alignments": alignments,
            "footnotes": tuple(self.footnotes),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    def _repr_html_(self) -> str:
        return table_markup(self)


def table_of(columns: Iterable[Column], *, caption: str, footnotes: Iterable[str]) -> Table:
    """Return the table of those columns that have something to show."""
    shown = [column for column in columns if any(column.cells)]
    cells = zip(*(column.cells for column in shown), strict=True)
    return Table(
        columns=[column.header for column in shown],
        rows=[Row(tuple(row)) for row in cells],
        caption=caption,
        alignments=[column.alignment for column in shown],
        footnotes=tuple(footnotes),
    )
