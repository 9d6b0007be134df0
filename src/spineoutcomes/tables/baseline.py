"""The table of baseline characteristics, from a Summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan
from typing import NamedTuple

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Summary
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import Words, words
from spineoutcomes.tables.notes import result_notes
from spineoutcomes.tables.table import Role, Row, Table

PAIRWISE = ("smd", "p_value")
ABBREVIATIONS = {
    "mean": "SD, standard deviation.",
    "median": "Q1 and Q3, first and third quartile.",
    "smd": "SMD, standardized mean difference.",
}


class _Group(NamedTuple):
    """A group of a summary, and which summary it is of where two stand side by side."""

    name: str | None
    part: str


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a summary, each found by its place; absent ones are missing."""

    values: Mapping[tuple[str, str | None, _Group, str], float]
    levels: Mapping[str, tuple[str, ...]]
    groups: tuple[_Group, ...]
    pairs: tuple[_Group, ...]

    def get(self, variable: str, level: str | None, group: _Group, statistic: str) -> float:
        return self.values.get((variable, level, group, statistic), nan)

    def has(self, variable: str, statistic: str) -> bool:
        return any(not isnan(self.get(variable, None, g, statistic)) for g in self.groups)

    def beside(self, other: _Numbers) -> _Numbers:
        """Return these numbers with those of another summary to their right."""
        both = {**self.levels, **other.levels}
        seen = {v: (*self.levels.get(v, ()), *other.levels.get(v, ())) for v in both}
        return _Numbers(
            values={**self.values, **other.values},
            levels={variable: tuple(dict.fromkeys(found)) for variable, found in seen.items()},
            groups=self.groups + other.groups,
            pairs=self.pairs + other.pairs,
        )

    def effective(self, group: _Group) -> float:
        """Return the effective size of a group: that of its most complete variable."""
        found = (self.get(variable, None, group, "effective_n") for variable in self.levels)
        return max((value for value in found if not isnan(value)), default=nan)

    def size(self, group: _Group) -> float:
        """Return the rows of a group: those with a value and those without, of any variable."""
        for variable in self.levels:
            known = self.get(variable, None, group, "n")
            missing = self.get(variable, None, group, "missing")
            if not isnan(known):
                return known if isnan(missing) else known + missing
        return nan


def baseline_table(
    summary: Summary,
    *,
    unweighted: Summary | None = None,
    labels: Mapping[str, str] | None = None,
    caption: str = "",
) -> Table:
    """Return the table of baseline characteristics, one column a group.

    Parameters
    ----------
    summary : Summary
        What `compare.baseline_summary` returns: statistics `n, missing, effective_n, mean, sd,
        median, q1, q3, count, proportion, smd, p_value` by variable, level and group. Units are
        those of the data.
    unweighted : Summary, optional
        The same groups before weighting: its columns stand to the left of those of `summary`.
    labels : mapping of str to str, optional
        Words for variables, levels and groups; names without an entry are shown as they are.
    caption : str
        What the table shows.

    Returns
    -------
    Table
        Numeric variables as mean (SD) and median (Q1, Q3), others as count (percent); then the
        standardized differences and p-values there are.

    Raises
    ------
    ArgumentError
        When `summary` or `unweighted` is not a Summary or holds none of these statistics.

    Notes
    -----
    Missing data: a variable with missing values has a row that counts them by group; percentages
    are those of the summary. `n` of a variable counts rows with a value; the number in a header is
    `n` and `missing` of the first variable taken together; an effective n is that of the most
    complete variable.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"variable": "age", "group": "mis", "statistic": ["n", "mean", "sd"],
    ...                      "value": [45, 61.53, 9.84]})
    >>> table = so.tables.baseline_table(so.Summary(rows), labels={"age": "Age, years"})
    >>> table.columns
    ('', 'mis (n = 45)')
    >>> [row.cells for row in table.rows]
    [('Age, years', ''), ('Mean (SD)', '61.5 (9.8)')]
    """
    numbers = _numbers_of(summary, "" if unweighted is None else "Weighted")
    if unweighted is not None:
        numbers = _numbers_of(unweighted, "Unweighted").beside(numbers)
    say = words(labels)
    rows = [row for variable in numbers.levels for row in _variable_rows(numbers, variable, say)]
    if not rows:
        raise ArgumentError(
            "The summary holds no baseline statistics (mean, median, count); make it with "
            "`compare.baseline_summary`, or use `results_table` for another summary."
        )
    shown = {statistic for _, _, _, statistic in numbers.values}
    notes = [note for statistic, note in ABBREVIATIONS.items() if statistic in shown]
    return Table(
        columns=["", *(_group_header(numbers, group, say) for group in numbers.groups)]
        + [_pair_header(column, numbers, say) for column in _pair_columns(numbers)],
        rows=rows,
        caption=caption,
        footnotes=[*([" ".join(notes)] if notes else []), *_notes(summary, unweighted)],
    )


