"""Effects as a journal prints them: the arms, then what sets them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from spineoutcomes.errors import ArgumentError
from spineoutcomes.results import Effects
from spineoutcomes.results import format as fmt
from spineoutcomes.results.labels import Words, words
from spineoutcomes.results.measures import measure
from spineoutcomes.tables.notes import Record, effects_notes, records
from spineoutcomes.tables.table import Column, Table, table_of

KEYS = {
    "outcome": "Outcome",
    "group": "Subgroup",
    "visit": "Visit",
    "horizon": "Time",
    "cause": "Cause",
}
COUNTED = frozenset({"observed", "expected"})
# The level that a contrast compares; others take the first level of the same arm.
LEVEL_OF = {
    "mean_difference": "mean",
    "standardized_difference": "mean",
    "median_difference": "median",
    "hodges_lehmann_shift": "median",
    "geometric_mean_ratio": "geometric_mean",
    "risk_difference": "risk",
    "risk_ratio": "risk",
    "odds_ratio": "risk",
    "rate_difference": "rate",
    "rate_ratio": "rate",
    "rmst_difference": "rmst",
    "rmst_ratio": "rmst",
    "survival_difference": "survival",
    "incidence_difference": "incidence",
    "mean_count_difference": "mean_count",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One printed line: an estimate or a test, and the arm rows it stands beside."""

    row: Record
    arms: Mapping[str, Sequence[Record]]


def effects_table(
    effects: Effects, *, labels: Mapping[str, str] | None = None, caption: str = ""
) -> Table:
    """Return effects as a journal prints them, one line a comparison.

    Parameters
    ----------
    effects : Effects
        Contrasts, tests, and the arm rows that belong to them. Units are those of the outcome;
        risks are shown in percent, their differences in percentage points.
    labels : mapping of str to str, optional
        Words for outcomes, arms, terms, visits and causes; names without an entry are shown as
        they are.
    caption : str
        What the table shows.

    Returns
    -------
    Table
        Outcome, each arm, estimate with interval, p-value; columns without content are left out.
        Effects of arms alone (a single series) have one line an arm.

    Raises
    ------
    ArgumentError
        When `effects` is not Effects.

    Notes
    -----
    Missing data: an estimate that could not be computed is an en dash, a p-value that is missing
    is left blank, and a footnote counts the rows left out by outcome and arm.

    Examples
    --------
    >>> import pandas as pd, spineoutcomes as so
    >>> rows = pd.DataFrame({"outcome": "Conversion", "contrast": ["mis", "open", "mis - open"],
    ...     "measure": ["risk", "risk", "risk_ratio"], "estimate": [0.1, 0.2, 0.5],
    ...     "conf_low": [0.03, 0.09, 0.13], "conf_high": [0.24, 0.36, 1.86],
    ...     "n": [40, 40, 80], "n_event": [4, 8, 12], "p_value": [None, None, 0.21]})
    >>> table = so.tables.effects_table(so.Effects(rows))
    >>> table.columns
    ('Outcome', 'mis', 'open', 'Risk ratio (95% CI)', 'P')
    >>> table.rows[0].cells
    ('Conversion', '4/40 (10.0%)', '8/40 (20.0%)', '0.50 (0.13 to 1.86)', '0.21')
    """
    if not isinstance(effects, Effects):
        raise ArgumentError(f"Expected Effects, got a {type(effects).__name__}.")
    say = words(labels)
    rows = records(effects)
    lines = _lines(rows)
    arms = list(dict.fromkeys(arm for line in lines for arm in line.arms))
    columns = [
        *_key_columns(lines, say),
        *(_arm_column(lines, arm, say) for arm in arms),
        *_count_columns(lines),
        *_estimate_columns(lines, effects.conf_level),
    ]
    return table_of(columns, caption=caption, footnotes=effects_notes(effects, say))


def _lines(rows: Sequence[Record]) -> list[_Line]:
    """Return contrasts and tests with their arm rows, and arm rows that have none as themselves."""
    arm_rows = [row for row in rows if _is_arm(row)]
    compared = {_place(row) for row in rows if not _is_arm(row)}
    return [
        _Line(row, {} if _is_arm(row) else _arms_of(row, arm_rows))
        for row in rows
        if not _is_arm(row) or _place(row) not in compared
    ]


def _is_arm(row: Record) -> bool:
    return measure(row["measure"]).scale == "level" or row["measure"] in COUNTED


def _place(row: Record) -> tuple[object, ...]:
    # A horizon that is missing must equal another missing one, so numbers are compared as text.
    return tuple(str(row.get(key)) for key in KEYS)


