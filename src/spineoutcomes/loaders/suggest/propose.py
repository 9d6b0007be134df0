"""Propose a mapping for a file, line by line and each with its reason; nothing is applied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.suggest.facts import Fact, facts_of, kinds_of, may_identify, question_of
from spineoutcomes.loaders.suggest.layout import (
    Layout,
    id_lines,
    layout_of,
    unit_line,
    visit_blocks,
)
from spineoutcomes.loaders.suggest.opening import opened
from spineoutcomes.loaders.suggest.scores import Scored, codes_in, score_blocks, scored
from spineoutcomes.loaders.suggest.seen import Seen, counts_rows, is_form_state, seen_columns
from spineoutcomes.loaders.suggest.text import Block, Line, document, one_line, quoted

OPENING = (
    "Nothing here is applied, and no line is certain: read each. A line behind `# ?` is a",
    "question: answer it and take the `# ?` away, or delete it. Then load_registry(path,",
    "mapping=...) reads the file; a column in no line that stands is left out with a warning.",
)


def suggest_mapping(path: str | Path, *, format: str | None = None) -> str:  # noqa: A002
    r"""Propose a mapping for a file, as TOML text to be read and finished by a person.

    It looks at the names of the columns (English, Chinese, Nordic) and at what kind of cells they
    have. What it is not sure of stands behind `# ?`.

    Parameters
    ----------
    path : path
        One file: delimited text, a workbook, a statistical file.
    format : str, optional
        Its format, as for `load_registry`; None tells it from the name.

    Returns
    -------
    str
        A mapping: every line with the reason for it. It is TOML as it stands, and loads once its
        questions are answered.

    Raises
    ------
    ArgumentError
        When there is no such file, or its format is not known.
    ValidationError
        When the file is no table: no row of names, rows of unequal length.

    Notes
    -----
    Missing data: which cells mean missing is never guessed; a column of numbers with other text in
    it is a question. The text holds names of columns, counts, and codes of visits, sexes and
    grades, but no other cell. That a column may identify a person is told from its name alone.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import spineoutcomes as so
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name) / "pain.csv"
    ...     _ = file.write_text("id,sex,odi_pre,odi_3m\n1,F,44,20\n2,M,38,\n")
    ...     text = so.suggest_mapping(file)
    >>> for line in text.splitlines():
    ...     if line and not line.startswith("#"):
    ...         print(line.split("  #")[0].rstrip())
    [file]
    one_row_per = "patient"
    [patients]
    patient_id = "id"
    sex = { column = "sex", codes = { F = "female", M = "male" } }
    [episodes]
    [visits.codes]
    pre = { visit = "preoperative", day = 0 }
    3m = { day = 91 }
    [[scores]]
    instrument = "odi"
    column = "odi_(pre|3m)"
    """
    place = Path(path)
    if not place.is_file():
        what = "a folder" if place.is_dir() else "not there"
        raise ArgumentError(f"suggest_mapping looks at one file, and {place} is {what}.")
    file, how = opened(place, format)
    columns = seen_columns(file)
    size = f"{one_line(file.name)}: {len(file.rows)} rows, {len(columns)} columns"
    blocks = _blocks(columns, how)
    return document([f"A proposal for {size}.", *OPENING], blocks)


def _blocks(columns: Sequence[Seen], how: Sequence[Line]) -> list[Block]:
    layout = layout_of(columns)
    rest = [column for column in columns if column.head not in layout.used]
    personal = [column for column in rest if may_identify(column)]
    forms = [column for column in rest if is_form_state(column)]
    ignored = [*(c for c in layout.counters if counts_rows(c) and layout.ids), *personal, *forms]
    rest = [column for column in rest if column not in ignored]
    facts, scores, unknown = _sorted(rest)
    happened = [(column, kind) for column in unknown for kind in list(kinds_of(column))[:1]]
    told = {column.head for column, _ in happened}
    constant = _constant(layout, unknown)
    facts += [question_of(column, constant) for column in unknown if column.head not in told]
    long = layout.visit is not None
    return [
        Block("[file]", (unit_line(layout), *how, *_decimal(columns), *_ignore(ignored))),
        Block("[patients]", (*id_lines(layout, personal), *_own(facts, "patients"))),
        Block("[episodes]", (*_own(facts, "episodes"), *_diagnosis(facts))),
        *visit_blocks(layout, codes_in(scores)),
        *score_blocks(scores, long=long),
        *_procedures(facts),
        *(_event(column, kind) for column, kind in happened),
    ]


def _decimal(columns: Sequence[Seen]) -> list[Line]:
    if not any(column.decimal == "," for column in columns):
        return []
    return [Line('decimal = ","', "numbers are written with a comma")]


def _sorted(columns: Sequence[Seen]) -> tuple[list[Fact], list[Scored], list[Seen]]:
    """Return facts by name, scores, and the columns that are neither."""
    facts, scores, unknown = [], [], []
    for column in columns:
        own = facts_of(column)
        score = None if own else scored(column)
        facts += own
        if score is not None:
            scores.append(score)
        elif not own:
            unknown.append(column)
    return facts, scores, unknown


def _own(facts: Sequence[Fact], section: str) -> list[Line]:
    """Return the lines of a section; a fact that two columns give is a question the second time."""
    lines: list[Line] = []
    keys: set[str] = set()
    for fact in facts:
        key = fact.line.text.partition(" = ")[0]
        if fact.section == section:
            twice = fact.line.sure and key in keys
            why = f"a second column for {key}" if twice else fact.line.why
            lines.append(Line(fact.line.text, why, fact.line.sure and not twice))
            keys |= {key} if fact.line.sure else set()
    return sorted(lines, key=lambda line: not line.sure)


def _diagnosis(facts: Sequence[Fact]) -> list[Line]:
    if any(fact.line.text.startswith("diagnosis = ") for fact in facts):
        return []
    why = "required: a word of so.vocabulary.diagnoses, or a column with codes"
    return [Line('diagnosis = { always = "..." }', why, sure=False)]


def _procedures(facts: Sequence[Fact]) -> list[Block]:
    lines = _own(facts, "procedures")
    if not lines:
        return []
    why = "required: a word of so.vocabulary.procedures, or a column with codes"
    component = Line('component = { always = "..." }', why, sure=False)
    sure = any(line.sure for line in lines)
    return [Block("[[procedures]]", (component, *lines), sure)]


def _event(column: Seen, kind: str) -> Block:
    why = "what do its cells mean? and when was it?"
    lines = (
        Line(f"kind = {{ always = {quoted(kind)} }}", "by its name"),
        Line(
            f'status = {{ column = {quoted(column.head)}, codes = {{ "..." = "occurred" }} }}', why
        ),
    )
    return Block("[[events]]", lines, sure=False)


def _ignore(columns: Sequence[Seen]) -> list[Line]:
    if not columns:
        return []
    lines = [Line("ignore = [")]
    for column in columns:
        lines.append(Line(f"  {quoted(column.head)},", _why_ignored(column)))
    return [*lines, Line("]")]


def _why_ignored(column: Seen) -> str:
    if counts_rows(column):
        return "counts the rows"
    return "the state of a REDCap form" if is_form_state(column) else "may identify a person"


def _constant(layout: Layout, columns: Sequence[Seen]) -> set[str]:
    """Return the columns that hold one cell for each id."""
    if layout.unit != "visit":
        return {column.head for column in columns}
    ids = pd.DataFrame({n: column.cells for n, column in enumerate(layout.ids)})
    place = ids.groupby(list(ids.columns), sort=False).ngroup()
    filled = {column.head: pd.DataFrame({"id": place, "cell": column.cells}) for column in columns}
    return {
        head
        for head, cells in filled.items()
        if not cells[cells["cell"] != ""].drop_duplicates()["id"].duplicated().any()
    }
