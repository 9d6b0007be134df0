"""Propose where the facts of patients, episodes and procedures come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spineoutcomes.loaders.mapping.units import units_of
from spineoutcomes.loaders.suggest.seen import Seen, date_formats, in_words, is_about, is_called
from spineoutcomes.loaders.suggest.text import Line, key_of, pairs, quoted
from spineoutcomes.loaders.suggest.words import FACTS, FEMALE, HAPPENED, IDENTIFIERS, MALE

READING = ("file", "only")  # no names of columns: they say which rows a section reads
PAIN = ("pain", "smerte", "smärta", "疼痛")
SHORT = 2  # letters of a code; a longer cell may be anything, and stays in the file
OLDEST, EARLIEST, LATEST, HIGHEST_ASA = 120, 1880, 2100, 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A proposal for one column of the file: its section, and the line."""

    section: str
    line: Line


def facts_of(column: Seen) -> list[Fact]:
    """Return what a column may be by its name, with how sure that is by its cells."""
    for place, names in FACTS.items():
        section, _, name = place.partition(".")
        if name in ("patient_id", "episode_id"):
            continue
        if is_called(column, names):
            return [Fact(section, line) for line in _READ.get(name, _plain)(name, column)]
    return []


def may_identify(column: Seen) -> bool:
    """Whether the name of a column is one of what identifies a person."""
    if is_called(column, IDENTIFIERS):
        return True
    return is_about(column, [n for n in IDENTIFIERS if n != "name" and (" " in n or len(n) > 2)])


def kinds_of(column: Seen) -> Iterator[str]:
    """Yield the kinds of events that a column may tell of."""
    for kind, names in HAPPENED.items():
        if is_about(column, names) or is_called(column, names):
            yield kind


def resembles(column: Seen) -> str | None:
    """Return the fact whose name stands in that of a column, beside other words."""
    for place, names in FACTS.items():
        if place.endswith("_id"):
            continue
        if any(
            in_words(name, column.words) for name in names if len(name) > 2 or not name.isascii()
        ):
            return place
    return None


def _plain(name: str, column: Seen) -> list[Line]:
    return [Line(f"{name} = {quoted(column.head)}", "by its name")]


def _asked(name: str, column: Seen, why: str, more: str = "") -> list[Line]:
    text = quoted(column.head) if not more else f"{{ column = {quoted(column.head)}, {more} }}"
    return [Line(f"{name} = {text}", why, sure=False)]


def _sex(name: str, column: Seen) -> list[Line]:
    said = {text: text.casefold() for text in column.found}
    codes = {
        text: "female" if word in FEMALE else "male"
        for text, word in said.items()
        if word in FEMALE | MALE
    }
    if codes and len(codes) == len(said):
        text = f"{{ column = {quoted(column.head)}, codes = {pairs(codes)} }}"
        return [Line(f"{name} = {text}", "by its name and its cells")]
    known = {t: codes.get(t, "...") for t in column.found[:4] if t in codes or len(t) <= SHORT}
    known = known or {"...": "..."}
    return _asked(name, column, "which code is which?", f"codes = {pairs(known)}")


def _age(name: str, column: Seen) -> list[Line]:
    if column.unit == "month":
        text = f'{{ column = {quoted(column.head)}, unit = "month" }}'
        return [Line(f"{name} = {text}", "by its name")]
    if column.within(0, OLDEST):
        return [Line(f"{name} = {quoted(column.head)}", f"by its name; all within 0 to {OLDEST}")]
    if column.n_texts:
        return _asked(name, column, "not all cells are numbers")
    return _asked(name, column, f"some are above {OLDEST}: in months?", 'unit = "month"')


def _date(name: str, column: Seen) -> list[Line]:
    formats = date_formats(column)
    if formats == ["%Y-%m-%d"]:
        return [Line(f"{name} = {quoted(column.head)}", "by its name; dates as YYYY-MM-DD")]
    if len(formats) == 1:
        text = f"{{ column = {quoted(column.head)}, date_format = {quoted(formats[0])} }}"
        return [Line(f"{name} = {text}", "by its name and its cells")]
    if not formats:
        return _asked(name, column, "not all cells are dates written alike")
    return _asked(name, column, "day or month first?", f"date_format = {quoted(formats[0])}")


def _diagnosis(name: str, column: Seen) -> list[Line]:
    return _asked(name, column, "by its name; the codes are yours", 'codes = { "..." = "..." }')


def _number(low: float, high: float) -> Callable[[str, Seen], list[Line]]:
    def read(name: str, column: Seen) -> list[Line]:
        if column.within(low, high):
            return [Line(f"{name} = {quoted(column.head)}", "by its name and its cells")]
        return _asked(name, column, "not all cells are numbers that it may have")

    return read


def _measured(name: str, column: Seen) -> list[Line]:
    """Return a number with a unit, which is sure where the name of the column says it."""
    own = units_of(name)
    if column.n_texts:
        return _asked(name, column, "not all cells are numbers")
    if column.unit not in own:
        units = ", ".join(map(quoted, own))
        return _asked(name, column, f"in {next(iter(own))}? or say unit = one of {units}")
    if own[column.unit] == 1:
        return [Line(f"{name} = {quoted(column.head)}", "by its name and unit")]
    text = f"{{ column = {quoted(column.head)}, unit = {quoted(column.unit)} }}"
    return [Line(f"{name} = {text}", "by its name and unit")]


def _followup(name: str, column: Seen) -> list[Line]:
    if column.unit == "month" and not column.n_texts:
        why = "months have no number of days: is 30.4375 right?"
        return _asked(name, column, why, "multiply = 30.4375")
    return _measured(name, column)


_READ: dict[str, Callable[[str, Seen], list[Line]]] = {
    "sex": _sex,
    "age_years": _age,
    "birth_year": _number(EARLIEST, LATEST),
    "asa_class": _number(1, HIGHEST_ASA),
    "death_date": _date,
    "last_contact_date": _date,
    "index_date": _date,
    "diagnosis": _diagnosis,
    "operative_time_min": _measured,
    "blood_loss_ml": _measured,
    "incision_length_mm": _measured,
    "los_days": _number(0, 10_000),
    "last_followup_day": _followup,
}


def question_of(column: Seen, constant: set[str]) -> Fact:
    """Return a question on a column that nobody knows: what it resembles, or where it could go."""
    near = resembles(column)
    if near is not None:
        section, _, name = near.partition(".")
        (line,) = _asked(name, column, f"its name has other words besides those of {name}")
        return Fact(section, line)
    name = "_".join(column.words)
    if not name or not name.isascii() or name in READING:
        name = key_of(column.head)
    where = "a fact of the episode" if column.head in constant else "differs within an id"
    if is_about(column, PAIN):
        where = "a score of pain, by which instrument and at which visit? or " + where
    (line,) = _asked(name, column, f"{where}? else a score, an event, or ignore")
    return Fact("episodes", line)
