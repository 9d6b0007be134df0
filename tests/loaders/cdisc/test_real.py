"""The example studies of CDISC as registries; they are not about spines, so kinds are lent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.loaders.saved import comes_back

import spineoutcomes as so
from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cdisc import load_cdisc
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.registry.findings import errors_of
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY, load_vocabulary

pytest.importorskip("pyreadstat")

RealFile = Callable[[str], Path]
TIMES = """
[cdisc]
subjects = "adsl"
index_date = "TRTSDT"
suffix = "xpt"

[cdisc.episodes]
diagnosis = { always = "spinal_metastasis" }
arm = "TRT01P"
bmi = "BMIBL"

[[cdisc.times]]
parameter = "TTDE"
kind = "local_recurrence"
ends_followup = true
"""


def times_of(real_file: RealFile, place: Path, suffix: str = "xpt") -> Registry:
    path = place / "times.toml"
    path.write_text(TIMES.replace('"xpt"', f'"{suffix}"'), encoding="utf-8")
    tables = load_cdisc(real_file("cdisc/adtte.xpt").parent, path)
    assert {name: (n.rows, n.used) for name, n in tables.counts.items()} == {
        "adsl": (254, 254),
        "adtte": (254, 254),
    }
    assert not len(tables.left_out)
    registry = build_registry(tables.tables, vocabulary=SHIPPED_VOCABULARY, also_found=tables.found)
    comes_back(registry, place / "saved")
    return registry


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson"])
def test_adam_datasets_to_a_registry(real_file: RealFile, tmp_path: Path, suffix: str) -> None:
    registry = times_of(real_file, tmp_path, suffix)
    assert len(registry.table("patients")) == len(registry.table("episodes")) == 254
    events = registry.table("events")
    assert Counter(events["status"]) == {"occurred": 152, "absent": 102}
    assert events["day"].sum() == 16599
    assert Counter(registry.table("patients")["sex"]) == {"female": 143, "male": 111}
    # Three died, as DTHFL says; the dataset holds no date of death.
    assert registry.table("patients")["last_contact_status"].eq("dead").sum() == 3
    assert Counter(registry.findings()["rule"]) == {
        "aval_counts": 1,
        "death_without_date": 3,
        "unmapped_column": 2,
        "unread_file": 5,
    }


def test_times_come_out_of_the_registry_as_they_went_in(
    real_file: RealFile, tmp_path: Path
) -> None:
    registry = times_of(real_file, tmp_path)
    times = so.metrics.time_to_recurrence(
        registry,
        assessment="clinical",
        max_gap_days=None,
        censor_at="last_contact",
        competing=(),
    )
    rows = read_dataset_json(real_file("cdisc/adtte.json")).rows.set_index("USUBJID")
    own = rows.loc[times.index]
    event = (own["CNSR"] == "0").to_numpy()
    days = own["AVAL"].to_numpy(dtype=object).astype(float) - 1
    # A time of 0 without an event is no time under observation.
    known = event | (days > 0)
    assert times["time"].notna().to_numpy().tolist() == known.tolist()
    np.testing.assert_array_equal(times["time"].to_numpy()[known], days[known])
    assert ((times["event"] != "censored") & times["time"].notna()).sum() == 152


STUDY = """
[cdisc]
subjects = "dm"
suffix = "{suffix}"
only = {{ ARMNRS = "" }}

[cdisc.episodes]
diagnosis = {{ always = "spinal_metastasis" }}
arm = "ARM"

[cdisc.visits.codes]
"BASELINE" = {{ visit = "preoperative", day = 0 }}
"EARLY DISCONTINUATION RETRIEVAL" = {{ visit = "final" }}

[[cdisc.scores]]
file = "rs"
parameter = "HAMD101"
instrument = "mood"

[[cdisc.facts]]
file = "dd"
only = {{ DDTESTCD = "PRCDTH" }}
patients = {{ death_cause = "DDSTRESC" }}

[[cdisc.facts]]
file = "ds"
only = {{ DSSCAT = "STUDY PARTICIPATION" }}
[cdisc.facts.patients]
last_contact_date = "DSSTDTC"
[cdisc.facts.patients.last_contact_status]
column = "DSDECOD"
[cdisc.facts.patients.last_contact_status.codes]
"ADVERSE EVENT" = "alive"
"COMPLETED" = "alive"
"DEATH" = "dead"
"LACK OF EFFICACY" = "alive"
"PHYSICIAN DECISION" = "alive"
"WITHDRAWAL BY SUBJECT" = "withdrawn"
"""
MOOD = """
[instruments.mood]
name = "One item of a depression scale"
short = "mood"
kind = "continuous"
range = [0, 4]
higher_is = "worse"
n_items = 1
missing_items = "single item, never imputed"
source = "convention"
"""


@pytest.mark.parametrize("suffix", ["xpt", "json", "ndjson"])
def test_sdtm_datasets_to_a_registry(real_file: RealFile, tmp_path: Path, suffix: str) -> None:
    (tmp_path / "mood.toml").write_text(MOOD, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY.format(suffix=suffix), encoding="utf-8")
    words = load_vocabulary(tmp_path / "mood.toml")
    folder = real_file("cdisc/dm.xpt").parent
    tables = load_cdisc(folder, tmp_path / "study.toml", vocabulary=words)
    assert not len(errors_of(tables.found))
    registry = build_registry(tables.tables, vocabulary=words, also_found=tables.found)
    comes_back(registry, tmp_path / "saved", vocabulary=tmp_path / "mood.toml")
    patients = registry.table("patients")
    died = patients.dropna(subset=["death_day"]).set_index("patient_id")
    assert died["death_day"].to_dict() == {"CDISC002": 60, "CDISC008": 174, "CDISC013": 12}
    assert died["death_cause"].tolist() == [
        "SUDDEN DEATH",
        "COMPLETED SUICIDE",
        "MYOCARDIAL INFARCTION",
    ]
    assert Counter(patients["last_contact_status"]) == {"alive": 12, "dead": 3, "withdrawn": 2}
    assert patients["birth_year"].tolist()[:3] == [1928, 1936, 1951]
    scores = registry.table("scores")
    assert Counter(scores["visit"]) == {"preoperative": 14, "final": 7}
    assert scores["value"].sum() == 8
    assert scores[scores["episode_id"] == "CDISC001"]["day"].tolist() == [0, 171]
    # Of DS, one row in each of the 17 persons; of RS, one item of 18 in 15 of them.
    used = {name: count.used for name, count in tables.counts.items()}
    assert used == {"dm": 17, "rs": 21}
    left_out = Counter(zip(tables.left_out["file"], tables.left_out["reason"], strict=True))
    assert left_out == {
        (f"dm.{suffix}", "not chosen by `only` of [cdisc]"): 1,
        (f"ds.{suffix}", "in no section of the plan"): 34,
        (f"ds.{suffix}", "of a person who is not chosen by `only` of [cdisc]"): 2,
        (f"rs.{suffix}", "in no section of the plan"): 354,
    }


def test_a_folder_with_each_dataset_three_times(real_file: RealFile, tmp_path: Path) -> None:
    path = tmp_path / "times.toml"
    path.write_text(TIMES.replace('suffix = "xpt"\n', ""), encoding="utf-8")
    with pytest.raises(
        ArgumentError, match=r"'adsl' in several files \(adsl.json, adsl.ndjson, adsl.xpt\)"
    ):
        load_cdisc(real_file("cdisc/adsl.xpt").parent, path)
