"""Pointwise confidence limits of a probability or a mean count that changes over time."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.conf_level import require_conf_level
from spineoutcomes.numerics.distributions import normal_quantile
from spineoutcomes.numerics.in_blocks import blocks

FloatArray = npt.NDArray[np.float64]
ConfType = Literal["log-log", "log", "plain"]
MeanConfType = Literal["log", "log-log", "plain"]

# A sum of increments that should be 1 misses it by rounding; log(-log p) would blow that up.
ROUNDING = 1e-12


def confidence_limits(
    p: FloatArray, std_error: FloatArray, conf_type: ConfType, conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of p, symmetric on the scale of `conf_type`.

    Parameters
    ----------
    p, std_error : array of shape (K,)
        Probabilities and their standard errors on the scale of p.
    conf_type : {"log-log", "log", "plain"}
        Scale: log(-log p), log p or p; limits are cut at 0 and 1.
    conf_level : float
        Level of the limits.

    Returns
    -------
    tuple of two arrays of shape (K,)
        Missing where the scale has no finite value (p = 0 on a log scale) or the error is missing;
        both 1 where p is 1 without error.

    Raises
    ------
    ArgumentError
        For an unknown `conf_type` or a level outside (0, 1).
    """
    z = _z(conf_type, conf_level)
    low, high = np.empty(p.shape), np.empty(p.shape)
    for part in blocks(len(p)):
        low[part], high[part] = _limits(p[part], std_error[part], conf_type, z)
    return low, high


def mean_limits(
    mean: FloatArray, std_error: FloatArray, conf_type: MeanConfType, conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of a mean count, symmetric on the scale of `conf_type`.

    Parameters
    ----------
    mean, std_error : array of shape (K,)
        Means of at least 0 and their standard errors.
    conf_type : {"log", "log-log", "plain"}
        Scale: log mean, or the mean cut at 0. As log(-log p) of p = exp(-mean) is log mean, "log"
        and "log-log" are one.
    conf_level : float
        Level of the limits.

    Returns
    -------
    tuple of two arrays of shape (K,)
        On the log scale missing where the mean is 0.

    Raises
    ------
    ArgumentError
        For an unknown `conf_type` or a level outside (0, 1).
    """
    z = _z(conf_type, conf_level)
    if conf_type == "plain":
        return np.maximum(mean - z * std_error, 0), mean + z * std_error
    ratio = np.divide(std_error, mean, out=np.full(mean.shape, np.nan), where=mean > 0)
    return mean * np.exp(-z * ratio), mean * np.exp(z * ratio)


def require_limits(conf_type: object, conf_level: float) -> None:
    """Raise unless limits of this kind and level can be made.

    Raises
    ------
    ArgumentError
    """
    if not isinstance(conf_type, str) or conf_type not in get_args(ConfType):
        raise ArgumentError(
            f"Unknown conf_type {conf_type!r}; choose one of: {', '.join(get_args(ConfType))}."
        )
    require_conf_level(conf_level)


def _z(conf_type: str, conf_level: float) -> float:
    require_limits(conf_type, conf_level)
    return float(normal_quantile((1 + conf_level) / 2))


def _limits(
    p: FloatArray, std_error: FloatArray, conf_type: ConfType, z: float
) -> tuple[FloatArray, FloatArray]:
    if conf_type == "plain":
        low, high = p - z * std_error, p + z * std_error
    else:
        low, high = _on_log_scale(p, std_error, conf_type, z)
    certain = (p >= 1 - ROUNDING) & (std_error == 0)
    low, high = (np.where(certain, 1.0, np.clip(limit, 0, 1)) for limit in (low, high))
    return low, high


def _on_log_scale(
    p: FloatArray, std_error: FloatArray, conf_type: ConfType, z: float
) -> tuple[FloatArray, FloatArray]:
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    inside = (p > 0) & ((p < 1 - ROUNDING) | (conf_type == "log"))
    x, error = p[inside], std_error[inside] / p[inside]
    if conf_type == "log":
        low[inside], high[inside] = x * np.exp(-z * error), x * np.exp(z * error)
    else:
        # error / -log p is the error of log(-log p).
        with np.errstate(over="ignore"):  # an infinite factor gives the limits 0 and 1
            log_x = np.log(x)
            factor = np.exp(z * error / -log_x)
            # A power of x, without taking its logarithm again.
            low[inside], high[inside] = np.exp(factor * log_x), np.exp(log_x / factor)
    return low, high
