"""What all parts of a simulation share: one random stream each, text columns, ids, rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SYNTHETIC = "SYN-"  # begins every patient id, so that it shows wherever a row goes
RANDOMISED = 0.5  # the propensity of a tossed coin
BLOOD_STEP_ML = 50.0  # blood loss is written down to the nearest 50 ml
TIME_STEP_MIN = 5.0  # and time to five minutes
ID_DIGITS = 6  # at least, so that text order is number order


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """Tables ready to be checked, and the truth behind them, indexed by episode."""

    tables: dict[str, pd.DataFrame]
    truth: pd.DataFrame


def streams(
    sequence: np.random.SeedSequence, parts: Sequence[str]
) -> dict[str, np.random.Generator]:
    """Return one independent generator per part, so that no part disturbs another."""
    children = sequence.spawn(len(parts))
    return {part: np.random.default_rng(child) for part, child in zip(parts, children, strict=True)}


def chosen(rng: np.random.Generator, n: int, shares: Sequence[float]) -> Ints:
    """Return `n` positions drawn with the given shares."""
    cumulated = np.cumsum(shares)
    drawn = np.searchsorted(cumulated / cumulated[-1], rng.random(n), side="right")
    return np.asarray(drawn, dtype=np.int64)


def text(codes: npt.ArrayLike, names: Sequence[str]) -> pd.Categorical:
    """Return text from positions in `names`, -1 for missing.

    Categories are sorted and only those in use, as if the column had been read from a file.
    """
    order = np.argsort(np.array(names))
    place = np.append(np.argsort(order), -1)  # the last one serves the code -1
    sorted_names = [names[i] for i in order]
    positions = place[np.asarray(codes, dtype=np.int64)]
    dtype = pd.CategoricalDtype(sorted_names)
    values = pd.Categorical.from_codes(positions, dtype=dtype)  # type: ignore[arg-type]
    return values.remove_unused_categories()


def numbered(prefix: str, numbers: npt.ArrayLike, width: int) -> list[str]:
    """Return ids: the prefix and the number, padded with zeros."""
    return [f"{prefix}{number:0{width}d}" for number in np.asarray(numbers).tolist()]


def patient_ids(n: int) -> npt.NDArray[np.str_]:
    """Return the ids of `n` synthetic patients."""
    width = max(ID_DIGITS, len(str(n)))
    return np.array(numbered(SYNTHETIC, np.arange(1, n + 1), width))


def heaped(values: Floats, step: float) -> Floats:
    """Round to multiples of `step`, never to less than one step: how people write amounts down."""
    return np.maximum(np.round(values / step), 1.0) * step


def weibull_days(uniform: Floats, scale: float, shape: float, log_hazard: Floats) -> Floats:
    """Return event times in whole days from a proportional hazards model with a Weibull baseline.

    T = scale * (-log(U) / exp(log_hazard)) ** (1 / shape), inverting the survival function
    (Bender, Augustin & Blettner 2005, doi:10.1002/sim.2059), then the end of that day.
    """
    exact = scale * (-np.log1p(-uniform) * np.exp(-log_hazard)) ** (1.0 / shape)
    return np.maximum(np.ceil(exact), 1.0)
