"""The one door of `time`, `event` and `entry`: checked rows in, times and cause codes out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.errors import ArgumentError, NotEstimableError
from spineoutcomes.numerics.columns import small_integer
from spineoutcomes.numerics.floats import is_real
from spineoutcomes.numerics.rows import Rows
from spineoutcomes.results.labels import as_labels, named
from spineoutcomes.survival.cross_table import as_places
from spineoutcomes.survival.ties import CloseTimes, both_with_ties, close_times

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]

CENSORED = "censored"
# So many rows are looked at first: most often they hold every cause.
FEW_ROWS = 10_000
# Numbers up to this are counted to see which occur; larger ones are sorted.
MOST_NUMBERED = 1_000
# Whole numbers up to this are exact as floats.
LARGEST_CODE = 2.0**53
EVENT_FORMS = (
    "an ordered Categorical whose first category is 'censored' "
    "(pd.Categorical(x, categories=['censored', 'recurrence', 'death'], ordered=True)), a bool, "
    "or whole numbers with 0 = censored"
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Follow-up of the rows of one analysis.

    Attributes
    ----------
    ends : array of shape (n,)
        End of observation, as it was given; `time` has those equal up to rounding made equal.
    codes : array of shape (n,)
        0 = censored, k = cause k, an index (from 1) into `causes`; small integers, to compare and
        to count with. In sums and products they overflow without a word; use `event`.
    entry : array of shape (n,) or None
        Start of observation, before `time` (or both 0); None when all start at 0.
    causes : tuple of str
        Labels of the causes, in category order or the order of the numbers.
    place : array of shape (n,) or None
        The times as integers, where they are whole numbers to count in.
    close : CloseTimes or None
        Ends that are equal to others up to rounding.
    """

    ends: FloatArray
    codes: Codes
    entry: FloatArray | None
    causes: tuple[str, ...]
    place: Codes | None = None
    close: CloseTimes | None = None

    @cached_property
    def time(self) -> FloatArray:
        """End of observation, of shape (n,); equal up to rounding means equal."""
        return self.ends if self.close is None else self.close.settled(self.ends)

    @cached_property
    def event(self) -> IntArray:
        """0 = censored, k = cause k, of shape (n,), to reckon with."""
        return self.codes.astype(np.int64)

    @property
    def named_causes(self) -> str:
        """The causes for a message; a column of measurements taken for an event is not printed."""
        return named(self.causes, "values")

    def cause_code(self, cause: Hashable, function: str) -> int:
        """Return the code of a cause given as its category or number.

        Raises
        ------
        ArgumentError
            When there is no such cause; the message lists those there are.
        """
        label = as_labels([int(cause) if isinstance(cause, bool) else cause])[0]
        if label not in self.causes:
            raise ArgumentError(
                f"{function}: no cause {label!r}; the causes are: {self.named_causes}."
            )
        return self.causes.index(label) + 1

    def only(self, code: int) -> IntArray:
        """Return 1 for the events of one cause and 0 for all else, of shape (n,)."""
        return np.asarray(self.codes == code, dtype=np.int64)

    def ranks(
        self, times: FloatArray, side: Literal["left", "right"], at: IntArray | slice = slice(None)
    ) -> IntArray:
        """Return where the ends of some rows stand among ascending times, as `searchsorted`."""
        ends = self.time[at]
        if self.place is None or self.entry is not None or self.place.max() > len(ends):
            return np.searchsorted(times, ends, side=side)
        # Each whole time is looked for once.
        whole = np.searchsorted(times, np.arange(int(self.place.max()) + 1), side=side)
        return np.asarray(whole[self.place[at]])


def read_outcome(rows: Rows, function: str) -> Outcome:
    """Return the follow-up of rows with the roles `time`, `event` and, optionally, `entry`.

    Parameters
    ----------
    rows : Rows
        Complete rows.
    function : str
        Name of the calling function, for messages.

    Returns
    -------
    Outcome

    Raises
    ------
    ArgumentError
        For negative or infinite times, an entry that is not before its time, or an event that is
        none of the three forms.
    NotEstimableError
        When a group has no complete row.
    """
    require_complete(rows, function)
    time, place = _read_times(rows, function)
    entry = checked_times(rows, "entry", function) if "entry" in rows.frame else None
    close = None
    if entry is not None:
        time, entry = both_with_ties(time, entry)
    elif place is None:
        close = close_times(time)
    if entry is not None:
        late = int(((entry >= time) & (time > 0)).sum())
        if late:
            raise ArgumentError(
                f"{function}: entry must lie before time; in {late} of {len(time)} rows it does "
                "not. Leave out who left before entering, or correct the dates."
            )
    event, causes = _event_codes(rows.frame["event"], function)
    return Outcome(time, event, entry, causes, place, close)


