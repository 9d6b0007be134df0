"""The samples that travel with the library."""

from __future__ import annotations

from pathlib import Path

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders import load_registry
from spineoutcomes.registry import Registry

SAMPLES = ("case_report", "hemangioma", "metastases", "ladder")
INSTALLED = Path(__file__).parents[1] / "_sample"
CHECKOUT = Path(__file__).parents[3] / "data" / "sample"


def load_sample(name: str) -> Registry:
    """Load one of the registries that come with the library.

    Parameters
    ----------
    name : {"case_report", "hemangioma", "metastases", "ladder"}
        "case_report" holds what a published case report states of one patient, nothing more. The
        others are SYNTHETIC: simulated, no real patient, effects chosen; their patient ids begin
        with "SYN-".

    Returns
    -------
    Registry
        With `.truth` (potential outcomes and true propensity by episode) for a synthetic one.

    Raises
    ------
    ArgumentError
        For an unknown name, or when the files of the sample are not there.

    Notes
    -----
    Missing data: absent facts stay absent. The synthetic samples have missing questionnaires,
    losses to follow-up and recurrences seen only on scans, on purpose.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.load_sample("metastases")
    >>> bool(registry.table("patients")["patient_id"].str.startswith("SYN-").all())
    True
    """
    if name not in SAMPLES:
        raise ArgumentError(f"Unknown sample {name!r}; there are: {', '.join(SAMPLES)}.")
    return load_registry(_folder(name))


def _folder(name: str) -> Path:
    """Return the folder of a sample: inside an installed library, else in the checkout."""
    for place in (INSTALLED, CHECKOUT):
        if (place / name).is_dir():
            return place / name
    raise ArgumentError(f"The files of the sample {name!r} are missing; reinstall spineoutcomes.")
