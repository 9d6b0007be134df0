"""The scores of one instrument, at one site, by one rater."""

from __future__ import annotations

import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary.model import Instrument

NOT_RECORDED = "(not recorded)"


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
    entry = cohort.vocabulary.instruments[instrument]
    scores = cohort.rows("scores")
    rows = scores[scores["instrument"] == instrument]
    rows = only_asked(rows, "location", location, of=instrument)
    rows = only_asked(rows, "side", side, of=instrument)
    if rater is not None:
        rows = only_asked(rows, "rater", rater, of=instrument)
    column = answer_column(entry)
    return rows.assign(answered=rows[column].notna()).reset_index(drop=True)


def answer_column(instrument: Instrument) -> str:
    """Return the column that holds an instrument's answer: `grade` or `value`."""
    return "grade" if instrument.is_graded else "value"


def only_asked(rows: pd.DataFrame, column: str, asked: str | None, *, of: str) -> pd.DataFrame:
    """Return the rows whose column is as asked; all of them when they hold but one value.

    Raises
    ------
    ArgumentError
        When they hold several and none is asked, or none of them is the one asked.
    """
    values = rows[column].astype(object)
    labels = values.where(values.notna(), NOT_RECORDED)
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
