"""The scores of one instrument, at one site, by one rater."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.cohort import Cohort
from spineoutcomes.errors import ArgumentError
from spineoutcomes.vocabulary.model import Instrument

NOT_RECORDED = "(not recorded)"
SITE = ("location", "side")
COLUMNS = ("instrument", *SITE, "rater", "visit", "day", "missing_reason")


def instrument_rows(
    cohort: Cohort, instrument: str, *, location: str | None, side: str | None, rater: str | None
) -> pd.DataFrame:
    """Return the scores of one instrument at one location and side.

    Returns
    -------
    DataFrame
        `episode` (position in the cohort), `instrument`, `location`, `side`, `rater`, `visit`,
        `day`, `missing_reason`, the answer (`value` or `grade`) and whether there is one,
        `answered`. For reading only: it may share memory with the registry.

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
    return rows


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
    answer = answer_column(cohort.vocabulary.instruments[instrument])
    scores = cohort.located("scores", [*COLUMNS, answer])
    rows = _where(scores, (scores["instrument"] == instrument).to_numpy(dtype=bool))
    for column, asked in (("location", location), ("side", side), ("rater", rater)):
        if asked is not None:
            rows = only_asked(rows, column, asked, of=instrument)
    columns = {str(name): rows[name] for name in rows} | {"answered": rows[answer].notna()}
    return pd.DataFrame(columns, index=rows.index, copy=False)


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
    present = _recorded(rows[column])
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
    named = rows[column].isna() if asked == NOT_RECORDED else rows[column] == asked
    return _where(rows, named.to_numpy(dtype=bool))


def _recorded(values: pd.Series) -> list[str]:
    """Return the values that occur, sorted, a missing one by its word."""
    labels = values.astype("category").cat
    codes = labels.codes.to_numpy()
    if not len(codes):
        return []
    if (codes == codes[0]).all():
        present = codes[:1]
    else:
        present = np.flatnonzero(np.bincount(codes.astype(np.intp) + 1)) - 1
    return sorted(NOT_RECORDED if c < 0 else str(labels.categories[c]) for c in present)


def _where(rows: pd.DataFrame, mask: np.ndarray) -> pd.DataFrame:
    """Return the masked rows, without a copy when those are all."""
    return rows if mask.all() else rows.take(np.flatnonzero(mask)).reset_index(drop=True)
