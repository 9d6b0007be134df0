"""What a template says beside its tables: how to fill it in, each column, each list of codes."""

from __future__ import annotations

from spineoutcomes.loaders.template.words import WORDS
from spineoutcomes.registry import TABLES
from spineoutcomes.registry.columns import Column
from spineoutcomes.vocabulary import Vocabulary
from spineoutcomes.vocabulary.model import Instrument

Rows = list[tuple[str, ...]]
CODEBOOK_HEAD = ("sheet", "column", "meaning", "unit", "what to enter", "needed")
CATALOGUES = ("instruments", "procedures", "diagnoses", "event_kinds")
YES_NO = ("yes", "no")
ENTERED = {
    "id": "text without a name",
    "text": "text",
    "number": "a number without its unit",
    "date": "YYYY-MM-DD; of a month or year alone '2021-05 or '2021, with the apostrophe",
}
READ_ME = (
    "How to fill in this workbook",
    "",
    "The sheets patients, episodes, procedures, scores, lesions and events are the tables of a "
    "registry. Row 1 of each names its columns: keep it as it is, and put nothing above it.",
    "Only patients and episodes are needed, and in any sheet only the columns with a dark head. "
    "Leave empty what is not known: an empty cell is missing, and 0 is a number.",
    "Every row of episodes names its patient; every row of procedures, scores and lesions names "
    "its episode; an event names its episode or its patient. The ids are yours: use no names, no "
    "hospital numbers, no numbers of identity cards.",
    "The sheet codebook says what each column means, in which unit, and which words may stand in "
    "it; click into a cell to see the same, or its list. Other columns may be added at the right.",
    "Dates are YYYY-MM-DD. Of a month or a year alone, type '2021-05 or '2021 with the apostrophe: "
    "without it the program makes a full date of it.",
    "Numbers stand alone: 200, not 200ml; 60 for 60 percent, not 60%; 0 to 10 for a pain scale. A "
    "grade such as 4+ or D belongs in grade, not in value.",
    "One row is one fact: a score at three visits is three rows. What was looked for and not found "
    "is a row of events too, with the status absent.",
    "What only the eye sees is not read: colours, bold or crossed-out text, comments. Merge no "
    "cells, and put no totals, notes or titles above or below a table.",
    "",
    "Load it in Python, which says in which row what does not fit:",
    "",
    "import spineoutcomes as so",
    'registry = so.load_registry("this_file.xlsx")',
    "registry.findings()",
)


def codebook_rows(vocabulary: Vocabulary) -> Rows:
    """Return a row for each declared column: sheet, column, meaning, unit, what to enter."""
    rows: Rows = []
    for table, spec in TABLES.items():
        for column in spec.columns:
            meaning, unit = WORDS[table, column.name]
            needed = "yes" if column.required else ""
            rows.append((table, column.name, meaning, unit, entered(column, vocabulary), needed))
    return rows


def entered(column: Column, vocabulary: Vocabulary) -> str:
    """Return what may stand in a column, in words."""
    if column.catalogue is not None:
        return f"a code of {column.catalogue}, listed at the right"
    words = listed_words(column)
    if words:
        return " | ".join(words)
    if column.kind == "number" and column.low is not None and column.high is not None:
        return f"a number from {column.low:g} to {column.high:g}"
    if column.kind == "number" and column.low is not None:
        return f"a number of at least {column.low:g}"
    return ENTERED[column.kind]


def listed_words(column: Column) -> tuple[str, ...]:
    """Return the few words that a column may hold; none for codes and anything else."""
    return YES_NO if column.kind == "flag" else column.allowed or ()


def code_lists(vocabulary: Vocabulary) -> dict[str, Rows]:
    """Return each catalogue as rows of code, name and, for instruments, what a result is."""
    lists: dict[str, Rows] = {
        name: [(code, entry.name) for code, entry in getattr(vocabulary, name).items()]
        for name in CATALOGUES
    }
    lists["instruments"] = [
        (code, entry.name, _result(entry)) for code, entry in vocabulary.instruments.items()
    ]
    return lists


def _result(instrument: Instrument) -> str:
    if instrument.grades is not None:
        return f"grade: {' | '.join(instrument.grades)}"
    low, high = instrument.range or (0.0, 0.0)
    unit = f" {instrument.unit}" if instrument.unit else ""
    where = f"; location: {' | '.join(instrument.locations)}" if instrument.locations else ""
    return f"value: {low:g} to {high:g}{unit}, higher is {instrument.higher_is}{where}"
