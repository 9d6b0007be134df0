"""Many endpoints in one result, each by its own measure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from spineoutcomes.compare._measure_functions import measure_function
from spineoutcomes.compare.multiplicity import adjust_p_values
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.effect_rows import warn_sparse
from spineoutcomes.results import Effects
from spineoutcomes.results._frame import stacked

NAME = "compare_outcomes"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An endpoint as asked for: its name in the result, its column, its measure and options."""

    name: str
    column: str
    measure: str
    options: Mapping[str, Any]


def compare_outcomes(
    data: pd.DataFrame | Design,
    *,
    outcomes: Mapping[str, str | Mapping[str, Any]],
    treatment: str | None = None,
    reference: Hashable = None,
    counts: str | None = None,
    adjust: Literal["holm", "hochberg", "hommel", "bonferroni", "BH", "bh", "BY", "by"]
    | None = None,
    conf_level: float = 0.95,
) -> Effects:
    """Compare many endpoints between arms, each by the measure that suits it.

    Parameters
    ----------
    data : DataFrame or Design
        One row per unit of analysis. What a Design carries is respected or refused by the
        function of each measure.
    outcomes : mapping of str to str or mapping
        Endpoint to measure: `{"blood_loss": "mean_difference"}`. The endpoint is its column. With
        options of the measure's function, a mapping: `{"vas": {"measure": "mean_difference",
        "baseline": "vas_before"}}`; with `"column"` the endpoint has a name of its own:
        `{"Relief, ratio": {"measure": "risk_ratio", "column": "relief"}}`.
    treatment, reference : str and object, optional
        Column of the arms and the arm the others are compared with.
    counts : str, optional
        Column of whole numbers: how many equal rows each row stands for.
    adjust : {"holm", "hochberg", "hommel", "bonferroni", "BH", "BY"}, optional
        Adjust the p-values of all endpoints as one family, see `adjust_p_values`.
    conf_level : float
        Level of the intervals; they are not adjusted.

    Returns
    -------
    Effects
        The rows of each endpoint in order, contrasts then arms, told apart by `outcome`. An
        endpoint that cannot be estimated has one row without an estimate whose `method` says why.

    Raises
    ------
    ArgumentError
        For no endpoints, a measure without a function, an option that function does not have, or
        anything the function itself refuses.

    Warns
    -----
    MissingDataWarning
        From each endpoint whose rows lack a value.
    SparseDataWarning
        For each endpoint that cannot be estimated.

    Notes
    -----
    Missing data: every endpoint leaves out its own rows, counted in `n_missing`, so `n` differs
    between endpoints.

    Estimates, intervals and methods are those of the function of each measure; what is written
    here is only that all endpoints asked for are there. With `adjust` an endpoint without a
    p-value is not in the family, and `warnings` say so [1]_.

    References
    ----------
    .. [1] Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6:65-70. doi:10.2307/4615733

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> patients = pd.DataFrame({"arm": ["mis"] * 3 + ["open"] * 3, "vas": [1, 2, 3, 3, 4, 8],
    ...                          "relief": [1, 1, 0, 1, 0, 0]})
    >>> effects = so.compare.compare_outcomes(
    ...     patients, outcomes={"vas": "mean_difference", "relief": "risk_difference"},
    ...     treatment="arm", reference="open").tidy()
    >>> effects.loc[effects["contrast"] == "mis - open", ["outcome", "estimate"]].round(3).values
    array([['vas', -3.0],
           ['relief', 0.333]], dtype=object)
    """
    require_conf_level(conf_level)
    shared = {
        "treatment": treatment,
        "reference": reference,
        "counts": counts,
        "conf_level": conf_level,
    }
    results: dict[str, Effects] = {}
    failed: dict[str, str] = {}
    for one in _endpoints(outcomes):
        try:
            results[one.name] = _compute(one)(data, outcome=one.column, **shared, **one.options)
        except NotEstimableError as reason:
            results[one.name] = _not_estimable(one, str(reason), conf_level)
            failed[one.name] = str(reason)
    for name, why in failed.items():
        warn_sparse(f"{NAME}: {name!r} is not estimable: {why}")
    effects = _together(results, conf_level)
    return effects if adjust is None else adjust_p_values(effects, method=adjust)


def _endpoints(outcomes: Mapping[str, str | Mapping[str, Any]]) -> list[_Endpoint]:
    if not isinstance(outcomes, Mapping) or not outcomes:
        raise ArgumentError(
            f"{NAME}: outcomes maps each endpoint to its measure: "
            '{"vas": "mean_difference", "relief": "risk_difference"}.'
        )
    return [_endpoint(name, asked) for name, asked in outcomes.items()]


def _endpoint(name: str, asked: str | Mapping[str, Any]) -> _Endpoint:
    told = {"measure": asked} if isinstance(asked, str) else asked
    words: dict[str, Any] = dict(told) if isinstance(told, Mapping) else {}
    measure = words.pop("measure", None)
    if not isinstance(measure, str):
        raise ArgumentError(
            f'{NAME}: the endpoint {name!r} needs a measure: {{"measure": "mean_difference", ...}}.'
        )
    column = words.pop("column", name)
    endpoint = _Endpoint(name, column, measure, words)
    _compute(endpoint)  # what it cannot compute is refused before anything is computed
    return endpoint


def _compute(one: _Endpoint) -> Callable[..., Effects]:
    return measure_function(NAME, one.measure, one.options).compute


def _not_estimable(one: _Endpoint, reason: str, conf_level: float) -> Effects:
    """Return the row of an endpoint that was asked for and could not be had."""
    note = f"not estimable: {reason}"
    return Effects(
        pd.DataFrame({"measure": [one.measure], "method": [note]}),
        conf_level=conf_level,
        warnings=(note,),
    )


def _together(results: Mapping[str, Effects], conf_level: float) -> Effects:
    rows = [one.tidy().assign(outcome=name) for name, one in results.items()]
    estimands = dict.fromkeys(one.estimand for one in results.values() if one.estimand)
    return Effects(
        stacked(rows),
        method="Each endpoint by its own measure: "
        + "; ".join(
            f"{name}: {one.method.rstrip('.')}" for name, one in results.items() if one.method
        )
        + ".",
        sources=tuple(dict.fromkeys(s for one in results.values() for s in one.sources)),
        estimand=next(iter(estimands)) if len(estimands) == 1 else None,
        conf_level=conf_level,
        warnings=tuple(f"{name}: {w}" for name, one in results.items() for w in one.warnings),
    )
