"""ResultSet: an ordered, named set of results; its tidy form is `results.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from html import escape
from types import MappingProxyType

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results.curves import Curves
from spineoutcomes.results.effects import NUMBERS, Effects
from spineoutcomes.results.summary import Summary

Result = Effects | Curves | Summary
COLUMNS = (
    "result",
    "kind",
    "outcome",
    "term",
    "contrast",
    "group",
    "level",
    "visit",
    "cause",
    "time",
    "measure",
    "statistic",
    "value",
    "method",
    "warning",
)
CURVE_NUMBERS = ("n_risk", "n_event", "n_censor", "estimate", "std_error", "conf_low", "conf_high")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResultSet:
    """Results in the order they are reported, each under a unique name.

    Parameters
    ----------
    results : mapping of str to Effects, Curves or Summary
        The results by name.

    Raises
    ------
    ArgumentError
        When a value is not a result, or a name is asked for that is not there.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> flow = so.Summary(pd.DataFrame({"variable": ["flow"], "statistic": ["n"], "value": [12]}))
    >>> so.ResultSet({"Patients": flow}).tidy()[["result", "statistic", "value"]].values.tolist()
    [['Patients', 'n', 12.0]]
    """

    results: InitVar[Mapping[str, Result]]
    _results: Mapping[str, Result] = field(init=False)

    def __post_init__(self, results: Mapping[str, Result]) -> None:
        for name, result in results.items():
            if not isinstance(result, Effects | Curves | Summary):
                raise ArgumentError(
                    f"{name!r} is a {type(result).__name__}; a ResultSet holds Effects, Curves "
                    "and Summary."
                )
        object.__setattr__(self, "_results", MappingProxyType(dict(results)))

    def __getitem__(self, name: str) -> Result:
        if name not in self._results:
            raise ArgumentError(f"No result {name!r}; there are: {', '.join(self._results)}.")
        return self._results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def items(self) -> Iterator[tuple[str, Result]]:
        """Yield name and result, in order."""
        yield from self._results.items()

    def tidy(self) -> pd.DataFrame:
        """Return one printed number a row, in the order of the results.

        Returns
        -------
        DataFrame
            Columns `result, kind, outcome, term, contrast, group, level, visit, cause, time,
            measure, statistic, value, method, warning`. Missing numbers have no row. Curves are
            given at their `horizons`.
        """
        parts = [_long(name, result) for name, result in self._results.items()]
        if not parts:
            return pd.DataFrame(columns=list(COLUMNS))
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> str:
        """Return all results as text."""
        return "\n\n".join(f"{name}\n{result.summary()}" for name, result in self.items())

    def __repr__(self) -> str:
        return f"<ResultSet: {', '.join(self._results) or 'empty'}>"

    def _repr_html_(self) -> str:
        return "".join(f"<h4>{escape(name)}</h4>{r._repr_html_()}" for name, r in self.items())


def _long(name: str, result: Result) -> pd.DataFrame:
    numbers: tuple[str, ...]
    if isinstance(result, Effects):
        frame, numbers = result.tidy().rename(columns={"horizon": "time"}), NUMBERS
    elif isinstance(result, Curves):
        frame, numbers = result.at(result.horizons).assign(measure=result.measure), CURVE_NUMBERS
    else:
        frame, numbers = result.tidy().rename(columns={"variable": "term"}), ("value",)
    keys = [column for column in COLUMNS if column in frame and column not in numbers]
    if not isinstance(result, Summary):
        frame = _melted(frame, keys, numbers)
    frame = frame.dropna(subset=["value"])
    frame = frame.assign(
        result=name,
        kind=type(result).__name__.lower(),
        warning="; ".join(result.warnings) or None,
        method=frame.get("method", result.method or None),
    )
    return (
        frame.reindex(columns=list(COLUMNS))
        .astype({"time": float, "value": float})
        .astype({c: object for c in COLUMNS if c not in ("time", "value")})
    )


def _melted(frame: pd.DataFrame, keys: list[str], numbers: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per number, all numbers of a row together and in the order of `numbers`."""
    values = frame[list(numbers)].stack(future_stack=True)
    at = values.index.get_level_values(0)
    out = frame.loc[at, keys].reset_index(drop=True)
    return out.assign(
        statistic=values.index.get_level_values(1).astype(object), value=values.to_numpy()
    )
