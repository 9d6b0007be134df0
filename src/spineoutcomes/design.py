"""Design: rows with their treatment, and the weights or sets every later analysis must respect."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import names_in, plain_frame, require_columns, require_names
from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Summary
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
NAME = "Design"
SET_COLUMNS = ("set", "row", "role", "weight")
ESTIMANDS = ("ATE", "ATT", "ATC", "ATO")
# Squares of larger weights, and their sums, are no numbers.
HEAVIEST = 1e100


@dataclass(frozen=True, slots=True, eq=False)
class DesignModel:
    """The fitted treatment model, as arrays, so that later errors account for the estimation.

    Attributes
    ----------
    linear_predictor : array of shape (n,)
        Linear predictor of treatment, in row order.
    scores : array of shape (n, k)
        Score contribution of each row to the k coefficients.
    inverse_information : array of shape (k, k)
        Inverse of the information of the coefficients.
    weight_derivatives : array of shape (n, k)
        Derivative of each row's weight by the coefficients.
    """

    linear_predictor: FloatArray
    scores: FloatArray
    inverse_information: FloatArray
    weight_derivatives: FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Design:
    """A comparison before its outcomes: who was treated how, and what must be accounted for.

    Parameters
    ----------
    data : DataFrame
        One row per unit of analysis; usually `Cohort.data`. It is copied.
    treatment : str
        Column with the arm of each row; no missing values.
    reference : object
        The arm the others are compared with.
    covariates : sequence of str
        Confounders of the design: a column name, `rcs(name, k)` or `a:b`.
    cluster : str, optional
        Column within whose values rows are correlated (patient, surgeon, centre).
    unit : str, optional
        Column naming the patient; `patient_id` where the data have one.
    sets : str or DataFrame, optional
        A column naming each row's set (paired data), or the long table `set, row, role, weight`.
    estimand : str, optional
        "ATE", "ATT", "ATC" or "ATO", when weights or matching chose one.
    weights : array-like of shape (n,), optional
        Analysis weights in row order, not normalised; 0 for a discarded row. A Series has the index
        of the data. Weights given by hand are treated as known.
    model : DesignModel, optional
        The fitted treatment model behind estimated weights.
    balance : Summary, optional
        Covariate balance before and after.
    discarded : DataFrame, optional
        Rows the design left out and why.
    method : str
        How the design was made, in a sentence fit for a footnote.

    Raises
    ------
    ArgumentError
        For data that are no DataFrame, an unknown or repeated column, a missing treatment, a
        reference that is not an arm, an unknown estimand, weights of the wrong length, below zero
        or in another order than the data, sets without positions of rows, or patients with several
        rows and no `cluster`.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> frame = pd.DataFrame({"arm": ["mis", "open", "mis"]}, index=["e1", "e2", "e3"])
    >>> design = so.Design(frame, treatment="arm", reference="open")
    >>> pain = pd.Series({"e3": 1.0, "e2": 4.0, "e1": 2.0})
    >>> design.assign(pain=pain).data["pain"].tolist()
    [2.0, 4.0, 1.0]
    """

    data: pd.DataFrame
    _: KW_ONLY
    treatment: str
    reference: Hashable
    covariates: Sequence[str] = ()
    cluster: str | None = None
    unit: str | None = None
    sets: str | pd.DataFrame | None = None
    estimand: str | None = None
    weights: npt.ArrayLike | None = None
    model: DesignModel | None = None
    balance: Summary | None = None
    discarded: pd.DataFrame | None = None
    method: str = ""

    def __post_init__(self) -> None:
        data = plain_frame(NAME, self.data, "a pandas DataFrame").copy()
        own = {"treatment": self.treatment, "cluster": self.cluster, "unit": self.unit}
        require_names(NAME, own)
        if self.treatment is None:
            raise ArgumentError(f"{NAME}: treatment must name a column, got None.")
        unit = self.unit
        if unit is None and "patient_id" in data.columns:
            unit = "patient_id"
        sets = _checked_sets(self.sets, len(data))
        needed = [self.treatment, self.cluster, unit, sets if isinstance(sets, str) else None]
        require_columns(NAME, data, [name for name in needed if name is not None])
        _check_estimand(self.estimand)
        _check_arms(data[self.treatment], self.treatment, self.reference)
        if unit is not None and self.cluster is None and data[unit].duplicated().any():
            repeated = int(data[unit].value_counts().gt(1).sum())
            raise ArgumentError(
                f"{repeated} values of {unit!r} stand in several rows; name a column as `cluster` "
                f"(cluster={unit!r}), or select one episode a patient."
            )
        if isinstance(sets, str):
            sets = _sets_of(data[sets], data[self.treatment], self.reference)
        settled = {
            "data": data,
            "unit": unit,
            "covariates": _forms(self.covariates),
            "sets": sets,
            "weights": None if self.weights is None else _checked_weights(self.weights, data.index),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @property
    def features(self) -> frozenset[str]:
        """What an analysis of this design must respect: any of `weights`, `sets`, `cluster`."""
        return frozenset(
            name for name in ("weights", "sets", "cluster") if getattr(self, name) is not None
        )

    def assign(self, **columns: Any) -> Design:
        """Return the design with outcome columns added, aligned on the index of `data`.

        Parameters
        ----------
        **columns : Series, array-like or scalar
            A Series is aligned on the index; it may hold more rows than the design. An array must
            have one value per row.

        Returns
        -------
        Design
            A new design; weights, sets and model are kept.

        Raises
        ------
        ArgumentError
            When a Series lacks a row of the design or names one twice, an array has another
            length, or the column is part of the design.
        """
        fixed = {self.treatment, self.cluster, self.unit} | set(self.covariates)
        taken = sorted(str(name) for name in fixed & set(columns))
        if taken:
            raise ArgumentError(f"{', '.join(taken)} belong(s) to the design; choose another name.")
        data = self.data.copy()
        for name, values in columns.items():
            data[name] = _aligned(name, values, data.index)
        return replace(self, data=data)

    def __repr__(self) -> str:
        arms = self.data[self.treatment].value_counts(sort=False)
        sizes = ", ".join(f"{arm}: {n}" for arm, n in arms.items())
        more = "".join(f", {name}" for name in sorted(self.features))
        return f"<Design: {self.treatment} ({sizes}), reference {self.reference}{more}>"


def _check_arms(arm: pd.Series, treatment: str, reference: Hashable) -> None:
    missing = int(arm.isna().sum())
    if missing:
        raise ArgumentError(
            f"{missing} of {len(arm)} rows have no {treatment!r}; leave them out first."
        )
    found = list(pd.unique(arm))
    if reference is pd.NA or reference not in found:
        raise ArgumentError(
            f"The reference {reference!r} is not an arm of {treatment!r}; its arms are: "
            f"{named(map(repr, found), 'values')}."
        )


def _check_estimand(estimand: object) -> None:
    if estimand is not None and estimand not in ESTIMANDS:
        raise ArgumentError(
            f"{NAME}: unknown estimand {estimand!r}; there are: {', '.join(ESTIMANDS)}."
        )


def _forms(covariates: Sequence[str]) -> tuple[str, ...]:
    if isinstance(covariates, str):
        raise ArgumentError(
            f"{NAME}: covariates is a list of forms; write [{covariates!r}], not the text alone."
        )
    return tuple(names_in(NAME, "covariates", covariates))


def _shape(values: object) -> tuple[int, ...]:
    # Lists of unequal lengths have a shape as objects only.
    found: tuple[int, ...] = getattr(values, "shape", None) or np.array(values, dtype=object).shape
    return found


def _checked_weights(weights: object, index: pd.Index) -> FloatArray:
    n, shape = len(index), _shape(weights)
    if shape != (n,):
        raise ArgumentError(f"Expected {n} weights, one per row, got shape {shape}.")
    if isinstance(weights, pd.Series) and not weights.index.equals(index):
        raise ArgumentError(
            "Weights are a Series whose index is not that of the data, row for row; put them in "
            "the order of the data (`weights.reindex(data.index)`), or give `weights.to_numpy()`."
        )
    column: pd.Series = pd.Series(weights).infer_objects()
    numeric = pd.api.types.is_numeric_dtype(column)
    if not numeric or pd.api.types.is_complex_dtype(column):
        raise ArgumentError(f"Weights must be numbers, they have dtype {column.dtype}.")
    values = np.array(column.to_numpy(dtype=float, na_value=np.nan))
    bad = int((~(values >= 0) | (values > HEAVIEST)).sum())
    if bad:
        raise ArgumentError(
            f"Weights must be finite and not negative, at most {HEAVIEST:g}; {bad} of {n} are not."
        )
    values.flags.writeable = False
    return values


def _checked_sets(sets: object, n: int) -> str | pd.DataFrame | None:
    """Return the sets; a long table has its columns, and positions of rows there are."""
    if sets is None or isinstance(sets, str):
        return sets
    if not isinstance(sets, pd.DataFrame) or not set(SET_COLUMNS) <= set(sets.columns):
        raise ArgumentError(
            f"{NAME}: sets must be the name of a column or a DataFrame with the columns "
            f"{', '.join(SET_COLUMNS)}; got a {type(sets).__name__}."
        )
    row = sets["row"]
    if not pd.api.types.is_integer_dtype(row) or ((row < 0) | (row >= n)).any():
        raise ArgumentError(f"{NAME}: `row` of sets must hold positions of rows, 0 to {n - 1}.")
    return sets


def _sets_of(sets: pd.Series, arm: pd.Series, reference: Hashable) -> pd.DataFrame:
    member = sets.notna().to_numpy()
    role = np.where((arm == reference).to_numpy(), "control", "treated")
    row = np.flatnonzero(member)
    frame = {"set": sets.to_numpy()[member], "row": row, "role": role[member], "weight": 1.0}
    return pd.DataFrame(frame, columns=list(SET_COLUMNS))


def _aligned(name: str, values: Any, index: pd.Index) -> Any:
    if not isinstance(values, pd.Series):
        shape = _shape(values)
        if len(shape) == 1 and shape != index.shape:
            raise ArgumentError(f"{name!r} has {shape[0]} values for {len(index)} rows.")
        if len(shape) > 1 or not (shape or pd.api.types.is_scalar(values)):
            raise ArgumentError(
                f"{name!r} must be a column, or one value for all rows; got a "
                f"{type(values).__name__}."
            )
        return values
    if not values.index.is_unique:
        raise ArgumentError(
            f"{name!r} names some rows more than once; give one value per row of the design "
            "(one visit, one side, one lesion)."
        )
    absent = int((~index.isin(values.index)).sum())
    if absent:
        raise ArgumentError(f"{name!r} has no row for {absent} of the design's {len(index)} rows.")
    return values.reindex(index)