def require_complete(rows: Rows, function: str) -> None:
    """Raise where a group has no complete row.

    Raises
    ------
    NotEstimableError
        The message names these groups.
    """
    empty = np.flatnonzero(rows.sizes == 0)
    if len(empty):
        raise NotEstimableError(
            f"{function}: no complete rows in {named(rows.groups[g] for g in empty)}; "
            "leave the group out or complete its time and event."
        )


def _read_times(rows: Rows, function: str) -> tuple[FloatArray, Codes | None]:
    """Return the times, and as integers where they are whole numbers to count in."""
    values = rows.floats("time")
    place = as_places(values)
    # What can be counted in is finite and not negative.
    return (checked_times(rows, "time", function) if place is None else values), place


def checked_times(rows: Rows, role: str, function: str) -> FloatArray:
    """Return a column of times.

    Raises
    ------
    ArgumentError
        When one is negative or infinite.
    """
    values = rows.numbers(role)
    if values.min() < 0:
        negative = int((values < 0).sum())
        raise ArgumentError(
            f"{function}: {role} counts from the time origin and must not be negative; {negative} "
            f"of {len(values)} values are. Leave those rows out, or correct the dates."
        )
    return values


def _event_codes(event: pd.Series, function: str) -> tuple[Codes, tuple[str, ...]]:
    if isinstance(event.dtype, pd.CategoricalDtype):
        categories = event.cat.categories
        if not event.cat.ordered or categories[0] != CENSORED:
            raise ArgumentError(
                f"{function}: a Categorical event must be ordered with 'censored' first; this one "
                f"is {'ordered' if event.cat.ordered else 'not ordered'} and "
                f"{'begins' if categories[0] == CENSORED else 'does not begin'} with 'censored'. "
                f"Expected {EVENT_FORMS}."
            )
        return np.asarray(event.cat.codes), tuple(as_labels(categories[1:]))
    # A column of True, False and missing is an object; without its missing values it is bool.
    event = event.infer_objects() if event.dtype == object else event
    if not is_real(event):
        raise ArgumentError(f"{function}: event has dtype {event.dtype}; expected {EVENT_FORMS}.")
    numbers = event.to_numpy()
    whole = numbers.dtype.kind in "biu"
    if not whole:
        numbers = event.to_numpy(dtype=float)
    in_range = numbers.min() >= 0 and numbers.max() <= LARGEST_CODE
    if not in_range or not (whole or _are_whole(numbers).all()):
        undeclared = int(((numbers < 0) | ~_are_whole(numbers)).sum())
        raise ArgumentError(
            f"{function}: {undeclared} of {len(numbers)} events are no whole number of at least "
            f"0 (and at most {LARGEST_CODE:.0e}); expected {EVENT_FORMS}."
        )
    return _numbered_causes(numbers)


def _are_whole(numbers: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    return np.asarray((np.abs(numbers) <= LARGEST_CODE) & (numbers == np.rint(numbers)))


def _numbered_causes(numbers: npt.NDArray[np.generic]) -> tuple[Codes, tuple[str, ...]]:
    """Return codes and labels; causes are the numbers that occur, "1" when none does."""
    highest = int(numbers.max())
    if highest > MOST_NUMBERED:
        found, place = np.unique(numbers.astype(np.int64), return_inverse=True)
        return place + (found[0] > 0), tuple(as_labels(found[found > 0].tolist()))
    event = numbers.astype(small_integer(highest))
    if highest <= 1:
        return event, ("1",)
    occurs = np.bincount(event[:FEW_ROWS], minlength=highest + 1) > 0
    if not occurs.all():
        occurs = np.bincount(event) > 0
    causes = np.flatnonzero(occurs[1:]) + 1
    if not occurs.all():
        code = np.cumsum(occurs) - occurs[0]
        event = np.where(event > 0, code[event], 0)
    return event, tuple(as_labels(causes.tolist()))
