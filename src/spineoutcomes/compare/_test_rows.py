"""Rows of tests that stand by themselves: a statistic and a p-value, no estimate."""

from __future__ import annotations

from spineoutcomes.compare._strata import read_strata
from spineoutcomes.compare._yes_no import YesNo
from spineoutcomes.numerics.effect_rows import contrast_row, test_term
from spineoutcomes.numerics.intervals import NAN, Interval
from spineoutcomes.numerics.small_arms import without_p
from spineoutcomes.numerics.strata_2x2 import breslow_day

Pair = tuple[int, int]
HOMOGENEITY = {
    "breslow_day": "Breslow-Day chi-square test of one odds ratio for all strata",
    "tarone": "Breslow-Day chi-square test of one odds ratio for all strata, Tarone's correction",
}


def row_of_test(
    data: YesNo,
    pair: Pair,
    *,
    statistic: float = NAN,
    df: float = NAN,
    p_value: float,
    method: str,
    estimand: str,
    exact: bool = False,
    **more: object,
) -> dict[str, object]:
    """Return the row of a test of one arm against the reference, as small arms allow it."""
    df = df if statistic == statistic else NAN
    value, held_back = Interval(NAN, statistic=statistic, df=df, p_value=p_value), ""
    if not exact:
        value, held_back = without_p(value, data.sizes(pair))
    return (
        contrast_row(
            data.rows,
            pair,
            value,
            measure="test",
            n_event=data.x[pair[0]] + data.x[pair[1]],
            method=method + held_back,
            estimand=estimand,
        )
        | more
    )


def homogeneity_rows(data: YesNo, function: str) -> list[dict[str, object]]:
    """Return the tests of one odds ratio for all strata, without and with Tarone's correction.

    None for a contrast in which fewer than two strata could differ.
    """
    rows = []
    for pair in data.rows.pairs():
        strata = read_strata(data, function, pair)
        for name, words in HOMOGENEITY.items():
            statistic, df, p = breslow_day(*strata.tables, tarone=name == "tarone")
            if df > 0:
                rows.append(
                    row_of_test(
                        data,
                        pair,
                        statistic=statistic,
                        df=df,
                        p_value=p,
                        method=words,
                        estimand="conditional",
                        term=test_term(data.rows, pair[0], name),
                    )
                )
    return rows
