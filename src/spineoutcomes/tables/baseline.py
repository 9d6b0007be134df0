"""The table of baseline characteristics, from a Summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan

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


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a summary, each found by its place; absent ones are missing."""

    values: Mapping[tuple[str, str | None, str | None, str], float]
    levels: Mapping[str, tuple[str, ...]]
    groups: tuple[str | None, ...]
    pairs: tuple[str | None, ...]

    def get(self, variable: str, level: str | None, group: str | None, statistic: str) -> float:
        return self.values.get((variable, level, group, statistic), nan)

    def has(self, variable: str, statistic: str) -> bool:
        return any(not isnan(self.get(variable, None, g, statistic)) for g in self.groups)

    def size(self, group: str | None) -> float:
        """Return the rows of a group: those with a value and those without, of any variable."""
        for variable in self.levels:
            known = self.get(variable, None, group, "n")
            missing = self.get(variable, None, group, "missing")
            if not isnan(known):
                return known if isnan(missing) else known + missing
        return nan


def baseline_table(
    summary: Summary, *, labels: Mapping[str, str] | None = None, caption: str = ""
) -> Table:
    """Return the table of baseline characteristics, one column a group.

    Parameters
    ----------
    summary : Summary
        What `compare.baseline_summary` returns: statistics `n, missing, mean, sd, median, q1, q3,
        count, proportion, smd, p_value` by variable, level and group. Units are those of the data.
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
        When `summary` is not a Summary or holds none of these statistics.

    Notes
    -----
    Missing data: a variable with missing values has a row that counts them by group; percentages
    are those of the summary. `n` of a variable counts rows with a value; the number in a header is
    `n` and `missing` of the first variable taken together.

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
    if not isinstance(summary, Summary):
        raise ArgumentError(f"Expected a Summary, got a {type(summary).__name__}.")
    numbers = _numbers_of(summary)
    say = words(labels)
    rows = [row for variable in numbers.levels for row in _variable_rows(numbers, variable, say)]
    if not rows:
        raise ArgumentError(
            "The summary holds no baseline statistics (mean, median, count); make it with "
            "`compare.baseline_summary`, or use `results_table` for another summary."
        )
    shown = set(summary.tidy()["statistic"])
    notes = [note for statistic, note in ABBREVIATIONS.items() if statistic in shown]
    return Table(
        columns=["", *(_group_header(numbers, group, say) for group in numbers.groups)]
        + [_pair_header(column, numbers, say) for column in _pair_columns(numbers)],
        rows=rows,
        caption=caption,
        footnotes=[*([" ".join(notes)] if notes else []), *result_notes(summary)],
    )


def _numbers_of(summary: Summary) -> _Numbers:
    values: dict[tuple[str, str | None, str | None, str], float] = {}
    levels: dict[str, dict[str, None]] = {}
    for variable, level, group, statistic, value in zip(
        *(summary.tidy()[c] for c in ("variable", "level", "group", "statistic", "value")),
        strict=True,
    ):
        values[variable, level, group, statistic] = value
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


def _pair_columns(numbers: _Numbers) -> list[tuple[str, str | None]]:
    found = dict.fromkeys((s, g) for _, _, g, s in numbers.values if s in PAIRWISE)
    return sorted(found, key=lambda column: PAIRWISE.index(column[0]))


def _pair_cell(value: float, statistic: str) -> str:
    if isnan(value):
        return ""
    return fmt.fixed(value, 2) if statistic == "smd" else fmt.p_value(value)


def _pair_header(column: tuple[str, str | None], numbers: _Numbers, say: Words) -> str:
    statistic, pair = column
    name = {"smd": "SMD", "p_value": "P"}[statistic]
    return name if len(numbers.pairs) == 1 else f"{name} ({say(pair)})"


def _group_header(numbers: _Numbers, group: str | None, say: Words) -> str:
    size = numbers.size(group)
    name = say(group) or "All"
    return name if isnan(size) else f"{name} (n = {fmt.count(size)})"
