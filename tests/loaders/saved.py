"""What is loaded, saved and loaded again is the same to the last digit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import spineoutcomes as so
from spineoutcomes.registry import Registry


def comes_back(registry: Registry, folder: Path, vocabulary: Path | None = None) -> None:
    """Save a registry twice, and hold tables and files against each other."""
    registry.save(folder / "one")
    again = so.load_registry(folder / "one", vocabulary=vocabulary)
    for name in registry.tables:
        one, two = registry.table(name), again.table(name)
        assert list(one) == list(two)
        pd.testing.assert_frame_equal(one, two, check_exact=True, check_categorical=False)
    again.save(folder / "two")
    written = sorted(path.name for path in (folder / "one").iterdir())
    assert written == sorted(path.name for path in (folder / "two").iterdir())
    for name in written:
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()
