"""What the tests share: reference results made by other programs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

REFERENCE = Path(__file__).parent / "reference"


@pytest.fixture(scope="session")
def reference() -> Callable[[str], dict[str, Any]]:
    """Return a function from the id of a reference entry to the entry (see reference/README.md)."""
    entries = {
        entry["id"]: entry
        for path in sorted(REFERENCE.glob("*.json"))
        for entry in json.loads(path.read_text(encoding="utf-8"))
    }
    return entries.__getitem__


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], pd.DataFrame]:
    """Return a function from the name of a reference data set to its frame."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(REFERENCE / "data" / f"{name}.csv")

    return read


@pytest.fixture(scope="session")
def real_file() -> Callable[[str], Path]:
    """Return a function from a name, such as "spine/x.csv", to a real file kept elsewhere.

    Real data are never part of the project: they stand in the folder that SPINEOUTCOMES_REAL_DATA
    names, or in shared/real beside the checkout. Without the file the test is skipped.
    """
    beside = Path(__file__).parents[2] / "shared" / "real"
    folder = Path(os.environ.get("SPINEOUTCOMES_REAL_DATA") or beside)

    def find(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not here; set SPINEOUTCOMES_REAL_DATA")
        return folder / name

    return find
