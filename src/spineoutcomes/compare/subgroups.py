"""Effects in subgroups, and whether they differ."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._contrasts import Record
from spineoutcomes.compare._interaction import Stratum, interaction_rows
from spineoutcomes.compare._measure_functions import MeasureFunction, measure_function
from spineoutcomes.compare._regression import outcome_terms
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError, SpineOutcomesWarning
from spineoutcomes.numerics.columns import read_groups
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import term, warn_sparse
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Effects
from spineoutcomes.results._frame import stacked
from spineoutcomes.results.labels import named

IntArray = npt.NDArray[np.int64]
NAME = "subgroup_effects"
# A column with more values is a measurement, not a grouping.
MOST_LEVELS = 20
# Options that name rows which belong together, and what these are.
UNITS = {"cluster": "clusters", "sets": "matched sets"}
COCHRAN = "doi:10.2307/3001666"


def subgroup_effects(
    data: pd.DataFrame | Design,
    *,
    outcome: str,
    subgroup: str,
    measure: str,
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    options: Mapping[str, Any] | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare the arms in each subgroup, and test once whether the effects differ.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. A Design brings its own treatment and reference, and its
        covariates where the measure's function takes any (but not the subgroup itself); one with
        weights, matched sets or clusters is refused, for its subgroups are not independent.
    outcome : str
        Column of the outcome, as the measure's function takes it.
    subgroup : str
        Column of the subgroups, known before treatment. Its first category (or first in sorted
        order) is the one the others are compared with.
    measure : str
        A measure such as "mean_difference" or "risk_difference".
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    options : mapping, optional
        Further arguments of the measure's function, such as `{"baseline": "vas_before"}`.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Effects
        For each subgroup, in `group`, the rows of the measure's function without p-values; a
        subgroup that cannot be estimated has one row whose `method` says why. Then for each arm
        against the reference the interaction: how far each further subgroup is from the first
        (term `arm:subgroup[level]`; for ratios the ratio of ratios) and one row `test` for all
        subgroups, with the only p-value.

    Raises
    ------
    ArgumentError
        For an unknown column, measure or option, no arms to compare, a subgroup with more than 20
        values, clusters or matched sets with rows in several subgroups, or a Design this function
        does not respect.
    NotEstimableError
        When fewer than two subgroups can be estimated, or the measure has no standard error.

    Warns
    -----
    MissingDataWarning
        When rows lack the subgroup or, subgroup by subgroup, the outcome.
    SparseDataWarning
        For each subgroup that cannot be estimated.

    Notes
    -----
    Missing data: rows lacking the subgroup or the arm are left out and counted in `n_missing` of
    the interaction; rows lacking the outcome in that of their subgroup.

    With effects d_k and errors s_k of independent subgroups on the measure's own scale (the log
    of a ratio), w_k = 1/s_k^2 [1]_::

        Q = sum w_k (d_k - sum w d / sum w)^2

    is chi-square with one degree of freedom less than subgroups: Wald's test of the interaction.
    Where the interval of the measure has no standard error (Newcombe's), the interaction takes
    Wald's, and says so. Two p-values, one below 0.05 and one above, do not show that effects
    differ; therefore the subgroups have none [2]_. With fewer than 5 rows in an arm of a subgroup
    the interaction has none either. Subgroups are independent only where every
    cluster or matched set that `options` name lies in one of them.

    References
    ----------
    .. [1] Cochran WG (1954). The combination of estimates from different experiments. Biometrics
       10:101-129. doi:10.2307/3001666
    .. [2] Altman DG, Bland JM (2003). Interaction revisited: the difference between two estimates.
       BMJ 326:219. doi:10.1136/bmj.326.7382.219

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> patients = pd.DataFrame({"arm": ["mis", "mis", "open", "open"] * 2,
    ...     "sex": ["f"] * 4 + ["m"] * 4, "vas": [1, 3, 4, 6, 2, 4, 3, 5]})
    >>> effects = so.compare.subgroup_effects(patients, outcome="vas", subgroup="sex",
    ...     measure="mean_difference", treatment="arm", reference="open").tidy()
    >>> effects.loc[effects["contrast"] == "mis - open", ["group", "measure", "estimate"]].values
    array([['f', 'mean_difference', -3.0],
           ['m', 'mean_difference', -1.0],
           [None, 'test', nan]], dtype=object)
    """
    require_conf_level(conf_level)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=set(),
        columns={"subgroup": subgroup},
        treatment=treatment,
        reference=reference,
        counts=counts,
    )
    asked = {} if options is None else options
    found = measure_function(NAME, measure, asked)
    chosen = _covariates(data, subgroup, found) | dict(asked)
    codes, levels = _levels(rows, subgroup)
    frame = data.data if isinstance(data, Design) else data
    _require_whole_units(frame.iloc[rows.position], codes, subgroup, chosen)
    shared = {
        "outcome": outcome,
        "treatment": rows.treatment,
        "reference": data.reference if isinstance(data, Design) else reference,
        "counts": counts,
        "conf_level": conf_level,
    }
    by_level = {
        level: _in_level(rows, codes == code, frame, found, shared | chosen, f"{subgroup} {level}")
        for code, level in enumerate(levels)
    }
    failed = {level: reason for level, reason in by_level.items() if isinstance(reason, str)}
    done = {level: one for level, one in by_level.items() if not isinstance(one, str)}
    if len(done) < 2:
        raise NotEstimableError(
            f"{NAME}: fewer than two subgroups can be estimated; {'; '.join(failed.values())}."
        )
    for reason in failed.values():
        warn_sparse(f"{NAME}: {reason}")
    shown = [
        pd.DataFrame({"group": [level], "measure": [measure], "method": [one]})
        if isinstance(one, str)
        else one[0].tidy().assign(group=level, p_value=np.nan)
        for level, one in by_level.items()
    ]
    with_error = {level: errors.tidy() for level, (_, errors) in done.items()}
    words = "" if all(a is b for a, b in done.values()) else "Wald errors"
    interaction = _interaction(rows, subgroup, with_error, conf_level, words)
    first = next(iter(done.values()))[0]
    return Effects(
        stacked([*shown, interaction]).assign(outcome=outcome),
        method=f"By {subgroup}: {first.method.rstrip('.')}; the interaction by Cochran's Q of "
        "independent subgroups; subgroups have no p-values of their own.",
        sources=(*first.sources, COCHRAN),
        estimand=first.estimand,
        conf_level=conf_level,
        warnings=(
            *(f"{level}: {note}" for level, (one, _) in done.items() for note in one.warnings),
            *failed.values(),
        ),
    )


