"""The level of an interval, checked before it is turned into quantiles."""

from __future__ import annotations

from numbers import Real

from spineoutcomes.errors import ArgumentError


def require_conf_level(conf_level: float) -> None:
    """Raise unless the level is a number between 0 and 1."""
    if not isinstance(conf_level, Real) or isinstance(conf_level, bool):
        found = type(conf_level).__name__
        raise ArgumentError(f"conf_level must be a number, such as 0.95, got a {found}.")
    if not 0 < conf_level < 1:
        raise ArgumentError(f"conf_level must lie between 0 and 1, got {conf_level}.")
