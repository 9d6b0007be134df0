"""The mean number of events of a subject by each time."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.design import Design
from spineoutcomes.numerics.arguments import require_text
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.results.curve_rows import CurveRows
from spineoutcomes.results.format import level
from spineoutcomes.survival.histories import FEATURES, Histories, read_histories
from spineoutcomes.survival.limits import MeanConfType, mean_limits, require_limits
from spineoutcomes.survival.member_squares import squares_of_members
from spineoutcomes.survival.reach import note_on_settled, when_settled
from spineoutcomes.survival.recurrent_mean import (
    DEATH,
    mean_function,
    mean_influence,
    n_deaths,
    n_events,
)
from spineoutcomes.survival.risk_sets import RiskSets
from spineoutcomes.survival.sampling import root
from spineoutcomes.survival.steps import checked_horizons

FloatArray = npt.NDArray[np.float64]
NAME = "mean_cumulative_count"
SOURCES = (
    "Lawless & Nadeau 1995, doi:10.1080/00401706.1995.10484300",
    "Ghosh & Lin 2000, doi:10.1111/j.0006-341X.2000.00554.x",
)


def mean_cumulative_count(
    data: pd.DataFrame | Design,
    *,
    subject: str,
    start: str,
    stop: str,
    event: str,
    terminal: str | None = None,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    conf_type: MeanConfType = "log",
    conf_level: float = 0.95,
    time_unit: str = "days",
) -> Curves:
    """Return the mean number of events by each time, of events that come again.

    Parameters
    ----------
    data : DataFrame or Design
        One row per stretch of time of a subject, as `metrics.recurrent_events` returns them. A
        Design brings its treatment and clusters.
    subject : str
        Column whose values name the subjects (patients, episodes, lesions).
    start, stop : str
        Columns between which, start < t <= stop, the subject was observed, in `time_unit`.
        Stretches of a subject may leave gaps but not overlap.
    event : str
        Column that is bool or 0 and 1: an event happened at `stop`.
    terminal : str, optional
        Column that is bool or 0 and 1: the subject died at `stop`, in its last row.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal subjects a subject stands for, the same in all its
        rows.
    conf_type : {"log", "log-log", "plain"}
        Scale on which the limits are symmetric. "log-log" of the probability exp(-mean), as for
        survival, is the log of the mean: the two words are one here.
    conf_level : float
        Level of the limits.
    time_unit : str
        Unit of `start` and `stop`, for labels.

    Returns
    -------
    Curves
        Measure "mean_count"; one row per group and time at which a row starts or stops. `n_risk`
        counts subjects, `n_event` events, `n_censor` subjects whose observation ends for good,
        alive. `cause` is missing.

    Raises
    ------
    ArgumentError
        For unknown columns; times that are negative, or a start that is not before its stop;
        rows of a subject that overlap or follow its death; an event that is not bool or 0 and 1;
        subjects in two groups or two clusters, of which some rows lack a value, or with uneven
        counts; a Design with weights or matched sets.
    NotEstimableError
        When a group has no complete row.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    SparseDataWarning
        With fewer than ten clusters of subjects.

    Notes
    -----
    Missing data: subjects all of whose rows lack a value are left out, their rows counted in one
    `MissingDataWarning` and in `Curves.warnings`; one that lacks a value in some rows only is an
    error, since leaving these out would hide events. The end of observation must not depend on the
    prognosis.

    The mean is the sum over s <= t of S(s-) dN(s) / n(s), with dN events among n at risk. Without
    `terminal` S is 1 (the Nelson-Aalen mean function): subjects are as if they never died. With
    `terminal` S is the Kaplan-Meier curve of death [2]_, and those who have died have no further
    events. An event at the time of a death precedes it.

    The error is that of the infinitesimal jackknife: the root of the sum over subjects (or over
    the clusters of a Design) of the squared change of the mean as they weigh more. It does not
    assume that the events of a subject are independent, and equals Lawless and Nadeau's [1]_
    without death. Limits are mean * exp(-/+ z error / mean); where the mean is 0 they are missing.

    References
    ----------
    .. [1] Lawless JF, Nadeau C (1995). Some simple robust methods for the analysis of recurrent
       events. Technometrics 37:158-168. doi:10.1080/00401706.1995.10484300
    .. [2] Ghosh D, Lin DY (2000). Nonparametric analysis of recurrent events and death. Biometrics
       56:554-562. doi:10.1111/j.0006-341X.2000.00554.x

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> rows = so.metrics.recurrent_events(registry, kind="complication").reset_index()
    >>> rows = rows.assign(again=rows["event"] == "complication", died=rows["event"] == "death")
    >>> curve = so.survival.mean_cumulative_count(
    ...     rows, subject="episode_id", start="start", stop="stop", event="again", terminal="died")
    >>> curve.at([30, 365])["estimate"].round(3).tolist()
    [0.207, 0.207]
    """
    require_limits(conf_type, conf_level)
    require_text(NAME, "time_unit", time_unit)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=FEATURES,
        columns={
            "subject": subject,
            "start": start,
            "stop": stop,
            "event": event,
            "terminal": terminal,
        },
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    histories = read_histories(rows, data, NAME, subject=subject, counts=counts)
    counted = histories.counted(rows)
    curves = [
        _curve(rows, histories, g, found, conf_type, conf_level) for g, found in enumerate(counted)
    ]
    estimate = "Nelson-Aalen mean function" if terminal is None else "Ghosh-Lin mean function"
    return Curves(
        curves,
        measure="mean_count",
        time_unit=time_unit,
        method=f"{estimate}, {histories.words}, {level(conf_level)} {conf_type} limits",
        sources=SOURCES if terminal is not None else SOURCES[:1],
        estimand=data.estimand if isinstance(data, Design) else None,
        conf_level=conf_level,
        horizons=checked_horizons(horizons, NAME),
        warnings=_notes(rows, counted),
    )


def _curve(
    rows: Rows,
    histories: Histories,
    g: int,
    counts: RiskSets,
    conf_type: MeanConfType,
    conf_level: float,
) -> CurveRows:
    mean = mean_function(counts)
    at = np.flatnonzero(rows.group == g)
    members = histories.members(counts, at)
    variance = squares_of_members(
        mean_influence(counts),
        members,
        weight=histories.mass[at],
        counts=np.ones(len(at)),
        cluster=histories.unit[at],
        nuisance=None,
    )
    # One subject or cluster does not say how much another one would differ.
    std_error = root(variance) if np.ptp(histories.unit[at]) > 0 else np.full(len(mean), np.nan)
    low, high = mean_limits(mean, std_error, conf_type, conf_level)
    ends = rows.counts[at] * (histories.last[at] & (histories.way[at] < DEATH))
    columns = {
        "time": counts.time,
        "n_risk": counts.n_risk,
        "n_event": n_events(counts),
        "n_censor": np.bincount(members.leave, ends, len(counts.time)).astype(np.float64),
        "estimate": mean,
        "std_error": std_error,
        "conf_low": low,
        "conf_high": high,
    }
    return CurveRows(rows.groups[g], None, columns)


def _notes(rows: Rows, counts: Sequence[RiskSets]) -> tuple[str, ...]:
    notes = []
    if rows.n_missing_total:
        notes.append(
            f"{rows.n_missing_total:.0f} rows lacking a time, event or group are left out."
        )
    named = zip(rows.groups, counts, strict=True)
    settled = [label for label, own in named if math.isfinite(when_settled(own, n_deaths(own)))]
    if settled:
        notes.append(note_on_settled(settled, "died"))
    return tuple(notes)
