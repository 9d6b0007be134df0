"""The level of an interval, checked before it is turned into quantiles."""

from __future__ import annotations

from spineoutcomes.errors import ArgumentError


def require_conf_level(conf_level: float) -> None:
    """Raise unless the level lies between 0 and 1."""
    if not 0 < conf_level < 1:
        raise ArgumentError(f"conf_level must lie between 0 and 1, got {conf_level}.")
