"""How many numbers are drawn, and the seed that makes them come out the same again."""

from __future__ import annotations

from numbers import Integral

from spineoutcomes.errors import ArgumentError


def require_seed(function: str, seed: object) -> None:
    """Raise unless the seed is a whole number of at least 0.

    A seed of None would draw from the clock, and the result could not be had again.
    """
    if isinstance(seed, Integral) and not isinstance(seed, bool) and int(seed) >= 0:
        return
    raise ArgumentError(
        f"{function}: seed must be a whole number of 0 or more, got {seed!r}; with the same seed "
        "the same data give the same numbers again."
    )


def require_draws(function: str, name: str, value: object, at_least: int) -> None:
    """Raise unless the number of draws is a whole number that is large enough."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= at_least:
        return
    raise ArgumentError(
        f"{function}: {name} must be a whole number of at least {at_least}, got {value!r}."
    )
