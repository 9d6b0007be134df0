"""Instruments hang together: thresholds fit the range, items add up, grades run upwards."""

from __future__ import annotations

import pytest

from spineoutcomes.vocabulary import instruments, sources
from spineoutcomes.vocabulary.model import Items


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
