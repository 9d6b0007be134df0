"""What can go wrong, in one place: one base error and one base warning.

A message says what was expected, what was found (counts and names, never a patient's values) and
what to do next.
"""

from __future__ import annotations

import pandas as pd

__all__ = [
    "ArgumentError",
    "ConvergenceWarning",
    "MissingDataWarning",
    "NotEstimableError",
    "SparseDataWarning",
    "SpineOutcomesError",
    "SpineOutcomesWarning",
    "ValidationError",
]


class SpineOutcomesError(Exception):
    """Base of every error this library raises on purpose."""


class ArgumentError(SpineOutcomesError, ValueError):
    """A call, a study file or a mapping asks for something that does not exist or fit."""


class NotEstimableError(SpineOutcomesError):
    """The data are valid but cannot answer the question asked of an estimator."""


class ValidationError(SpineOutcomesError):
    """A registry breaks its rules.

    Parameters
    ----------
    message : str
        The reason in one line.
    findings : DataFrame, optional
        Every finding, one row each: table, row, column, rule, severity, message. It holds counts
        and names, never a patient's values.
    """

    def __init__(self, message: str, findings: pd.DataFrame | None = None) -> None:
        super().__init__(message)
        self.findings = pd.DataFrame() if findings is None else findings


class SpineOutcomesWarning(UserWarning):
    """Base of every warning this library raises on purpose."""


class MissingDataWarning(SpineOutcomesWarning):
    """Rows were left out of an analysis, or follow-up differs between the arms."""


class SparseDataWarning(SpineOutcomesWarning):
    """Too few rows or events for the method to be trusted."""


class ConvergenceWarning(SpineOutcomesWarning):
    """An iterative fit stopped before it converged."""