def _notes(summary: Summary, unweighted: Summary | None) -> list[str]:
    if unweighted is None:
        return result_notes(summary)
    parts = (("Unweighted", unweighted), ("Weighted", summary))
    return [f"{part}: {note}" for part, result in parts for note in result_notes(result)]


def _numbers_of(summary: Summary, part: str) -> _Numbers:
    if not isinstance(summary, Summary):
        raise ArgumentError(f"Expected a Summary, got a {type(summary).__name__}.")
    values: dict[tuple[str, str | None, _Group, str], float] = {}
    levels: dict[str, dict[str, None]] = {}
    for variable, level, group, statistic, value in zip(
        *(summary.tidy()[c] for c in ("variable", "level", "group", "statistic", "value")),
        strict=True,
    ):
        values[variable, level, _Group(group, part), statistic] = value
        levels.setdefault(variable, {}).update({} if level is None else {level: None})
    return _Numbers(
        values=values,
        levels={variable: tuple(found) for variable, found in levels.items()},
        groups=tuple(dict.fromkeys(g for _, _, g, s in values if s not in PAIRWISE)),
        pairs=tuple(dict.fromkeys(g for _, _, g, s in values if s in PAIRWISE)),
    )


def _variable_rows(numbers: _Numbers, variable: str, say: Words) -> Iterator[Row]:
    """Yield the rows of one variable: a heading with the differences, then its statistics."""
    pairwise = [
        _pair_cell(numbers.get(variable, None, pair, statistic), statistic)
        for statistic, pair in _pair_columns(numbers)
    ]
    blank = [""] * len(pairwise)

    def row(name: str, cells: list[str], role: Role, right: list[str] = blank) -> Row:
        return Row((name, *cells, *right), role)

    body = list(_body(numbers, variable, say))
    missing = [numbers.get(variable, None, group, "missing") for group in numbers.groups]
    if any(value > 0 for value in missing):
        body.append(("Missing", [fmt.count(value) for value in missing]))
    if not numbers.has(variable, "count"):
        if body:
            yield row(say(variable), [""] * len(numbers.groups), "heading", pairwise)
    else:
        yield row(f"{say(variable)}, n (%)", _counts(numbers, variable, None), "row", pairwise)
    for name, cells in body:
        yield row(name, cells, "sub")


def _body(numbers: _Numbers, variable: str, say: Words) -> Iterator[tuple[str, list[str]]]:
    def values(statistic: str) -> list[float]:
        return [numbers.get(variable, None, group, statistic) for group in numbers.groups]

    if numbers.has(variable, "mean"):
        yield "Mean (SD)", list(map(fmt.mean_sd, values("mean"), values("sd")))
    if numbers.has(variable, "median"):
        middle = map(fmt.median_quartiles, values("median"), values("q1"), values("q3"))
        yield "Median (Q1, Q3)", list(middle)
    for level in numbers.levels[variable]:
        yield f"{say(level)}, n (%)", _counts(numbers, variable, level)


def _counts(numbers: _Numbers, variable: str, level: str | None) -> list[str]:
    return [
        fmt.count_percent(
            numbers.get(variable, level, group, "count"),
            numbers.get(variable, level, group, "proportion"),
        )
        for group in numbers.groups
    ]


def _pair_columns(numbers: _Numbers) -> list[tuple[str, _Group]]:
    found = dict.fromkeys((s, g) for _, _, g, s in numbers.values if s in PAIRWISE)
    return sorted(found, key=lambda column: PAIRWISE.index(column[0]))


def _pair_cell(value: float, statistic: str) -> str:
    if isnan(value):
        return ""
    return fmt.fixed(value, 2) if statistic == "smd" else fmt.p_value(value)


def _pair_header(column: tuple[str, _Group], numbers: _Numbers, say: Words) -> str:
    statistic, pair = column
    name = {"smd": "SMD", "p_value": "P"}[statistic]
    alone = len({group.name for group in numbers.pairs}) == 1
    return _of_part(name if alone else f"{name} ({say(pair.name)})", pair)


def _group_header(numbers: _Numbers, group: _Group, say: Words) -> str:
    size, effective = numbers.size(group), numbers.effective(group)
    sizes = [] if isnan(size) else [f"n = {fmt.count(size)}"]
    sizes += [] if isnan(effective) else [f"effective n = {fmt.fixed(effective, 1)}"]
    name = say(group.name) or "All"
    return _of_part(f"{name} ({', '.join(sizes)})" if sizes else name, group)


def _of_part(text: str, group: _Group) -> str:
    return f"{group.part}: {text}" if group.part else text
