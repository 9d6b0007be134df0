"""The old .xls format, read in a process of its own: a damaged file may end the one that reads it.

Compiled readers take sizes from the file as they stand, and stop the whole program when the memory
asked for is not there. This file is both sides: `old_sheets` starts it as a script.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MAX_BYTES = 4_000_000_000  # of memory; the largest sheet of the format needs a quarter
MAX_SECONDS = 120
PASSWORD = "password"  # noqa: S105
KINDS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


class OldFormatError(Exception):
    """The file cannot be read; `has_password` tells why."""

    def __init__(self, *, has_password: bool) -> None:
        super().__init__()
        self.has_password = has_password


def old_sheets(content: bytes) -> list[dict[str, Any]]:
    """Return the sheets of a workbook, each with its name, whether it is visible, and its rows.

    Raises
    ------
    OldFormatError
        When the file has a password or is damaged, or reading it takes too much.
    """
    command = [sys.executable, "-P", str(Path(__file__).resolve())]
    try:
        run = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, check=False, timeout=MAX_SECONDS
        )
        answer = json.loads(run.stdout) if run.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        answer = None
    if not isinstance(answer, list):
        raise OldFormatError(has_password=answer == PASSWORD)
    return [
        {**sheet, "rows": [[_back(v) for v in row] for row in sheet["rows"]]} for sheet in answer
    ]


def _back(value: Any) -> Any:
    """Return a value from what stood for it in JSON."""
    if not isinstance(value, list):
        return value
    kind, stored = value
    return KINDS[kind](stored)


def _there(value: Any) -> Any:
    """Return what stands for a value in JSON."""
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    if isinstance(value, date | time):
        return [type(value).__name__, value.isoformat()]
    return value


def _read(content: bytes) -> Any:
    """Read a workbook; in the process of its own."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        return PASSWORD
    sheets = []
    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            sheets.append(
                {
                    "name": sheet.name,
                    "visible": sheet.visible == SheetVisibleEnum.Visible,
                    "rows": [[_there(value) for value in row] for row in rows],
                }
            )
    return sheets


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows knows no such limit; the file still ends this process only
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read())))
