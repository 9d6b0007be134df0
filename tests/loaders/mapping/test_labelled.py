"""A file that labels 99 as missing, and does not count it so, gives no score of 99."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.errors import ValidationError

pyreadstat = pytest.importorskip("pyreadstat")

PLAN = """
[file]
one_row_per = "patient"
%s
[patients]
patient_id = "id"
[episodes]
diagnosis = { always = "lumbar_stenosis" }
smoker = "smoker"
asa_class = "asa"
[visits.codes]
pre = { visit = "preoperative", day = 0 }
[[scores]]
instrument = "odi"
column = "odi_{visit}"
"""
LABELS = {
    "odi_pre": {99: "Not answered", 0: "No disability"},
    "smoker": {0: "No", 1: "Yes", 9: "Vet ej"},
    "asa": {1: "Healthy", 2: "Mild"},
}


def saved(folder: Path) -> Path:
    frame = pd.DataFrame(
        {
            "id": [1.0, 2.0, 3.0],
            "odi_pre": [44.0, 99.0, 0.0],
            "smoker": [0.0, 1.0, 9.0],
            "asa": [1.0, 2.0, 2.0],
        }
    )
    pyreadstat.write_sav(frame, str(folder / "a.sav"), variable_value_labels=LABELS)
    return folder / "a.sav"


def plan(folder: Path, keys: str = "") -> Path:
    (folder / "plan.toml").write_text(PLAN % keys, encoding="utf-8")
    return folder / "plan.toml"


def test_a_code_labelled_as_missing_is_an_error_of_its_row(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        so.load_registry(saved(tmp_path), mapping=plan(tmp_path))
    found = caught.value.findings
    wrong = found[found["rule"] == "labelled_missing"]
    assert wrong[["table", "row", "column"]].to_numpy().tolist() == [
        ["episodes", 3, "smoker"],
        ["scores", 2, "value"],
    ]
    assert "99 is 'Not answered'" in wrong["message"].iloc[1]
    assert 'missing = { "99" = "unknown" }' in wrong["message"].iloc[1]


def test_declared_it_is_a_reason_and_no_number(tmp_path: Path) -> None:
    keys = 'missing = { 99 = "refused", 9 = "unknown" }'
    registry = so.load_registry(saved(tmp_path), mapping=plan(tmp_path, keys))
    scores = registry.table("scores").set_index("episode_id")
    assert scores["value"].dropna().to_dict() == {"1": 44, "3": 0}
    assert scores["missing_reason"].dropna().to_dict() == {"2": "refused"}
    assert registry.table("episodes")["smoker"].tolist()[:2] == [0, 1]
    assert registry.table("episodes")["smoker"].isna().tolist() == [False, False, True]


def test_a_label_nobody_met_is_no_finding(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1.0], "odi_pre": [44.0], "smoker": [0.0], "asa": [1.0]})
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels=LABELS)
    registry = so.load_registry(tmp_path / "a.sav", mapping=plan(tmp_path))
    assert not len(registry.findings())