def _levels(rows: Rows, subgroup: str) -> tuple[IntArray, tuple[str, ...]]:
    if not rows.pairs():
        raise ArgumentError(
            f"{NAME}: there are no arms to compare; give `treatment` and `reference`, with two "
            "arms or more."
        )
    codes, levels = read_groups(rows.frame, "subgroup")
    if len(levels) > MOST_LEVELS:
        raise ArgumentError(
            f"{NAME}: {subgroup!r} holds {len(levels)} values; cut it into a few subgroups first."
        )
    return codes, levels


def _covariates(
    data: pd.DataFrame | Design, subgroup: str, measure: MeasureFunction
) -> dict[str, Any]:
    """Return the covariates that the design gives to the measure's function in each subgroup."""
    if not isinstance(data, Design) or "covariates" not in signature(measure.compute).parameters:
        return {}
    # Within a subgroup its own column does not vary.
    own = [name for name in outcome_terms(data, None, NAME) if name != subgroup]
    return {"covariates": own}


def _require_whole_units(
    frame: pd.DataFrame, codes: IntArray, subgroup: str, options: Mapping[str, Any]
) -> None:
    """Raise where rows that belong together stand in several subgroups.

    The effects of such subgroups are correlated, and Cochran's Q takes them as independent.
    """
    for option, what in UNITS.items():
        column = options.get(option)
        if not isinstance(column, str) or column not in frame:
            continue
        levels = pd.Series(codes).groupby(frame[column].to_numpy()).nunique()
        crossing = int((levels > 1).sum())
        if crossing:
            raise ArgumentError(
                f"{NAME}: {crossing} of {len(levels)} {what} of {column!r} have rows in several "
                f"subgroups of {subgroup!r}, whose effects are then not independent, and their "
                "difference cannot be tested here. Take a subgroup that is the same in all rows "
                f"of a {what[:-1]}, or describe each subgroup by the measure's own function."
            )


def _in_level(
    rows: Rows,
    own: npt.NDArray[np.bool_],
    frame: pd.DataFrame,
    measure: MeasureFunction,
    arguments: Mapping[str, Any],
    words: str,
) -> tuple[Effects, Effects] | str:
    """Return the effects of one subgroup, shown and with errors, or why there are none."""
    here = np.bincount(rows.group[own], minlength=len(rows.groups))
    if not here.all():
        empty = [label for label, n in zip(rows.groups, here, strict=True) if not n]
        return f"{words} is not estimable: no rows of {named(empty)}"
    part = frame.iloc[rows.position[own]]
    try:
        shown = measure.compute(part, **arguments)
        # Over strata the interval is built from an error already, and no other method takes them.
        if not measure.with_error or arguments.get("strata") is not None:
            return shown, shown
        with warnings.catch_warnings():
            # The same rows once more: whatever there is to say of them has been said.
            warnings.simplefilter("ignore", SpineOutcomesWarning)
            return shown, measure.compute(part, **{**arguments, **measure.with_error})
    except NotEstimableError as reason:
        return f"{words} is not estimable: {reason}"


def _interaction(
    rows: Rows, subgroup: str, by_level: Mapping[str, pd.DataFrame], conf_level: float, words: str
) -> pd.DataFrame:
    found: list[dict[str, object]] = []
    for pair in rows.pairs():
        contrast = rows.contrast(*pair)
        strata = [Stratum(level, _only(frame, contrast)) for level, frame in by_level.items()]
        if sum(stratum.has_error for stratum in strata) < 2:
            raise NotEstimableError(
                f"{NAME}: {contrast} has a standard error in fewer than two subgroups, so there is "
                "no interaction to test; take a measure whose interval is built from an error."
            )
        name = f"{term(rows, pair[0])}:{subgroup}"
        found += interaction_rows(name, contrast, strata, conf_level, words)
    return pd.DataFrame(found).assign(n_missing=rows.n_missing_total)


def _only(frame: pd.DataFrame, contrast: str) -> Record:
    rows: list[Any] = frame[frame["contrast"] == contrast].to_dict("records")
    found: Record = rows[0]
    return found
