"""Whether one [[scores]] of a mapping fits its instrument and its visits."""

from __future__ import annotations

from spineoutcomes._toml import TomlFile
from spineoutcomes.loaders.mapping.grammar import VISIT, FileMapping, Keys, Score
from spineoutcomes.loaders.mapping.visits import alternatives
from spineoutcomes.vocabulary import Vocabulary


def check_score(
    score: Score, keys: Keys, mapping: FileMapping, document: TomlFile, vocabulary: Vocabulary
) -> None:
    """Check one score of a mapping.

    Raises
    ------
    ArgumentError
        For the first thing that does not fit; the message names the line.
    """
    _check_instrument(score, document, keys, vocabulary)
    if mapping.files[score.file or ""].one_row_per == "visit":
        if score.columns or score.visits or VISIT in (score.column or ""):
            raise document.error(keys, "in a file with a row per visit a score is one column")
        return
    codes = list(score.columns.values()) + _visits_in_name(score, document, keys)
    _check_visits(codes, mapping, document, keys)


def _visits_in_name(score: Score, document: TomlFile, keys: Keys) -> list[str]:
    """Return the codes of visits that a score names itself, besides those in `columns`."""
    if score.column is None:
        if score.visits:
            raise document.error((*keys, "visits"), "columns name their visits already")
        return []
    try:
        group = alternatives(score.column)
    except ValueError as error:
        raise document.error(
            (*keys, "column"), f"{error}; a column has one, or is written out in columns = {{...}}"
        ) from None
    marks = score.column.count(VISIT) + (group is not None)
    if marks > 1:
        raise document.error((*keys, "column"), f"{VISIT} or a group of codes stands in it once")
    if group is not None and score.visits:
        raise document.error((*keys, "visits"), "the group in column names the visits already")
    if not marks:
        raise document.error(
            (*keys, "column"),
            f'at which visit? Write column = "..._{VISIT}" or "..._(code|code)", or columns = '
            f'{{ "{score.column}" = "code of the visit" }}',
        )
    return list(score.visits if group is None else group[1])


def _check_instrument(score: Score, document: TomlFile, keys: Keys, vocabulary: Vocabulary) -> None:
    if score.instrument not in vocabulary.instruments:
        known = ", ".join(sorted(vocabulary.instruments))
        message = f"{score.instrument!r} is not in the vocabulary; known are: {known}"
        raise document.error((*keys, "instrument"), message)
    instrument = vocabulary.instruments[score.instrument]
    if score.scale is not None and instrument.range is None:
        raise document.error((*keys, "scale"), "this instrument has grades, not a scale")
    if score.by_labels and not instrument.is_graded:
        raise document.error((*keys, "codes"), "labels are words, and this instrument has numbers")
    grades = instrument.grades or ()
    unknown = [grade for grade in score.codes.values() if grades and grade not in grades]
    if unknown:
        message = f"{', '.join(unknown)} is no grade; grades are {', '.join(grades)}"
        raise document.error((*keys, "codes"), message)


def _check_visits(named: list[str], mapping: FileMapping, document: TomlFile, keys: Keys) -> None:
    codes = {} if mapping.visits is None else mapping.visits.codes
    absent = [code for code in named if code not in codes]
    if absent or not codes:
        found = f"not among them: {', '.join(absent)}" if absent else "there are none"
        raise document.error(keys, f"visits are declared under [visits.codes]; {found}")
