"""Effects: rows of estimates with intervals."""

from __future__ import annotations

from dataclasses import KW_ONLY, InitVar, dataclass, field

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results._frame import arranged
from spineoutcomes.results._show import as_html, as_text
from spineoutcomes.results.measures import measure

KEYS = ("outcome", "group", "visit", "horizon", "cause")
TEXT = ("term", "contrast", "measure")
NUMBERS = (
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
    "n",
    "n_event",
    "n_missing",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Effects:
    """Estimates with their intervals, one row each: contrasts and the arms they compare.

    Parameters
    ----------
    frame : DataFrame
        Columns of a result (see Notes). `measure` is required; absent columns are filled with
        missing values; unknown columns and unknown measures are refused.
    method : str
        A sentence fit for a footnote. Rows without a method of their own take it.
    sources : tuple of str
        Citations of the methods, as DOIs or short references.
    estimand : str, optional
        What is estimated, such as "ATE" or "marginal".
    conf_level : float
        Level of `conf_low` and `conf_high`.
    covariance : DataFrame, optional
        Covariance of the estimates, terms by terms.
    warnings : tuple of str
        What a reader must be told beside the numbers.

    Raises
    ------
    ArgumentError
        For an unknown column or measure, or a missing `measure`.

    Notes
    -----
    Columns: optional keys `outcome, group, visit, horizon, cause`, then `term, contrast, measure,
    estimate, std_error, statistic, df, p_value, p_adjusted, conf_low, conf_high, n, n_event,
    n_missing, method, estimand`. Units are those of the outcome; ratios are stored as ratios with
    their standard error on the log scale. A value that could not be computed is missing.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"measure": ["risk_ratio"], "estimate": [0.8]})
    >>> so.Effects(rows, method="read from a paper").tidy()["estimate"].tolist()
    [0.8]
    """

    frame: InitVar[pd.DataFrame]
    _: KW_ONLY
    method: str = ""
    sources: tuple[str, ...] = ()
    estimand: str | None = None
    conf_level: float = 0.95
    covariance: pd.DataFrame | None = None
    warnings: tuple[str, ...] = ()
    _frame: pd.DataFrame = field(init=False)

    def __post_init__(self, frame: pd.DataFrame) -> None:
        if not 0 < self.conf_level < 1:
            raise ArgumentError(f"conf_level must lie between 0 and 1, got {self.conf_level}.")
        rows = arranged(
            frame,
            kind="Effects",
            text=TEXT,
            numbers=NUMBERS,
            optional=KEYS,
            last={"method": self.method or None, "estimand": self.estimand},
            required=("measure",),
        )
        for name in rows["measure"].unique():
            measure(name)
        object.__setattr__(self, "_frame", rows)
        object.__setattr__(self, "sources", tuple(self.sources))

    def tidy(self) -> pd.DataFrame:
        """Return the rows, one estimate each, as a new frame."""
        return self._frame.copy()

    def summary(self) -> str:
        """Return the rows as text, with the method below."""
        return as_text(self._frame.dropna(axis="columns", how="all"), self)

    def __repr__(self) -> str:
        return f"<Effects: {len(self._frame)} rows>\n{self.summary()}"

    def _repr_html_(self) -> str:
        return as_html(self._frame.dropna(axis="columns", how="all"), self)
