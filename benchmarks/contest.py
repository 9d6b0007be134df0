"""Time contenders in turns, after checking that they give the same numbers."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work.

    Attributes
    ----------
    name : str
    run : callable
        Does the work; this is what is timed.
    answer : callable
        Turns what `run` returned into an array that can be compared; not timed.
    """

    name: str
    run: Callable[[], object]
    answer: Callable[[object], np.ndarray]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A way that ran by a clock of its own: in another language, or on a share of the work.

    Attributes
    ----------
    name : str
    seconds : float
        What the whole work takes there.
    numbers : array
        What it answered.
    """

    name: str
    seconds: float
    numbers: np.ndarray


def contest(
    title: str,
    ours: Contender,
    others: Sequence[Contender | Elsewhere],
    *,
    skipped: Sequence[str] = (),
    rounds: int = 7,
    rtol: float = 1e-12,
) -> float:
    """Check that all agree, time them in turns, write the ratios and return our seconds.

    The first round warms up and does not count. `rtol` is how closely the numbers must agree: wider
    only for a contender that stops before it has converged.
    """
    agree(ours, others, rtol)
    here = [ours, *(one for one in others if isinstance(one, Contender))]
    times: dict[str, list[float]] = {contender.name: [] for contender in here}
    for number in range(rounds + 1):
        for contender in here:
            seconds = timed(contender.run)
            if number:
                times[contender.name].append(seconds)
    times |= {one.name: [one.seconds] for one in others if isinstance(one, Elsewhere)}
    medians = {name: statistics.median(values) for name, values in times.items()}
    write(f"\n{title}\n")
    for name, median in sorted(medians.items(), key=lambda item: item[1]):
        spread = f"{min(times[name]) * 1e3:.1f} to {max(times[name]) * 1e3:.1f} ms"
        ratio = medians[ours.name] / median
        write(
            f"  {name:34s} {median * 1e3:8.1f} ms  ({spread}); ours takes {ratio:.3g} times that\n"
        )
    for reason in skipped:
        write(f"  skipped: {reason}\n")
    return medians[ours.name]


def agree(ours: Contender, others: Sequence[Contender | Elsewhere], rtol: float) -> None:
    """Raise when a contender gives other numbers than we do."""
    expected = ours.answer(ours.run())
    for other in others:
        found = other.numbers if isinstance(other, Elsewhere) else other.answer(other.run())
        np.testing.assert_allclose(found, expected, rtol=rtol, err_msg=f"{other.name} disagrees")


def timed(run: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def write(text: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(text)
    sys.stdout.flush()
