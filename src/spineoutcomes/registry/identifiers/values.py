"""Cells that look as if they identified a person, counted; no cell is ever repeated."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from spineoutcomes.registry.dates_in_text import hold_dates
from spineoutcomes.registry.identifiers import digits
from spineoutcomes.registry.texts import Shaped, filled_texts

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

MOST = 0.5  # a form that other numbers share counts when so many cells of the column have it
LONG_TEXT = 30  # characters, with blanks between, from which a cell is free text
LONG_CHINESE = 12  # and without blanks, where Chinese is written
LEAST_DIGITS = 9  # of a whole number that may be one of a person
LONGEST_EXACT = 2**53  # whole numbers beyond cannot be told from their neighbours
ROUNDED = (1e16, 1e18)  # what becomes of a Chinese identity number that was stored as a number

_CHINESE_RUN = re.compile(rf"[\u4e00-\u9fff,。、;]{{{LONG_CHINESE},}}")


@dataclass(frozen=True, slots=True)
class Form:
    """How something is written, who says whether it holds, and whether one cell is enough.

    `shape` is what the shape of such a text holds, in which digits are 0 and letters a.
    """

    why: str
    shape: re.Pattern[str]
    pattern: re.Pattern[str]
    holds: Callable[[Sequence[str]], Mask] | None = None
    needs_most: bool = False


def _number(
    why: str,
    shape: str,
    pattern: str,
    holds: Callable[[Sequence[str]], Mask] | None = None,
    *,
    needs_most: bool = False,
) -> Form:
    """Return a form that stands alone: no digit and no letter touches it."""
    return Form(
        why,
        re.compile(rf"(?<![0a])(?:{shape})(?![0a])"),
        re.compile(rf"(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])", re.IGNORECASE | re.ASCII),
        holds,
        needs_most,
    )


def _are_addresses(texts: Sequence[str]) -> Mask:
    return np.array([_is_address(text) for text in texts], dtype=bool)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _are_long_enough(texts: Sequence[str]) -> Mask:
    counts = np.array([sum(letter.isdecimal() for letter in text) for text in texts])
    return (counts >= 8) & (counts <= 15)


CHINESE = "Chinese resident identity number (check digit holds)"
NORWEGIAN = "Norwegian fødselsnummer (check digits hold)"
SWEDISH = "Swedish personnummer (check digit holds)"
DANISH = "form of a Danish CPR number"
FINNISH = "Finnish henkilötunnus (check character holds)"
BRITISH = "British NHS number (check digit holds)"
AMERICAN = "form of a US social security number"
EMAIL, URL, IP, PHONE = "e-mail address", "URL", "IP address", "telephone number"

FORMS = (
    _number(CHINESE, "0{17}[0a]", r"\d{17}[\dX]", digits.is_chinese),
    _number(NORWEGIAN, "0{6}[ -]?0{5}", r"\d{6}[ -]?\d{5}", digits.is_norwegian),
    _number(SWEDISH, "0{6,8}[-+]0000", r"(?:\d{2})?\d{6}[-+]\d{4}", digits.is_swedish),
    _number(SWEDISH, "0{10,12}", r"(?:19|20)?\d{10}", digits.is_swedish, needs_most=True),
    _number(DANISH, "0{6}-0000", r"\d{6}-\d{4}", digits.is_danish),
    _number(DANISH, "0{10}", r"\d{10}", digits.is_danish, needs_most=True),
    _number(
        FINNISH,
        "0{6}[-+a]000[0a]",
        r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
        digits.is_finnish,
    ),
    _number(BRITISH, "000[ -]000[ -]0000", r"\d{3}[ -]\d{3}[ -]\d{4}", digits.is_british),
    _number(BRITISH, "0{10}", r"\d{10}", digits.is_british, needs_most=True),
    _number(AMERICAN, "000-00-0000", r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"),
    _number(IP, r"(?:0{1,3}\.){3}0{1,3}", r"(?:\d{1,3}\.){3}\d{1,3}", _are_addresses),
    _number(
        IP,
        "[0a:]*:[0a]*:[0a:]*[0a]",
        r"[0-9A-F:]*:[0-9A-F]*:[0-9A-F:]*[0-9A-F]",
        _are_addresses,
    ),
    _number(
        PHONE, r"\(?000\)?[ .-]000[ .-]0000", r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}", needs_most=False
    ),
    _number(PHONE, "0{11}", r"1[3-9]\d{9}", needs_most=True),
    Form(PHONE, re.compile(r"\+0"), re.compile(r"\+\d[\d ()./-]{6,}\d"), _are_long_enough),
    Form(EMAIL, re.compile("@"), re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    Form(
        URL,
        re.compile(r"a://|aaa\."),
        re.compile(r"(?:https?|ftp)://\S|www\.\S", re.IGNORECASE),
    ),
)


def suspicious(values: pd.Series) -> Iterator[tuple[str, int]]:
    """Yield what some cells of a column look like, and how many they are.

    Parameters
    ----------
    values : Series
        Text, or numbers: whole ones of many digits are looked at as well.
    """
    if pd.api.types.is_numeric_dtype(values):
        n_rounded = int(values.between(*ROUNDED).sum())
        if n_rounded:
            yield "numbers of 17 or 18 digits, rounded", n_rounded
    texts, counts = _counted(values)
    shaped = Shaped.of(texts)
    total = int(values.notna().sum())
    found: dict[str, Mask] = {}
    for form in FORMS:
        hit = _hits(form, shaped)
        if hit.any() and (not form.needs_most or counts[hit].sum() >= MOST * total):
            found[form.why] = found.get(form.why, np.zeros(len(texts), dtype=bool)) | hit
    found |= {"dates in text": hold_dates(shaped), "free text": shaped.which(_is_free)}
    yield from ((why, int(counts[hit].sum())) for why, hit in found.items() if hit.any())


def _counted(values: pd.Series) -> tuple[list[str], Counts]:
    """Return the texts of a column, and how many cells hold each."""
    known = values.dropna()
    if pd.api.types.is_bool_dtype(known) or pd.api.types.is_datetime64_any_dtype(known):
        known = known.iloc[:0]
    if pd.api.types.is_numeric_dtype(known):
        number = known.to_numpy(dtype=float)
        number = number[(number >= 10 ** (LEAST_DIGITS - 1)) & (number < LONGEST_EXACT)]
        known = pd.Series(number[number % 1 == 0].astype(np.int64), dtype=object)
    texts, numbers = filled_texts(known)
    counts = np.bincount(numbers, minlength=len(texts))
    held = np.flatnonzero(counts)  # categories may have no cell
    return [texts[k] for k in held.tolist()], np.asarray(counts[held], dtype=np.int64)


def _hits(form: Form, texts: Shaped) -> Mask:
    """Tell which texts hold something of a form, anywhere in them."""
    hit = texts.which(lambda shape: form.shape.search(shape) is not None)
    places = np.flatnonzero(hit).tolist()
    pieces = [(k, m[0]) for k in places for m in form.pattern.finditer(texts.texts[k])]
    hit[:] = False
    if pieces:
        at, found = np.array([k for k, _ in pieces]), [piece for _, piece in pieces]
        hit[at if form.holds is None else at[form.holds(found)]] = True
    return hit


def _is_free(shape: str) -> bool:
    return (len(shape) > LONG_TEXT and " " in shape) or _CHINESE_RUN.search(shape) is not None
