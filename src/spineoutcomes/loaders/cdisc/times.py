"""Times to events of an ADaM dataset (ADTTE): what happened, when, and why others are censored."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.counts import Counting, counting, unit_named
from spineoutcomes.loaders.cells import ANY_NUMBER, Mask
from spineoutcomes.loaders.mapping.grammar import Only
from spineoutcomes.loaders.mapping.rows import chosen
from spineoutcomes.loaders.source import SourceFile
from spineoutcomes.registry.dates import days_between, parse_dates
from spineoutcomes.registry.findings import joined, rows_found

NEEDED = ("USUBJID", "PARAMCD", "CNSR")
CODE = re.compile(r"\d{1,3}")  # of CNSR: 0 for an event, a reason above
IMPUTED = ("ADTF", "STARTDTF")  # filled where a part of the date was made up


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Times to one event.

    Attributes
    ----------
    rows : DataFrame
        Indexed by the position of each row in its file: `subject`, `occurred` (True for an event,
        False when censored), `days` (ADT - STARTDT; NaN where not known), `date` (ADT), `start`
        (STARTDT), `words` (what happened, or why it is censored), `approximate` (a date of it was
        imputed).
    found : DataFrame
        How AVAL counts, and an error for each row that does not fit.
    """

    rows: pd.DataFrame
    found: pd.DataFrame


def adam_times(
    adtte: SourceFile,
    *,
    parameter: str,
    only: Only | None = None,
    counted: str | None = None,
    unit: str | None = None,
    among: Mask | None = None,
) -> Times:
    """Return the times of one parameter of a time-to-event dataset.

    CNSR is 0 for an event and above 0, with a reason, when censored: the reverse of an event flag.
    Days are ADT - STARTDT, always; AVAL is checked against them row by row.

    Parameters
    ----------
    adtte : SourceFile
    parameter : str
        The PARAMCD.
    only : mapping, optional
        Further columns, such as a population flag, with the cells that choose a row.
    counted : {"days", "days + 1"}, optional
        How AVAL counts in rows without dates; None makes such rows errors.
    unit : {"day", "week", "month", "year"}, optional
        The unit of AVAL, where neither AVALU nor PARAM names it.
    among : array of bool, optional
        The rows that may be read; None is all of them.

    Raises
    ------
    ValidationError
        When a column is missing that is needed, or no row has the parameter.
    """
    absent = [column for column in (*NEEDED, *(only or ())) if column not in adtte.rows]
    if absent:
        message = f"{adtte.name} has no column {', '.join(absent)}; a time-to-event dataset has."
        raise _refused(adtte.name, message)
    mask = chosen(adtte, {"PARAMCD": (parameter,), **(only or {})})
    mask = mask if among is None else mask & among
    rows = adtte.rows[mask]
    if not len(rows):
        raise _refused(adtte.name, f"{adtte.name} has no row of the parameter {parameter!r}.")
    at, text = np.flatnonzero(mask), {str(name): rows[name].str.strip() for name in rows}
    date, start = (_column(text, name, rows.index) for name in ("ADT", "STARTDT"))
    span = _span(date, start)
    written = _column(text, "AVAL", rows.index)
    value = _numbers(written)
    kept = counting(value, span, unit or unit_named(rows), written.tolist())
    undated = np.isnan(span)
    days = np.where(undated, _by_count(value, counted), span)
    code = text["CNSR"]
    known = code.str.fullmatch(CODE.pattern).to_numpy(dtype=bool)
    occurred = known & (_numbers(code) == 0)
    found = [
        _said(adtte.name, parameter, kept, value, undated, counted),
        _wrong(adtte.name, at[~known], "CNSR", "unknown_censoring", _NO_CODE),
        _wrong(adtte.name, at[kept.wrong], "AVAL", "aval_disagrees", _disagrees(kept)),
        _wrong(adtte.name, at[np.isnan(days)], "ADT", "no_time", _NO_TIME),
        _wrong(adtte.name, at[undated & _contradicts(kept, counted)], "AVAL", "no_time", _OTHERS),
        _wrong(adtte.name, at[days < 0], "ADT", "ends_before_start", _BACKWARDS),
        _wrong(adtte.name, at[_again(text)], "USUBJID", "several_records", _SEVERAL),
    ]
    frame = pd.DataFrame(
        {
            "subject": text["USUBJID"].to_numpy(dtype=object),
            "occurred": occurred,
            "days": days,
            "date": date.to_numpy(dtype=object),
            "start": start.to_numpy(dtype=object),
            "words": _words(text, occurred),
            "approximate": _imputed(text, len(rows)),
        },
        index=at,
    )
    return Times(frame, joined([*found, _imputed_found(adtte.name, parameter, frame)]))


