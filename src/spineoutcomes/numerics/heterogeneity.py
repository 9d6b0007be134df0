"""Whether independent estimates differ by more than their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spineoutcomes.numerics.distributions import chi_square_tail

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q, its degrees of freedom and its p-value; missing below two estimates."""

    Q: float
    df: float
    p_value: float


def cochran_q(estimates: FloatArray, errors: FloatArray) -> Heterogeneity:
    """Return sum w (d - mean)^2 with w = 1 / error^2: chi-square with one df less (Cochran 1954).

    For two estimates it is the square of their difference over its error.
    """
    if len(estimates) < 2:
        return Heterogeneity(math.nan, math.nan, math.nan)
    w = errors**-2
    # Counted from the first, equal estimates give exactly zero.
    d = estimates - estimates[0]
    Q = float(w @ (d - w @ d / w.sum()) ** 2)
    df = len(estimates) - 1
    return Heterogeneity(Q, df, float(chi_square_tail(df, Q)))
