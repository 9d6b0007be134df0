"""Dates that stand in columns of text: whole columns of them, and those within a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from spineoutcomes.registry.texts import Mask, Shaped, filled_texts, is_text

_ISO = re.compile(r"((?:19|20)\d{2}-\d{2}-\d{2})((?:[T ].*)?)")
_MONTHS = "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|des|dez"
_YEAR = r"(?:19|20)\d{2}"
_HELD = re.compile(
    rf"(?<!\d){_YEAR}([-./]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d){_YEAR}[-/](?:0[1-9]|1[0-2])(?![\d-])"
    rf"|(?<!\d){_YEAR}([-./])\d{{1,2}}\2\d{{1,2}}(?!\d)"
    rf"|(?<!\d)\d{{1,2}}([-./])\d{{1,2}}\3(?:{_YEAR}|\d{{2}})(?![\d.])"
    rf"|{_YEAR}\s*年\s*\d{{1,2}}\s*月"
    rf"|(?<![a-z])(?:{_MONTHS})[a-z]*\.?,?\s+(?:\d{{1,2}},?\s+)?{_YEAR}(?!\d)",
    re.IGNORECASE,
)
_HELD_SHAPE = re.compile(
    r"(?<!0)0{8}(?!0)|0000[-./]0|0[-./]0{1,2}[-./]00|0\s*年|a{3}\.?,?\s+(?:0{1,2},?\s+)?0000"
)


def hold_dates(texts: Shaped) -> Mask:
    """Tell which texts hold what looks like a date, down to the month at least."""
    return texts.holding(_HELD, _HELD_SHAPE)


def columns_of_dates(frame: pd.DataFrame) -> list[str]:
    """Return the columns of text whose every filled cell is a date as YYYY-MM-DD."""
    return [str(name) for name in frame if is_text(frame[name]) and _all_iso(frame[name])]


def cells_with_dates(frame: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Yield columns of text, each with the rows in which a date seems to stand."""
    for name in frame:
        if is_text(frame[name]):
            texts, number = filled_texts(frame[name])
            rows = np.flatnonzero(np.append(hold_dates(Shaped.of(texts)), False)[number])
            if len(rows):
                yield str(name), rows


def moved_dates(values: pd.Series, by: pd.Series) -> pd.Series:
    """Return dates in text moved by so many days each; a time of day behind them stays."""
    parts = values.astype(object).astype("string").str.extract(_ISO)
    days = pd.to_datetime(parts[0], format="%Y-%m-%d", errors="coerce") + by
    moved = days.dt.strftime("%Y-%m-%d").astype(object) + parts[1].fillna("").astype(object)
    return moved.mask(values.isna()).astype("category")


def _all_iso(values: pd.Series) -> bool:
    texts, _ = filled_texts(values)
    return bool(texts) and all(_is_iso(text) for text in texts)


def _is_iso(text: str) -> bool:
    match = _ISO.fullmatch(text)
    if match is None:
        return False
    try:
        date.fromisoformat(match[1])
    except ValueError:
        return False
    return True
