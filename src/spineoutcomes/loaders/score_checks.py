"""Whether one [[scores]] of a mapping fits its instrument and its visits."""

from __future__ import annotations

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping import VISIT, FileMapping, Score
from spineoutcomes.vocabulary import Vocabulary

Keys = tuple[str | int, ...]


def check_score(
    number: int, mapping: FileMapping, document: TomlFile, vocabulary: Vocabulary
) -> None:
    """Check one score of a mapping.

    Raises
    ------
    ArgumentError
        For the first thing that does not fit; the message names the line.
    """
    score, keys = mapping.scores[number], ("scores", number)
    _check_instrument(score, document, keys, vocabulary)
    if mapping.file.one_row_per == "visit":
        if score.columns or score.visits or VISIT in (score.column or ""):
            raise document.error(keys, "in a file with a row per visit a score is one column")
        return
    if score.column is not None and VISIT not in score.column:
        raise document.error(
            (*keys, "column"),
            f'at which visit? Write column = "..._{VISIT}", or columns = {{ "{score.column}" = '
            '"code of the visit" }',
        )
    _check_visits(score, mapping, document, keys)


def _check_instrument(score: Score, document: TomlFile, keys: Keys, vocabulary: Vocabulary) -> None:
    if score.instrument not in vocabulary.instruments:
        known = ", ".join(sorted(vocabulary.instruments))
        message = f"{score.instrument!r} is not in the vocabulary; known are: {known}"
        raise document.error((*keys, "instrument"), message)
    instrument = vocabulary.instruments[score.instrument]
    if score.scale is not None and instrument.range is None:
        raise document.error((*keys, "scale"), "this instrument has grades, not a scale")
    grades = instrument.grades or ()
    unknown = [grade for grade in score.codes.values() if grades and grade not in grades]
    if unknown:
        message = f"{', '.join(unknown)} is no grade; grades are {', '.join(grades)}"
        raise document.error((*keys, "codes"), message)


def _check_visits(score: Score, mapping: FileMapping, document: TomlFile, keys: Keys) -> None:
    codes = {} if mapping.visits is None else mapping.visits.codes
    absent = [code for code in (*score.visits, *score.columns.values()) if code not in codes]
    if absent or not codes:
        found = f"not among them: {', '.join(absent)}" if absent else "there are none"
        raise document.error(keys, f"visits are declared under [visits.codes]; {found}")
