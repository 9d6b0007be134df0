"""The columns of a model from the forms of its covariates, and the words that name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.columns import read_groups
from spineoutcomes.numerics.floats import as_floats, is_number, require_finite
from spineoutcomes.numerics.forms import Form, Simple, read_forms
from spineoutcomes.numerics.information import require_independent
from spineoutcomes.numerics.splines import spline_basis, spline_knots
from spineoutcomes.results.labels import named

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Columns = Mapping[str, pd.Series]


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """The treatment as a factor with its own reference.

    Attributes
    ----------
    name : str
        Column of the treatment; its term is the bare name with two arms.
    labels : tuple of str
        All arms.
    reference : int
        Code of the reference arm.
    codes : array of shape (n,)
        Arm of each row.
    """

    name: str
    labels: tuple[str, ...]
    reference: int
    codes: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """How one factor of a term becomes columns: the same way on any later rows.

    Attributes
    ----------
    form : Simple
    levels : tuple of str
        Levels of a category, the reference first; empty for a numeric column.
    knots : array or None
        Knots of a spline.
    bare : bool
        Whether the one other level of a two-level factor goes without its name.
    """

    form: Simple
    levels: tuple[str, ...] = ()
    knots: FloatArray | None = None
    bare: bool = False

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        if self.levels:
            others = self.levels[1:]
            return [self.form.name if self.bare else f"{self.form.name}[{x}]" for x in others]
        if self.knots is not None:
            return [f"{self.form.name}[{j + 1}]" for j in range(len(self.knots) - 1)]
        return [self.form.name]

    @property
    def contrasts(self) -> list[str | None]:
        """Words of the contrast of each column: a level against the reference, else None."""
        if self.levels:
            return [f"{level} - {self.levels[0]}" for level in self.levels[1:]]
        return [None] * len(self.terms)

    def columns(self, values: pd.Series) -> list[FloatArray]:
        """Return the columns of these values."""
        name = self.form.column
        if self.levels:
            return _indicators(values, self.levels, name)
        x = _numbers(values, name)
        return [x] if self.knots is None else list(spline_basis(x, self.knots).T)


@dataclass(frozen=True, slots=True, eq=False)
class ModelMatrix:
    """Columns of a model, without an intercept.

    Attributes
    ----------
    X : array of shape (n, p)
        Stored column by column.
    terms : tuple of str, length p
        Unique names: `age`, `race[2]`, `rcs(age, 4)[1]`, `smoke:race[2]`.
    contrasts : tuple of str or None, length p
        "level - reference" for a level of a category or arm, None otherwise.
    sources : tuple of str, length p
        The form each column comes from.
    encoding : tuple
        How the columns are made; `at` makes them anew.
    """

    X: FloatArray
    terms: tuple[str, ...]
    contrasts: tuple[str | None, ...]
    sources: tuple[str, ...]
    encoding: tuple[tuple[Part, ...], ...]

    def at(self, columns: Columns) -> FloatArray:
        """Return the columns of other rows, with the same levels and knots.

        Raises
        ------
        ArgumentError
            For missing values, or a level the model has not met.
        """
        known = dict(columns.items())
        return _stacked([_product(parts, known)[0] for parts in self.encoding], _length(known))

    def with_intercept(self) -> FloatArray:
        """Return the columns behind a column of ones."""
        X = np.empty((len(self.X), self.X.shape[1] + 1), order="F")
        X[:, 0] = 1.0
        X[:, 1:] = self.X
        return X


def build_model_matrix(
    columns: Columns,
    forms: Sequence[str],
    *,
    counts: FloatArray | None = None,
    arms: Arms | None = None,
) -> ModelMatrix:
    """Make the columns of a model.

    Parameters
    ----------
    columns : mapping of str to Series
        A DataFrame will do. Numeric and bool columns are linear; a category or text is a factor
        whose first level (category order, sorted for text) is the reference.
    forms : sequence of str
        `name`, `rcs(name, k)` or `a:b`.
    counts : array of shape (n,), optional
        How many equal rows each row stands for; knots are quantiles of the repeated rows.
    arms : Arms, optional
        The treatment, whose columns come first; products may name it.

    Raises
    ------
    ArgumentError
        For an unknown form or column, missing or infinite values, or the treatment among the
        covariates.
    NotEstimableError
        When a column does not vary or is a combination of others; the message names them.
    """
    if isinstance(forms, str):
        raise ArgumentError(f"covariates is a list of forms, got the text {forms!r}.")
    known = dict(columns.items())
    written = list(forms)
    if arms is not None:
        if arms.name in written:
            raise ArgumentError(f"{arms.name!r} is the treatment; leave it out of the covariates.")
        known[arms.name] = pd.Series(
            pd.Categorical.from_codes(arms.codes.tolist(), pd.Index(arms.labels))
        )
        written = [arms.name, *written]
    read = read_forms(written, known.keys())
    n = _length(known)
    each = np.ones(n) if counts is None else counts
    _refuse_gaps(known, read)
    parts: dict[Simple, Part] = {}
    for form in read:
        for simple in form:
            parts.setdefault(simple, _part(simple, known[simple.column], each, arms))
    encoding = tuple(tuple(parts[simple] for simple in form) for form in read)
    made = [_product(own, known) for own in encoding]
    X = _stacked([block for block, _, _ in made], n)
    terms = [term for _, names, _ in made for term in names]
    _refuse_constant(X, terms, each)
    require_independent(
        np.column_stack([np.ones(n), X]) if len(terms) else np.ones((n, 1)),
        each,
        ["the intercept", *terms],
    )
    sources = [
        ":".join(simple.name for simple in form)
        for form, (block, _, _) in zip(read, made, strict=True)
        for _ in range(block.shape[1])
    ]
    contrasts = [contrast for _, _, words in made for contrast in words]
    return ModelMatrix(X, tuple(terms), tuple(contrasts), tuple(sources), encoding)


def _part(form: Simple, values: pd.Series, counts: FloatArray, arms: Arms | None) -> Part:
    if arms is not None and form.column == arms.name:
        others = [label for code, label in enumerate(arms.labels) if code != arms.reference]
        return Part(form, (arms.labels[arms.reference], *others), bare=len(others) == 1)
    if not is_number(values):
        if form.knots is not None:
            raise ArgumentError(f"{form.name}: {form.column!r} is a category, not a number.")
        levels = read_groups(pd.DataFrame({"x": values}), "x")[1]
        if len(levels) < 2:
            raise NotEstimableError(
                f"{form.column} does not vary: every row has the same level; leave it out."
            )
        return Part(form, levels)
    if form.knots is None:
        return Part(form)
    knots = spline_knots(_numbers(values, form.column), counts, form.knots, form.name)
    return Part(form, knots=knots)


def _product(
    parts: tuple[Part, ...], columns: Columns
) -> tuple[FloatArray, list[str], list[str | None]]:
    """Return the columns of a term, their names and contrasts."""
    made = [part.columns(columns[part.form.column]) for part in parts]
    if len(parts) == 1:
        return np.column_stack(made[0]), parts[0].terms, parts[0].contrasts
    first, second = parts
    block = np.column_stack([a * b for a in made[0] for b in made[1]])
    names = [f"{a}:{b}" for a in first.terms for b in second.terms]
    return block, names, [None] * len(names)


def _stacked(blocks: list[FloatArray], n: int) -> FloatArray:
    return np.asfortranarray(np.column_stack(blocks)) if blocks else np.empty((n, 0), order="F")


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values()))) if columns else 0


def _numbers(values: pd.Series, name: str) -> FloatArray:
    x = as_floats(values, repr(name))
    bad = int((~np.isfinite(x)).sum())
    if bad:
        raise ArgumentError(f"{name!r}: {bad} of {len(x)} values are missing or infinite.")
    require_finite(x, repr(name))
    return x


def _indicators(values: pd.Series, levels: tuple[str, ...], name: str) -> list[FloatArray]:
    found, labels = read_groups(pd.DataFrame({"x": values}), "x")
    place = {level: code for code, level in enumerate(levels)}
    # The last place is where a missing value, of code -1, is looked up.
    codes = np.array([*(place.get(label, -1) for label in labels), -1])[found]
    strange = int((codes < 0).sum())
    if strange:
        raise ArgumentError(
            f"{name!r}: {strange} of {len(values)} values are missing or not among the levels of "
            f"the model: {named(levels, 'levels')}."
        )
    return [(codes == code).astype(float) for code in range(1, len(levels))]


def _refuse_gaps(columns: Columns, read: list[Form]) -> None:
    used = dict.fromkeys(simple.column for form in read for simple in form)
    gaps = {name: int(columns[name].isna().sum()) for name in used}
    if any(gaps.values()):
        words = ", ".join(f"{name} ({count})" for name, count in gaps.items() if count)
        raise ArgumentError(f"Covariates with missing values: {words}; leave those rows out first.")


def _refuse_constant(X: FloatArray, terms: list[str], counts: FloatArray) -> None:
    kept = X[counts > 0]
    constant = [name for name, x in zip(terms, kept.T, strict=True) if (x == x[0]).all()]
    if constant:
        raise NotEstimableError(
            f"{', '.join(constant)}: the column does not vary, so it has no effect to estimate; "
            "leave it out."
        )
