"""The table of cited thresholds against the list they were collected in, row by row."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from tests.vocabulary.test_thresholds import LINES, Line

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SPINEOUTCOMES_SHARED") or CHECKOUT.parent / "shared")
LIST = SHARED / "published" / "thresholds_verified.csv"
# The list's instrument, or instrument and domain -> ours; others have the same code.
CODES = {
    "vas_pain_10": ("vas_pain",),
    "vas_pain_100": ("vas_pain",),
    "eq5d index": ("eq5d",),
    "eq5d vas": ("eq_vas",),
    "sf36 pcs": ("sf36_pcs",),
    "sf36 mcs": ("sf36_mcs",),
    "sf36v2 pcs": ("sf36_pcs",),
    "sf36v2 mcs": ("sf36_mcs",),
    "promis pf_and_pi": ("promis_pf", "promis_pi"),
}
# The list's word for a kind -> ours, and the basis where the word says it.
KINDS = {
    "PASS_absolute": ("PASS", "absolute"),
    "SCB_absolute": ("SCB", "absolute"),
    "recovered_absolute": ("RECOVERED", "absolute"),
    "satisfaction_cutoff": ("SATISFACTION", "absolute"),
    "MIC_percent": ("MIC", "percent"),
    "SCB_percent": ("SCB", "percent"),
    "MCID_low": ("MCID", "points"),
    "MCID_high": ("MCID", "points"),
    "MCID_used": ("MCID", "points"),
    "MDC90": ("MDC", "points"),
    "half_sd": ("HALF_SD", "points"),
    "sem": ("SEM", "points"),
}
# Domains that are a location here; the others are a code of their own, or the whole instrument.
LOCATIONS = {
    **{name: name for name in ("back", "leg", "pain", "subscore")},
    "activity": "function",
    "appearance": "self_image",
}
LOCATED_TOTALS = ("srs22r", "sosgoq2")
STORED_PER_LISTED = {"vas_pain_100 MIC": 0.1, "ndi MDC90": 2.0}  # mm -> cm; of 50 -> percent


def lines_of(row: dict[str, str], code: str) -> list[Line]:
    """Return the lines of the table that state what a row of the list states."""
    kind, basis = KINDS.get(row["kind"], (row["kind"], "points"))
    value = float(row["value"]) * STORED_PER_LISTED.get(f"{row['instrument']} {row['kind']}", 1.0)
    # "decrease", "increase", "change": the change itself, whose size is meant.
    comparison = ">=" if row["direction"].isalpha() else row["direction"]
    location = LOCATIONS.get(row["domain"])
    if row["domain"] == "total" and code in LOCATED_TOTALS:
        location = "total"
    n = int(row["n"]) if row["n"] else None
    return [
        line
        for line in LINES
        if (line.code, line.location, line.n) == (code, location, n)
        and line.fact == (kind, comparison, pytest.approx(value), basis)
        and (not row["source"].startswith("10.") or line.source == row["source"])
    ]


@pytest.mark.skipif(not LIST.is_file(), reason="the list of verified thresholds is not here")
def test_every_row_of_the_list_is_one_line_of_the_table() -> None:
    with LIST.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    stated = []
    for row in listed:
        plain = CODES.get(row["instrument"], (row["instrument"],))
        for code in CODES.get(f"{row['instrument']} {row['domain']}", plain):
            fitting = lines_of(row, code)
            assert len(fitting) == 1, row
            stated += fitting
    assert len(stated) == len(set(stated)) == 51
    # What the list holds as a remark beside a row, or not at all.
    assert sorted(f"{line.code} {line.record}" for line in set(LINES) - set(stated)) == [
        "comi registry_worsening",
        "eq5d swespine_sdc",
        "nrs_pain swespine_back_sdc",
        "nrs_pain swespine_leg_sdc",
        "odi swespine_sdc",
        "rmdq ostelo_2008_percent",
        "sf36_mcs myelopathy_2018_half_sd",
        "sf36_mcs myelopathy_2018_sem",
        "sf36_pcs myelopathy_2018_half_sd",
        "sf36_pcs myelopathy_2018_sem",
        "srs22r satisfaction_2021_function",
        "srs22r satisfaction_2021_mental_health",
        "srs22r satisfaction_2021_pain",
        "srs22r satisfaction_2021_self_image",
        "srs22r satisfaction_2021_subscore",
    ]