_NO_CODE = "have no CNSR of 0 (an event) or a whole number above (a reason to censor)"
_NO_TIME = (
    "have not both ADT and STARTDT, so nothing tells how AVAL counts; say counted = "
    '"days" or "days + 1" under [[cdisc.times]] if it counts so from day 0'
)
_OTHERS = "have no dates, and AVAL counts otherwise in the rows that have than `counted` says"
_SEVERAL = "share their subject and parameter; expected is one row, so choose it with `only`"
_BACKWARDS = "end before they start: ADT is before STARTDT"


def _disagrees(kept: Counting) -> str:
    if kept.count is None:
        return (
            "have an AVAL that is neither ADT - STARTDT nor that + 1; where it is in no days and "
            "neither AVALU nor PARAM says so, say unit under [[cdisc.times]]"
        )
    return f"have an AVAL that does not count {kept.count.words} of ADT - STARTDT, as the others do"


def _again(text: dict[str, pd.Series]) -> Mask:
    return text["USUBJID"].duplicated(keep=False).to_numpy(dtype=bool)


def _contradicts(kept: Counting, counted: str | None) -> bool:
    if kept.count is None or counted is None:
        return False
    return kept.count.unit != "day" or kept.count.first_day != (counted == "days + 1")


def _refused(name: str, message: str) -> ValidationError:
    return ValidationError(message, rows_found(name, None, None, "no_times", message))


def _column(text: dict[str, pd.Series], name: str, index: pd.Index) -> pd.Series:
    return text[name] if name in text else pd.Series("", index=index, dtype=object)


def _span(date: pd.Series, start: pd.Series) -> npt.NDArray[np.float64]:
    """Return whole days between the dates, NaN where either is not known to the day."""
    days = days_between(parse_dates(date).exact, parse_dates(start).exact)
    return days.to_numpy(dtype=float)


def _numbers(text: pd.Series) -> npt.NDArray[np.float64]:
    readable = text.str.fullmatch(ANY_NUMBER).to_numpy(dtype=bool)
    numbers = np.full(len(text), np.nan)
    numbers[readable] = text.to_numpy(dtype=object)[readable].astype(float)
    return numbers


def _by_count(value: npt.NDArray[np.float64], counted: str | None) -> npt.NDArray[np.float64]:
    if counted is None:
        return np.full(len(value), np.nan)
    return value - 1 if counted == "days + 1" else value


def _words(text: dict[str, pd.Series], occurred: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return what happened in words, or why a row is censored, where the dataset says it."""
    nothing = np.full(len(occurred), "", dtype=object)
    event, censoring = (
        text[name].to_numpy(dtype=object) if name in text else nothing
        for name in ("EVNTDESC", "CNSDTDSC")
    )
    # CNSDTDSC tells of the date of censoring, and an event has none.
    both = ~occurred & (event != "") & (censoring != "") & (event != censoring)
    words = np.where((event == "") & ~occurred, censoring, event)
    words[both] = event[both] + "; " + censoring[both]
    return words


def _imputed(text: dict[str, pd.Series], n: int) -> npt.NDArray[np.bool_]:
    flags = [(text[name] != "").to_numpy(dtype=bool) for name in IMPUTED if name in text]
    return np.logical_or.reduce(flags) if flags else np.zeros(n, dtype=bool)


def _wrong(name: str, at: npt.NDArray[np.intp], column: str, rule: str, words: str) -> pd.DataFrame:
    return rows_found(name, at, column, rule, f"{len(at)} row(s) of {name} {words}.")


def _said(
    name: str,
    parameter: str,
    kept: Counting,
    value: npt.NDArray[np.float64],
    undated: Mask,
    counted: str | None,
) -> pd.DataFrame:
    """Return a warning that says how AVAL counts, and what days are here."""
    checked, empty = ~np.isnan(value) & ~undated, np.isnan(value) & ~undated
    parts = []
    if kept.count is not None:
        n = int((checked & ~kept.wrong).sum())
        parts.append(f"counts {kept.count.words} in {n} of {int(checked.sum())} row(s) with dates")
    if empty.any():
        parts.append(f"is empty in {int(empty.sum())} row(s) with dates")
    if undated.any() and counted is not None:
        parts.append(f"is taken as {counted} from day 0, as the plan says, in {int(undated.sum())}")
    if not parts:
        return joined([])
    message = f"AVAL of {parameter} in {name} {', '.join(parts)}; days here are ADT - STARTDT."
    return rows_found(name, None, "AVAL", "aval_counts", message, "warning")


def _imputed_found(name: str, parameter: str, rows: pd.DataFrame) -> pd.DataFrame:
    at = rows.index[rows["approximate"].to_numpy(dtype=bool)].to_numpy()
    message = (
        f"{len(at)} row(s) of {parameter} in {name} have a date of which a part was imputed (ADTF, "
        "STARTDTF); they are marked as approximate."
    )
    return rows_found(name, at, "ADT", "imputed_date", message, "warning")
