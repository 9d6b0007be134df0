"""Write a report whole or not at all: into a sibling folder first, then by renaming."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spineoutcomes.errors import ArgumentError

MANIFEST = "manifest.json"


@contextmanager
def replacing(output: str | Path) -> Iterator[Path]:
    """Give an empty folder to write into, which takes the place of `output` at the end.

    When the block fails or is interrupted, `output` stays as it was. Only a folder that is empty
    or holds an earlier report is ever replaced.

    Raises
    ------
    ArgumentError
        When `output` is a file, or a folder that holds something else.
    """
    target = Path(output).resolve()
    previous = target.with_name(f".{target.name}.previous")
    target.parent.mkdir(parents=True, exist_ok=True)
    if previous.exists() and not target.exists():
        previous.rename(target)  # a run was killed between its two renames
    _require_replaceable(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        shutil.rmtree(previous, ignore_errors=True)
        if target.exists():
            target.rename(previous)
        fresh.rename(target)
        shutil.rmtree(previous, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _require_replaceable(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ArgumentError(f"{target} is a file; the output must be a folder.")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise ArgumentError(
            f"{target} holds files that are not a report (no {MANIFEST}); choose another folder."
        )
