"""The modified frailty index of five items, as a ratio or as a count."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import read_answers
from spineoutcomes.metrics.item_rules import Missing, allowed_missing, item_ranges, items_of
from spineoutcomes.metrics.status import as_status
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Convention = Literal["ratio", "count"]
CODE = "mfi5"
BANDS = ("not frail", "mildly frail", "severely frail")
NOT_FRAIL_BELOW, SEVERE_ABOVE = 0.3, 0.5


def frailty_index(
    factors: pd.DataFrame, *, convention: Convention, missing: Missing
) -> pd.DataFrame:
    """Return the modified frailty index (mFI-5) from five factors that are present or absent.

    Parameters
    ----------
    factors : DataFrame
        One row per patient or episode, one column of 0 and 1 (or True and False) per factor, named
        as in `instruments["mfi5"].items.names`: `heart_failure` (within 30 days before surgery),
        `diabetes`, `lung_disease` (chronic obstructive, or pneumonia), `dependent` (partly or
        totally), `hypertension` (on drugs).
    convention : {"ratio", "count"}
        Factors present over factors known, 0 to 1; or the count, 0 to 5. Papers use both under one
        name, so there is no default.
    missing : int, "none" or {"max_missing": int}
        How many factors may be unknown; "none" for a count, which an unknown factor would lower.

    Returns
    -------
    DataFrame
        Indexed as `factors`: `value`; `n_known` (the denominator of the ratio); `band` (ordered:
        below 0.3 not frail, 0.3 to 0.5 mildly frail, above 0.5 severely frail, by the ratio);
        `status`.

    Raises
    ------
    ArgumentError
        For another convention, a `missing` that is no rule or that a count does not allow, columns
        that are lacking or unknown, and cells that are not 0 or 1.

    Notes
    -----
    Missing data: with more unknown factors than `missing` allows the index and its band are
    missing. With fewer, an unknown factor leaves the denominator of the ratio; it is never taken as
    absent.

    References
    ----------
    .. [1] Pierce KE et al. The five-item modified frailty index is predictive of 30-day
       postoperative complications in patients undergoing spine surgery. Spine 2021;46.

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> names = list(so.vocabulary.instruments["mfi5"].items.names)
    >>> known = [[0, 1, 0, 0, 1], [1, 1, 0, None, 0]]
    >>> factors = pd.DataFrame(known, index=["A", "B"], columns=names)
    >>> so.metrics.frailty_index(factors, convention="ratio", missing=1)
       value  n_known          band    status
    A    0.4        5  mildly frail  observed
    B    0.5        4  mildly frail  observed
    """
    if convention not in get_args(Convention):
        raise ArgumentError(f'convention must be "ratio" or "count", got {convention!r}.')
    what = f"The frailty index as a {convention}"
    rules = items_of(CODE, SHIPPED_VOCABULARY)
    size = len(rules.names)
    complete = convention == "count"
    allowed = allowed_missing(missing, sizes=[size], complete=complete, what=what)
    flags = read_answers(factors, item_ranges(rules), what=what, flags=True)
    n_known = flags.notna().sum(axis="columns")
    present = flags.sum(axis="columns").where(n_known >= size - allowed)
    ratio = present / n_known.where(n_known > 0)
    value = ratio if convention == "ratio" else present
    return pd.DataFrame(
        {
            "value": value,
            "n_known": n_known,
            "band": _bands(ratio),
            "status": as_status(np.where(value.isna(), "missing", "observed"), flags.index),
        }
    )


def _bands(ratio: pd.Series) -> pd.Series:
    band = pd.Series(BANDS[1], index=ratio.index, dtype=object)
    band = band.mask(ratio < NOT_FRAIL_BELOW, BANDS[0]).mask(ratio > SEVERE_ABOVE, BANDS[2])
    return band.mask(ratio.isna()).astype(pd.CategoricalDtype(list(BANDS), ordered=True))
