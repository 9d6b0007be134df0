"""The forms of a covariate, a column name, `rcs(name, k)` and `a:b`: read, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.splines import FEWEST_KNOTS, MOST_KNOTS

SPLINE = re.compile(r"\s*rcs\(\s*(?P<name>.+?)\s*(?:,\s*(?P<knots>\d+)\s*)?\)\s*")


@dataclass(frozen=True, slots=True)
class Simple:
    """A column, or the spline of a column with this number of knots."""

    column: str
    knots: int | None = None

    @property
    def name(self) -> str:
        """How the form is written in results."""
        return self.column if self.knots is None else f"rcs({self.column}, {self.knots})"


# A form is one factor, or the product of two.
Form = tuple[Simple, ...]


def read_forms(forms: Sequence[str], columns: Collection[str]) -> list[Form]:
    """Read the forms of covariates.

    Parameters
    ----------
    forms : sequence of str
        A column's own name always means the column, whatever signs it holds.
    columns : collection of str
        The columns there are.

    Raises
    ------
    ArgumentError
        For a form that is none of the three, a form given twice, an unknown column, or a product
        without its factors (its coefficients would depend on the coding of the factors).
    """
    read = [_read(form, columns) for form in forms]
    names = [tuple(sorted(part.name for part in form)) for form in read]
    twice = sorted({":".join(name) for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"{', '.join(twice)} stands twice among the covariates.")
    mains = {form[0].column for form in read if len(form) == 1}
    for form in read:
        absent = sorted({part.column for part in form} - mains)
        if len(form) > 1 and absent:
            raise ArgumentError(
                f"{':'.join(part.name for part in form)} is a product without its factors; add "
                f"{', '.join(absent)} to the covariates as well."
            )
    return read


def columns_of(forms: Sequence[str], columns: Collection[str]) -> list[str]:
    """Return the columns that the forms read, each once, in order."""
    read = [_read(form, columns) for form in forms]
    return list(dict.fromkeys(part.column for form in read for part in form))


def _read(form: str, columns: Collection[str]) -> Form:
    if form in columns:
        return (Simple(form),)
    if not isinstance(form, str):
        raise _unknown(form, form, columns)
    parts = form.split(":")
    if len(parts) > 2:
        raise ArgumentError(f"{form!r}: a product has two factors, this one has {len(parts)}.")
    return tuple(_read_simple(part, form, columns) for part in parts)


def _read_simple(text: str, form: str, columns: Collection[str]) -> Simple:
    name = text.strip()
    spline = SPLINE.fullmatch(text)
    if name in columns:
        return Simple(name)
    if spline is None or spline["name"] not in columns:
        raise _unknown(form, spline["name"] if spline else name, columns)
    if spline["knots"] is None or not FEWEST_KNOTS <= int(spline["knots"]) <= MOST_KNOTS:
        raise ArgumentError(
            f"{form!r}: say how many knots, {FEWEST_KNOTS} to {MOST_KNOTS}: "
            f"rcs({spline['name']}, 4)."
        )
    return Simple(spline["name"], int(spline["knots"]))


def _unknown(form: object, name: object, columns: Collection[str]) -> ArgumentError:
    return ArgumentError(
        f"covariate {form!r}: no column {name!r}. A covariate is a column name, rcs(name, k) or "
        f"a:b; the columns are: {', '.join(map(str, columns))}."
    )
