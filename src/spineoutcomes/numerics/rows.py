"""The door of every analysis: a DataFrame or a Design in, checked rows out.

Each public function of compare and survival opens with one call of `analysis_rows`. A feature of a
Design that the function does not respect is refused here, so it can never be ignored by accident.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes._asked import require_columns, require_names
from spineoutcomes.design import Design
from spineoutcomes.errors import ArgumentError, MissingDataWarning
from spineoutcomes.numerics.arguments import frame_of
from spineoutcomes.numerics.columns import (
    counts_of_codes,
    read_counts,
    read_weights,
    stored_groups,
)
from spineoutcomes.numerics.completeness import (
    absent_rows,
    columns_with_gaps,
    count_absent,
    kept_rows,
    rows_in_sets,
)
from spineoutcomes.numerics.floats import as_floats, require_finite
from spineoutcomes.numerics.nuisance import Nuisance, nuisance_of
from spineoutcomes.numerics.reference_arm import grouping_column, reference_code

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]

# Roles without which there is no analysis; any other column may be left out.
NEEDED = {"outcome", "exposure", "time", "event", "lower", "start", "stop", "subject", "subgroup"}
NEEDED |= {"visit", "expected", "seen"}
FEATURE_WORDS = {
    "weights": "the weights of the design",
    "sets": "the matched sets of the design",
    "cluster": "the clusters of the design",
}


@dataclass(frozen=True, eq=False)
class Rows:
    """Complete rows of one analysis, in the order of the data.

    Attributes
    ----------
    frame : DataFrame
        The rows kept, with the columns asked for by role (such as `outcome`, `time`).
    kept : array of shape (n,) or None
        Position of each kept row in the data; None where all were kept.
    codes : array of shape (n,)
        Code of each row's group, an index into `groups`, as small as it was stored: to compare and
        to count with. In sums and products small integers overflow without a word; use `group`.
    groups : tuple of str
        Labels of the groups, in category order, else sorted; `("all",)` without a treatment.
    reference : int or None
        Code of the reference group.
    treatment : str or None
        Column that names the groups.
    counts : array of shape (n,)
        How many equal rows each row stands for; 1 without `counts`.
    weights : array of shape (n,) or None
        Sampling or analysis weights.
    cluster : array of shape (n,) or None
        Code of each row's cluster.
    n_missing : array of shape (groups,)
        Rows (times counts) left out for a missing value, by group.
    n_missing_total : float
        The same in all, with rows whose group is missing.
    gaps : tuple of str
        Columns whose values these rows lack.
    nuisance : Nuisance or None
        What the model behind estimated weights adds to errors.
    sizes : array of shape (groups,)
        Rows (times counts) of each group.
    are_single : bool
        Whether each row stands for itself only.
    """

    frame: pd.DataFrame
    kept: IntArray | None
    codes: Codes
    groups: tuple[str, ...]
    reference: int | None
    treatment: str | None
    counts: FloatArray
    weights: FloatArray | None
    cluster: IntArray | None
    n_missing: FloatArray
    n_missing_total: float
    nuisance: Nuisance | None = None
    gaps: tuple[str, ...] = ()
    sizes: FloatArray = field(init=False)
    are_single: bool = field(init=False)

    def __post_init__(self) -> None:
        # Without a column of counts they are one number that all rows see.
        single = self.counts.strides == (0,) or bool((self.counts == 1).all())
        if single:
            sizes = counts_of_codes(self.codes, len(self.groups))
        else:
            sizes = np.bincount(self.codes, self.counts, len(self.groups))
        object.__setattr__(self, "are_single", single)
        object.__setattr__(self, "sizes", sizes.astype(float))

    @cached_property
    def group(self) -> IntArray:
        """Code of each row's group, of shape (n,), to reckon with."""
        return self.codes.astype(np.int64)

    @property
    def position(self) -> IntArray:
        """Position of each kept row in the data, of shape (n,)."""
        return np.arange(len(self.codes)) if self.kept is None else self.kept

    def floats(self, role: str) -> FloatArray:
        """Return a role's column as floats, whichever they are.

        Raises
        ------
        ArgumentError
            When the column is not numeric, or complex.
        """
        return as_floats(self.frame[role], role)

    def numbers(self, role: str) -> FloatArray:
        """Return a role's column as floats that are finite or missing.

        Raises
        ------
        ArgumentError
            When the column is not numeric, or holds infinite values or such beyond 1e100.
        """
        values = self.floats(role)
        require_finite(values, role)
        return values

    def pairs(self) -> list[tuple[int, int]]:
        """Return (treatment, reference) codes, each other group against the reference."""
        if self.reference is None:
            return []
        return [(g, self.reference) for g in range(len(self.groups)) if g != self.reference]

    def contrast(self, treatment: int, reference: int) -> str:
        """Return the words of a contrast, such as "mis - open"."""
        return f"{self.groups[treatment]} - {self.groups[reference]}"


