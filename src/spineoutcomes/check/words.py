"""What a check says in sentences, the same on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Sequence

from spineoutcomes.check.groups import Group
from spineoutcomes.check.run import Checkup
from spineoutcomes.registry.findings import Severity

ORPHANED = "parent_rejected"
NO_VALUES = "Rows count from 1 below the header. No patient's value is shown."
IDENTIFIERS = (
    "Possible identifiers are places to look at, found by names of columns and by how values are "
    "written. The list is not complete: data without an entry here are not thereby anonymous."
)


def verdict(checkup: Checkup) -> str:
    """Return what the check comes to."""
    if checkup.stopped:
        return f"Nothing could be loaded. {checkup.stopped}"
    errors, warnings = _of(checkup, "error"), _of(checkup, "warning")
    if not errors and not warnings:
        return "Nothing was found that breaks a rule."
    said = [_counted(len(errors), "error"), _counted(len(warnings), "warning")]
    both = " and ".join(word for word in said if word)
    if not errors:
        return f"{both}, no errors: the registry loads."
    return (
        f"{both}. The registry does not load before the errors are corrected; with "
        'on_error="reject" it loads without the rows concerned, and counts them.'
    )


def rows_in_and_out(checkup: Checkup) -> list[tuple[str, ...]]:
    """Return, for each table and file, how many rows came in, were kept and were left out."""
    provenance = checkup.provenance
    rows = provenance[provenance["n_rows_in"] > 0].to_dict("records") if len(provenance) else []
    return [
        (
            str(row["table"]),
            str(row["file"] or ""),
            *(f"{int(row[name]):,}" for name in ("n_rows_in", "n_rows_out", "n_rejected")),
        )
        for row in rows
    ]


def rows_left_out(checkup: Checkup) -> list[str]:
    """Return why rows were left out, and what of the files was read by nothing."""
    lines = []
    if len(checkup.rejects):
        rejects = checkup.rejects
        orphans = rejects[rejects["rule"] == ORPHANED].groupby("table", sort=False).size()
        lines += [
            f"{n:,} row(s) of {table} are left out because their patient or episode is."
            for table, n in orphans.items()
        ]
    provenance = checkup.provenance
    if "n_file_rows" in provenance:
        files = provenance.dropna(subset=["n_file_rows"]).drop_duplicates("file")
        lines += [
            f"{row['file']} has {int(row['n_file_rows']):,} row(s); "
            f"{int(row['n_file_rows_used']):,} gave or joined a row of a table, "
            f"{int(row['n_file_rows_left_out']):,} did not."
            for row in files.to_dict("records")
        ]
    return lines


def identifier_lines(checkup: Checkup) -> list[tuple[str, ...]]:
    """Return where persons may be identified, and in how many cells."""
    if checkup.identifiers is None:
        return []
    rows = checkup.identifiers.to_dict("records")
    return [(f"{r['table']}.{r['column']}", r["why"], f"{r['n']:,}") for r in rows]


def sections(checkup: Checkup) -> list[tuple[str, Sequence[Group]]]:
    """Return errors and warnings, each under its heading; nothing for none."""
    headed = [("Errors", _of(checkup, "error")), ("Warnings", _of(checkup, "warning"))]
    return [(heading, groups) for heading, groups in headed if groups]


def held_against(checkup: Checkup) -> str:
    """Return the day that dates were held against, in a sentence."""
    return (
        f"Dates were held against {checkup.as_of:%Y-%m-%d} (option --as-of): none may lie after it."
    )


def _of(checkup: Checkup, severity: Severity) -> list[Group]:
    return [group for group in checkup.groups if group.severity == severity]


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'s' if n > 1 else ''}" if n else ""
