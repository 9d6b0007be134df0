"""Dates moved or left out: intervals and years stay, secrets differ, what stays is counted."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry import Registry

from .conftest import Tables, built

SECRET = b"kept in a drawer, not in the code"
DAYS = st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2030-12-31").date())


def dated(*indexes: list[str], **patients: Any) -> Registry:
    """Return one patient for each list of index dates, with a score 90 days after each."""
    rows = [
        (f"P{p}", f"P{p}E{k}", day) for p, days in enumerate(indexes) for k, day in enumerate(days)
    ]
    episodes = pd.DataFrame(rows, columns=["patient_id", "episode_id", "index_date"])
    after = pd.to_datetime(episodes["index_date"]) + pd.Timedelta(days=90)
    return built(
        {
            "patients": pd.DataFrame(
                {"patient_id": [f"P{p}" for p in range(len(indexes))], **patients}
            ),
            "episodes": episodes.assign(diagnosis="lumbar_stenosis"),
            "scores": pd.DataFrame(
                {
                    "episode_id": episodes["episode_id"],
                    "instrument": "odi",
                    "date": after.dt.strftime("%Y-%m-%d"),
                    "value": 20,
                }
            ),
        }
    )


def moved_by(before: Registry, after: Registry, table: str = "episodes") -> list[float]:
    column = "index_date" if table == "episodes" else "date"
    return (after.table(table)[column] - before.table(table)[column]).dt.days.tolist()


def test_all_dates_of_a_patient_move_together(tables: Tables) -> None:
    days = ["2020-02-03", "2021-03-09", "2020-07-01"]
    registry = built(
        {
            "patients": tables["patients"]
            .drop(columns=["death_day", "last_contact_day"])
            .assign(
                death_date=[None, "2021-05-01"], last_contact_date=["2022-07-01", "2021-04-01"]
            ),
            "episodes": tables["episodes"]
            .drop(columns="index_day")
            .assign(index_date=days, seen=["2020-02-01"] * 3),
            "procedures": tables["procedures"].assign(
                date=["2020-02-03", "2021-03-09", "2020-07-01"]
            ),
            "events": tables["events"].assign(
                date=["2020-05-03", "2020-11-28", "2020-07-31"], patient_id=[None, None, "P2"]
            ),
        }
    )
    after = registry.shift_dates(secret=SECRET)
    first, second, third = moved_by(registry, after)
    assert first == second
    assert first != third
    assert 0 not in (first, third)
    assert moved_by(registry, after, "procedures") == [first, first, third]
    assert moved_by(registry, after, "events") == [first, third, third]
    for column in ("death_date", "last_contact_date"):
        gap = (after.table("patients")[column] - registry.table("patients")[column]).dt.days
        assert gap.dropna().tolist() == ([third] if column == "death_date" else [first, third])
    seen = pd.to_datetime(after.table("episodes")["seen"].astype(str))
    assert (seen - pd.Timestamp("2020-02-01")).dt.days.tolist() == [first, second, third]
    for name in registry.tables:
        same = [c for c in registry.tables[name] if "date" not in c and c != "seen"]
        pd.testing.assert_frame_equal(after.table(name)[same], registry.table(name)[same])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(DAYS, min_size=1, max_size=3, unique=True), min_size=1, max_size=4))
def test_years_and_intervals_stay_and_it_moves_where_it_can(indexes: list[list[Any]]) -> None:
    registry = dated(*[[str(day) for day in days] for days in indexes])
    after = registry.shift_dates(secret=SECRET)
    before, now = registry.table("episodes"), after.table("episodes")
    assert now["index_date"].dt.year.tolist() == before["index_date"].dt.year.tolist()
    assert now["index_date"].dt.year.tolist() == now["index_year"].tolist()
    offsets = pd.Series(moved_by(registry, after)).groupby(before["patient_id"].to_numpy())
    assert (offsets.nunique() == 1).all()
    assert moved_by(registry, after, "scores") == moved_by(registry, after)
    # The room by hand: the least distance to either end of the year over the patient's indexes.
    year = pd.to_datetime(before["index_date"].dt.year.astype(str) + "-01-01")
    end = year + pd.offsets.YearEnd(0)
    room = pd.DataFrame(
        {
            "back": (before["index_date"] - year).dt.days,
            "on": (end - before["index_date"]).dt.days,
        }
    )
    least = room.groupby(before["patient_id"].to_numpy()).min()
    still = least.sum(axis="columns") == 0
    assert ((offsets.first() == 0) == still).all()
    assert offsets.first().between(-least["back"], least["on"]).all()
    found = after.findings()
    counted = found.loc[found["rule"] == "dates_not_moved", "row"]
    assert counted.tolist() == (np.flatnonzero(still) + 1).tolist()


def test_every_day_of_the_year_is_reached_and_none_is_favoured() -> None:
    registry = dated(*[["2021-03-05"]] * 3640)
    offsets = pd.Series(moved_by(registry, registry.shift_dates(secret=SECRET)))
    assert offsets.min() == -63
    assert offsets.max() == 301
    counts = offsets.value_counts()
    # 364 days with 10 expected on each: chi-square has mean 363 and standard deviation 26.9.
    assert 0 not in counts
    assert ((counts.reindex(range(-63, 302), fill_value=0).drop(0) - 10) ** 2 / 10).sum() < 500


def test_a_secret_gives_the_same_dates_again_and_another_gives_others() -> None:
    registry = dated(*[["2021-03-05"]] * 50)
    once, again = (registry.shift_dates(secret=SECRET) for _ in range(2))
    as_text = registry.shift_dates(secret=SECRET.decode())
    other = registry.shift_dates(secret=SECRET + b"!")
    assert moved_by(registry, once) == moved_by(registry, again) == moved_by(registry, as_text)
    assert moved_by(registry, once) != moved_by(registry, other)


def test_the_offset_is_the_patients_own_whatever_else_is_in_the_registry() -> None:
    many, one = dated(["2021-03-05"], ["2021-03-05"]), dated(["2021-03-05"])
    assert moved_by(many, many.shift_dates(secret=SECRET))[:1] == moved_by(
        one, one.shift_dates(secret=SECRET)
    )


def test_the_secret_is_stored_nowhere(tmp_path: Path) -> None:
    after = dated(["2021-03-05"]).shift_dates(secret=SECRET)
    held = [after.tables, after.provenance, after.rejects, after.found, after.links, after.truth]
    assert SECRET not in pickle.dumps(held)
    after.save(tmp_path)
    assert all(SECRET not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("secret", ["", b"", "short", b"fifteen bytes!!"])
def test_a_secret_that_can_be_guessed_is_refused(secret: bytes | str) -> None:
    with pytest.raises(ArgumentError, match="at least 16 bytes, got") as caught:
        dated(["2021-03-05"]).shift_dates(secret=secret)
    assert not secret or str(secret) not in str(caught.value)


def test_little_room_is_counted() -> None:
    found = (
        dated(["2020-01-01", "2021-12-05"], ["2020-06-01"]).shift_dates(secret=SECRET).findings()
    )
    assert found[["table", "row", "rule"]].to_numpy().tolist() == [
        ["patients", 1.0, "dates_hardly_moved"]
    ]


def test_without_a_dated_index_dates_move_by_half_a_year_at_most() -> None:
    n = 400
    registry = built(
        {
            "patients": pd.DataFrame(
                {"patient_id": [f"P{k}" for k in range(n)], "death_date": "2021-03-05"}
            ),
            "episodes": pd.DataFrame(
                {
                    "episode_id": [f"E{k}" for k in range(n)],
                    "patient_id": [f"P{k}" for k in range(n)],
                    "diagnosis": "lumbar_stenosis",
                }
            ),
        }
    )
    after = registry.shift_dates(secret=SECRET).table("patients")["death_date"]
    offsets = (after - pd.Timestamp("2021-03-05")).dt.days
    assert offsets.between(-183, 183).all()
    assert offsets.nunique() > 200


def test_a_date_in_other_text_is_counted_and_stays() -> None:
    said = ["operated on 2020-03-02", "fine", None]
    registry = dated(["2020-03-02"], ["2020-04-02"], ["2020-05-02"], note=said)
    for after in (registry.shift_dates(secret=SECRET), registry.without_dates()):
        found = after.findings()
        assert found[["table", "column", "row", "rule"]].to_numpy().tolist() == [
            ["patients", "note", 1.0, "date_in_text"]
        ]
        assert after.table("patients")["note"].dropna().tolist() == said[:2]
        assert "2020" not in found.to_csv()


def test_ids_that_are_dates_stay_and_are_counted(tables: Tables) -> None:
    registry = built(
        {
            "patients": pd.DataFrame({"patient_id": ["2020-03-02"]}),
            "episodes": pd.DataFrame(
                {"episode_id": ["E"], "patient_id": ["2020-03-02"], "diagnosis": "lumbar_stenosis"}
            ),
        }
    )
    after = registry.shift_dates(secret=SECRET)
    assert after.table("patients")["patient_id"].tolist() == ["2020-03-02"]
    assert after.findings()["column"].tolist() == ["patient_id", "patient_id"]


def test_an_impossible_day_in_text_is_kept() -> None:
    registry = dated(["2020-03-02"], ["2020-04-02"], seen=["2020-02-31", "2020-02-01"])
    after = registry.shift_dates(secret=SECRET)
    assert after.table("patients")["seen"].tolist() == ["2020-02-31", "2020-02-01"]
    assert set(after.findings()["rule"]) == {"date_in_text"}


def test_a_time_of_day_stays_behind_its_date() -> None:
    registry = dated(["2020-03-02"], seen=["2020-03-02T10:30"])
    after = registry.shift_dates(secret=SECRET)
    day = after.table("episodes")["index_date"].dt.strftime("%Y-%m-%d")
    assert after.table("patients")["seen"].tolist() == [f"{day[0]}T10:30"]


def test_days_that_tell_a_date_are_counted() -> None:
    registry = dated(["2020-03-02"], ["2020-04-02"])
    episodes = registry.table("episodes").assign(cutoff_day=[600, 569])
    scores = registry.table("scores").astype({"date": str})
    scores.loc[1, ["date", "day"]] = ["2020-07", np.nan]
    again = built({"patients": registry.table("patients"), "episodes": episodes, "scores": scores})
    for after in (again.shift_dates(secret=SECRET), again.without_dates()):
        found = after.findings().set_index("rule")
        assert found.loc["end_tells_dates", "message"].startswith("2 episode(s) have a cutoff_day.")
        assert found.loc["month_tells_dates", "row"] == 2


def test_without_dates_keeps_days_and_years(tables: Tables) -> None:
    registry = dated(["2020-03-02", "2021-03-02"], ["2020-04-02"], seen=["2020-02-01", None])
    after = registry.without_dates()
    assert after.table("scores")["date"].isna().all()
    assert after.table("scores")["day"].tolist() == [90, 90, 90]
    assert after.table("episodes")["index_date"].isna().all()
    assert after.table("episodes")["index_day"].tolist() == [0, 365, 0]
    assert after.table("episodes")["index_year"].tolist() == [2020, 2021, 2020]
    assert "seen" not in after.table("patients")
    assert registry.table("scores")["date"].notna().all()


@pytest.mark.parametrize("how", ["kept", "shifted", "without"])
def test_what_is_saved_comes_back(how: str, tmp_path: Path) -> None:
    registry = dated(["2020-03-02", "2021-03-02"], ["2020-04-02"], seen=["2020-02-01", None])
    changed = {
        "kept": lambda: registry,
        "shifted": lambda: registry.shift_dates(secret=SECRET),
        "without": registry.without_dates,
    }[how]()
    changed.save(tmp_path)
    again = so.load_registry(tmp_path)
    assert not len(again.findings())
    for name in registry.tables:
        one, two = (r.table(name).dropna(axis="columns", how="all") for r in (changed, again))
        pd.testing.assert_frame_equal(one, two, check_like=True, check_categorical=False)


@pytest.mark.parametrize("name", ["case_report", "hemangioma", "metastases", "ladder"])
def test_samples_without_dates_come_back(name: str, tmp_path: Path) -> None:
    changed = so.load_sample(name).without_dates()
    changed.save(tmp_path)
    again = so.load_registry(tmp_path)
    for table in changed.tables:
        one, two = (r.table(table).dropna(axis="columns", how="all") for r in (changed, again))
        pd.testing.assert_frame_equal(one, two, check_like=True, check_categorical=False)