def _arms_of(row: Record, arm_rows: Sequence[Record]) -> dict[str, list[Record]]:
    """Return the arm rows to print beside a contrast or a test, by arm."""
    name = row["measure"]
    if measure(name).scale == "other" and name != "test":
        return {}
    here = [arm for arm in arm_rows if _place(arm) == _place(row) and arm["contrast"] is not None]
    counted = [arm for arm in here if arm["measure"] in COUNTED]
    levels = [arm for arm in here if arm["measure"] not in COUNTED]
    fitting = [arm for arm in levels if arm["measure"] == LEVEL_OF.get(name)]
    chosen = counted if name == "test" else fitting or levels
    labels = {arm["contrast"] for arm in here}
    out: dict[str, list[Record]] = {}
    for arm in chosen:
        if name == "test" or _takes_part(arm["contrast"], row["contrast"], labels):
            out.setdefault(arm["contrast"], []).append(arm)
    return {arm: found if name == "test" else found[:1] for arm, found in out.items()}


def _takes_part(arm: str, contrast: str | None, arms: set[str]) -> bool:
    return any(contrast in (f"{arm} - {other}", f"{other} - {arm}") for other in arms)


def _key_columns(lines: Sequence[_Line], say: Words) -> list[Column]:
    columns = [
        Column(header, [_key_cell(line.row.get(key), say) for line in lines], "left")
        for key, header in KEYS.items()
    ]
    terms = [say(line.row["term"]) for line in lines]
    contrasts = [_comparison(line.row["contrast"], say) for line in lines]
    named = any(any(column.cells) for column in columns)
    if len(set(terms) - {""}) > 1:
        columns.append(Column("Term", terms, "left"))
    if not named or len(set(contrasts)) > 1 or not any(line.arms for line in lines):
        header = "Group" if all(_is_arm(line.row) for line in lines) else "Comparison"
        columns.append(Column(header, contrasts, "left"))
    return columns


def _key_cell(value: object, say: Words) -> str:
    if isinstance(value, float):
        return "" if isnan(value) else fmt.plain(value)
    return say(value)


def _comparison(contrast: str | None, say: Words) -> str:
    """Return a contrast with the words of its arms; "all" is the group of a single series."""
    if contrast is None or say(contrast) != contrast:
        return say(contrast)
    return " - ".join(map(say, contrast.split(" - ")))


def _arm_column(lines: Sequence[_Line], arm: str, say: Words) -> Column:
    cells = ["; ".join(map(_arm_cell, line.arms.get(arm, ()))) for line in lines]
    return Column(say(arm), cells)


def _arm_cell(row: Record) -> str:
    name = row["measure"]
    if name in COUNTED:
        return f"{fmt.fixed(row['estimate'], 0 if name == 'observed' else 1)} {name}"
    if name == "risk" and not isnan(row["n_event"]):
        return fmt.events_percent(row["n_event"], row["n"], row["estimate"])
    text = fmt.estimate_interval(row["estimate"], row["conf_low"], row["conf_high"], name)
    return text if isnan(row["n"]) else f"{text}, n = {fmt.count(row['n'])}"


def _count_columns(lines: Sequence[_Line]) -> list[Column]:
    """Return patients and events of the lines whose arms do not show them."""

    def cells(column: str) -> list[str]:
        return [
            "" if line.arms or isnan(line.row[column]) else fmt.count(line.row[column])
            for line in lines
        ]

    return [Column("n", cells("n")), Column("Events", cells("n_event"))]


def _estimate_columns(lines: Sequence[_Line], conf_level: float) -> list[Column]:
    names = [line.row["measure"] for line in lines]
    labels = [fmt.measure_label(name) for name in names]
    interval = fmt.interval_label(conf_level)
    alone = len(set(labels)) == 1
    columns = [] if alone else [Column("Measure", labels, "left")]
    header = f"{labels[0] if alone else 'Estimate'} ({interval})"
    estimates = [_estimate(line.row) for line in lines]
    tests = [
        fmt.statistic_df(line.row["statistic"], line.row["df"]) if name == "test" else ""
        for line, name in zip(lines, names, strict=True)
    ]
    return [
        *columns,
        Column(header, estimates),
        Column("Statistic", tests),
        Column("P", [fmt.p_value(line.row["p_value"]) for line in lines]),
        Column("Adjusted P", [fmt.p_value(line.row["p_adjusted"]) for line in lines]),
    ]


def _estimate(row: Record) -> str:
    if row["measure"] == "test":
        return ""
    return fmt.estimate_interval(row["estimate"], row["conf_low"], row["conf_high"], row["measure"])
