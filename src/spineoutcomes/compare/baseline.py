"""What the groups looked like at the start."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from spineoutcomes._asked import names_in
from spineoutcomes.compare._describe import Described, describe
from spineoutcomes.compare._kinds import Spread
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import frame_of
from spineoutcomes.numerics.direction import require_truth
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Summary

NAME = "baseline_summary"
IDS = ("patient_id", "episode_id")
YANG_DALTON = "Yang D, Dalton JE (2012), SAS Global Forum paper 335-2012"
AUSTIN_STUART = "doi:10.1002/sim.6607"
# Whose standard deviation, before weighting, a difference is divided by: that of the population
# the weights aim at.
SPREADS: dict[str | None, Spread] = {"ATT": "first", "ATC": "second"}
SPREAD_WORDS = {
    "both": "both arms",
    "first": "the treated arm",
    "second": "the control arm",
}
SPLINE = re.compile(r"rcs\((.+),\s*\d+\s*\)")


def baseline_summary(
    data: pd.DataFrame | Design,
    *,
    variables: Sequence[str] | None = None,
    tests: bool = False,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    weights: str | None = None,
) -> Summary:
    """Describe variables by arm, with standardized differences between the arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment, reference and weights; one
        with matched sets or clusters is refused.
    variables : sequence of str, optional
        Columns to describe, in this order. By default the columns of a Design's covariates; where
        there are none, every column but the arm, the identifiers (`patient_id`, `episode_id`, a
        Design's unit), `counts` and `weights`.
    tests : bool
        Add a p-value for each variable. Balance is not a matter of tests, so the default is none;
        weighted data are refused.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them one group, "all",
        is described.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    weights : str, optional
        Column of analysis weights; a row of weight 0 is not described.

    Returns
    -------
    Summary
        For each variable, arm by arm: `n` (values) and `missing`, then

        - numeric: `mean, sd, median, q1, q3, min, max` in the variable's unit;
        - 0/1 or bool: `count` and `proportion` of 1;
        - text or Categorical: `count` and `proportion` of each `level`, in category order, else
          sorted;

        and last `smd`, the standardized difference, and on request `p_value`. With two arms their
        `group` is "treatment - reference"; with more it is "all", and the smd the largest absolute
        difference of any two arms. With weights, `effective_n` follows `missing`, the numbers are
        weighted and `count` is a sum of weights; `n` and `missing` still count rows. Column `n` is
        the number of values behind the number.

    Raises
    ------
    ArgumentError
        For an unknown column, a column that is neither numeric nor categorical, no variables,
        tests of weighted data or without arms, or a Design this function does not respect.

    Warns
    -----
    MissingDataWarning
        When rows were left out because their arm is missing.
    SparseDataWarning
        When an `smd` is infinite: the arms do not overlap at all in that variable; when expected
        counts are small and Fisher's exact test would need too many tables.

    Notes
    -----
    Missing data: a row lacking a variable is left out of that variable only, and counted in
    `missing` of its arm. Proportions are of the values present.

    Standardized differences between treatment (1) and reference (0)::

        numeric   (m1 - m0) / sqrt((s1^2 + s0^2) / 2)
        binary    (p1 - p0) / sqrt((p1 (1 - p1) + p0 (1 - p0)) / 2)
        category  sqrt(T' S^-1 T), T = p1 - p0 over the levels, S the average multinomial
                  covariance: one number without a sign [1]_

    Weighted numbers: the mean; the sd by reliability weights, V1 / (V1^2 - V2) times the weighted
    sum of squares, V1 and V2 being the sums of the weights and of their squares; quartiles where
    the weighted distribution first reaches them (left inverse); effective_n = V1^2 / V2. The smd
    of a number then divides the difference of weighted means by the standard deviation before
    weighting, so that balance is not bought by spread: of both arms, for ATT of the treated, for
    ATC of the controls [3]_. The smd of 0/1 and of categories is the formula above with weighted
    proportions.

    Tests, named for each variable in `method`: of numbers Wilcoxon's rank-sum test with two arms
    (exact without ties up to 50 in each arm, else the normal approximation with ties and without
    continuity correction) and Kruskal and Wallis' with more, where the p that is not exact is
    missing if an arm has fewer than 5 values; of 0/1 and categories chi-square
    without correction, or Fisher's exact test where an expected count is below 5.

    Arms that share no level, or are constant at different values, differ infinitely; variables
    constant at one value do not differ. Quartiles are of type 7 [2]_. Being in a unit of standard
    deviations, an smd does not depend on the size of the arms; it is no test.

    References
    ----------
    .. [1] Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two
       groups using SAS. SAS Global Forum, paper 335-2012.
    .. [2] Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. The American
       Statistician 50:361-365. doi:10.1080/00031305.1996.10473566
    .. [3] Austin PC, Stuart EA (2015). Moving towards best practice when using inverse probability
       of treatment weighting (IPTW) using the propensity score to estimate causal treatment
       effects in observational studies. Statistics in Medicine 34:3661-3679.
       doi:10.1002/sim.6607

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> patients = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "age": [50, 60, 60, 70]})
    >>> table = so.compare.baseline_summary(patients, treatment="arm", reference="open").tidy()
    >>> table.loc[table["statistic"].isin(["mean", "smd"]), ["group", "value"]].values.tolist()
    [['mis', 55.0], ['open', 65.0], ['mis - open', -1.414213562373095]]
    """
    require_truth(NAME, "tests", tests)
    names = _variables(data, variables, leave_out=(treatment, counts, weights))
    rows = analysis_rows(
        data,
        function=NAME,
        respects={"weights"},
        columns={name: name for name in names},
        treatment=treatment,
        reference=reference,
        counts=counts,
        weights=weights,
        keep_missing=True,
    )
    if tests:
        _require_testable(rows)
    estimand = data.estimand if isinstance(data, Design) and rows.weights is not None else None
    spread = SPREADS.get(estimand, "both") if len(rows.groups) == 2 else "both"
    members = [np.flatnonzero(rows.group == group) for group in range(len(rows.groups))]
    described = [describe(rows, members, name, tests=tests, spread=spread) for name in names]
    notes = tuple(note for d in described for note in d.notes)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Summary(
        pd.DataFrame([row for d in described for row in d.rows]),
        method=_method(rows, spread, dict(zip(names, described, strict=True))),
        sources=_sources(rows),
        estimand=estimand,
        warnings=notes,
    )


def _require_testable(rows: Rows) -> None:
    if rows.weights is not None:
        raise ArgumentError(
            f"{NAME}: tests=True takes no weights, for these tests would count weights as patients;"
            " leave tests out (the smd tells how well the weights balance), or test the plain data."
        )
    if len(rows.groups) < 2:
        raise ArgumentError(
            f"{NAME}: tests=True compares arms; give `treatment` and `reference` with two or more."
        )


def _method(rows: Rows, spread: Spread, described: dict[str, Described]) -> str:
    """Return the sentences that name quantiles, weights, the smd and the tests by variable."""
    weighted = rows.weights is not None
    parts = ["Missing values are counted by variable and arm"]
    if weighted:
        parts.append(
            "means, standard deviations (reliability weights), quartiles (left inverse of the "
            "weighted distribution), counts and proportions are weighted, n and missing are not"
        )
    else:
        parts.append("quartiles are of type 7")
    if rows.pairs():
        over = f", of numbers over the unweighted SD of {SPREAD_WORDS[spread]}" if weighted else ""
        parts.append(f"smd is the standardized difference{over}")
    tested: dict[str, list[str]] = {}
    for name, one in described.items():
        if one.test:
            tested.setdefault(one.test, []).append(name)
    parts += [f"P by {test}: {', '.join(names)}" for test, names in tested.items()]
    return "; ".join(parts) + "."


def _sources(rows: Rows) -> tuple[str, ...]:
    if not rows.pairs():
        return ()
    return (YANG_DALTON,) if rows.weights is None else (YANG_DALTON, AUSTIN_STUART)


def _variables(
    data: pd.DataFrame | Design,
    asked: Sequence[str] | None,
    leave_out: tuple[str | None, ...],
) -> list[str]:
    if isinstance(asked, str):
        raise ArgumentError(f"{NAME}: variables is a list of columns; write [{asked!r}].")
    frame_of(NAME, data)
    if asked is not None:
        names = list(dict.fromkeys(names_in(NAME, "variables", asked)))
    elif isinstance(data, Design) and data.covariates:
        found = [name for form in data.covariates for name in _columns_of(form, data.data)]
        names = list(dict.fromkeys(found))
    else:
        frame, own = (
            (data.data, (data.treatment, data.unit)) if isinstance(data, Design) else (data, ())
        )
        names = [c for c in frame.columns if c not in {*leave_out, *own, *IDS}]
    if not names:
        raise ArgumentError(f"{NAME}: there is no variable to describe; name some in `variables`.")
    return names


def _columns_of(covariate: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns inside a covariate: a name, `rcs(name, k)` or `a:b`."""
    if covariate in frame.columns:
        return [covariate]
    spline = SPLINE.fullmatch(covariate.strip())
    if spline:
        return [spline[1].strip()]
    return [name.strip() for name in covariate.split(":")]
