"""What the regressions of compare share: covariates, model and the rows of its terms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import names_in
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import frame_of
from spineoutcomes.numerics.effect_rows import inexact_row
from spineoutcomes.numerics.forms import columns_of
from spineoutcomes.numerics.intervals import Interval, exponential
from spineoutcomes.numerics.model_matrix import Arms, ModelMatrix, build_model_matrix
from spineoutcomes.numerics.rows import Rows

FloatArray = npt.NDArray[np.float64]
# Roles of covariates, apart from those of the outcome and its companions.
PREFIX = "covariate "


def outcome_terms(
    data: pd.DataFrame | Design, covariates: Sequence[str] | None, function: str
) -> tuple[str, ...]:
    """Return the covariates of the outcome model: those given, else those of a plain Design.

    A Design with weights or sets has adjusted already: its covariates are not taken again.
    """
    if isinstance(covariates, str):
        raise ArgumentError(f"covariates is a list of forms, got the text {covariates!r}.")
    if covariates is not None:
        return tuple(names_in(function, "covariates", covariates))
    if isinstance(data, Design) and not data.features & {"weights", "sets"}:
        return tuple(data.covariates)
    return ()


def covariate_roles(
    data: pd.DataFrame | Design,
    covariates: Sequence[str] | None,
    treatment: str | None,
    function: str,
) -> dict[str, str]:
    """Return the roles of the columns that the covariates read, for `analysis_rows`."""
    frame = frame_of(function, data)
    arm = data.treatment if isinstance(data, Design) else treatment
    columns = columns_of(outcome_terms(data, covariates, function), list(frame.columns))
    return {f"{PREFIX}{name}": name for name in columns if name != arm}


def model_of(rows: Rows, covariates: Sequence[str]) -> ModelMatrix:
    """Return the columns of the arms and covariates."""
    columns = {
        str(role).removeprefix(PREFIX): rows.frame[role]
        for role in rows.frame.columns
        if str(role).startswith(PREFIX)
    }
    arms = None
    if rows.treatment is not None and rows.reference is not None:
        arms = Arms(rows.treatment, rows.groups, rows.reference, rows.group)
    return build_model_matrix(columns, covariates, counts=rows.counts, arms=arms)


def term_rows(
    rows: Rows,
    model: ModelMatrix,
    values: Sequence[Interval],
    *,
    method: str,
    n_event: FloatArray | None = None,
    **more: object,
) -> list[dict[str, object]]:
    """Return a row for each term: the arms with the sizes of their pair, then the covariates.

    The models are not exact: a contrast with a small arm has no p-value, and says so in `method`.
    `n_event` holds the events of each arm where the outcome has any.
    """
    pairs = rows.pairs()
    made = []
    for place, (term, contrast, value) in enumerate(
        zip(model.terms, model.contrasts, values, strict=True)
    ):
        if place < len(pairs):
            events = (
                {} if n_event is None else {"n_event": float(n_event[list(pairs[place])].sum())}
            )
            made.append({**inexact_row(rows, pairs[place], value, method=method, **more), **events})
        else:
            events = {} if n_event is None else {"n_event": float(n_event.sum())}
            own = _covariate_row(rows, term, contrast, value)
            made.append({**own, "method": method, **more, **events})
    return made


def as_ratio(log: Interval) -> Interval:
    """Return the ratio of an interval on the log scale; its error stays on that scale."""
    return Interval(
        estimate=exponential(log.estimate),
        low=exponential(log.low),
        high=exponential(log.high),
        std_error=log.std_error,
        statistic=log.statistic,
        df=log.df,
        p_value=log.p_value,
    )


def _covariate_row(
    rows: Rows, term: str, contrast: str | None, value: Interval
) -> dict[str, object]:
    return {
        "term": term,
        "contrast": contrast,
        "estimate": value.estimate,
        "std_error": value.std_error,
        "statistic": value.statistic,
        "df": value.df,
        "p_value": value.p_value,
        "conf_low": value.low,
        "conf_high": value.high,
        "n": float(rows.counts.sum()),
        "n_missing": rows.n_missing_total,
    }
