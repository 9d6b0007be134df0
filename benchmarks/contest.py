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


def contest(
    title: str,
    ours: Contender,
    others: Sequence[Contender],
    *,
    skipped: Sequence[str] = (),
    rounds: int = 7,
    rtol: float = 1e-12,
) -> None:
    """Check that all agree, time them in turns and write the ratios.

    The first round warms up and does not count. `rtol` is how closely the numbers must agree: wider
    only for a contender that stops before it has converged.
    """
    agree(ours, others, rtol)
    times: dict[str, list[float]] = {c.name: [] for c in (ours, *others)}
    for number in range(rounds + 1):
        for contender in (ours, *others):
            seconds = timed(contender.run)
            if number:
                times[contender.name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    write(f"\n{title}\n")
    for name, median in sorted(medians.items(), key=lambda item: item[1]):
        spread = f"{min(times[name]) * 1e3:.0f} to {max(times[name]) * 1e3:.0f} ms"
        ratio = medians[ours.name] / median
        write(
            f"  {name:34s} {median * 1e3:8.0f} ms  ({spread}); ours takes {ratio:.2f} times that\n"
        )
    for reason in skipped:
        write(f"  skipped: {reason}\n")


def agree(ours: Contender, others: Sequence[Contender], rtol: float) -> None:
    """Raise when a contender gives other numbers than we do."""
    expected = ours.answer(ours.run())
    for other in others:
        np.testing.assert_allclose(
            other.answer(other.run()), expected, rtol=rtol, err_msg=f"{other.name} disagrees"
        )


def timed(run: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def write(text: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(text)
    sys.stdout.flush()
