"""Which p-values an arm of a few patients allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spineoutcomes.numerics.intervals import NAN, Interval
from spineoutcomes.numerics.small_samples import FEW_IN_ARM
from spineoutcomes.results.labels import named

# The words by which a row is known whose p was held back.
NO_P = "no p-value: "


def without_p(value: Interval, sizes: Mapping[str, float]) -> tuple[Interval, str]:
    """Return an inexact result as small arms allow it, and the words that say what was held back.

    Parameters
    ----------
    value : Interval
        Result of a procedure that is not exact.
    sizes : mapping of str to float
        Rows of each arm compared, by its label.
    """
    small = [f"{label} has {n:.0f}" for label, n in sizes.items() if n < FEW_IN_ARM]
    if not small or value.p_value != value.p_value:
        return value, ""
    words = f"; {NO_P}{named(small)}, and below {FEW_IN_ARM} only exact tests give one"
    return replace(value, p_value=NAN), words
