"""The scores of one instrument, at one site, by one rater."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary.model import Instrument

NOT_RECORDED = "(not recorded)"
SITE = ("location", "side")


def instrument_rows(
    cohort: Cohort, instrument: str, *, location: str | None, side: str | None, rater: str | None
) -> pd.DataFrame:
    """Return the scores of one instrument at one location and side.

    Raises
    ------
    ArgumentError
        For an instrument the vocabulary does not know; a location, side or rater that no score
        has; or several locations or sides with none asked, for they are never mixed.
    """
    rows = rows_as_asked(cohort, instrument, location=location, side=side, rater=rater)
    for column, asked in zip(SITE, (location, side), strict=True):
        if asked is None:
            rows = only_asked(rows, column, None, of=instrument)
    return rows.reset_index(drop=True)


def rows_as_asked(
    cohort: Cohort, instrument: str, *, location: str | None, side: str | None, rater: str | None
) -> pd.DataFrame:
    """Return the scores of one instrument, of all sites and raters where none is asked.

    Raises
    ------
    ArgumentError
        For an instrument the vocabulary does not know, or a location, side or rater that no score
        has.
    """
    entry = cohort.vocabulary.instruments[instrument]
    scores = cohort.rows("scores")
    rows = scores[scores["instrument"] == instrument]
    for column, asked in (("location", location), ("side", side), ("rater", rater)):
        if asked is not None:
            rows = only_asked(rows, column, asked, of=instrument)
    return rows.assign(answered=rows[answer_column(entry)].notna()).reset_index(drop=True)


def answer_column(instrument: Instrument) -> str:
    """Return the column that holds an instrument's answer: `grade` or `value`."""
    return "grade" if instrument.is_graded else "value"


def labelled(values: pd.Series) -> pd.Series:
    """Return the values of a column as text, with a word where nothing is recorded."""
    values = values.astype(object)
    return values.where(values.notna(), NOT_RECORDED)


def only_asked(rows: pd.DataFrame, column: str, asked: str | None, *, of: str) -> pd.DataFrame:
    """Return the rows whose column is as asked; all of them when they hold but one value.

    Raises
    ------
    ArgumentError
        When they hold several and none is asked, or none of them is the one asked.
    """
    labels = labelled(rows[column])
    present = sorted(labels.unique())
    if asked is None:
        if len(present) > 1:
            raise ArgumentError(
                f"{of} is recorded with several values of {column}: {', '.join(present)}; they are "
                f"never mixed. Say {column}=..."
            )
        return rows
    if len(rows) and asked not in present:
        raise ArgumentError(
            f"{of} is not recorded with {column} {asked!r}; recorded are: {', '.join(present)}."
        )
    return rows[(labels == asked).to_numpy(dtype=bool)]
