"""What is true or false, such as which way an outcome is better: said, never guessed."""

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
    return require_truth(function, "higher_is_better", higher_is_better)


def require_truth(function: str, argument: str, value: object) -> bool:
    """Return what is true or false.

    Raises
    ------
    ArgumentError
        For anything else: the word "no" would silently mean yes.
    """
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{function}: {argument} must be True or False, got {value!r}.")
    return bool(value)
