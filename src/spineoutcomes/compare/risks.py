"""Differences of risks: of two arms, over strata, within pairs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import pandas as pd

from spineoutcomes.compare._pairs import are_paired, complete_pairs
from spineoutcomes.compare._risk_contrasts import (
    Procedure,
    contrasts_of,
    laid_out,
    require_method,
)
from spineoutcomes.compare._strata import require_strata, stratum_columns
from spineoutcomes.compare._yes_no import (
    WILSON,
    RiskInterval,
    read_yes_no,
    require_risk_interval,
)
from spineoutcomes.design import Design
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.pairs_2x2 import newcombe_paired_difference, wald_paired_difference
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.numerics.strata_2x2 import mantel_haenszel_difference
from spineoutcomes.numerics.two_risks import (
    newcombe_difference,
    score_difference,
    wald_difference,
)
from spineoutcomes.results import Effects

NAME = "risk_difference"
NEWCOMBE = "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"
NEWCOMBE_PAIRED = "doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C"
GREENLAND_ROBINS = "doi:10.2307/2530643"
METHODS = {
    "newcombe": Procedure(
        "difference of risks, Newcombe hybrid score interval",
        (NEWCOMBE, WILSON),
        crude=newcombe_difference,
    ),
    "miettinen-nurminen": Procedure(
        "difference of risks, Miettinen-Nurminen score interval",
        ("doi:10.1002/sim.4780040211",),
        crude=score_difference,
    ),
    "wald": Procedure(
        "difference of risks, Wald interval (unpooled error)",
        (NEWCOMBE,),
        crude=wald_difference,
        instead="none or all have the outcome in an arm of {}; the Wald interval, which would take "
        'that risk for certain, is left missing. Use method="newcombe".',
    ),
    "mantel-haenszel": Procedure(
        "Mantel-Haenszel difference of risks, Sato's error",
        ("Sato 1989, Biometrics 45:1323-1324", GREENLAND_ROBINS),
        stratified=mantel_haenszel_difference,
        instead="no stratum with both arms has both outcomes in {}; the interval is left missing. "
        "Use coarser strata, or a comparison without them.",
    ),
}

PAIRED = {
    "newcombe": Procedure(
        "paired difference of risks, Newcombe hybrid score interval",
        (NEWCOMBE_PAIRED, WILSON),
        paired=newcombe_paired_difference,
    ),
    "wald": Procedure(
        "paired difference of risks, Wald interval",
        (NEWCOMBE_PAIRED,),
        paired=wald_paired_difference,
        instead="no pair of {} differs, or all do alike; the Wald interval, which would have no "
        'width, is left missing. Use method="newcombe".',
    ),
}


def risk_difference(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    treatment: str | None = None,
    reference: Hashable = None,
    strata: str | Sequence[str] | None = None,
    sets: str | None = None,
    counts: str | None = None,
    method: Literal["newcombe", "miettinen-nurminen", "wald", "mantel-haenszel"] = "newcombe",
    risk_interval: RiskInterval = "wilson",
    conf_level: float = 0.95,
) -> Effects:
    """Compare the risk of a yes/no outcome between arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment, reference and matched
        pairs; one with weights or clusters is refused.
    outcome : str
        Column of 0 and 1, or bool: 1 where the outcome occurred.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them the risk of one
        group, "all", is returned.
    strata : str or sequence of str, optional
        Columns within whose values the arms are compared; needs `method="mantel-haenszel"`.
    sets : str, optional
        Column naming the pair of each row: the difference is then within pairs, by `newcombe` or
        `wald`. A Design with sets has said so already.
    counts : str, optional
        Column of whole numbers: how many equal rows (or pairs) each row stands for. A 2 x 2 table
        is four rows with counts.
    method : {"newcombe", "miettinen-nurminen", "wald", "mantel-haenszel"}
        Interval of the difference.
    risk_interval : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys"}
        Interval of each arm's risk.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        A row `risk_difference` for each arm against the reference, then a row `risk` for each arm;
        `n_event` counts the outcomes. Risks are proportions, not per cent. The risks of the arms
        are those of the rows compared, not adjusted for strata.

    Raises
    ------
    ArgumentError
        For an unknown column, method or level, an outcome that is not 0/1, strata without their
        method, pairs that are not one row of each arm, or a Design this function does not respect.
    NotEstimableError
        When an arm has no complete row, there is only one arm, no stratum holds both arms, or no
        pair is whole.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value, or pairs for a missing member.
    SparseDataWarning
        When none or all of an arm have the outcome and `method="wald"`: the error would take that
        risk for certain, so the interval is left missing. When strata hold one arm only.

    Notes
    -----
    Missing data: rows lacking the outcome, the arm, a stratum or a pair are left out and counted in
    `n_missing`: by arm in the arm rows, in total in the contrast rows; so is the partner of a row
    left out of a pair.

    With d = p1 - p0 and Wilson limits (l, u) of each proportion, Newcombe's interval [1]_ is::

        d - sqrt((p1 - l1)^2 + (u0 - p0)^2)  to  d + sqrt((u1 - p1)^2 + (p0 - l0)^2)

    It is not built from a standard error and has no test of its own, so `std_error` and `p_value`
    are missing. Within pairs the correlation of the members, phi, enters each root as
    -2 phi (p1 - l1) (u0 - p0) [2]_. Miettinen and Nurminen's limits [3]_ are the differences D
    with::

        abs(d - D) = z sqrt((q1 (1 - q1)/n1 + q0 (1 - q0)/n0) N/(N - 1))

    where q are the most likely risks given D; the p-value is that test of D = 0. Wald's is
    d -/+ z sqrt(p1 (1 - p1)/n1 + p0 (1 - p0)/n0), with the p-value of the same error; it is too
    narrow in small arms and near 0 and 1. Over strata of n1 + n0 = N rows the Mantel-Haenszel
    difference weighs each stratum's by n1 n0/N; Sato's error [4]_ serves few large strata and many
    small ones.

    With fewer than 5 rows in an arm none of these gives a p-value: only exact tests do, as in
    `odds_ratio(method="exact")`.

    Wilson's interval [5]_ of one risk holds the p for which
    abs(x - n p) <= z sqrt(n p (1 - p)); Clopper and Pearson's [6]_ covers at least as often as it
    says; Agresti and Coull's [7]_ may reach beyond 0 and 1; Jeffreys' is Bayesian [8]_.

    References
    ----------
    .. [1] Newcombe RG (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17:873-890.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    .. [2] Newcombe RG (1998). Improved confidence intervals for the difference between binomial
       proportions based on paired data. Statistics in Medicine 17:2635-2650.
       doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C
    .. [3] Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in
       Medicine 4:213-226. doi:10.1002/sim.4780040211
    .. [4] Sato T (1989). On the variance estimator for the Mantel-Haenszel risk difference.
       Biometrics 45:1323-1324.
    .. [5] Wilson EB (1927). Probable inference, the law of succession, and statistical inference.
       Journal of the American Statistical Association 22:209-212.
       doi:10.1080/01621459.1927.10502953
    .. [6] Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits illustrated in
       the case of the binomial. Biometrika 26:404-413. doi:10.1093/biomet/26.4.404
    .. [7] Agresti A, Coull BA (1998). Approximate is better than "exact" for interval estimation
       of binomial proportions. American Statistician 52:119-126. doi:10.2307/2685469
    .. [8] Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion.
       Statistical Science 16:101-133. doi:10.1214/ss/1009213286

    Examples
    --------
    A 2 x 2 table, 56 of 70 against 48 of 80:

    >>> import pandas as pd, spineoutcomes as so
    >>> table = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "relief": [1, 0, 1, 0],
    ...                       "patients": [56, 14, 48, 32]})
    >>> effects = so.compare.risk_difference(
    ...     table, outcome="relief", treatment="arm", reference="open", counts="patients")
    >>> effects.tidy().loc[0, ["estimate", "conf_low", "conf_high"]].astype(float).round(4).tolist()
    [0.2, 0.0524, 0.3339]
    """
    require_conf_level(conf_level)
    paired = are_paired(NAME, data, sets)
    rows = analysis_rows(
        data,
        function=NAME,
        respects={"sets"} if method in tuple(PAIRED) else set(),
        columns={"outcome": outcome, "sets": sets, **stratum_columns(NAME, strata)},
        treatment=treatment,
        reference=reference,
        counts=counts,
        in_pairs=paired,
    )
    procedure = require_method(NAME, method, METHODS, PAIRED if paired else None)
    require_risk_interval(NAME, risk_interval)
    require_strata(NAME, strata, method, rows)
    rows, pair_words = complete_pairs(rows, data, NAME) if paired else (rows, "")
    yes_no = read_yes_no(rows, NAME, outcome)
    effects = laid_out(
        yes_no,
        contrasts_of(yes_no, NAME, procedure, pair_words, conf_level),
        procedure,
        measure=NAME,
        risk_interval=risk_interval,
        conf_level=conf_level,
    )
    for note in effects.warnings:
        warn_sparse(f"{NAME}: {note}")
    return effects
