"""Numbers that a state gives to a person: their form, their date and their check digits.

All take texts of the right form and say which of them hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Digits = npt.NDArray[np.int64]

# ISO 7064 MOD 11-2 for 17 digits, as the Chinese standard GB 11643 lays down.
CHINESE_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHINESE_CHECK = np.array(list("10X98765432"))
NORWEGIAN_FIRST = np.array([3, 7, 6, 1, 8, 9, 4, 5, 2])
NORWEGIAN_SECOND = np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
LUHN = np.array([2, 1, 2, 1, 2, 1, 2, 1, 2])
BRITISH_WEIGHTS = np.arange(10, 1, -1)
FINNISH_CHECK = np.array(list("0123456789ABCDEFHJKLMNPRSTUVWXY"))


def is_chinese(texts: Sequence[str]) -> Mask:
    """Tell 18-digit resident identity numbers: a date of birth within, and the check digit."""
    letters = _letters([text.upper() for text in texts])
    digits = _digits(letters[:, :17])
    year = digits[:, 6:10] @ np.array([1000, 100, 10, 1])
    check = CHINESE_CHECK[digits @ CHINESE_WEIGHTS % 11]
    dated = _is_date(_two(digits, 12), _two(digits, 10)) & (year >= 1880) & (year <= 2100)
    holds: Mask = dated & (letters[:, 17] == check)
    return holds


def is_norwegian(texts: Sequence[str]) -> Mask:
    """Tell fødselsnummer and D-numbers, of the form with two check digits in use until 2032."""
    digits = _digits(_letters(_bare(texts)))
    first = (11 - digits[:, :9] @ NORWEGIAN_FIRST % 11) % 11
    second = (11 - digits[:, :10] @ NORWEGIAN_SECOND % 11) % 11
    # 40 is added to the day of a D-number, and 40 or 80 to the month of made-up ones.
    day, month = _two(digits, 0), _two(digits, 2)
    dated = _is_date(np.where(day > 40, day - 40, day), month % 40)
    holds: Mask = dated & (first == digits[:, 9]) & (second == digits[:, 10])
    return holds


def is_swedish(texts: Sequence[str]) -> Mask:
    """Tell personnummer and samordningsnummer, of ten or twelve digits, by Luhn's digit."""
    digits = _digits(_letters([text[-10:] for text in _bare(texts)]))
    doubled = digits[:, :9] * LUHN
    check = -(doubled // 10 + doubled % 10).sum(axis=1) % 10
    day = _two(digits, 4)
    dated = _is_date(np.where(day > 60, day - 60, day), _two(digits, 2))
    holds: Mask = dated & (check == digits[:, 9])
    return holds


def is_danish(texts: Sequence[str]) -> Mask:
    """Tell CPR numbers by their date alone: since 2007 they need no check digit."""
    digits = _digits(_letters(_bare(texts)))
    day = _two(digits, 0)
    return _is_date(np.where(day > 60, day - 60, day), _two(digits, 2))


def is_british(texts: Sequence[str]) -> Mask:
    """Tell NHS numbers by their check digit, which is one of eleven: ten digits, no date within."""
    digits = _digits(_letters(_bare(texts)))
    check = 11 - digits[:, :9] @ BRITISH_WEIGHTS % 11
    same = (digits == digits[:, :1]).all(axis=1)  # what stands for an unknown number
    holds: Mask = ~same & (check % 11 == digits[:, 9]) & (check != 10)
    return holds


def is_finnish(texts: Sequence[str]) -> Mask:
    """Tell henkilötunnus by its check character."""
    letters = _letters([text.upper() for text in texts])
    digits = _digits(np.concatenate([letters[:, :6], letters[:, 7:10]], axis=1))
    number = digits @ (10 ** np.arange(8, -1, -1))
    dated = _is_date(_two(digits, 0), _two(digits, 2))
    holds: Mask = dated & (letters[:, 10] == FINNISH_CHECK[number % 31])
    return holds


def _bare(texts: Sequence[str]) -> list[str]:
    return ["".join(letter for letter in text if letter.isdecimal()) for text in texts]


def _letters(texts: Sequence[str]) -> npt.NDArray[np.str_]:
    """Return texts of one length as rows of single characters."""
    whole = np.array(texts, dtype=str)
    return whole.view("U1").reshape(len(texts), -1)


def _digits(letters: npt.NDArray[np.str_]) -> Digits:
    return letters.astype(np.int64)


def _two(digits: Digits, start: int) -> Digits:
    """Return the number that two digits make."""
    return np.asarray(digits[:, start] * 10 + digits[:, start + 1])


def _is_date(day: Digits, month: Digits) -> Mask:
    holds: Mask = (day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)
    return holds
