"""The numbers of a follow-up: by visit and arm, by person-time, by who answered and who did not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.compare._describe import describe
from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.columns import read_groups
from spineoutcomes.numerics.rows import Rows, analysis_rows
from spineoutcomes.results.labels import as_labels

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Row = dict[str, object]

# Reasons for which nobody could have been asked, then those for which an answer did not come.
NOT_EXPECTED = ("dead", "not_due")
NOT_SEEN = ("withdrawn", "lost", "missing")
PERSON_TIME = "person-time"
ANSWERED = " answered"  # begins with a blank, so that no column of the data is called so
RESPONDERS = ("responders", "non-responders")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Which answers were expected and seen: one place a subject and visit.

    Attributes
    ----------
    subject, visit, arm : array of int
        Codes; `visits` and `arms` hold the labels of the last two.
    expected, seen : array of bool
    status : array of str
        The reason; empty where there is none.
    """

    subject: IntArray
    visit: IntArray
    visits: tuple[str, ...]
    arm: IntArray
    arms: tuple[str, ...]
    expected: Mask
    seen: Mask
    status: npt.NDArray[np.object_]

    @classmethod
    def of(cls, rows: Rows, function: str) -> Answers:
        """Return the checked answers of an analysis.

        Raises
        ------
        ArgumentError
            For rows without subject or visit, two rows of a subject and visit, a subject in several
            arms, values other than 1 and 0, or an answer seen and not expected.
        """
        subject = pd.factorize(rows.frame["subject"])[0].astype(np.int64)
        visit, visits = read_groups(rows.frame, "visit")
        lacking = int(((subject < 0) | (visit < 0)).sum())
        twice = int(pd.DataFrame({"s": subject, "v": visit}).duplicated().sum())
        for n, found in ((lacking, "name no subject or no visit"), (twice, "repeat a visit")):
            if n:
                raise ArgumentError(
                    f"{function} expects one row a subject and visit; {n} of {len(subject)} rows "
                    f"{found}."
                )
        _require_same(subject, rows.group, f"{function}: a subject has one arm")
        expected, seen = (_flag(rows, role, function) for role in ("expected", "seen"))
        strange = int((seen & ~expected).sum())
        if strange:
            raise ArgumentError(
                f"{function}: what was seen was expected; {strange} row(s) have seen 1, expected 0."
            )
        status = np.full(len(subject), "", dtype=object)
        if "status" in rows.frame:
            words = rows.frame["status"].astype(object)
            status = words.where(words.notna(), "").to_numpy(dtype=object)
        return cls(subject, visit, visits, rows.group, rows.groups, expected, seen, status)


def visit_rows(answers: Answers, *, reasons: bool) -> Iterator[Row]:
    """Yield how many answers of each arm and visit were expected, were seen, and why not."""
    words = [*NOT_EXPECTED, *NOT_SEEN]
    others = sorted(set(as_labels(answers.status[~answers.seen])) - {*words, ""})
    for arm, label in enumerate(answers.arms):
        for code, visit in enumerate(answers.visits):
            own = (answers.arm == arm) & (answers.visit == code)
            n, n_expected = int(own.sum()), int((own & answers.expected).sum())
            n_seen = int((own & answers.seen).sum())
            yield _row(visit, "expected", label, "count", n_expected, n)
            yield from _share(visit, "seen", label, n_seen, n_expected)
            if not reasons:
                continue
            for word in [*words, *others]:
                due = own & ~answers.seen
                due &= ~answers.expected if word in NOT_EXPECTED else answers.expected
                counted = int((due & (answers.status == word)).sum())
                yield from _share(
                    visit, word, label, counted, n if word in NOT_EXPECTED else n_expected
                )


