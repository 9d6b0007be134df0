"""What the groups looked like at the start."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

import pandas as pd

from spineoutcomes.compare._describe import describe
from spineoutcomes.compare._effect_rows import warn_sparse
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Summary

NAME = "baseline_summary"
IDS = ("patient_id", "episode_id")
SPLINE = re.compile(r"rcs\((.+),\s*\d+\s*\)")


def baseline_summary(
    data: pd.DataFrame | Design,
    *,
    variables: Sequence[str] | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
) -> Summary:
    """Describe variables by arm, with standardized differences between the arms.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference; one with
        weights, matched sets or clusters is refused.
    variables : sequence of str, optional
        Columns to describe, in this order. By default the columns of a Design's covariates; where
        there are none, every column but the arm, the identifiers (`patient_id`, `episode_id`, a
        Design's unit) and `counts`.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with. Without them one group, "all",
        is described.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.

    Returns
    -------
    Summary
        For each variable, arm by arm: `n` (values) and `missing`, then

        - numeric: `mean, sd, median, q1, q3, min, max` in the variable's unit;
        - 0/1 or bool: `count` and `proportion` of 1;
        - text or Categorical: `count` and `proportion` of each `level`, in category order, else
          sorted;

        and last `smd`, the standardized difference. With two arms `group` is "treatment -
        reference"; with more it is "all" and the value the largest absolute difference of any two
        arms. Column `n` is the number of values behind the number.

    Raises
    ------
    ArgumentError
        For an unknown column, a column that is neither numeric nor categorical, no variables, or a
        Design this function does not respect.

    Warns
    -----
    MissingDataWarning
        When rows were left out because their arm is missing.
    SparseDataWarning
        When an `smd` is infinite: the arms do not overlap at all in that variable.

    Notes
    -----
    Missing data: a row lacking a variable is left out of that variable only, and counted in
    `missing` of its arm. Proportions are of the values present.

    Standardized differences between treatment (1) and reference (0)::

        numeric   (m1 - m0) / sqrt((s1^2 + s0^2) / 2)
        binary    (p1 - p0) / sqrt((p1 (1 - p1) + p0 (1 - p0)) / 2)
        category  sqrt(T' S^-1 T), T = p1 - p0 over the levels, S the average multinomial
                  covariance: one number without a sign [1]_

    Arms that share no level, or are constant at different values, differ infinitely; variables
    constant at one value do not differ. Quartiles are of type 7 [2]_. Being in a unit of standard
    deviations, an smd does not depend on the size of the arms; it is no test.

    References
    ----------
    .. [1] Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two
       groups using SAS. SAS Global Forum, paper 335-2012.
    .. [2] Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. The American
       Statistician 50:361-365. doi:10.1080/00031305.1996.10473566

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> patients = pd.DataFrame({"arm": ["mis", "mis", "open", "open"], "age": [50, 60, 60, 70]})
    >>> table = so.compare.baseline_summary(patients, treatment="arm", reference="open").tidy()
    >>> table.loc[table["statistic"].isin(["mean", "smd"]), ["group", "value"]].values.tolist()
    [['mis', 55.0], ['open', 65.0], ['mis - open', -1.414213562373095]]
    """
    names = _variables(data, variables, leave_out=(treatment, counts))
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={name: name for name in names},
        treatment=treatment,
        reference=reference,
        counts=counts,
        keep_missing=True,
    )
    described = [describe(rows, name) for name in names]
    notes = tuple(d.note for d in described if d.note)
    for note in notes:
        warn_sparse(f"{NAME}: {note}")
    return Summary(
        pd.DataFrame([row for d in described for row in d.rows]),
        method="Missing values are counted by variable and arm; quartiles are of type 7"
        + ("; smd is the standardized difference." if rows.pairs() else "."),
        sources=("Yang D, Dalton JE (2012), SAS Global Forum paper 335-2012",)
        if rows.pairs()
        else (),
        warnings=notes,
    )


def _variables(
    data: pd.DataFrame | Design,
    asked: Sequence[str] | None,
    leave_out: tuple[str | None, ...],
) -> list[str]:
    if isinstance(asked, str):
        raise ArgumentError(f"{NAME}: variables is a list of columns; write [{asked!r}].")
    if asked is not None:
        names = list(dict.fromkeys(asked))
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
