"""Tests of yes/no outcomes that stand by themselves: within pairs and over strata."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import pandas as pd

from spineoutcomes.compare._pairs import (
    HOW_PAIRS_ARE_NAMED,
    are_paired,
    complete_pairs,
    pair_table,
)
from spineoutcomes.compare._strata import STRATIFIED, read_strata, require_strata, stratum_columns
from spineoutcomes.compare._test_rows import row_of_test
from spineoutcomes.compare._yes_no import read_yes_no
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_one_of
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.pairs_2x2 import mcnemar_chi_square, mcnemar_exact_p, mcnemar_mid_p
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.numerics.strata_2x2 import mantel_haenszel_chi_square
from spineoutcomes.results import Effects

MCNEMAR = {
    "asymptotic": "McNemar test, chi-square",
    "corrected": "McNemar test, chi-square with continuity correction",
    "exact": "McNemar test, exact binomial",
    "mid-p": "McNemar test, mid-p",
}
MANTEL_HAENSZEL = {
    "asymptotic": "Mantel-Haenszel test, chi-square",
    "corrected": "Mantel-Haenszel test, chi-square with continuity correction",
}


def mcnemar_test(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    sets: str | None = None,
    counts: str | None = None,
    method: Literal["exact", "mid-p", "asymptotic", "corrected"] = "exact",
) -> Effects:
    """Test whether a yes/no outcome is as frequent in one member of a pair as in the other.

    Parameters
    ----------
    data : DataFrame or Design
        One row per member of a pair. A Design brings its own treatment, reference and pairs; one
        with weights or clusters is refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column that tells the members apart, and the member compared with.
    sets : str, optional
        Column naming the pair of each row, unless the Design does.
    counts : str, optional
        Column of whole numbers: how many equal pairs the pair of a row stands for.
    method : {"exact", "mid-p", "asymptotic", "corrected"}
        How the p-value is found.

    Returns
    -------
    Effects
        One row `test`. Its effect is `odds_ratio(method="conditional")`, or `risk_difference` of
        the pairs.

    Raises
    ------
    ArgumentError
        For an unknown column or method, an outcome that is not 0/1, no pairs, pairs that are not
        one row of each arm, or a Design this function does not respect.
    NotEstimableError
        When no pair is whole.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value, or pairs for a missing member.
    SparseDataWarning
        When no pair differs and the method divides by their number.

    Notes
    -----
    Missing data: a pair that lacks a member, or a member's outcome, is left out; its rows are
    counted in `n_missing`.

    Only the pairs whose members differ count: b in which the treated member alone has the outcome,
    c in which the other alone has it. The chi-square is (b - c)^2/(b + c) with one degree of
    freedom [1]_, the corrected one (abs(b - c) - 1)^2/(b + c). The exact p is twice the smaller
    tail of the binomial of b + c with 1/2; mid-p takes from it the probability of what was seen. It
    is the one that keeps close to its level [2]_; the exact one is never above it. With fewer than
    5 pairs only the exact test gives a p-value.

    References
    ----------
    .. [1] McNemar Q (1947). Note on the sampling error of the difference between correlated
       proportions or percentages. Psychometrika 12:153-157. doi:10.1007/BF02295996
    .. [2] Fagerland MW, Lydersen S, Laake P (2013). The McNemar test for binary matched-pairs data:
       mid-p and asymptotic are better than exact conditional. BMC Medical Research Methodology
       13:91. doi:10.1186/1471-2288-13-91

    Examples
    --------
    Nine patients looked at before and after; one lost the sign, seven gained it:

    >>> import pandas as pd, spineoutcomes as so
    >>> eyes = pd.DataFrame({"pair": [1, 1, 2, 2, 3, 3], "when": ["after", "before"] * 3,
    ...                      "sign": [0, 1, 1, 0, 1, 1], "patients": [1, 1, 7, 7, 1, 1]})
    >>> test = so.compare.mcnemar_test(eyes, outcome="sign", treatment="when", reference="before",
    ...                                sets="pair", counts="patients")
    >>> test.tidy()["p_value"].round(4).tolist()
    [0.0703]
    """
    function = "mcnemar_test"
    rows = analysis_rows(
        data,
        function=function,
        respects={"sets"},
        columns={"outcome": outcome, "sets": sets},
        treatment=treatment,
        reference=reference,
        counts=counts,
        in_pairs=True,
    )
    _require(function, method, MCNEMAR)
    if not are_paired(function, data, sets):
        raise ArgumentError(f"{function} needs pairs: {HOW_PAIRS_ARE_NAMED}")
    rows, pair_words = complete_pairs(rows, data, function)
    yes_no = read_yes_no(rows, function, outcome)
    (pair,) = rows.pairs()
    table = pair_table(yes_no)
    differ = (table.first, table.second)
    chi_square = method in ("asymptotic", "corrected")
    if chi_square:
        statistic, p = mcnemar_chi_square(*differ, corrected=method == "corrected")
        numbers = {"statistic": statistic, "df": 1.0, "p_value": p}
    else:
        exact = method == "exact"
        numbers = {"p_value": mcnemar_exact_p(*differ) if exact else mcnemar_mid_p(*differ)}
    notes = (
        (f'no pair of {rows.contrast(*pair)} differs; there is no chi-square. Use method="exact".',)
        if chi_square and not sum(differ)
        else ()
    )
    for note in notes:
        warn_sparse(f"{function}: {note}")
    row = row_of_test(
        yes_no,
        pair,
        **numbers,
        method=f"{MCNEMAR[method]}, {pair_words}, {sum(differ):.0f} of them differ",
        estimand="conditional",
        exact=method == "exact",
    )
    return Effects(
        pd.DataFrame([row]).assign(outcome=outcome),
        method=f"{MCNEMAR[method]}.",
        sources=("doi:10.1007/BF02295996", "doi:10.1186/1471-2288-13-91"),
        estimand="conditional",
        warnings=notes,
    )


def mantel_haenszel_test(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    strata: str | Sequence[str],
    counts: str | None = None,
    method: Literal["asymptotic", "corrected"] = "asymptotic",
) -> Effects:
    """Test whether a yes/no outcome goes with the arm within strata (Cochran-Mantel-Haenszel).

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with.
    strata : str or sequence of str
        Columns within whose values the arms are compared.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    method : {"asymptotic", "corrected"}
        Whether 1/2 is taken off the difference between seen and expected.

    Returns
    -------
    Effects
        A row `test` for each arm against the reference. The effect is
        `odds_ratio(method="mantel-haenszel")`.

    Raises
    ------
    ArgumentError
        For an unknown column or method, an outcome that is not 0/1, no strata or arms, or a Design
        this function does not respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, or no stratum holds both arms.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        When strata hold one arm only, or none holds both outcomes: there is no statistic then.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm or a stratum are left out and counted in
    `n_missing`.

    With x events among N rows of a stratum, n1 and n0 by arm, x1 in the arm [1]_::

        sum(x1 - n1 x/N)^2 / sum(n1 n0 x (N - x) / (N^2 (N - 1)))

    is a chi-square with one degree of freedom. With fewer than 5 rows in an arm there is no
    p-value.

    References
    ----------
    .. [1] Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from
       retrospective studies of disease. JNCI 22:719-748. doi:10.1093/jnci/22.4.719

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"centre": ["A"] * 4 + ["B"] * 4, "relief": [1, 0] * 4,
    ...                       "arm": ["mis", "mis", "open", "open"] * 2,
    ...                       "patients": [8, 2, 5, 5, 6, 4, 3, 7]})
    >>> test = so.compare.mantel_haenszel_test(table, outcome="relief", treatment="arm",
    ...     reference="open", strata="centre", counts="patients")
    >>> test.tidy()[["statistic", "df", "p_value"]].round(3).values.tolist()
    [[3.6, 1.0, 0.058]]
    """
    function = "mantel_haenszel_test"
    rows = analysis_rows(
        data,
        function=function,
        respects=set(),
        columns={"outcome": outcome, **stratum_columns(function, strata)},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    _require(function, method, MANTEL_HAENSZEL)
    require_strata(function, strata, STRATIFIED, rows)
    yes_no = read_yes_no(rows, function, outcome)
    tests, notes = [], []
    for pair in rows.pairs():
        each = read_strata(yes_no, function, pair)
        statistic, p = mantel_haenszel_chi_square(*each.tables, corrected=method == "corrected")
        tests.append(
            row_of_test(
                yes_no,
                pair,
                statistic=statistic,
                df=1.0,
                p_value=p,
                method=f"{MANTEL_HAENSZEL[method]}, {each.words}",
                estimand="conditional",
            )
        )
        notes += [each.note] if each.note else []
        if statistic != statistic:
            notes.append(f"no stratum of {rows.contrast(*pair)} holds both outcomes.")
    for note in notes:
        warn_sparse(f"{function}: {note}")
    return Effects(
        pd.DataFrame(tests).assign(outcome=outcome),
        method=f"{MANTEL_HAENSZEL[method]}.",
        sources=("doi:10.1093/jnci/22.4.719",),
        estimand="conditional",
        warnings=tuple(notes),
    )


def _require(function: str, method: str, methods: dict[str, str]) -> None:
    require_one_of(function, "method", method, methods)