def person_time_rows(
    answers: Answers, rows: Rows, horizon: float | None, function: str
) -> Iterator[Row]:
    """Yield the person-time of each arm and Clark's index."""
    times = {role: rows.numbers(role) for role in ("observed", "potential")}
    for role, values in times.items():
        negative = int((values < 0).sum())
        if negative:
            raise ArgumentError(
                f"{function}: {role} person-time must be 0 or more; {negative} of {len(values)} "
                "rows are below. Correct the dates, or make the times missing."
            )
        _require_same(answers.subject, values, f"{function}: a subject has one {role} time")
    first = np.unique(answers.subject, return_index=True)[1]
    limit = np.inf if horizon is None else horizon
    potential = np.minimum(times["potential"][first], limit)
    observed = np.minimum(times["observed"][first], potential)
    known = ~np.isnan(observed)
    for arm, label in enumerate(answers.arms):
        own = answers.arm[first] == arm
        o, p = observed[own & known], potential[own & known]
        n = len(o)
        yield _row(PERSON_TIME, None, label, "n", n, n)
        yield _row(PERSON_TIME, None, label, "missing", int(own.sum()) - n, n)
        for level, values in (("observed", o), ("potential", p)):
            yield _row(PERSON_TIME, level, label, "mean", values.mean() if n else math.nan, n)
        index = o.sum() / p.sum() if p.sum() > 0 else math.nan
        yield _row(PERSON_TIME, None, label, "proportion", index, n)


def responder_rows(
    answers: Answers, rows: Rows, names: Sequence[str], function: str
) -> tuple[list[Row], tuple[str, ...]]:
    """Return what is described of those who answered and those who did not, and the notes to it."""
    found: list[Row] = []
    notes: list[str] = []
    answered = pd.Categorical(np.where(answers.seen, *RESPONDERS), categories=list(RESPONDERS))
    for code, visit in enumerate(answers.visits):
        own = np.flatnonzero((answers.visit == code) & answers.expected)
        if not names or not len(own):
            continue
        values = {name: rows.frame[role(name)].iloc[own].to_numpy() for name in names}
        frame = pd.DataFrame(values | {ANSWERED: answered[own]})
        both = frame[ANSWERED].nunique() == len(RESPONDERS)
        two = analysis_rows(
            frame,
            function=function,
            respects=set(),
            columns={name: name for name in names},
            treatment=ANSWERED if both else None,
            reference=RESPONDERS[1] if both else None,
            by=None if both else ANSWERED,
            keep_missing=True,
        )
        members = [np.flatnonzero(two.group == group) for group in range(len(two.groups))]
        for name in names:
            described = describe(two, members, name, tests=False, spread="both")
            found += [row | {"variable": f"{name}, {visit}"} for row in described.rows]
            notes += [f"at {visit}, {note}" for note in described.notes]
    return found, tuple(notes)


def role(name: str) -> str:
    """Return the role under which a described column enters the analysis."""
    return f"described {name}"


def _flag(rows: Rows, which: str, function: str) -> Mask:
    values = rows.numbers(which)
    bad = int((~np.isin(values, (0.0, 1.0))).sum())
    if bad:
        raise ArgumentError(
            f"{function}: {which} must be 1 or 0 in every row; {bad} of {len(values)} are not."
        )
    return np.asarray(values == 1)


def _require_same(subject: IntArray, values: npt.NDArray[np.generic], rule: str) -> None:
    """Raise unless each subject has one value in all its rows."""
    codes = pd.factorize(values, use_na_sentinel=False)[0]
    pairs = pd.DataFrame({"s": subject, "v": codes}).drop_duplicates()
    several = int(pairs["s"].value_counts().gt(1).sum())
    if several:
        raise ArgumentError(f"{rule}, the same in all its rows; {several} subject(s) have several.")


def _share(visit: str, level: str, group: str, count: int, of: int) -> Iterator[Row]:
    yield _row(visit, level, group, "count", count, of)
    yield _row(visit, level, group, "proportion", count / of if of else math.nan, of)


def _row(variable: str, level: str | None, group: str, statistic: str, value: float, n: int) -> Row:
    return {
        "variable": variable,
        "level": level,
        "group": group,
        "statistic": statistic,
        "value": float(value),
        "n": float(n),
    }
