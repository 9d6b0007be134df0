"""Instruments: facts agree with the list of verified thresholds, and hang together."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from spineoutcomes.vocabulary import instruments, sources
from spineoutcomes.vocabulary.model import Items, Threshold

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SPINEOUTCOMES_SHARED") or CHECKOUT.parent / "shared")
LIST = SHARED / "published" / "thresholds_verified.csv"
# instrument, domain, kind and value of every row of that list
COPIED = """
odi total PASS_absolute 22
odi total PASS_absolute 25.2
odi total satisfaction_cutoff 27
odi total MIC 10
odi total MIC_percent 30
odi total MIC 18
odi total MCID 12.8
odi total MCID_low 15.0
odi total MCID_high 16.5
odi total MIC_percent 18
odi total SCB 18.8
odi total SCB_percent 36.8
odi total SCB_absolute 31.3
sf36 pcs SCB 6.2
sf36 pcs SCB_percent 19.4
sf36 pcs SCB_absolute 35.1
vas_pain_100 total MIC 15
nrs_pain back MIC 2
nrs_pain back MIC 2.7
nrs_pain leg MIC 3.2
vas_pain_10 leg MCID 0.5
vas_pain_10 back MCID_low 2.5
vas_pain_10 back MCID_high 3.5
vas_pain_10 total MCID 3.11
nrs_pain total recovered_absolute 0
rmdq total MIC 5
rmdq total recovered_absolute 2
ndi total MCID 13.39
ndi total MDC90 5
sf36 pcs MCID 5.56
sf36 mcs MCID 5.73
sf36v2 pcs MCID 3.9
sf36v2 mcs MCID 3.2
mjoa total half_sd 1.36
mjoa total sem 1.21
eq5d index MIC 0.1
eq5d index MCID 0.219
eq5d vas MCID 19.6
sosgoq2 total MCID 19.4
comi total MCID 2.2
srs22r pain MCID 0.6
srs22r activity MCID 0.4
srs22r appearance MCID 1.17
srs22r subscore MCID 0.53
srs22r total MCID 0.77
srs22r appearance SCB 1.67
srs22r activity SCB 0.6
srs22r subscore SCB 0.62
srs22r total SCB 1.11
promis pf_and_pi MCID_used 8
"""
CODES = {
    "vas_pain_10": ("vas_pain",),
    "vas_pain_100": ("vas_pain",),
    "eq5d index": ("eq5d",),
    "eq5d vas": ("eq_vas",),
    "sf36 pcs": ("sf36_pcs",),
    "sf36 mcs": ("sf36_mcs",),
    "sf36v2 pcs": ("sf36_pcs",),
    "sf36v2 mcs": ("sf36_mcs",),
    "promis": ("promis_pf", "promis_pi"),
}
# The list's word for a kind -> ours, and the basis where the word says it.
KINDS = {
    "PASS_absolute": ("PASS", "absolute"),
    "SCB_absolute": ("SCB", "absolute"),
    "recovered_absolute": ("PASS", "absolute"),  # a state; its note says "recovered"
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
DOMAINS = {"activity": "function", "appearance": "self_image"}
STORED_PER_LISTED = {"vas_pain_100": 0.1, "ndi MDC90": 2.0}  # mm -> cm; of 50 points -> percent


class Row(NamedTuple):
    instrument: str
    domain: str
    kind: str
    value: float

    @property
    def codes(self) -> tuple[str, ...]:
        both = CODES.get(f"{self.instrument} {self.domain}")
        return both or CODES.get(self.instrument, (self.instrument,))

    @property
    def stored(self) -> float:
        both = STORED_PER_LISTED.get(f"{self.instrument} {self.kind}", 1.0)
        return self.value * STORED_PER_LISTED.get(self.instrument, both)


ROWS = [
    Row(instrument, domain, kind, float(value))
    for instrument, domain, kind, value in map(str.split, COPIED.strip().splitlines())
]


def records_of(row: Row, code: str) -> list[Threshold]:
    """Return the thresholds of an instrument that state the fact of a row."""
    kind, basis = KINDS.get(row.kind, (row.kind, "points"))
    entry = instruments[code]
    place = DOMAINS.get(row.domain, row.domain)
    location = place if place in entry.locations else None
    return [
        record
        for record in entry.thresholds.values()
        if (record.kind, record.basis, record.location) == (kind, basis, location)
        and record.value == pytest.approx(row.stored)
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(map(str, row)))
def test_every_listed_threshold_is_a_record(row: Row) -> None:
    for code in row.codes:
        assert records_of(row, code), f"{code} lacks it"


@pytest.mark.skipif(not LIST.is_file(), reason="the list of verified thresholds is not here")
def test_records_agree_with_the_list_row_by_row() -> None:
    with LIST.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [
        Row(line["instrument"], line["domain"], line["kind"], float(line["value"]))
        for line in listed
    ] == ROWS
    for row, line in zip(ROWS, listed, strict=True):
        for code in row.codes:
            fitting = [
                record
                for record in records_of(row, code)
                if record.n == (int(line["n"]) if line["n"] else None)
                and record.comparison
                == (line["direction"] if not line["direction"].isalpha() else ">=")
                and (
                    not line["source"].startswith("10.")
                    or sources[record.source].doi == line["source"]
                )
            ]
            assert len(fitting) == 1, line
            if "implausibl" in line["verified"]:
                assert "mplausible" in str(fitting[0].note), line
            if "second" in line["verified"]:
                assert str(fitting[0].note).startswith("Second-hand"), line
            if line["kind"].startswith("recovered"):
                assert "recovered" in str(fitting[0].note), line
            if "not derived" in line["anchor_or_method"]:
                assert "not derived" in fitting[0].method, line


def test_records_beside_the_list_are_few_and_known() -> None:
    n_listed = sum(len(row.codes) for row in ROWS)
    n_stored = sum(len(entry.thresholds) for entry in instruments.values())
    # errors of measurement, a percentage and a worsening that the list holds as remarks
    assert n_stored - n_listed == 10


def test_thresholds_fit_their_instrument() -> None:
    for code, entry in instruments.items():
        for name, record in entry.thresholds.items():
            assert entry.range is not None, (code, name)
            low, high = entry.range
            if record.basis == "points":
                assert 0 < record.value <= high - low, (code, name)
            if record.basis == "percent":
                assert 0 < record.value < 100, (code, name)
            if record.basis == "absolute":
                assert low <= record.value <= high, (code, name)
                assert record.comparison.startswith(
                    ("<", "=") if entry.higher_is == "worse" else ">"
                )
            else:
                assert record.comparison == ">=", (code, name)
            assert record.location is None or record.location in entry.locations, (code, name)


def test_a_change_below_the_error_of_measurement_is_said_to_be_noise() -> None:
    nrs = instruments["nrs_pain"].thresholds
    for site in ("back", "leg"):
        assert nrs[f"swespine_{site}"].value < nrs[f"swespine_{site}_sdc"].value
        assert "noise" in str(nrs[f"swespine_{site}"].note)
    odi = instruments["odi"].thresholds
    assert odi["swespine"].value == odi["swespine_sdc"].value == 18


def test_worsening_has_its_own_threshold() -> None:
    comi = instruments["comi"].thresholds
    assert (comi["registry"].value, comi["registry_worsening"].value) == (2.2, 0.3)
    assert comi["registry_worsening"].kind == "WORSENING"


WITH_ITEMS = {code: entry.items for code, entry in instruments.items() if entry.items}


@pytest.mark.parametrize("code", WITH_ITEMS)
def test_items_hang_together(code: str) -> None:
    entry, items = instruments[code], WITH_ITEMS[code]
    assert items is not None
    assert len(set(items.names)) == len(items.names)
    assert entry.n_items in (None, len(items.names))
    assert items.source in sources
    if entry.range is not None and items.full is not None:
        best = entry.range[1] if entry.higher_is == "better" else entry.range[0]
        assert items.full == best
    if items.rule in ("sum", "count_yes") and entry.range is not None:
        ends = [items.ranges.get(name, (items.low, items.high)) for name in items.names]
        assert (sum(low for low, _ in ends), sum(high for _, high in ends)) == entry.range
    assert tuple(items.domains) in ((), entry.domains)


def test_the_instruments_that_are_scored_from_items() -> None:
    rules = {code: (items.rule, len(items.names)) for code, items in WITH_ITEMS.items() if items}
    assert rules == {
        "odi": ("proportion", 10),
        "ndi": ("proportion", 10),
        "rmdq": ("count_yes", 24),
        "eq5d_3l": ("value_set", 5),
        "eq5d_5l": ("value_set", 5),
        "srs22r": ("domain_means", 22),
        "mjoa": ("sum", 4),
        "joa": ("sum", 6),
        "nurick": ("sum", 1),
        "asia_motor_score": ("sum", 20),
        "mfi5": ("sum", 5),
    }


def test_the_domains_of_the_srs22r_share_out_its_items() -> None:
    items = WITH_ITEMS["srs22r"]
    assert items is not None
    shared_out = [item for names in items.domains.values() for item in names]
    assert sorted(shared_out, key=int) == list(items.names)
    assert [len(names) for names in items.domains.values()] == [5, 5, 5, 5, 2]


def test_joa_and_mjoa_are_two_instruments() -> None:
    assert instruments["joa"].range == (0, 17)
    assert instruments["mjoa"].range == (0, 18)


def test_frankel_and_asia_are_two_instruments() -> None:
    assert instruments["frankel"].grades == instruments["asia_ais"].grades == tuple("ABCDE")
    assert "Not the same instrument" in str(instruments["frankel"].note)


def test_grades_run_from_the_lowest() -> None:
    grades = instruments["mrc_muscle_grade"].grades
    assert grades is not None
    assert grades.index("4-") < grades.index("4") < grades.index("4+") < grades.index("5-")
    assert instruments["bridwell"].grades == ("I", "II", "III", "IV")
    assert instruments["clavien_dindo"].grades == ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V")
    assert instruments["escc"].grades == ("0", "1a", "1b", "1c", "2", "3")


def test_items_refuse_a_domain_of_strangers() -> None:
    with pytest.raises(ValueError, match=r"items not in names: \['9'\]"):
        Items(rule="sum", names=("1",), low=0, high=1, source="x", domains={"a": ("1", "9")})


def test_a_page_shows_thresholds_by_name_and_value() -> None:
    page = instruments._repr_html_()
    assert "glassman_2008_percent: SCB &gt;= 36.8 % of baseline" in page
    assert "swespine_leg: MIC &gt;= 3.2 points, leg" in page
    assert "van_hooff_2016: PASS &lt;= 22 (score)" in page
    assert "10 items, proportion" in page
    assert "None" not in page
