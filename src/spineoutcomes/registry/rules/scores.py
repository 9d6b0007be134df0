"""Rules on scores: within the range of their instrument, on its scale, answered, in their time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spineoutcomes.registry.links import Positions
from spineoutcomes.registry.rules.facts import Facts, Floats, Hits, Mask, first_known
from spineoutcomes.registry.texts import coded, texts_that

# Beyond the range by mistake is rare; by a scale that nobody declared it is common.
MIXED_SHARE, MIXED_LEAST = 0.05, 5
# So many values within the lowest tenth of a range, with decimals, are most likely tenths of it.
SMALL_PART, SMALL_LEAST = 0.1, 20
BASELINES = frozenset({"pre", "preop", "preoperative", "baseline"})
HALF_A_YEAR = 183.0


def in_range(facts: Facts) -> Hits:
    """Find values outside the range of their instrument."""
    codes, names = coded(facts.tables["scores"]["instrument"])
    low, high = _limits(facts, codes, names)
    value = facts.numbers("scores", "value")
    outside = np.flatnonzero((value < low) | (value > high))
    for code, rows in _by_code(codes, outside):
        yield (
            "scores",
            rows,
            "value",
            f"{len(rows)} value(s) of {names[code]} lie outside {low[rows[0]]:g} to "
            f"{high[rows[0]]:g}. If the file stores another scale, declare it in a mapping; "
            "nothing is rescaled by guess.",
        )


def on_one_scale(facts: Facts) -> Hits:
    """Find values within the range beside too many beyond it to be slips of the pen."""
    codes, names = coded(facts.tables["scores"]["instrument"])
    low, high = _limits(facts, codes, names)
    value = facts.numbers("scores", "value")
    beyond, known = value > high, ~np.isnan(value) & ~np.isnan(high)
    if not beyond.any():
        return
    column = _columns_of(facts, codes)
    n_beyond = np.bincount(column, weights=beyond)
    n_known = np.bincount(column, weights=known)
    mixed = (n_beyond >= MIXED_LEAST) & (n_beyond >= MIXED_SHARE * n_known)
    doubtful = np.flatnonzero(mixed[column] & known & ~beyond)
    for code, rows in _by_code(codes, doubtful):
        first = rows[0]
        yield (
            "scores",
            rows,
            "value",
            f"{len(rows)} value(s) of {names[code]} lie within {low[first]:g} to {high[first]:g}, "
            f"but at least {MIXED_SHARE:.0%} of their column (same location and centre) lie "
            "beyond: two scales are mixed, and which one these are on cannot be told. Put all of "
            "them on one scale in the file.",
        )


def on_the_declared_scale(facts: Facts) -> Hits:
    """Find columns whose values all lie in the lowest tenth of the range, with decimals."""
    codes, names = coded(facts.tables["scores"]["instrument"])
    low, high = _limits(facts, codes, names)
    value = facts.numbers("scores", "value")
    known = ~np.isnan(value) & ~np.isnan(high)
    top = low + SMALL_PART * (high - low)
    above, decimal = known & ~((value >= low) & (value <= top)), known & (value != np.trunc(value))
    if not decimal.any():
        return
    column = _columns_of(facts, codes)
    counts = [np.bincount(column, weights=mask) for mask in (known, above, decimal)]
    small = (counts[0] >= SMALL_LEAST) & (counts[1] == 0) & (counts[2] > 0)
    for group in np.flatnonzero(small):
        first = np.flatnonzero((column == group) & known)[:1]
        at = first[0]
        yield (
            "scores",
            first,
            "value",
            f"All {counts[0][group]:g} value(s) of {names[codes[at]]} at one location of one "
            f"centre lie within {low[at]:g} to {top[at]:g}, with decimals, while it runs from "
            f"{low[at]:g} to {high[at]:g}; the first is in this row. Are they stored on a scale "
            f"of {low[at]:g} to {top[at]:g}?",
        )


def grades_are_known(facts: Facts) -> Hits:
    """Find grades that their instrument does not have, and numbers in place of grades."""
    scores = facts.tables["scores"]
    codes, names = coded(scores["instrument"])
    grade, grades = coded(scores["grade"])
    known = np.array([[g in (_grades(facts, name) or ()) for g in grades] for name in names])
    rows = np.flatnonzero((grade >= 0) & _declared(facts, codes, names))
    strange = rows[~known[codes[rows], grade[rows]]] if known.size else rows
    for code, own in _by_code(codes, strange):
        has = _grades(facts, names[code])
        words = f"grades are {', '.join(has)}" if has else "it has values, not grades"
        yield "scores", own, "grade", f"{len(own)} grade(s) of {names[code]} are unknown; {words}."
    graded = np.array([bool(_grades(facts, name)) for name in names] + [False])
    numbers = np.flatnonzero(graded[codes] & ~np.isnan(facts.numbers("scores", "value")))
    for code, own in _by_code(codes, numbers):
        message = f"{len(own)} row(s) of {names[code]} hold a number; its ordered grades go into "
        yield "scores", own, "value", message + "`grade`."


def are_answered(facts: Facts) -> Hits:
    """Find scores that say nothing, not even why."""
    silent = ~_answered(facts) & facts.tables["scores"]["missing_reason"].isna().to_numpy()
    rows = np.flatnonzero(silent)
    message = f"{len(rows)} score(s) have no value, no grade and no missing_reason."
    yield "scores", rows, "value", message


def baseline_comes_before(facts: Facts) -> Hits:
    """Find baseline scores from after surgery."""
    earliest = first_known(facts.numbers("scores", "day"), facts.numbers("scores", "lower_day"))
    rows = np.flatnonzero(_baseline(facts) & (earliest > 0))
    yield (
        "scores",
        rows,
        "day",
        f"{len(rows)} score(s) called a baseline were taken after day 0: what surgery changed may "
        "already be in them. Correct the visit or the date.",
    )


def baseline_is_recent(facts: Facts) -> Hits:
    """Find baseline scores from long before surgery."""
    latest = first_known(facts.numbers("scores", "day"), facts.numbers("scores", "upper_day"))
    rows = np.flatnonzero(_baseline(facts) & (latest < -HALF_A_YEAR))
    yield (
        "scores",
        rows,
        "day",
        f"{len(rows)} score(s) called a baseline were taken more than {HALF_A_YEAR:g} days before "
        "day 0: the patient may have been another one by then.",
    )


def _baseline(facts: Facts) -> Mask:
    """Tell which scores are answered and carry the label of a visit before surgery."""
    visit = facts.tables["scores"]["visit"]
    return texts_that(visit, lambda text: text.lower() in BASELINES) & _answered(facts)


def _answered(facts: Facts) -> Mask:
    scores = facts.tables["scores"]
    return (scores["value"].notna() | scores["grade"].notna()).to_numpy()


def _limits(facts: Facts, codes: Positions, names: list[str]) -> tuple[Floats, Floats]:
    """Return the lowest and the highest value of the instrument of each row, NaN without one."""
    instruments = facts.vocabulary.instruments
    ranges = [instruments[n].range if n in instruments else None for n in names]
    limits = np.array([r or (np.nan, np.nan) for r in ranges] + [(np.nan, np.nan)])
    return limits[codes, 0], limits[codes, 1]


def _grades(facts: Facts, name: str) -> tuple[str, ...] | None:
    instruments = facts.vocabulary.instruments
    return instruments[name].grades if name in instruments else None


def _declared(facts: Facts, codes: Positions, names: list[str]) -> Mask:
    """Tell which rows have an instrument of the vocabulary; another is an error of its own."""
    return np.array([n in facts.vocabulary.instruments for n in names] + [False])[codes]


def _columns_of(facts: Facts, codes: Positions) -> Positions:
    """Return a number for each row that rows of one instrument, location and centre share.

    That is what was one column of one hospital's file, and so is on one scale.
    """
    location, locations = coded(facts.tables["scores"]["location"])
    centre, _ = coded(facts.tables["patients"]["centre"])
    patient = facts.places["episodes", "patient_id"]
    of_episode = np.append(np.append(centre, -1)[patient], -1)
    own = of_episode[facts.places["scores", "episode_id"]]
    packed = ((codes + 1) * (len(locations) + 1) + location + 1) * (centre.max(initial=-1) + 2)
    return np.asarray(pd.factorize(packed + own + 1)[0])


def _by_code(codes: Positions, rows: Positions) -> list[tuple[int, Positions]]:
    """Return some rows instrument by instrument."""
    return [(int(code), rows[codes[rows] == code]) for code in np.unique(codes[rows])]
