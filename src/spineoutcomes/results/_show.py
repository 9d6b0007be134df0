"""How a result shows itself at a prompt: its rows, then its footnotes."""

from __future__ import annotations

from html import escape
from typing import Protocol

import pandas as pd


class Annotated(Protocol):
    """What every result says about its numbers."""

    @property
    def method(self) -> str: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...


def as_text(frame: pd.DataFrame, result: Annotated) -> str:
    """Return the rows and footnotes of a result as plain text."""
    shown = frame.drop(columns=["method"], errors="ignore")
    body = (
        shown.to_string(index=False, na_rep="", float_format=_number) if len(shown) else "no rows"
    )
    return "\n".join([body, *_footnotes(result)])


def as_html(frame: pd.DataFrame, result: Annotated) -> str:
    """Return the rows and footnotes of a result as HTML; every text is escaped."""
    shown = frame.drop(columns=["method"], errors="ignore")
    table = shown.to_html(index=False, na_rep="", float_format=_number, border=0)
    notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in _footnotes(result))
    return table + notes


def _footnotes(result: Annotated) -> list[str]:
    notes = [f"Method: {result.method}"] if result.method else []
    return notes + [f"Warning: {warning}" for warning in result.warnings]


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
