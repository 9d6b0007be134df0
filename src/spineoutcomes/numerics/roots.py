"""Where a monotone function crosses zero, to the last digit."""

from __future__ import annotations

import math
from collections.abc import Callable

# Halvings that take any bracket of doubles to two neighbours.
HALVINGS = 2100
# How far a bracket is searched on a log scale: beyond exp(700) a ratio has no number.
FARTHEST = 700.0


def falling_root(f: Callable[[float], float], low: float, high: float) -> float:
    """Return where f, which does not rise from `low` to `high`, passes from above zero to below.

    Halving needs only the sign, so f may be infinite at the ends; it stops where no double lies
    between the limits. Where f has no sign change the end on its side is returned.
    """
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return high if f(low) > 0 else low


def exp_root(f: Callable[[float], float], start: float = 0.0) -> float:
    """Return exp(t) for the t where f, which does not rise, passes from above zero to below.

    A bracket is sought in doubling steps from `start`; 0 or infinity says that f keeps its sign as
    far as exp(t) has a number.
    """
    up = f(start) > 0
    inner, step = start, 1.0
    while abs(inner) < FARTHEST:
        outer = inner + step if up else inner - step
        if (f(outer) > 0) != up:
            return math.exp(falling_root(f, min(inner, outer), max(inner, outer)))
        inner, step = outer, 2 * step
    return math.inf if up else 0.0
