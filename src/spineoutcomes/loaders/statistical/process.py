"""pyreadstat in a process of its own: a damaged file may end the one that reads it.

Its compiled reader stopped the whole program on a few of some thousand files damaged by chance.
This file is both sides: `read_apart` starts it as a script.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# A reader needs some of each for every byte of the file; a small file may be compressed.
LEAST_BYTES, BYTES_FOR_EACH = 4_000_000_000, 50  # of memory
LEAST_SECONDS, BYTES_A_SECOND = 120, 1_000_000
SPSS_LIKE = (".sav", ".zsav")
WITH_USER_MISSING = (*SPSS_LIKE, ".dta", ".sas7bdat")


def read_apart(path: Path, encoding: str | None, catalog: Path | None) -> dict[str, Any]:
    """Return what pyreadstat reads of a file, or why it does not.

    Returns
    -------
    dict
        `columns`, `names`, `formats`, `types`, `titles`, `missing`; `labels` and, of a catalog,
        `catalog`, in which codes and what they stand for are pairs. Or `error`, "encoding",
        "character_set" or "damaged", and `file`, "data" or "catalog".
    """
    asked = [str(path.resolve()), encoding, None if catalog is None else str(catalog.resolve())]
    command = [sys.executable, "-P", str(Path(__file__).resolve()), json.dumps(asked)]
    seconds = LEAST_SECONDS + path.stat().st_size / BYTES_A_SECOND
    try:
        run = subprocess.run(  # noqa: S603
            command, capture_output=True, check=False, timeout=seconds, stdin=subprocess.DEVNULL
        )
        answer = json.loads(run.stdout) if run.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        answer = None
    return answer if isinstance(answer, dict) else {"error": "damaged", "file": "data"}


def _read(path: str, encoding: str | None, catalog: str | None) -> dict[str, Any]:
    """Read a file; in the process of its own."""
    import pyreadstat

    kind = Path(path).suffix.lower()
    readers: dict[str, Callable[..., tuple[Any, Any]]] = {
        ".sav": pyreadstat.read_sav,
        ".zsav": pyreadstat.read_sav,
        ".por": pyreadstat.read_por,
        ".dta": pyreadstat.read_dta,
        ".sas7bdat": pyreadstat.read_sas7bdat,
        ".xpt": pyreadstat.read_xport,
    }
    # Numbers stay numbers: pandas dates end in 2262, and a missing date may be one of 2999.
    options: dict[str, Any] = {"output_format": "dict", "disable_datetime_conversion": True}
    if kind in WITH_USER_MISSING:
        options["user_missing"] = True
    if encoding is not None:
        options["encoding"] = encoding
    unreadable = (
        pyreadstat.ReadstatError,
        pyreadstat.PyreadstatError,
        ValueError,
        OverflowError,
        LookupError,
    )
    try:
        columns, about = readers[kind](path, **options)
    except unreadable as error:
        return {"error": _reason(error), "file": "data"}
    formats = None
    if catalog is not None:
        try:
            _, formats = pyreadstat.read_sas7bcat(catalog, encoding=encoding)
        except unreadable as error:
            return {"error": _reason(error), "file": "catalog"}
    return {
        "columns": columns,
        "names": about.column_names,
        "formats": about.original_variable_types,
        "types": about.readstat_variable_types,
        "titles": about.column_names_to_labels,
        "missing": about.missing_ranges,
        "labels": _pairs(about.variable_value_labels),
        "catalog": None if formats is None else _pairs(formats.value_labels),
    }


def _pairs(labels: dict[str, dict[Any, str]]) -> dict[str, list[list[Any]]]:
    """Return codes with their labels so that JSON keeps a number a number."""
    return {name: [[code, label] for code, label in own.items()] for name, own in labels.items()}


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError) or "convert string" in str(error):
        return "encoding"
    return "character_set" if "unsupported character set" in str(error) else "damaged"


def _limit_memory(path: str) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows knows no such limit; the file still ends this process only
    limit = max(LEAST_BYTES, BYTES_FOR_EACH * Path(path).stat().st_size)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    asked_for = json.loads(sys.argv[1])
    _limit_memory(asked_for[0])
    sys.stdout.write(json.dumps(_read(*asked_for)))
