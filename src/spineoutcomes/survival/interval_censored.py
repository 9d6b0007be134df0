"""Curves of events that are only known to have happened between two looks."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import require_columns, require_names
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, ConvergenceWarning
from spineoutcomes.numerics.arguments import require_text
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.interval_masses import KKT_TOLERANCE, Turnbull, turnbull
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results import Curves
from spineoutcomes.results.curve_rows import CurveRows
from spineoutcomes.results.labels import named
from spineoutcomes.survival.outcome import checked_times, require_complete
from spineoutcomes.survival.risk_sets import RiskSets, count
from spineoutcomes.survival.steps import checked_horizons
from spineoutcomes.survival.ties import both_with_ties

FloatArray = npt.NDArray[np.float64]
NAME = "interval_censored_curve"
SOURCES = (
    "Turnbull 1976, doi:10.1111/j.2517-6161.1976.tb01597.x",
    "Wellner & Zhan 1997, Journal of the American Statistical Association 92:945-959",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """Between which looks each row had its event; never seen where `upper` is infinite."""

    lower: FloatArray
    upper: FloatArray

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        return np.isfinite(self.upper)

    @property
    def end(self) -> FloatArray:
        """When the event was found, or the row last seen without it."""
        return np.where(self.found, self.upper, self.lower)


def interval_censored_curve(
    data: pd.DataFrame | Design,
    *,
    lower: str,
    upper: str,
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    horizons: float | Iterable[float] = (),
    counts: str | None = None,
    time_unit: str = "days",
) -> Curves:
    """Return the survival curve of each group where events are known to within an interval.

    Parameters
    ----------
    data : DataFrame or Design
        One row per patient, or per `counts` equal patients. A Design brings its treatment.
    lower : str
        Column with the last time a row was seen without the event, in `time_unit`; 0 where the
        event was there at the first look.
    upper : str
        Column with the first time it was seen with the event, which happened in (lower, upper]:
        missing (or infinite) where it never was, equal to `lower` where its time is known.
    treatment, reference : optional
        Column of the arms and the reference arm, for a DataFrame.
    by : str, optional
        Column of any groups, instead of `treatment`. Without either, one group, "all".
    horizons : float or iterable of float
        Times a report prints, in `time_unit`.
    counts : str, optional
        Column of whole numbers: how many equal rows a row stands for.
    time_unit : str
        Unit of `lower` and `upper`, for labels.

    Returns
    -------
    Curves
        Measure "survival"; one row per group and time at which events were found or rows last seen.
        `n_risk` counts rows under observation whose event is not found yet, `n_event` events found
        (at `upper`) and `n_censor` rows last seen without. `std_error` and the limits are missing.

    Raises
    ------
    ArgumentError
        For unknown columns, times that are negative or of which `upper` lies before `lower`, or a
        Design with weights, matched sets or clusters.
    NotEstimableError
        When a group has no complete row.

    Warns
    -----
    MissingDataWarning
        When rows were left out for a missing value.
    ConvergenceWarning
        When the estimate is not known to the last digits; `Curves.warnings` says so as well.

    Notes
    -----
    Missing data: rows lacking `lower` or their group are left out, counted in one
    `MissingDataWarning` and in `Curves.warnings`; a missing `upper` is information. When patients
    are looked at must not depend on whether they have the event, and nothing else may end their
    observation for good: with death as a competing event this curve is not the one to show.

    The curve is the nonparametric maximum-likelihood estimate [1]_. It knows how much mass each
    innermost interval holds, but not where inside; here the mass is placed at the right end, so
    that the curve is the highest of those that are equally likely. Without intervals it is the
    Kaplan-Meier curve. It is found by EM with steps of the iterative convex minorant [2]_, until
    no derivative exceeds its value at the maximum by more than one part in 10^8. No error is
    given: the estimate converges too slowly for the usual ones, and the bootstrap fails.

    References
    ----------
    .. [1] Turnbull BW (1976). Journal of the Royal Statistical Society B 38:290-295.
       doi:10.1111/j.2517-6161.1976.tb01597.x
    .. [2] Wellner JA, Zhan Y (1997). Journal of the American Statistical Association 92:945-959.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> scans = pd.DataFrame({"clean": [0, 0, 6, 12, 12, 12],
    ...                       "seen": [6, 12, 12, None, None, None]})
    >>> curve = so.survival.interval_censored_curve(
    ...     scans, lower="clean", upper="seen", time_unit="months")
    >>> curve.at([3, 6, 12])["estimate"].round(3).tolist()
    [1.0, 0.75, 0.5]
    """
    require_names(NAME, {"upper": upper})
    require_text(NAME, "time_unit", time_unit)
    rows = analysis_rows(
        data,
        function=NAME,
        respects=(),
        columns={"lower": lower},
        treatment=treatment,
        reference=reference,
        by=by,
        counts=counts,
    )
    looks = _read_looks(rows, data, upper)
    sets = count(
        looks.end,
        looks.found.astype(np.int64),
        rows.group,
        n_causes=1,
        n_groups=len(rows.groups),
        counts=rows.counts,
    )
    fits = _fits(rows, looks)
    curves = [_curve(*parts) for parts in zip(rows.groups, sets, fits, strict=True)]
    return Curves(
        curves,
        measure="survival",
        time_unit=time_unit,
        method="Turnbull's maximum-likelihood estimate from intervals, mass at their right ends, "
        "without errors",
        sources=SOURCES,
        estimand=data.estimand if isinstance(data, Design) else None,
        horizons=checked_horizons(horizons, NAME),
        warnings=_notes(rows, fits),
    )


def _read_looks(rows: Rows, data: pd.DataFrame | Design, upper: str) -> _Looks:
    require_complete(rows, NAME)
    frame = data.data if isinstance(data, Design) else data
    require_columns(NAME, frame, [upper])
    column = frame[upper].iloc[rows.position]
    if not (is_real(column) or column.isna().all()):
        raise ArgumentError(
            f"upper must be numeric, its column has dtype {column.dtype}; convert it first."
        )
    low = checked_times(rows, "lower", NAME)
    high = np.where(column.isna(), np.inf, column.to_numpy(dtype=float, na_value=np.nan))
    backwards = int((high < low).sum())
    if backwards:
        raise ArgumentError(
            f"{NAME}: upper must not lie before lower; in {backwards} of {len(low)} rows it does. "
            "Correct these dates, or leave the rows out."
        )
    found = np.isfinite(high)
    low, high[found] = both_with_ties(low, high[found])
    return _Looks(low, high)


def _fits(rows: Rows, looks: _Looks) -> list[Turnbull]:
    fits = []
    for g, label in enumerate(rows.groups):
        at = np.flatnonzero(rows.group == g)
        fit = turnbull(looks.lower[at], looks.upper[at], rows.counts[at])
        if not fit.converged:
            warnings.warn(
                f"{NAME}: the estimate of {label} has not converged; a derivative exceeds its "
                f"value at the maximum by {fit.gap:.1e} ({KKT_TOLERANCE:.0e} was asked for).",
                ConvergenceWarning,
                stacklevel=3,
            )
        fits.append(fit)
    return fits


def _curve(label: str, counts: RiskSets, fit: Turnbull) -> CurveRows:
    # From the end, so that a curve that comes down to 0 does so to the last digit.
    ahead = np.append(np.cumsum(fit.mass[::-1])[::-1], 0.0)
    ahead = ahead / ahead[0]
    unknown = np.full(len(counts.time), np.nan)
    columns = {
        "time": counts.time,
        "n_risk": counts.n_risk,
        "n_event": counts.n_event[0],
        "n_censor": counts.n_censor,
        "estimate": ahead[np.searchsorted(fit.right, counts.time, side="right")],
        "std_error": unknown,
        "conf_low": unknown,
        "conf_high": unknown,
    }
    return CurveRows(label, None, columns)


def _notes(rows: Rows, fits: list[Turnbull]) -> tuple[str, ...]:
    notes = []
    if rows.n_missing_total:
        notes.append(f"{rows.n_missing_total:.0f} rows lacking a time or group are left out.")
    loose = [label for label, fit in zip(rows.groups, fits, strict=True) if not fit.converged]
    if loose:
        notes.append(f"The estimate has not converged in {named(loose)}.")
    return tuple(notes)
