"""Propose which columns hold scores: the instrument, its visits, and what has to be declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spineoutcomes.loaders.mapping.grammar import VISIT
from spineoutcomes.loaders.suggest.heads import VisitInName, visit_in, words_of
from spineoutcomes.loaders.suggest.seen import Seen, in_words
from spineoutcomes.loaders.suggest.text import Block, Line, pairs, quoted
from spineoutcomes.loaders.suggest.words import FILLERS, LOCATIONS, LONGEST_FIRST
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY
from spineoutcomes.vocabulary.model import Instrument

SMALL_PART = 0.1
ABBREVIATION = "sm"  # of smerte, pain: an instrument only beside where it hurts


@dataclass(frozen=True, slots=True)
class Named:
    """The instrument that a name says, where it hurts, and whether other words stand beside."""

    code: str
    location: str | None
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One column of scores, with its instrument and the visit in its name."""

    column: Seen
    named: Named
    visit: VisitInName | None


def scored(column: Seen) -> Scored | None:
    """Return a column as one of scores, where its name is that of an instrument."""
    visit = visit_in(column.head)
    rest = column.words if visit is None else words_of(f"{visit.before} {visit.after}")
    named = _instrument_of(rest)
    return None if named is None else Scored(column, named, visit)


def _instrument_of(words: tuple[str, ...]) -> Named | None:
    match = next(((name, code) for name, code in LONGEST_FIRST if in_words(name, words)), None)
    if match is None:
        return None
    name, code = match
    left = _without(name, words)
    location = None
    if code in ("vas_pain", "nrs_pain"):
        for place, names in LOCATIONS.items():
            hit = next((n for n in sorted(names, key=len, reverse=True) if in_words(n, left)), None)
            if hit is not None and location is None:
                location, left = place, _without(hit, left)
    if name == ABBREVIATION and location is None:
        return None
    return Named(code, location, all(word in FILLERS for word in left))


def _without(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    if name.isascii():
        return tuple(f" {' '.join(words)} ".replace(f" {name} ", "  ", 1).split())
    return tuple(word for word in (word.replace(name, "") for word in words) if word)


def score_blocks(found: Sequence[Scored], *, long: bool) -> list[Block]:
    """Return a section for each instrument and place, with all its visits."""
    groups: dict[tuple[str, str | None, str, str], list[Scored]] = {}
    for one in found:
        around = ("", "") if one.visit is None else (one.visit.before, one.visit.after)
        apart = one.column.head if long or one.visit is None else ""
        key = (one.named.code, one.named.location, *(around if not apart else (apart, "")))
        groups.setdefault(key, []).append(one)
    return [_block(group, long=long) for group in groups.values()]


def codes_in(found: Sequence[Scored]) -> dict[str, tuple[str, int | None, bool]]:
    """Return the codes of the visits that stand in names: visit, day, and whether it is sure."""
    pairs = [(one.visit, _is_sure(one)) for one in found if one.visit is not None]
    pairs.sort(key=lambda pair: float("inf") if pair[0].day is None else pair[0].day)
    sure = {visit.code for visit, is_sure in pairs if is_sure}
    return {v.code: (v.name or v.code, v.day, v.code in sure) for v, _ in pairs}


def _is_sure(one: Scored) -> bool:
    return one.named.exact and _fits(one.column, SHIPPED_VOCABULARY.instruments[one.named.code])


def _fits(column: Seen, instrument: Instrument) -> bool:
    """Whether the cells are numbers, or grades of the instrument."""
    if instrument.grades is not None:
        return all(text in instrument.grades for text in column.found)
    return bool(column.found) and not column.n_texts


def _block(group: Sequence[Scored], *, long: bool) -> Block:
    first = group[0]
    instrument = SHIPPED_VOCABULARY.instruments[first.named.code]
    whole = all(map(_is_sure, group)) and (long or first.visit is not None)
    words = "by its name" if whole else "its name has more words, or its cells do not fit"
    lines = [Line(f"instrument = {quoted(first.named.code)}", words), _columns(group, long=long)]
    if first.named.location is not None:
        lines.append(Line(f"location = {quoted(first.named.location)}"))
    elif instrument.needs_location or first.named.code == "vas_pain":
        lines.append(Line('location = "..."', "where? it is not in the name", sure=False))
    lines += _declared(group, instrument)
    return Block("[[scores]]", tuple(lines), whole)


def _columns(group: Sequence[Scored], *, long: bool) -> Line:
    first = group[0]
    if long or first.visit is None:
        text = quoted(first.column.head)
        if long:
            return Line(f"column = {text}")
        return Line(f'columns = {{ {text} = "..." }}', "at which visit?", sure=False)
    before, after = first.visit.before, first.visit.after
    codes = [one.visit.code for one in group if one.visit is not None]
    plain = not any("|" in part or VISIT in part for part in (before, after, *codes))
    if len(codes) > 1 and plain:
        return Line(f"column = {quoted(f'{before}({chr(124).join(codes)}){after}')}")
    return Line(
        f"columns = {pairs({one.column.head: one.visit.code for one in group if one.visit})}"
    )


def _declared(group: Sequence[Scored], instrument: Instrument) -> list[Line]:
    """Return what the mapping has to declare: the scale, or codes of grades."""
    if instrument.grades is not None:
        if all(_fits(one.column, instrument) for one in group):
            return []
        why = f"grades are {', '.join(instrument.grades)}"
        return [Line('codes = { "..." = "..." }', why, sure=False)]
    numbers = np.concatenate([one.column.numbers for one in group])
    texts = int(np.isnan(numbers).sum())
    lines = []
    if texts:
        why = f"{texts} different cell(s) are no numbers: which mean missing, and why?"
        lines.append(Line('missing = { "..." = "unknown" }', why, sure=False))
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers) or instrument.range is None:
        return lines
    low, high = instrument.range
    top = low + SMALL_PART * (high - low)
    if numbers.max() > high or numbers.min() < low:
        why = f"some lie outside {low:g} to {high:g}: on which scale are they?"
        lines.append(Line(f"scale = [{low:g}, {10 * high:g}]", why, sure=False))
    elif numbers.max() <= top and bool((numbers % 1).any()):
        why = f"all lie within {low:g} to {top:g}; or [{low:g}, {high:g}], as they are?"
        lines.append(Line(f"scale = [{low:g}, {top:g}]", why, sure=False))
    return lines
