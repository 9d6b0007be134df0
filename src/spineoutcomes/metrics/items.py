"""Scores from the answers of a form, by the rule of its instrument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.answers import read_answers
from spineoutcomes.metrics.item_rules import (
    COMPLETE_ONLY,
    Missing,
    Scored,
    allowed_missing,
    item_ranges,
    items_of,
    score_groups,
)
from spineoutcomes.metrics.status import as_status
from spineoutcomes.metrics.value_sets import read_value_set, state_values
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, Vocabulary
from spineoutcomes.vocabulary.model import Items


def score_items(
    items: pd.DataFrame,
    *,
    instrument: str,
    missing: Missing,
    value_set: pd.Series | Mapping[str, Any] | None = None,
    version: str | None = None,
    vocabulary: Vocabulary = SHIPPED_VOCABULARY,
) -> pd.DataFrame:
    """Return the score of each form from the answers to its items.

    Parameters
    ----------
    items : DataFrame
        One row per form. Its columns are the items of the instrument as the vocabulary names them
        (`instruments[...].items.names`), in any order; its index is kept.
    instrument : str
        A code of the vocabulary, of an instrument with items.
    missing : int, "none" or {"max_missing": int}
        How many items of a form, or of each domain, may be unanswered. There is no default: one
        registry scores a disability index with five of ten items unanswered, another with one.
    value_set : Series or mapping, optional
        Required for, and only for, an index of health states: values by state such as "11111", as
        a Series with a name, or as a mapping with "name", "table" and, if known, "country", "year"
        and "source". None is shipped.
    version : str, optional
        Version of the form, such as "2.1a"; it becomes a column, so that it stays with the score.
    vocabulary : Vocabulary
        The vocabulary that knows the instrument.

    Returns
    -------
    DataFrame
        Indexed as `items`: `value` (in the unit of the instrument), `n_items_answered`,
        `denominator` (the most points that the items counted could give; 50 or 45 for a disability
        index with ten or nine sections answered; missing for an index of health states), `status`
        ("observed" or "missing"), and `value_set` and `version` where given. An instrument with
        domains has one row per form and domain, with `domain` as the last level of the index: the
        domains, "total", and "subscore" (all but satisfaction) where there is such a domain.

    Raises
    ------
    ArgumentError
        For an instrument without items, a `missing` that is no rule or that the instrument does not
        allow, columns that are lacking or unknown, answers that are text, not whole or out of
        range, and a value set that is lacking, superfluous or incomplete.

    Notes
    -----
    The rules: a percentage of the points possible on the items answered (ODI, NDI); a count of
    "yes" (RMDQ); a sum (JOA, mJOA, motor score); means of the items answered in each domain
    (SRS-22r, whose answers must already run from 1, worst, to 5, best); a value by health state
    (EQ-5D).

    Missing data: a form, or domain, with more unanswered items than `missing` allows has a missing
    value, and so has one without any answer. An unanswered "yes or no" counts as "no", and the
    number answered is reported; it is never scaled up. A sum or health state with an unanswered
    item is missing, and `missing` must be "none". A muscle that was not testable ("NT") is
    unanswered: the sub-score it belongs to and the total are missing, the other sub-score is not.
    A grade such as "4+" has no place in a motor score and is refused, not rounded; so is one with a
    star, such as "5*" (revision of 2019): what it counts as is the examiner's decision. Half points
    are refused too; the total of a form that has them is loaded as a score.

    References
    ----------
    .. [1] Fairbank JCT, Pynsent PB. The Oswestry Disability Index. Spine 2000;25:2940-2952.

    Examples
    --------
    >>> import pandas as pd
    >>> import spineoutcomes as so
    >>> names = so.vocabulary.instruments["odi"].items.names
    >>> forms = pd.DataFrame([[2, 1, 2, 1, 2, 1, 2, 1, 2, 2]] * 2, index=["A", "B"], columns=names)
    >>> forms = forms.astype("Int64")
    >>> forms.loc["B", "8"] = pd.NA
    >>> so.metrics.score_items(forms, instrument="odi", missing={"max_missing": 1})
           value  n_items_answered  denominator    status
    A  32.000000                10         50.0  observed
    B  33.333333                 9         45.0  observed
    """
    rules = items_of(instrument, vocabulary)
    what = f"The score of {instrument}"
    sizes = [len(names) for names in rules.domains.values()] or [len(rules.names)]
    complete = rules.rule in COMPLETE_ONLY
    allowed = allowed_missing(missing, sizes=sizes, complete=complete, what=what)
    if value_set is not None and rules.rule != "value_set":
        raise ArgumentError(f"{what} does not come from a value set; leave value_set out.")
    ranges = item_ranges(rules)
    yes_or_no = set(ranges.values()) == {(0, 1)}
    examined = rules.rule == "sum" and not yes_or_no
    answers = read_answers(items, ranges, what=what, examined=examined, flags=yes_or_no)
    if rules.rule == "value_set":
        result = _from_value_set(answers, value_set, rules, what)
    else:
        result = _as_frame(score_groups(rules, answers, allowed), answers.index)
    return result if version is None else result.assign(version=str(version))


def _from_value_set(
    answers: pd.DataFrame, value_set: object, rules: Items, what: str
) -> pd.DataFrame:
    values = read_value_set(value_set, rules, what)
    value = state_values(answers, values, what).to_numpy()
    n_answered = answers.notna().to_numpy().sum(axis=1)
    scored = Scored(value, n_answered, np.full(len(value), np.nan))
    return _as_frame({"": scored}, answers.index).assign(value_set=values.name)


def _as_frame(scored: Mapping[str, Scored], forms: pd.Index) -> pd.DataFrame:
    """Return scores as rows, form by form and within each form domain by domain."""
    parts = list(scored.values())
    value = np.stack([part.value for part in parts], axis=1).ravel()
    index = forms if "" in scored else _by_domain(forms, list(scored))
    return pd.DataFrame(
        {
            "value": value,
            "n_items_answered": np.stack([part.n_answered for part in parts], axis=1).ravel(),
            "denominator": np.stack([part.denominator for part in parts], axis=1).ravel(),
            "status": as_status(np.where(np.isnan(value), "missing", "observed"), index),
        },
        index=index,
    )


def _by_domain(forms: pd.Index, domains: list[str]) -> pd.MultiIndex:
    names = ["form"] if forms.nlevels == 1 and forms.name is None else list(forms.names)
    levels = [forms.get_level_values(n).repeat(len(domains)) for n in range(forms.nlevels)]
    return pd.MultiIndex.from_arrays(
        [*levels, np.tile(np.array(domains, dtype=object), len(forms))], names=[*names, "domain"]
    )
