"""Any result as a plain table: one line an estimate, a time or a described level."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

import pandas as pd

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Curves, Effects, Result, Summary
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import Words, words
from spineoutcomes.tables.notes import effects_notes, result_notes
from spineoutcomes.tables.table import Column, Table, table_of

EFFECTS_KEYS = {
    "outcome": "Outcome",
    "group": "Subgroup",
    "visit": "Visit",
    "horizon": "Time",
    "cause": "Cause",
    "term": "Term",
    "contrast": "Comparison",
}
CURVE_LABELS = {
    "survival": "Survival",
    "incidence": "Cumulative incidence",
    "mean_count": "Mean count",
}
SUMMARY_KEYS = {"variable": "Variable", "level": "Level", "group": "Group"}
STATISTICS = {
    "count": "n",
    "excluded": "Left out",
    "proportion": "Percent",
    "sd": "SD",
    "q1": "Q1",
    "q3": "Q3",
    "smd": "SMD",
    "smd_before": "SMD before",
    "smd_after": "SMD after",
    "p_value": "P",
    "n": "Known",
    "effective_n": "Effective n",
}
COUNTS = frozenset({"n", "missing", "count", "excluded"})


def results_table(
    result: Result, *, labels: Mapping[str, str] | None = None, caption: str = ""
) -> Table:
    """Return any result as a plain table.

    Parameters
    ----------
    result : Effects, Curves or Summary
        Effects give one line an estimate; Curves one line a group, cause and horizon (in the time
        unit of the curve); a Summary one line a variable, level and group, one column a statistic.
    labels : mapping of str to str, optional
        Words for names in the result; names without an entry are shown as they are.
    caption : str
        What the table shows.

    Returns
    -------
    Table
        Columns without content are left out; methods and warnings stand below.

    Raises
    ------
    ArgumentError
        When `result` is not a result.

    Notes
    -----
    Missing data: a number that is missing is an en dash where one was asked for and blank
    elsewhere; Curves without `horizons` and results without rows give a table without rows.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> steps = pd.DataFrame({"group": "mis", "time": [0.0, 90.0, 400.0], "n_risk": [45, 45, 30],
    ...     "estimate": [1, 0.91, 0.88], "conf_low": [1, 0.79, 0.74], "conf_high": [1, 0.97, 0.95]})
    >>> curves = so.Curves(steps, measure="survival", horizons=(365,))
    >>> so.tables.results_table(curves).rows[0].cells
    ('mis', '365', '30', '91.0% (79.0 to 97.0)')
    """
    say = words(labels)
    if isinstance(result, Effects):
        return table_of(
            _effects_columns(result, say), caption=caption, footnotes=effects_notes(result, say)
        )
    if isinstance(result, Curves):
        columns = _curves_columns(result, say)
    elif isinstance(result, Summary):
        columns = _summary_columns(result, say)
    else:
        raise ArgumentError(
            f"Expected Effects, Curves or a Summary, got a {type(result).__name__}."
        )
    return table_of(columns, caption=caption, footnotes=result_notes(result))


def _effects_columns(effects: Effects, say: Words) -> list[Column]:
    frame = effects.tidy()
    rows = frame.to_dict("records")
    columns = [
        Column(header, [_name(value, say) for value in frame[key]], "left")
        for key, header in EFFECTS_KEYS.items()
        if key in frame
    ]
    estimates = [
        fmt.estimate_interval(r["estimate"], r["conf_low"], r["conf_high"], r["measure"])
        if r["measure"] != "test"
        else ""
        for r in rows
    ]
    statistics = [fmt.statistic_df(r["statistic"], r["df"]) for r in rows]
    return [
        *columns,
        Column("Measure", [fmt.measure_label(r["measure"]) for r in rows], "left"),
        Column("n", [_number(n) for n in frame["n"]]),
        Column("Events", [_number(n) for n in frame["n_event"]]),
        Column(f"Estimate ({fmt.interval_label(effects.conf_level)})", estimates),
        Column("Statistic", statistics),
        Column("P", [fmt.p_value(p) for p in frame["p_value"]]),
        Column("Adjusted P", [fmt.p_value(p) for p in frame["p_adjusted"]]),
    ]


def _curves_columns(curves: Curves, say: Words) -> list[Column]:
    frame = curves.at(curves.horizons)
    estimates = [
        fmt.estimate_interval(
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
            "mean" if curves.measure == "mean_count" else curves.measure,
        )
        for row in frame.to_dict("records")
    ]
    header = f"{CURVE_LABELS[curves.measure]} ({fmt.interval_label(curves.conf_level)})"
    return [
        Column("Group", [say(group) for group in frame["group"]], "left"),
        Column("Cause", [say(cause) for cause in frame["cause"]], "left"),
        Column(f"Time ({curves.time_unit})", [fmt.plain(time) for time in frame["time"]]),
        Column("At risk", [fmt.count(n) for n in frame["n_risk"]]),
        Column(header, estimates),
    ]


def _summary_columns(summary: Summary, say: Words) -> list[Column]:
    """Return the groups side by side where each place has one number, else a column a statistic."""
    frame = summary.tidy()
    unique = not frame[["variable", "level", "group"]].duplicated().any()
    grouped = frame["group"].notna().all() and frame["group"].nunique() > 1
    if grouped and unique:
        return _columns_by_group(frame, say)
    return _columns_by_statistic(summary, say)


def _columns_by_group(frame: pd.DataFrame, say: Words) -> list[Column]:
    keys = ["variable", "level"]
    lines = list(dict.fromkeys(frame[keys].itertuples(index=False, name=None)))
    cells = {
        (row["variable"], row["level"], row["group"]): _statistic(row["value"], row["statistic"])
        for row in frame.to_dict("records")
    }
    empty = "0" if set(frame["statistic"]) == {"count"} else ""
    # The caption names a single variable; its levels then name the lines.
    shown = [1] if frame["variable"].nunique() == 1 and frame["level"].notna().all() else [0, 1]
    named = [
        Column(SUMMARY_KEYS[keys[at]], [say(line[at]) for line in lines], "left") for at in shown
    ]
    return named + [
        Column(
            say(group),
            [cells.get((*line, group), empty) for line in lines],
        )
        for group in frame["group"].unique()
    ]


def _columns_by_statistic(summary: Summary, say: Words) -> list[Column]:
    """Return one column a statistic; a place that repeats a statistic begins a new line."""
    lines: list[tuple[tuple[str | None, ...], dict[str, float]]] = []
    for row in summary.tidy().to_dict("records"):
        place = tuple(row[key] for key in SUMMARY_KEYS)
        if not lines or lines[-1][0] != place or row["statistic"] in lines[-1][1]:
            lines.append((place, {}))
        lines[-1][1][row["statistic"]] = row["value"]
    statistics = dict.fromkeys(name for _, values in lines for name in values)
    keys = [
        Column(header, [say(place[at]) for place, _ in lines], "left")
        for at, header in enumerate(SUMMARY_KEYS.values())
    ]
    return keys + [
        Column(
            STATISTICS.get(name, name.replace("_", " ").capitalize()),
            [_statistic(values[name], name) if name in values else "" for _, values in lines],
        )
        for name in statistics
    ]


def _statistic(value: float, name: str) -> str:
    if name in COUNTS:
        return fmt.count(value)
    if name == "proportion":
        return fmt.percent(value)
    if name == "p_value":
        return fmt.p_value(value)
    return fmt.fixed(value, fmt.decimals(value))


def _name(value: object, say: Words) -> str:
    if isinstance(value, float):
        return _plain(value)
    return say(value)


def _plain(value: float) -> str:
    return "" if isnan(value) else fmt.plain(value)


def _number(value: float) -> str:
    return "" if isnan(value) else fmt.count(value)
