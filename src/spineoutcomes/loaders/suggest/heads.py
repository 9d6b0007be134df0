"""Read the name of a column: its words, its unit, and the visit that stands in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

DAYS_OF_MONTH, DAYS_OF_YEAR = 365.25 / 12, 365.25
# Times at which patients are seen; another number beside a unit is more likely something else.
SEEN = {
    "d": (1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 42, 60, 90, 180, 365),
    "w": (1, 2, 3, 4, 6, 7, 8, 10, 12, 13, 16, 24, 26, 48, 52),
    "m": (1, 2, 3, 4, 6, 8, 9, 10, 12, 15, 18, 21, 24, 30, 36, 42, 48, 60, 72, 84, 96, 120),
    "y": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15),
}
DAYS = {"d": 1.0, "w": 7.0, "m": DAYS_OF_MONTH, "y": DAYS_OF_YEAR}

GAP = r"[-_. ]?"
BEFORE = rf"(?i:pre{GAP}operative|preop|pre|baseline|base|bl|before|术前|治疗前|入院时|入院)"
AFTER = rf"(?i:post{GAP}operative|postop|post|术后即刻|术后|出院时|出院)"
LAST = rf"(?i:(?:last|final){GAP}(?:fu|follow{GAP}up)|final|末次随访|终末随访|末次)"
UNITS = {
    "d": r"(?i:days?|d|dag(?:er|ar)?|天|日)",
    "w": r"(?i:weeks?|wks?|w|uker?|veckor?|周)",
    "m": r"(?i:months?|mths?|mnd|mån|mos?|m|个月|月)",
    "y": r"(?i:years?|yrs?|y|år|年)",
}
COUNT = "|".join(f"(?P<n_{key}>\\d{{1,3}}){GAP}{unit}" for key, unit in UNITS.items())
TURNED = "|".join(
    f"(?i:{word}){GAP}(?P<t_{key}>\\d{{1,3}})"
    for key, word in (("d", "day|d"), ("w", "week|wk|w"), ("m", "month|m"), ("y", "year|yr|y"))
)
# A visit begins where a word does: no letter before it, or a small one before a capital or a digit.
START = r"(?:(?<![A-Za-z0-9])|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?=[^\x00-\x7f]))"
END = r"(?![a-z]|(?<=\d)\d)"
VISIT = re.compile(
    rf"{START}(?:(?P<before>{BEFORE})|(?P<last>{LAST})"
    rf"|(?:{AFTER}{GAP})?(?:{COUNT}|{TURNED})|(?P<after>{AFTER})){END}"
)
WORD = re.compile(r"[A-ZÆØÅÄÖ]+(?![a-zæøåäö])|[A-ZÆØÅÄÖ]?[a-zæøåäö]+|\d+|[^\W\d_a-zA-Z]+")
ONE_WORD = (
    (re.compile(r"eq[-_ ]?5d(?:[-_ ]?[35]l)?", re.I), " eq5d "),
    (re.compile(r"sf[-_ ]?36", re.I), " sf36 "),
    (re.compile(r"icd[-_ ]?10", re.I), " icd10 "),
    (re.compile(r"mjoa", re.I), " mjoa "),
    (re.compile(r"e-?mail", re.I), " email "),
)
KEPT = {"eq5d", "sf36", "icd10", "mjoa"}
IN_BRACKETS = re.compile(r"[(（\[]\s*([^()（）\[\]]*?)\s*[)）\]]")
UNIT_WORDS = {
    "min": "min",
    "mins": "min",
    "minutes": "min",
    "分钟": "min",
    "h": "h",
    "hours": "h",
    "小时": "h",
    "ml": "ml",
    "cc": "cc",
    "l": "l",
    "mm": "mm",
    "cm": "cm",
    "day": "day",
    "days": "day",
    "d": "day",
    "天": "day",
    "日": "day",
    "week": "week",
    "weeks": "week",
    "周": "week",
    "month": "month",
    "months": "month",
    "mo": "month",
    "月": "month",
    "个月": "month",
    "year": "year",
    "years": "year",
    "y": "year",
    "岁": "year",
    "年": "year",
}


@dataclass(frozen=True, slots=True)
class VisitInName:
    """A visit as the name of a column says it: what stands around it, its code, and its day."""

    before: str
    code: str
    after: str
    name: str | None
    day: int | None


def words_of(head: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, without what stands in brackets."""
    text = IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", head))
    for pattern, word in ONE_WORD:
        text = pattern.sub(word, text)
    words: list[str] = []
    for piece in re.split(r"[\W_]+", text):
        words += [piece] if piece in KEPT else WORD.findall(piece)
    return tuple(word.casefold() for word in words)


def unit_of(head: str) -> str | None:
    """Return the unit that stands in brackets, or None."""
    found = IN_BRACKETS.findall(unicodedata.normalize("NFKC", head))
    units = [UNIT_WORDS[text.casefold()] for text in found if text.casefold() in UNIT_WORDS]
    return units[0] if len(units) == 1 else None


def visit_in(head: str) -> VisitInName | None:
    """Return the visit that a name says, where it says exactly one that is plausible."""
    # The 5D of EQ-5D are no days.
    plain = ONE_WORD[0][0].sub(lambda match: "\0" * len(match.group()), head)
    found = list(VISIT.finditer(plain))
    if len(found) != 1:
        return None
    (match,) = found
    parts = {key: value for key, value in match.groupdict().items() if value is not None}
    around = head[: match.start()], match.group(), head[match.end() :]
    for word, name, day in (
        ("before", "preoperative", 0),
        ("last", "final", None),
        ("after", "postoperative", None),
    ):
        if word in parts:
            return VisitInName(*around, name, day)
    timed = visit_after(*next((key[2:], value) for key, value in parts.items()))
    return None if timed is None else VisitInName(*around, *timed)


def visit_after(unit: str, number: str) -> tuple[str, int] | None:
    """Return the name and the day of a visit after so many days, weeks, months or years."""
    count = int(number)
    return (f"{count}{unit}", round(count * DAYS[unit])) if count in SEEN[unit] else None
