"""The study files that come with the library."""

from __future__ import annotations

from pathlib import Path

from spineoutcomes.errors import ArgumentError

PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries the examples inside the package; a checkout has them beside `src`.
FOLDERS = (PACKAGE / "_examples", PACKAGE.parents[1] / "examples")


def example(name: str) -> Path:
    """Return the path of a study file that comes with the library.

    Parameters
    ----------
    name : str
        Such as "metastases", "hemangioma_series" or "case_report".

    Returns
    -------
    Path
        A TOML file to read, to run, or to start one's own from.

    Raises
    ------
    ArgumentError
        When there is no such example; the message lists those there are.

    Notes
    -----
    Missing data: not applicable; no data are read.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> so.example("metastases").name
    'metastases.toml'
    """
    found = {path.stem: path for folder in FOLDERS for path in sorted(folder.glob("*.toml"))}
    if name not in found:
        raise ArgumentError(f"No example {name!r}; there are: {', '.join(sorted(found))}.")
    return found[name]
