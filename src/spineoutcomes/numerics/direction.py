"""Which way an outcome is better: said by the caller, never assumed."""

from __future__ import annotations

import numpy as np

from spineoutcomes.errors import ArgumentError


def require_direction(function: str, higher_is_better: object) -> bool:
    """Return a direction that is true or false.

    Raises
    ------
    ArgumentError
        For anything else: None would silently mean that lower is better.
    """
    if not isinstance(higher_is_better, bool | np.bool_):
        raise ArgumentError(
            f"{function}: higher_is_better must be True or False, got {higher_is_better!r}."
        )
    return bool(higher_is_better)
