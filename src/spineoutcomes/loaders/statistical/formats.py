"""Which columns of a statistical file count time, by the format each carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Program = Literal["spss", "sas", "stata"]
Counts = Literal["day", "second", "millisecond", "week", "month", "quarter", "half", "year"]
Shows = Literal["day", "moment", "time", "week", "month", "quarter", "half", "year"]

SPSS_ORIGIN = date(1582, 10, 14)
ORIGIN = date(1960, 1, 1)  # of SAS and of Stata
WIDTH = re.compile(r"\d+(?:\.\d*)?$|\.$")  # F8.2, DATE9., YYMMDD10

SPSS: dict[Shows, str] = {
    "day": "DATE ADATE EDATE JDATE SDATE",
    "moment": "DATETIME YMDHMS",
    "time": "TIME DTIME MTIME",
    "week": "WKYR",
    "month": "MOYR",
    "quarter": "QYR",
}
# Formats that show a part of a date (the weekday, say) stand on a whole date, which is kept.
SAS_DAYS: dict[Shows, str] = {
    "day": (
        "DATE DDMMYY DDMMYYB DDMMYYC DDMMYYD DDMMYYN DDMMYYP DDMMYYS MMDDYY MMDDYYB MMDDYYC "
        "MMDDYYD MMDDYYN MMDDYYP MMDDYYS YYMMDD YYMMDDB YYMMDDC YYMMDDD YYMMDDN YYMMDDP YYMMDDS "
        "E8601DA B8601DA IS8601DA WORDDATE WORDDATX WEEKDATE WEEKDATX JULIAN NLDATE NLDATEL "
        "NLDATEM NLDATES NLDATEW EURDFDD EURDFDE EURDFDN EURDFWDX EURDFWKX MINGUO NENGO DAY "
        "DOWNAME MONNAME MONTH WEEKDAY JULDAY QTR QTRR"
    ),
    "week": "WEEKU WEEKV WEEKW",
    "month": (
        "MONYY MMYY MMYYC MMYYD MMYYN MMYYP MMYYS YYMM YYMMC YYMMN YYMMP YYMMS YYMON NLDATEYM "
        "EURDFMY"
    ),
    "quarter": "YYQ YYQC YYQD YYQN YYQP YYQS YYQR YYQRC YYQRD YYQRN YYQRP YYQRS NLDATEYQ",
    "year": "YEAR NLDATEYR",
}
SAS_SECONDS: dict[Shows, str] = {
    "day": "DTDATE DTWKDATX E8601DN B8601DN IS8601DN",
    "moment": (
        "DATETIME DATEAMPM MDYAMPM E8601DT B8601DT IS8601DT E8601DZ B8601DZ IS8601DZ E8601DX "
        "B8601DX E8601LX B8601LX NLDATM NLDATML NLDATMM NLDATMS EURDFDT"
    ),
    "time": "TIME TIMEAMPM TOD HHMM MMSS E8601TM B8601TM IS8601TM E8601TZ B8601TZ NLTIME",
    "month": "DTMONYY",
    "quarter": "DTYYQC",
    "year": "DTYEAR",
}
STATA: dict[str, tuple[Counts, Shows]] = {
    "d": ("day", "day"),
    "td": ("day", "day"),
    "tc": ("millisecond", "moment"),
    "tw": ("week", "week"),
    "tm": ("month", "month"),
    "tq": ("quarter", "quarter"),
    "th": ("half", "half"),
    "ty": ("year", "year"),
}
# %tC counts leap seconds and %tb the days of a calendar in another file: neither is guessed.
STATA_UNREAD = ("tC", "tb")
STATA_FORMAT = re.compile(r"%-?(t[A-Za-z]|d)(.*)")
STATA_DATE_PART = re.compile(r"YY|CC|DD|dd|NN|nn|Mon|mon|JJJ|jjj|Da|WW|ww")


@dataclass(frozen=True, slots=True)
class Clock:
    """How a column of numbers counts time: what from, in what, and how much of it is meant."""

    origin: date
    counts: Counts
    shows: Shows


def clock_of(program: Program, written: str | None) -> Clock | None:
    """Return how a column with a format counts time; None when it holds plain numbers.

    Parameters
    ----------
    program : {"spss", "sas", "stata"}
        The program whose file it is.
    written : str, optional
        The column's format, such as "EDATE10", "DATETIME20." or "%td".
    """
    if not written:
        return None
    if program == "stata":
        return _stata_clock(written)
    name = WIDTH.sub("", written.upper())
    if program == "spss":
        return _listed(name, SPSS, SPSS_ORIGIN, "second")
    return _listed(name, SAS_DAYS, ORIGIN, "day") or _listed(name, SAS_SECONDS, ORIGIN, "second")


def is_unread_time(program: Program, written: str | None) -> bool:
    """Tell whether a format counts time in a way that cannot be read from the file alone."""
    match = STATA_FORMAT.fullmatch(written or "") if program == "stata" else None
    return match is not None and match[1] in STATA_UNREAD


def _listed(name: str, formats: dict[Shows, str], origin: date, counts: Counts) -> Clock | None:
    for shows, names in formats.items():
        if name in names.split():
            return Clock(origin, counts, shows)
    return None


def _stata_clock(written: str) -> Clock | None:
    match = STATA_FORMAT.fullmatch(written)
    if match is None or match[1] not in STATA:
        return None
    counts, shows = STATA[match[1]]
    if shows == "moment" and match[2] and not STATA_DATE_PART.search(match[2]):
        shows = "time"  # %tcHH:MM:SS
    return Clock(ORIGIN, counts, shows)
