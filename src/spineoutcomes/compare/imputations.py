"""Effects of several imputations as one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from spineoutcomes.compare._contrasts import Record, records
from spineoutcomes.compare._pooled_rows import joint_row, pooled_covariance, pooled_row
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.results import Effects
from spineoutcomes.results.effects import KEYS

NAME = "pool_imputations"
BARNARD_RUBIN = "doi:10.1093/biomet/86.4.948"
LI = ("doi:10.1080/01621459.1991.10475152",)
IDENTITY = (*KEYS, "term", "contrast", "measure")


def pool_imputations(effects: Sequence[Effects], *, joint: Sequence[Sequence[str]] = ()) -> Effects:
    """Pool the same analysis of several imputed data sets by Rubin's rules.

    Parameters
    ----------
    effects : sequence of Effects
        One result for each imputed data set, with the same rows.
    joint : sequence of sequences of str, optional
        Sets of terms to test at once, such as the levels of one factor: `[["age[40-59]",
        "age[60-99]"]]`. It needs the `covariance` of every result.

    Returns
    -------
    Effects
        The same rows: pooled estimate, error, degrees of freedom, interval and p-value, and the
        mean of the counts; then a row `test` for each set of terms. `covariance` is pooled where
        every result has one.

    Raises
    ------
    ArgumentError
        For anything but a list of two or more Effects, rows or levels that differ between them,
        conclusions from contrasts (non-inferiority, E-values: pool first, then conclude), or a
        joint test of what is no list of lists of terms, or of terms that have no covariance.

    Warns
    -----
    SparseDataWarning
        When rows have no standard error, such as a Wilson interval: their estimates are averaged
        and the interval is left missing. When some results have no statistic of a test, which is
        then missing too.

    Notes
    -----
    Missing data: this is how imputed data are analysed. What was imputed, and how, is not known
    here; `n_missing` is the mean of the results' own.

    With estimates Q_i and squared errors U_i of m results, ratios on the log scale [1]_::

        Q = mean Q_i,  U = mean U_i,  B = variance of Q_i,  T = U + (1 + 1/m) B
        share = (1 + 1/m) B / T,  nu = (m - 1) / share^2
        nu_obs = (nu_com + 1) / (nu_com + 3) nu_com (1 - share),  df = nu nu_obs / (nu + nu_obs)

    `df` of a result is taken as nu_com, the degrees of freedom with complete data; where it is
    missing the complete-data analysis is a normal one and df = nu. Joint tests of terms are D1, of
    chi-square statistics D2, both F tests [2]_; `df` is that of the denominator.

    References
    ----------
    .. [1] Barnard J, Rubin DB (1999). Small-sample degrees of freedom with multiple imputation.
       Biometrika 86:948-955. doi:10.1093/biomet/86.4.948
    .. [2] Li KH, Raghunathan TE, Rubin DB (1991). Large-sample significance levels from multiply
       imputed data using moment-based statistics and an F reference distribution. Journal of the
       American Statistical Association 86:1065-1073. doi:10.1080/01621459.1991.10475152

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> imputed = [so.Effects(pd.DataFrame({"measure": ["mean_difference"], "term": ["arm"],
    ...     "estimate": [q], "std_error": [0.2]})) for q in (1.3, 1.5, 1.4)]
    >>> so.compare.pool_imputations(imputed).tidy()[["estimate", "std_error"]].round(3).values
    array([[1.4  , 0.231]])
    """
    effects = _listed(effects)
    sets = _term_sets(joint)
    if len(effects) < 2:
        raise ArgumentError(f"{NAME}: give a list of two or more Effects, got {len(effects)}.")
    tables = [records(NAME, one) for one in effects]
    _require_same(tables)
    level = _level(effects)
    pooled = [pooled_row(NAME, rows, level) for rows in zip(*tables, strict=True)]
    covariance = pooled_covariance(effects, [row.record for row in pooled])
    rows = [row.record for row in pooled]
    rows += [joint_row(NAME, effects, terms) for terms in sets]
    shares = [row.missing_information for row in pooled if not math.isnan(row.missing_information)]
    notes = _notes(rows)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Effects(
        pd.DataFrame(rows),
        method=_method(effects, shares),
        sources=(*effects[0].sources, BARNARD_RUBIN, *(LI if sets else ())),
        estimand=effects[0].estimand,
        conf_level=level,
        covariance=covariance,
        warnings=(*dict.fromkeys(w for one in effects for w in one.warnings), *notes),
    )


def _listed(effects: object) -> list[Effects]:
    if isinstance(effects, Effects):
        return [effects]
    if isinstance(effects, str | Mapping | pd.DataFrame) or not isinstance(effects, Iterable):
        raise ArgumentError(
            f"{NAME}: effects must be a list of Effects, one for each imputed data set, got a "
            f"{type(effects).__name__}."
        )
    return list(effects)


def _term_sets(joint: object) -> list[list[str]]:
    """Return the sets of terms to test at once; a bare word is a set of its letters."""
    expected = f'{NAME}: joint must be a list of lists of terms, such as [["a[1]", "a[2]"]]'
    if isinstance(joint, str | Mapping) or not isinstance(joint, Iterable):
        raise ArgumentError(f"{expected}, got a {type(joint).__name__}.")
    sets = list(joint)
    for terms in sets:
        if isinstance(terms, str | Mapping) or not isinstance(terms, Iterable):
            raise ArgumentError(f"{expected}, got a list with a {type(terms).__name__}.")
    found = [list(terms) for terms in sets]
    if not all(terms and all(isinstance(term, str) for term in terms) for terms in found):
        raise ArgumentError(f"{expected}; each needs one term or more, all of them text.")
    return found


def _require_same(tables: Sequence[Sequence[Record]]) -> None:
    names = [[_name(row) for row in rows] for rows in tables]
    for number, found in enumerate(names[1:], 2):
        if found != names[0]:
            only = [name for name in names[0] if name not in found]
            more = [name for name in found if name not in names[0]]
            words = [f"lacks {', '.join(only)}"] if only else []
            words += [f"has {', '.join(more)} besides"] if more else []
            raise ArgumentError(
                f"{NAME}: all results need the same rows; result {number} "
                f"{' and '.join(words) or 'has them in another order, or twice'}. A level that is "
                "empty in one imputed data set makes rows differ: merge it before imputing."
            )


def _name(row: Record) -> str:
    parts = [row.get(key) for key in IDENTITY]
    return " ".join(str(part) for part in parts if part is not None and not _is_nan(part))


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _level(effects: Sequence[Effects]) -> float:
    levels = dict.fromkeys(one.conf_level for one in effects)
    if len(levels) > 1:
        found = ", ".join(f"{100 * level:g}%" for level in levels)
        raise ArgumentError(f"{NAME}: the results have intervals of different levels: {found}.")
    return effects[0].conf_level


def _notes(rows: Sequence[Record]) -> tuple[str, ...]:
    untested = [row for row in rows if row["measure"] == "test" and _is_nan(row["statistic"])]
    notes: tuple[str, ...] = ()
    if untested:
        words = ", ".join(dict.fromkeys(_name(row) for row in untested))
        notes = (f"{words}: not every result has a statistic, so the pooled test is left missing.",)
    bare = dict.fromkeys(
        row["measure"] for row in rows if math.isnan(row["std_error"]) and row["measure"] != "test"
    )
    if not bare:
        return notes
    return (
        *notes,
        f"{', '.join(bare)} has no standard error in some rows; these estimates are averaged and "
        "their intervals left missing. Rubin's rules need a method with an error, such as Wald's.",
    )


def _method(effects: Sequence[Effects], shares: Sequence[float]) -> str:
    own = effects[0].method.rstrip(".")
    span = [f"{share:.2f}" for share in (np.min(shares), np.max(shares))] if shares else []
    known = f" (fraction of missing information {' to '.join(dict.fromkeys(span))})" if span else ""
    return (
        f"{own + '; ' if own else ''}pooled over {len(effects)} imputations by Rubin's rules with "
        f"the degrees of freedom of Barnard and Rubin{known}."
    )