def analysis_rows(
    data: pd.DataFrame | Design,
    *,
    function: str,
    respects: Collection[str],
    columns: Mapping[str, str | None],
    treatment: str | None = None,
    reference: Hashable = None,
    by: str | None = None,
    counts: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    keep_missing: bool = False,
    in_pairs: bool = False,
) -> Rows:
    """Return the checked rows of an analysis.

    Parameters
    ----------
    data : DataFrame or Design
        A Design brings its own treatment, reference, weights and cluster; a DataFrame takes them
        from the arguments.
    function : str
        Name of the calling function, for messages.
    respects : collection of str
        Features of a Design that the function accounts for: any of `weights`, `sets`, `cluster`.
        Any other feature is refused.
    columns : mapping of str to str or None
        Role to column, such as `{"outcome": "pain"}`. A role with None is left out. A row lacking
        any of these values is left out, counted and warned about.
    treatment, reference : optional
        Column of the arms and the arm the others are compared with; without them there is one
        group, "all".
    by : str, optional
        Column of groups of which none is the reference; not together with `treatment`.
    counts, weights, cluster : str, optional
        Columns. Counts are whole numbers.
    keep_missing : bool
        Keep rows that lack a value (descriptive tables count them themselves).
    in_pairs : bool
        The caller analyses pairs: a row outside the sets of a Design stands for nobody, and the
        caller says what is missing once it knows which partners are left out as well.

    Returns
    -------
    Rows

    Raises
    ------
    ArgumentError
        For an unknown column, a Design feature the function does not respect, arguments the
        Design already answers, an unknown reference, bad counts or weights, or no rows.

    Warns
    -----
    MissingDataWarning
        Once, when rows were left out for a missing value.
    """
    frame, given = frame_of(function, data), None
    apart = {"treatment": treatment, "by": by, "counts": counts, "weights": weights}
    require_names(function, {**columns, **apart, "cluster": cluster})
    unnamed = sorted(role for role, column in columns.items() if column is None and role in NEEDED)
    if unnamed:
        raise ArgumentError(f"{function}: {', '.join(unnamed)} must name a column, got None.")
    if isinstance(data, Design):
        _refuse(function, data, respects, treatment, reference, by, weights, cluster)
        treatment, reference = data.treatment, data.reference
        cluster, given = data.cluster, data.weights
    roles = {role: column for role, column in columns.items() if column is not None}
    grouping = grouping_column(treatment, reference, by)
    asked = [*roles.values(), grouping, counts, weights, cluster]
    require_columns(function, frame, [name for name in asked if name is not None])
    codes, groups = stored_groups(frame, grouping)
    multiplicity = read_counts(frame, counts)
    if in_pairs and isinstance(data, Design) and isinstance(data.sets, pd.DataFrame):
        multiplicity = np.where(rows_in_sets(data.sets, len(frame)), multiplicity, 0)
    if given is None and weights is not None:
        given = read_weights(frame, weights)
    observed = {*roles.values(), *([cluster] if cluster else [])} if not keep_missing else set()
    absent = absent_rows(frame, observed, codes)
    n_missing, total = np.zeros(len(groups)), 0.0
    if absent is not None:
        n_missing, total = count_absent(multiplicity, codes, len(groups), absent)
    needed = observed | ({grouping} if grouping else set())
    gaps = columns_with_gaps(frame, needed, multiplicity > 0) if total else ()
    if gaps and not in_pairs:
        _warn_missing(function, total, float(multiplicity.sum()), gaps)
    keep = kept_rows(multiplicity, absent)
    if keep is not None and not len(keep):
        raise ArgumentError(f"{function}: no rows left of {len(frame)}; every row lacks a value.")
    # Nothing is copied where nothing is left out: no analysis writes into its rows.
    at = slice(None) if keep is None else keep
    kept = {role: frame[column].values[at] for role, column in roles.items()}
    model = data.model if isinstance(data, Design) else None
    unit = None if cluster is None else pd.factorize(frame[cluster])[0]
    return Rows(
        frame=pd.DataFrame(kept, index=pd.RangeIndex(len(codes[at])), copy=False),
        kept=keep,
        codes=codes[at],
        groups=groups,
        reference=reference_code(function, reference, groups, treatment),
        treatment=grouping,
        counts=multiplicity[at],
        weights=None if given is None else np.asarray(given, dtype=float)[at],
        cluster=None if unit is None else pd.factorize(unit[at])[0],
        n_missing=n_missing,
        n_missing_total=total,
        nuisance=None if model is None else nuisance_of(model, unit, at),
        gaps=gaps,
    )


def _refuse(
    function: str,
    design: Design,
    respects: Collection[str],
    *given: Hashable,
) -> None:
    if any(value is not None for value in given):
        raise ArgumentError(
            f"{function}: a Design already says treatment, reference, weights and cluster; "
            "leave these arguments (and `by`) out."
        )
    ignored = sorted(design.features - set(respects))
    if ignored:
        words = " and ".join(FEATURE_WORDS[name] for name in ignored)
        raise ArgumentError(
            f"{function} does not respect {words} yet, so its result would be wrong for this "
            "design. Use a function that does, or analyse the plain data on purpose: `design.data`."
        )


def _warn_missing(function: str, lost: float, of: float, columns: tuple[str, ...]) -> None:
    warnings.warn(
        f"{function}: {lost:.0f} of {of:.0f} rows lack a value of {', '.join(columns)} and are "
        "left out.",
        MissingDataWarning,
        stacklevel=4,
    )
