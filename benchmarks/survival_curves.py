"""Curves, tests and areas over time, against whichever peers are installed."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import survival_peers as peers
from contest import Contender, Elsewhere, contest, timed, write

import spineoutcomes as so
from spineoutcomes.numerics.rows import analysis_rows
from spineoutcomes.survival.outcome import read_outcome

ARMS = {"treatment": "arm", "reference": "open"}
TAU = 1_095
# The bootstrap is a thing of minutes elsewhere: peers make fewer draws, scaled to as many.
DRAWS = 1_000
PERCENT_OF_N = (1, 10, 100)


class Task(NamedTuple):
    """A thing to do: our public call, what to compare of its answer, and who else can do it."""

    name: str
    ours: Callable[[pd.DataFrame], Any]
    numbers: Callable[[Any], np.ndarray]
    others: Callable[[pd.DataFrame], list[Contender | Elsewhere]]
    rtol: float = 1e-7


def run(n: int) -> None:
    """Time every task at n/100, n/10 and n patients."""
    write(peers.who_is_here())
    seconds: dict[str, list[tuple[int, float]]] = {}
    for size in sorted({n * share // 100 for share in PERCENT_OF_N}):
        data = synthetic(size)
        write(
            f"\n{size:,} patients; checking and reading the rows alone: {_reading(data):.1f} ms\n"
        )
        for task in TASKS:
            seconds.setdefault(task.name, []).append((size, _one(task, data)))
    write("\nhow our cost grows from the smallest to the largest size (1 is linear)\n")
    for name, found in seconds.items():
        (small, quick), *_, (large, slow) = found
        slope = math.log(slow / quick) / math.log(large / small)
        write(f"  {name:34s} n^{slope:.2f}\n")
    for name in ("Kaplan-Meier, whole days", "Kaplan-Meier, unique times"):
        _write_peak(name, n)


def synthetic(n: int) -> pd.DataFrame:
    """Return patients with two competing causes, followed for half a year to five years."""
    rng = np.random.default_rng(1)
    causes = [rng.exponential(scale, n) for scale in (9_000, 14_000)]
    end = rng.uniform(180, 1_826, n)
    exact = np.minimum(np.minimum(*causes), end)
    event = np.where(exact == end, 0, np.where(exact == causes[0], 1, 2))
    return pd.DataFrame(
        {
            "arm": pd.Categorical(np.where(rng.random(n) < 0.43, "mis", "open")),
            "days": np.ceil(exact),
            "exact": exact,
            "cause": event,
            "event": np.minimum(event, 1),
            "w": rng.uniform(0.5, 3, n),
        }
    )


def at_tau(curves: so.Curves) -> np.ndarray:
    """Return each arm's estimate and error at tau."""
    return curves.at(TAU)[["estimate", "std_error"]].to_numpy().ravel()


def first_test(effects: so.Effects) -> np.ndarray:
    """Return the statistic of a test."""
    return effects.tidy()["statistic"].to_numpy()[:1]


def areas(effects: so.Effects) -> np.ndarray:
    """Return the restricted mean of each arm and its error."""
    rows = effects.tidy()
    return rows.loc[rows["measure"] == "rmst", ["estimate", "std_error"]].to_numpy().ravel()


def curve(time: str, **more: str) -> Callable[[pd.DataFrame], so.Curves]:
    """Return our call of a Kaplan-Meier curve by arm."""
    return lambda data: so.survival.survival_curve(data, time=time, event="event", by="arm", **more)


def bootstrap(data: pd.DataFrame) -> so.Effects:
    """Return our call of the bootstrap of a difference in restricted mean time."""
    return so.survival.bootstrap_survival(
        data,
        time="days",
        event="event",
        **ARMS,
        tau=TAU,
        n_resamples=DRAWS,
        method="percentile",
    )


TASKS = (
    Task(
        "Kaplan-Meier, whole days",
        curve("days"),
        at_tau,
        lambda d: peers.kaplan_meier(d, "days", TAU),
    ),
    Task(
        "Kaplan-Meier, unique times",
        curve("exact"),
        at_tau,
        lambda d: peers.kaplan_meier(d, "exact", TAU),
    ),
    Task(
        "Kaplan-Meier, weighted",
        curve("days", weights="w"),
        lambda c: c.at(TAU)["estimate"].to_numpy(),
        lambda d: peers.weighted(d, TAU),
    ),
    Task(
        "log-rank",
        lambda d: so.survival.logrank_test(d, time="days", event="event", by="arm"),
        first_test,
        peers.logrank,
    ),
    Task(
        "Aalen-Johansen",
        lambda d: so.survival.cumulative_incidence(d, time="days", event="cause", by="arm"),
        lambda c: c.at(TAU)["estimate"].to_numpy(),
        lambda d: peers.incidence(d, TAU),
    ),
    Task(
        "Gray",
        lambda d: so.survival.gray_test(d, time="days", event="cause", by="arm", cause=1),
        first_test,
        peers.gray,
    ),
    Task(
        "restricted mean",
        lambda d: so.survival.rmst(d, time="days", event="event", **ARMS, tau=TAU),
        areas,
        lambda d: peers.restricted_mean(d, TAU),
    ),
    Task(
        f"bootstrap, {DRAWS:,} draws",
        bootstrap,
        lambda e: e.tidy()["estimate"].to_numpy()[1:],
        lambda d: peers.bootstrap(d, TAU, DRAWS),
    ),
)


def _one(task: Task, data: pd.DataFrame) -> float:
    ours = Contender(f"{task.name}: ours", lambda: task.ours(data), task.numbers)
    return contest(
        f"{task.name}, {len(data):,} patients",
        ours,
        task.others(data),
        rounds=5 if "draws" not in task.name else 2,
        rtol=task.rtol,
    )


def _reading(data: pd.DataFrame) -> float:
    """Return the milliseconds of what comes before any kernel: the share of argument checks."""

    def read() -> None:
        rows = analysis_rows(
            data,
            function="benchmark",
            respects=(),
            columns={"time": "days", "event": "event"},
            by="arm",
        )
        read_outcome(rows, "benchmark")

    return 1e3 * min(timed(read) for _ in range(5))


def _write_peak(name: str, n: int) -> None:
    """Write the most memory that a task takes beyond its data, in a process of its own."""
    if not importlib.util.find_spec("resource") or sys.platform != "linux":
        write("  skipped: the most memory is read from /proc, which is not here\n")
        return
    code = (
        "import survival_curves as survival\n"
        "lines = lambda: open('/proc/self/status').read().splitlines()\n"
        "read = lambda key: int(next(x for x in lines() if x.startswith(key)).split()[1])\n"
        "small, data = survival.synthetic(1000), survival.synthetic(" + str(n) + ")\n"
        f"task = next(t for t in survival.TASKS if t.name == {name!r})\n"
        "task.ours(small)\n"
        "open('/proc/self/clear_refs', 'w').write('5')\n"
        "before = read('VmRSS')\n"
        "found = task.ours(data)\n"
        "import sys\n"
        "sys.stdout.write(str((read('VmHWM') - before) / 1024))\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=sys.path[0], check=False
    )
    if done.returncode:
        write(f"  skipped: memory of {name}: {done.stderr.strip().splitlines()[-1]}\n")
        return
    write(f"  {name}: {float(done.stdout):,.0f} MB beyond the data at most\n")
