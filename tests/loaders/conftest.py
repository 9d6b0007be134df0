"""Small files and mappings, written into a folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import spineoutcomes as so
from spineoutcomes.registry import Registry

TABLES = {
    "patients": "patient_id,sex,death_date\nP1,female,\nP2,male,2021-05\n",
    "episodes": (
        "episode_id,patient_id,diagnosis,index_date,lactate,ward\n"
        "E1,P1,lumbar_disc_herniation,2020-01-31,1.25,None\n"
        "E2,P2,lumbar_stenosis,2020-02-01,,NA\n"
    ),
    "scores": (
        "episode_id,instrument,location,visit,date,value\n"
        "E1,odi,,preoperative,2020-01-30,48\n"
        "E1,odi,,3m,2020-05,0.30000000000000004\n"
        "E2,vas_pain,back,3m,2020-05-01,2.5\n"
    ),
}
WIDE = """
[file]
one_row_per = "patient"

[patients]
patient_id = "id"
sex = { column = "sex", codes = { 1 = "male", 2 = "female" } }

[episodes]
diagnosis = { always = "lumbar_disc_herniation" }

[visits.codes]
pre = { visit = "preoperative", day = 0 }
3m = { day = 91 }

[[scores]]
instrument = "vas_pain"
column = "vas_{visit}"
location = "leg"
"""
LONG = """
[file]
one_row_per = "visit"

[patients]
patient_id = "id"

[episodes]
diagnosis = { always = "lumbar_disc_herniation" }
arm = "arm"

[visits]
column = "time"

[visits.codes]
0 = { visit = "preoperative", day = 0 }
1 = { visit = "3m", day = 91 }

[[scores]]
instrument = "odi"
column = "odi"
"""
Load = Callable[..., Registry]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three tables."""
    place = tmp_path / "registry"
    place.mkdir()
    for name, text in TABLES.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that loads the text of a file through the text of a mapping."""

    def mapped(text: str | bytes, mapping: str, **more: Any) -> Registry:
        file, plan = tmp_path / "data.csv", tmp_path / "plan.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        plan.write_text(mapping, encoding="utf-8")
        return so.load_registry(file, mapping=plan, **more)

    return mapped
