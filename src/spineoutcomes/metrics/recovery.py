"""How much of the function that could be regained was regained: the rate of recovery."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.item_rules import item_ranges, items_of
from spineoutcomes.metrics.status import as_status
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary


def recovery_rate(
    pre: pd.Series,
    post: pd.Series,
    *,
    instrument: str,
    vocabulary: Vocabulary = SHIPPED_VOCABULARY,
) -> pd.DataFrame:
    """Return the recovery rate of Hirabayashi: 100 x (post - pre) / (full - pre).

    Parameters
    ----------
    pre, post : Series
        Scores before and after surgery, with the same index.
    instrument : str
        A code of the vocabulary, of a summed score whose value without complaints is known: "joa"
        (full 17), "mjoa" (full 18), or "nurick" (0: the rate is the part of the grade that went).
    vocabulary : Vocabulary
        The vocabulary that knows the instrument.

    Returns
    -------
    DataFrame
        Indexed as `pre`: `value` (%; negative when worse), `change` (post minus pre, in points; the
        rate depends so much on the score before surgery that the two are reported together),
        `status`.

    Raises
    ------
    ArgumentError
        For an instrument that is no sum with a full score, indexes that differ, and scores that are
        not numbers or out of range.

    Notes
    -----
    Missing data: without a score before surgery the status is no_baseline, without one after it
    missing. Who had the full score before surgery has nothing to regain: the rate is missing, not
    100, and the status not_attainable.

    References
    ----------
    .. [1] Hirabayashi K et al. Operative results and postoperative progression of ossification
       among patients with ossification of cervical posterior longitudinal ligament. Spine
       1981;6:354-364.

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> pre, post = pd.Series([10, 12, 17]), pd.Series([14, 11, 17])
    >>> so.metrics.recovery_rate(pre, post, instrument="joa")
           value  change          status
    0  57.142857     4.0        observed
    1 -20.000000    -1.0        observed
    2        NaN     0.0  not_attainable
    """
    full, score_range = _full_score(instrument, vocabulary)
    before, after = (
        _scores(values, name, instrument, score_range)
        for name, values in (("pre", pre), ("post", post))
    )
    if not before.index.equals(after.index):
        raise ArgumentError(
            f"pre and post need the same index in the same order; they have {len(before)} and "
            f"{len(after)} rows. Align one on the other first, such as post.reindex(pre.index)."
        )
    change = after - before
    room = full - before
    # Adding 0 turns the -0.0 of an unchanged grade into 0.0.
    value = 100 * change / room.where(room != 0) + 0.0
    status = np.select(
        [before.isna(), after.isna(), room == 0],
        ["no_baseline", "missing", "not_attainable"],
        "observed",
    )
    return pd.DataFrame(
        {"value": value, "change": change, "status": as_status(status, before.index)}
    )


def _full_score(instrument: str, vocabulary: Vocabulary) -> tuple[float, tuple[float, float]]:
    items = items_of(instrument, vocabulary)
    if items.full is None or items.rule != "sum":
        raise ArgumentError(
            "A recovery rate needs a summed score with a known value of a person without "
            f"complaints, such as joa or mjoa; {instrument} is none."
        )
    low, high = zip(*item_ranges(items).values(), strict=True)
    return items.full, (sum(low), sum(high))


def _scores(
    values: pd.Series, name: str, instrument: str, score_range: tuple[float, float]
) -> pd.Series:
    if not isinstance(values, pd.Series):
        raise ArgumentError(f"{name} must be a Series, got a {type(values).__name__}.")
    dtype = values.dtype
    # A column in which nobody has a score carries no dtype that tells what it was meant to hold.
    numeric = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    if not numeric and values.notna().any():
        raise ArgumentError(
            f"{name} must hold scores of {instrument} as numbers; its dtype is {dtype}."
        )
    scores = pd.Series(values.to_numpy(dtype=float, na_value=np.nan), index=values.index)
    outside = int((scores.notna() & ~scores.between(*score_range)).sum())
    if outside:
        low, high = score_range
        raise ArgumentError(
            f"{name} has {outside} score(s) outside the range of {instrument}, {low:g} to {high:g}."
        )
    return scores
