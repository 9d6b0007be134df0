"""How long patients were followed: the reverse Kaplan-Meier curve."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.arguments import require_text
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.results.curve_rows import CurveRows
from spineoutcomes.results.format import level
from spineoutcomes.survival.at_events import event_times
from spineoutcomes.survival.limits import ConfType, require_limits
from spineoutcomes.survival.outcome import read_outcome
from spineoutcomes.survival.product_limit import kaplan_meier
from spineoutcomes.survival.sampling import Group, counted
from spineoutcomes.survival.steps import (
    checked_horizons,
    reader_notes,
    rows_of_curve,
)

Ties = Literal["events-first", "censorings-first"]

SOURCES = ("Schemper & Smith 1996, doi:10.1016/0197-2456(96)00075-X",)


def followup_curve(
    data: pd.DataFrame | Design,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    ties: Ties = "events-first",
    conf_type: ConfType = "log-log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return how long each group was followed: the reverse Kaplan-Meier curve.

    Its median, `quantile(0.5)`, is the median follow-up: how long patients would have been
    followed, had nobody had the event. The median of the observed times is shorter the more
    patients died, and says nothing about the quality of follow-up.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
    time : str
        Column with the end of observation in `time_unit`, at least 0.
    event : str
        Column that is an ordered Categorical (`censored` first), bool, or 0 = censored and
        1, 2, ...; every cause ends follow-up.
    entry : str, optional
        Column with the start of observation (late entry); without it all start at 0.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    ties : {"events-first", "censorings-first"}
        Which came first where events and censorings have the same time. In every other curve
        events do; with "censorings-first" who had the event at a time was still at risk of being
        censored at it, which is what a program gives whose status was turned round.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric.
    conf_level : float
        Level of the limits.
    time_unit : str
        Unit of `time`, for labels.

    Returns
    -------
    Curves
        Measure "survival": the share still followed after each time. `n_event` counts the ends of
        follow-up (the censored), `n_censor` those who had the event, `n_risk` those observed just
        before each time. `cause` is missing.

    Raises
    ------
    ArgumentError
        For unknown columns or options, unusable times or events, or a Design with weights, sets or
        clusters.
    NotEstimableError
        When a group has no complete row.

    Notes
    -----
    Missing data: rows lacking time, event, entry or group are left out, counted in one
    `MissingDataWarning` and in `Curves.warnings`.

    With n observed just before a time (entry < t <= time), d events and c censorings at it, the
    curve G(t) is the product of 1 - c / (n - d) up to t, its error Greenwood's. So with everybody
    entering at 0 the Kaplan-Meier curve times G is the share still observed after t. With
    "censorings-first" the factors are 1 - c / n. Where nobody is censored the curve stays 1 and
    has no median: follow-up was then complete.

    References
    ----------
    Schemper & Smith 1996, doi:10.1016/0197-2456(96)00075-X.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> data = pd.DataFrame({"months": [3, 6, 6, 9, 12, 12], "died": [1, 1, 0, 1, 0, 0]})
    >>> curve = so.survival.followup_curve(data, time="months", event="died", time_unit="months")
    >>> curve.at([6, 9])["estimate"].tolist()
    [0.75, 0.75]
    >>> curve.quantile(0.5)["estimate"].tolist()
    [12.0]
    """
    require_limits(conf_type, conf_level)
    require_text("followup_curve", "time_unit", time_unit)
    rows = analysis_rows(
        data,
        function="followup_curve",
        respects=(),
        columns={"time": time, "event": event, "entry": entry},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    outcome = read_outcome(rows, "followup_curve")
    if ties not in get_args(Ties):
        raise ArgumentError(
            f"followup_curve: unknown ties {ties!r}; choose one of: {', '.join(get_args(Ties))}."
        )
    groups = counted(rows, outcome)
    reversed_groups = [_reversed(group, ties) for group in groups]
    curves = [
        _curve(group, turned, conf_type, conf_level)
        for group, turned in zip(groups, reversed_groups, strict=True)
    ]
    return Curves(
        curves,
        measure="survival",
        time_unit=time_unit,
        method=f"Reverse Kaplan-Meier estimate of follow-up, {ties.replace('-', ' ')} at ties, "
        f"Greenwood error, {level(conf_level)} {conf_type} limits"
        + ("; late entry" if entry else ""),
        sources=SOURCES,
        estimand="share still followed, had nobody had the event",
        conf_level=conf_level,
        horizons=checked_horizons(horizons, "followup_curve"),
        warnings=reader_notes(rows, reversed_groups, "was censored"),
    )


def _curve(group: Group, turned: Group, conf_type: ConfType, conf_level: float) -> CurveRows:
    times = event_times(turned.counts)
    # At risk of either end, as in every other curve.
    observed = replace(turned.observed, n_risk=group.observed.n_risk)
    return rows_of_curve(
        replace(turned, observed=observed),
        None,
        times,
        *kaplan_meier(times.counts),
        first=1.0,
        conf_type=conf_type,
        conf_level=conf_level,
    )


def _reversed(group: Group, ties: Ties) -> Group:
    """Return the group with the end of follow-up as the event."""
    sets = group.observed
    had_event = sets.n_any
    # Who had the event at a time cannot be censored at it any more.
    n_risk = sets.n_risk - had_event if ties == "events-first" else sets.n_risk
    turned = replace(sets, n_risk=n_risk, n_event=sets.n_censor[np.newaxis], n_censor=had_event)
    return replace(group, observed=turned, counts=turned, squares=turned)
