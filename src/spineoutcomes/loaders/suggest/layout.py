"""What a row of a file is, and which columns say whose row it is and at which visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spineoutcomes.loaders.suggest.heads import visit_after
from spineoutcomes.loaders.suggest.seen import Seen, are_unique, counts_rows, holds_dates, is_called
from spineoutcomes.loaders.suggest.text import Block, Line, key_of, one_line, quoted
from spineoutcomes.loaders.suggest.words import FACTS, VISIT_COLUMNS

MOST_VISITS = 20
LONGEST_CODE = 40
MOSTLY = 0.8  # of the rows have an id: the others may be notes below the table
FEW_REPEATS = 0.9  # of the rows with an id of their own: the others are more likely mistakes
RECORD_NUMBERS = ("住院号", "病案号", "门诊号", "mrn")
ROW_NUMBERS = ("x", "rownames", "row names", "row", "index", "no", "nr", "序号", "unnamed 0")
COUNTED = {"week": "w", "weeks": "w", "month": "m", "months": "m", "day": "d", "days": "d"}


Code = tuple[str, int | None, bool]  # visit, day, and whether it is sure


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file hang together.

    Attributes
    ----------
    unit : {"patient", "visit"} or None
        What a row is; None where it is not clear.
    ids : list of Seen
        The columns that together name the patient.
    visit : Seen or None
        The column that says at which visit a row is.
    counters : list of Seen
        Columns that number the rows.
    why : str
    """

    unit: Literal["patient", "visit"] | None
    ids: list[Seen]
    visit: Seen | None
    counters: list[Seen]
    why: str

    @property
    def used(self) -> set[str]:
        """The columns it has spoken of."""
        seen = [*self.ids, *self.counters, *([self.visit] if self.visit else [])]
        return {column.head for column in seen}


def layout_of(columns: Sequence[Seen]) -> Layout:
    """Return what a row of a file most likely is."""
    named = [c for c in columns if is_called(c, FACTS["patients.patient_id"]) and _is_mostly(c)]
    visits = [c for c in columns if _is_visit(c)]
    counters = [c for c in columns if is_called(c, ROW_NUMBERS)]
    if not named:
        return Layout(None, [], None, counters, "no column has the name of an id")
    first = next((c for c in named if len(c.found) == len(c.cells)), named[0])
    n, different, empty = len(first.cells), len(first.found), int((first.cells == "").sum())
    said = f"{one_line(first.head)!r} has {different} different in {n} rows"
    said += f", {empty} empty" if empty else ""
    if different == n:
        return Layout("patient", [first], None, counters, said)
    centres = [c for c in columns if is_called(c, FACTS["patients.centre"]) and c.is_filled]
    for visit in visits:
        if are_unique([first, visit]):
            return Layout("visit", [first], visit, counters, f"{said}, one for each {visit.head!r}")
    for centre in centres:
        both = f"{said}; with {one_line(centre.head)!r} it names one"
        if are_unique([centre, first]):
            return Layout("patient", [centre, first], None, counters, both)
        for visit in visits:
            if are_unique([centre, first, visit]):
                return Layout("visit", [centre, first], visit, counters, f"{both} per visit")
    if different >= FEW_REPEATS * (n - empty):
        return Layout("patient", [first], None, counters, f"{said}: correct those rows")
    return Layout(None, [first], None, counters, f"{said}, and no column tells its rows apart")


def _is_mostly(column: Seen) -> bool:
    """Whether a column is filled in all but a few rows."""
    return bool((column.cells != "").mean() >= MOSTLY)


def _is_visit(column: Seen) -> bool:
    """Whether a column holds codes of visits: few, short, and no dates, which are a patient's."""
    few = 1 < len(column.found) <= MOST_VISITS
    short = all(len(text) <= LONGEST_CODE for text in column.found)
    return (
        is_called(column, VISIT_COLUMNS)
        and column.is_filled
        and few
        and short
        and not holds_dates(column)
    )


def unit_line(layout: Layout) -> Line:
    """Return the line that says what a row is."""
    if layout.unit is None:
        return Line('one_row_per = "patient"', f'or "visit"? {layout.why}', sure=False)
    return Line(f"one_row_per = {quoted(layout.unit)}", layout.why)


def id_lines(layout: Layout, personal: Sequence[Seen]) -> list[Line]:
    """Return the lines of the patient's id; one that identifies a person is only a question."""
    heads = [quoted(column.head) for column in layout.ids]
    joined = heads[0] if len(heads) == 1 else f"{{ columns = [{', '.join(heads)}] }}"
    if layout.ids:
        text = f"patient_id = {joined}"
        return [Line(text, "the name is one of an id", sure=layout.unit is not None)]
    lines = [
        Line(f"patient_id = {quoted(c.head)}", "an id, or the number of the row?", sure=False)
        for c in layout.counters
        if counts_rows(c)
    ]
    named = "no two rows the same, but it may identify a person: better a number of the study"
    lines += [
        Line(f"patient_id = {quoted(c.head)}", named, sure=False)
        for c in personal
        if is_called(c, RECORD_NUMBERS) and len(c.found) == len(c.cells)
    ]
    every = "if every row is another patient: no column has the name of an id"
    return [*lines, Line("patient_id = { row_number = true }", every, sure=False)]


def visit_blocks(layout: Layout, codes: Mapping[str, Code]) -> list[Block]:
    """Return the sections of visits: those of a long file by its column, else those of names."""
    if layout.visit is None:
        lines = [_code_line(code, *meant) for code, meant in codes.items()]
        return [Block("[visits.codes]", tuple(lines))] if lines else []
    column = layout.visit
    head = Block("[visits]", (Line(f"column = {quoted(column.head)}", layout.why),))
    return [head, Block("[visits.codes]", tuple(_codes_of(column)))]


def _code_line(code: str, name: str, day: int | None, sure: bool = True) -> Line:
    shown = "" if name == code else f"visit = {quoted(name)}"
    planned = "" if day is None else f"day = {day}"
    why = "" if day is not None else "on which day? the column of it goes into [visits], as day"
    said = ", ".join(filter(None, (shown, planned)))
    return Line(f"{key_of(code)} = {{ {said} }}" if said else f"{key_of(code)} = {{}}", why, sure)


def _codes_of(column: Seen) -> list[Line]:
    """Return a line for each code: what it means is known where the column counts time."""
    unit = COUNTED.get(" ".join(column.words))
    lines = []
    for code in sorted(column.found, key=_in_order):
        timed = visit_after(unit, code) if unit is not None and code.isdigit() else None
        if timed is not None:
            lines.append(_code_line(code, *timed))
        elif unit is not None and code == "0":
            lines.append(Line(f"{key_of(code)} = {{ day = 0 }}", f"{column.head} 0"))
        else:
            text = f'{key_of(code)} = {{ visit = "...", day = ... }}'
            lines.append(Line(text, "which visit, and when?", sure=False))
    return lines


def _in_order(code: str) -> tuple[float, str]:
    return (float(code) if code.isdigit() else float("inf"), code)
