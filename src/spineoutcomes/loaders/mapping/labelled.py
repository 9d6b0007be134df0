"""Codes that a file labels as missing without counting them so: 99 "Not answered" is no score."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from spineoutcomes.loaders.cells import Cells
from spineoutcomes.loaders.source import SourceFile

# English, the Nordic languages, German; then Chinese, which has no spaces around words.
_SAYS_MISSING = re.compile(
    r"\b(?:missing|unknown|not (?:known|answered|filled|completed|recorded|applicable|asked|done|"
    r"available|assessed|stated)|no (?:answer|response|data)|n/a|refused|declined|skipped|"
    r"do(?:n[’']t| not) know|ukjent|ukendt|okänd|saknas|mangler|uoplyst|ubesvart|ubesvaret|"
    r"ikke (?:besvart|besvaret|utfylt|udfyldt|svart|aktuelt)|ej (?:besvarad|svarat|ifylld)|"
    r"ve[td] (?:ikke|ej|inte)|puuttuu|ei (?:tietoa|vastattu)|fehl(?:t|end)|unbekannt|"
    r"keine angabe)\b|缺失|未知|不详|不詳|未填|未答|未测|拒绝|不适用",
    re.IGNORECASE,
)


def without_labelled_missing(
    numbers: Cells, cells: Cells, file: SourceFile, column: str | None
) -> Cells:
    """Return numbers in which a code that the file labels as missing is no number.

    Parameters
    ----------
    numbers, cells : Cells
        The cells as numbers, and as the text they were read from.
    file : SourceFile
    column : str or None
        The column of the file, where there is one.
    """
    codes = _codes(file.labels.get(column or "", {}))
    if not codes:
        return numbers
    hit = pd.Series(cells.values).isin(list(codes)).to_numpy()
    if not hit.any():
        return numbers
    met = [code for code in codes if (cells.values[hit] == code).any()]
    said = ", ".join(f"{code} is {codes[code]!r}" for code in met)
    declared = ", ".join(f'"{code}" = "unknown"' for code in met)
    return replace(
        numbers,
        values=np.where(hit, np.nan, numbers.values.astype(float)),
        bad=numbers.bad | hit,
        rule="labelled_missing",
        expected=(
            f"numbers: the file labels them as missing ({said}); write missing = {{ {declared} }}, "
            "or codes for all of them if they are meant"
        ),
    )


def _codes(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the codes whose label says that there is no answer."""
    return {code: label for code, label in labels.items() if _SAYS_MISSING.search(label)}
