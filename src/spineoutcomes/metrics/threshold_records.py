"""Which threshold is meant: a cited record of the vocabulary, or one of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.metrics.change import require_numbers
from spineoutcomes.metrics.cutoffs import Basis, Comparison
from spineoutcomes.vocabulary.model import Instrument, Threshold

UNITS = {"points": "points", "percent": "% of baseline", "absolute": "as a score"}


def asked_threshold(instrument: Instrument, code: str, threshold: str | Threshold) -> Threshold:
    """Return the threshold that is asked for, by its id or as it is.

    Raises
    ------
    ArgumentError
        When it is neither a Threshold nor the id of a record of the instrument, or the instrument
        has grades.
    """
    require_numbers(instrument, code)
    if isinstance(threshold, Threshold):
        return _checked(threshold)
    records = instrument.thresholds
    if isinstance(threshold, str) and threshold in records:
        return records[threshold]
    raise ArgumentError(
        f"threshold must be the id of a record of {code}, or a Threshold of your own; "
        f"{threshold!r} is neither. {_known(code, records)}"
    )


def require_location(record: Threshold, code: str, rows: pd.DataFrame) -> None:
    """Raise when a threshold belongs to another location than the scores.

    Parameters
    ----------
    record : Threshold
    code : str
        The instrument, for the message.
    rows : DataFrame
        Its scores, of one location.
    """
    here = location_of(rows)
    if record.location is not None and here is not None and record.location != here:
        raise ArgumentError(
            f"The threshold of {record.source} is for {code} of location {record.location!r}, and "
            f"the scores are of {here!r}; choose a threshold for {here!r}, or say location=..."
        )


def location_of(rows: pd.DataFrame) -> str | None:
    """Return the one location of the rows; None where none is recorded."""
    names = rows["location"].dropna().unique()
    return str(names[0]) if len(names) else None


def detectable_change(
    instrument: Instrument, record: Threshold | None, location: str | None
) -> Threshold | None:
    """Return the smallest detectable change of an instrument at a location, or None.

    Of several it is that of the study the threshold comes from, else the largest: the one that
    claims least for a single patient.
    """
    fitting = [
        known
        for known in instrument.thresholds.values()
        if known.kind == "SDC" and known.basis == "points" and known.location in (None, location)
    ]
    source = None if record is None else record.source
    return max(fitting, key=lambda known: (known.source == source, known.value), default=None)


def _checked(own: Threshold) -> Threshold:
    """Return a threshold from outside the vocabulary, whose words nobody has checked yet."""
    for name, words in (("basis", get_args(Basis)), ("comparison", get_args(Comparison))):
        if getattr(own, name) not in words:
            raise ArgumentError(
                f"The {name} of a Threshold must be one of {', '.join(words)}, got "
                f"{getattr(own, name)!r}."
            )
    return own


def _known(code: str, records: Mapping[str, Threshold]) -> str:
    if not records:
        return f"The vocabulary has no threshold of {code}."
    shown = (
        f"{name} ({known.comparison} {known.value:g} {UNITS[known.basis]}; {known.population})"
        for name, known in records.items()
    )
    return f"Its records are: {', '.join(shown)}."
