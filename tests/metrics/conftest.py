"""Tiny registries written out row by row."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

CASE = Path(__file__).parents[2] / "data" / "sample" / "case_report"
Build = Callable[..., Registry]


def build(ids: str, **tables: str) -> Registry:
    """Return a registry of episodes A, B, … of patients pA, pB, …; tables are CSV text."""
    names = ids.split()
    given = {
        "patients": pd.DataFrame({"patient_id": ["p" + name for name in names]}),
        "episodes": pd.DataFrame(
            {
                "episode_id": names,
                "patient_id": ["p" + name for name in names],
                "diagnosis": "spinal_metastasis",
            }
        ),
    }
    for name, text in tables.items():
        read = pd.read_csv(StringIO(dedent(text).strip()), skipinitialspace=True)
        if name in ("patients", "episodes"):
            read = given[name].merge(read, how="left")
        given[name] = read
    return build_registry(given, vocabulary=SHIPPED_VOCABULARY)


@pytest.fixture(scope="session")
def registry() -> Build:
    return build


@pytest.fixture(scope="session")
def case() -> Registry:
    """Return the published case, read as it lies in the data folder."""
    tables = {path.stem: pd.read_csv(path) for path in CASE.glob("*.csv")}
    return build_registry(tables, vocabulary=SHIPPED_VOCABULARY)
