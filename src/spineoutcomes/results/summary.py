"""Summary: descriptive numbers (baseline, balance, flow, follow-up)."""

from __future__ import annotations

from dataclasses import KW_ONLY, InitVar, dataclass, field

import pandas as pd

from spineoutcomes.results._frame import arranged
from spineoutcomes.results._show import as_html, as_text

TEXT = ("variable", "level", "group", "statistic")
NUMBERS = ("value", "n")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Summary:
    """Descriptive numbers, one a row.

    Parameters
    ----------
    frame : DataFrame
        Columns `variable, level, group, statistic, value, n`; `variable` and `statistic` are
        required, unknown columns are refused. A statistic of a whole variable has no `level`; a
        pairwise one has the pair as `group`, such as "mis - open". `n` is the number of rows the
        value rests on.
    method : str
        A sentence fit for a footnote.
    sources : tuple of str
        Citations of the methods, as DOIs or short references.
    estimand : str, optional
        The population described, where weights or matching changed it.
    conf_level : float
        Level of any interval among the statistics.
    warnings : tuple of str
        What a reader must be told beside the numbers.

    Raises
    ------
    ArgumentError
        For an unknown column, or an incomplete `variable` or `statistic`.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"variable": ["age"], "statistic": ["mean"], "value": [61.5]})
    >>> so.Summary(rows).tidy()["value"].tolist()
    [61.5]
    """

    frame: InitVar[pd.DataFrame]
    _: KW_ONLY
    method: str = ""
    sources: tuple[str, ...] = ()
    estimand: str | None = None
    conf_level: float = 0.95
    warnings: tuple[str, ...] = ()
    _frame: pd.DataFrame = field(init=False)

    def __post_init__(self, frame: pd.DataFrame) -> None:
        rows = arranged(
            frame,
            kind="Summary",
            text=TEXT,
            numbers=NUMBERS,
            required=("variable", "statistic"),
        )
        object.__setattr__(self, "_frame", rows)
        object.__setattr__(self, "sources", tuple(self.sources))

    def tidy(self) -> pd.DataFrame:
        """Return the numbers, one a row, as a new frame."""
        return self._frame.copy()

    def summary(self) -> str:
        """Return the numbers as text."""
        return as_text(self._frame, self)

    def __repr__(self) -> str:
        return f"<Summary: {len(self._frame)} rows>\n{self.summary()}"

    def _repr_html_(self) -> str:
        return as_html(self._frame, self)
