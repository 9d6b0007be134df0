"""One row per patient or episode: columns become visits, cells become rows of the tables."""

from __future__ import annotations

import pytest
from tests.loaders.conftest import WIDE, Load

from spineoutcomes.errors import ArgumentError, ValidationError

FILE = "id,sex,vas_pre,vas_3m\nA,1,7,2.5\nB,2,6,\n"


def test_columns_become_visits(load: Load) -> None:
    scores = load(FILE, WIDE).table("scores")
    assert scores[["episode_id", "visit", "day", "value"]].to_numpy().tolist() == [
        ["A", "preoperative", 0, 7],
        ["B", "preoperative", 0, 6],
        ["A", "3m", 91, 2.5],
    ]
    assert set(scores["location"]) == {"leg"}


def test_codes_and_constants(load: Load) -> None:
    registry = load(FILE, WIDE)
    assert registry.table("patients")["sex"].tolist() == ["male", "female"]
    assert set(registry.table("episodes")["diagnosis"]) == {"lumbar_disc_herniation"}
    assert registry.table("episodes")["episode_id"].tolist() == ["A", "B"]


def test_provenance_counts_the_tables_and_names_the_file(load: Load) -> None:
    provenance = load(FILE, WIDE).provenance.set_index("table")
    assert provenance["n_rows_in"].to_dict() == {
        "patients": 2,
        "episodes": 2,
        "procedures": 0,
        "scores": 3,
        "lesions": 0,
        "events": 0,
    }
    assert provenance.loc["scores", "file"] == "data.csv"


def test_a_column_left_out_is_said(load: Load) -> None:
    found = load(
        FILE.replace("id,", "id,shoe,").replace("A,", "A,41,").replace("B,", "B,42,"), WIDE
    )
    findings = found.findings()
    assert findings[["table", "column", "rule", "severity"]].to_numpy().tolist() == [
        ["data.csv", "shoe", "unmapped_column", "warning"]
    ]
    ignored = WIDE.replace('"patient"', '"patient"\nignore = ["shoe"]')
    text = "id,shoe,sex,vas_pre,vas_3m\nA,41,1,7,2\n"
    assert not len(load(text, ignored).findings())


def test_a_code_for_missing_gives_a_reason_and_an_empty_cell_gives_no_score(load: Load) -> None:
    mapping = WIDE.replace('"patient"', '"patient"\nmissing = { "-99" = "refused" }')
    scores = load("id,sex,vas_pre,vas_3m\nA,-99,7,-99\nB,2,6,\n", mapping).table("scores")
    assert scores["missing_reason"].tolist()[-1] == "refused"
    assert len(scores) == 3


def test_scale(load: Load) -> None:
    mapping = WIDE + "scale = [0, 100]\n"
    scores = load("id,sex,vas_pre,vas_3m\nA,1,70,29\nB,2,100,\n", mapping).table("scores")
    assert scores["value"].tolist() == [7, 10, 2.9]
    assert scores["raw_value"].tolist() == ["70", "100", "29"]


def test_a_value_off_the_declared_scale(load: Load) -> None:
    mapping = WIDE + "scale = [0, 100]\n"
    text = "id,sex,vas_pre,vas_3m\nA,1,70,29\nB,2,177.25,5\n"
    with pytest.raises(
        ValidationError, match="'vas_pre' are not numbers on the declared"
    ) as caught:
        load(text, mapping)
    found = caught.value.findings
    assert found[["table", "row", "rule"]].to_numpy().tolist() == [["scores", 2, "outside_scale"]]
    assert "177.25" not in found.to_csv() + str(caught.value)
    registry = load(text, mapping, on_error="reject")
    assert registry.rejects.to_numpy().tolist() == [["scores", 2, "outside_scale"]]
    assert len(registry.table("scores")) == 3


def test_a_value_out_of_range_without_a_scale_says_what_to_write(load: Load) -> None:
    with pytest.raises(ValidationError, match="declare it in a mapping") as caught:
        load("id,sex,vas_pre,vas_3m\nA,1,7,29\nB,2,6,5\n", WIDE)
    assert caught.value.findings[["row", "rule"]].to_numpy().tolist() == [[1, "score_out_of_range"]]


@pytest.mark.parametrize("on_error", ["raise", "reject"])
def test_values_that_look_like_another_scale_are_not_guessed(load: Load, on_error: str) -> None:
    text = "id,sex,vas_pre,vas_3m\nA,1,0.71,0.2\nB,2,0.6,\n"
    with pytest.raises(ValidationError, match=r"write `scale = \[0, 1\]`") as caught:
        load(text, WIDE, on_error=on_error)
    assert "scale_not_declared" in set(caught.value.findings["rule"])
    assert "0.71" not in str(caught.value)
    assert load(text, WIDE + "scale = [0, 1]\n").table("scores")["value"].max() == 7.1
    assert load(text, WIDE + "scale = [0, 10]\n").table("scores")["value"].max() == 0.71


def test_small_whole_numbers_are_on_the_scale_of_the_instrument(load: Load) -> None:
    assert (
        load("id,sex,vas_pre,vas_3m\nA,1,1,0\nB,2,0,1\n", WIDE).table("scores")["value"].max() == 1
    )


def test_cells_that_cannot_be_read(load: Load) -> None:
    text = "id,sex,vas_pre,vas_3m\nA,9,7,2\nB,2,Zebra77,\n"
    with pytest.raises(ValidationError) as caught:
        load(text, WIDE)
    found = caught.value.findings
    assert found[["table", "row", "column", "rule"]].to_numpy().tolist() == [
        ["patients", 1, "sex", "value_not_in_codes"],
        ["scores", 2, "value", "not_a_number"],
    ]
    assert "1 value(s) of the column 'sex' are not among the codes" in found.loc[0, "message"]
    assert "Zebra77" not in found.to_csv() + str(caught.value)


def test_rejects_name_rows_of_the_file(load: Load) -> None:
    registry = load("id,sex,vas_pre,vas_3m\nA,1,7,2\nB,9,6,5\n", WIDE, on_error="reject")
    assert sorted(map(tuple, registry.rejects.to_numpy().tolist())) == [
        ("episodes", 2, "parent_rejected"),
        ("patients", 2, "value_not_in_codes"),
        ("scores", 2, "parent_rejected"),
        ("scores", 2, "parent_rejected"),
    ]
    counts = registry.provenance
    assert (counts["n_rows_in"] == counts["n_rows_out"] + counts["n_rejected"]).all()


def test_an_id_twice_in_a_file_of_one_row_per_patient(load: Load) -> None:
    with pytest.raises(ValidationError) as caught:
        load("id,sex,vas_pre,vas_3m\nA,1,7,2\nA,1,6,5\n", WIDE)
    found = caught.value.findings
    assert set(found.loc[found["rule"] == "duplicate_key", "table"]) >= {"patients", "episodes"}
    assert set(found["row"]) == {1, 2}


def test_a_row_without_an_id_is_not_lost(load: Load) -> None:
    text = "id,sex,vas_pre,vas_3m\nA,1,7,2\n,1,6,5\n"
    with pytest.raises(ValidationError, match="empty; every row needs one"):
        load(text, WIDE)
    registry = load(text, WIDE, on_error="reject")
    assert registry.provenance.set_index("table").loc["patients", "n_rejected"] == 1
    assert registry.table("patients")["patient_id"].tolist() == ["A"]


def test_ids_made_of_centre_and_number_or_of_the_row(load: Load) -> None:
    text = "site,id,sex,vas_pre,vas_3m\n1,1,1,7,2\n2,1,2,6,5\n"
    mapping = WIDE.replace('"id"', '{ columns = ["site", "id"] }')
    assert load(text, mapping).table("patients")["patient_id"].tolist() == ["1-1", "2-1"]
    by_row = WIDE.replace('"id"', "{ row_number = true }")
    registry = load(text, by_row)
    assert registry.table("patients")["patient_id"].tolist() == ["1", "2"]
    assert set(registry.findings()["column"]) == {"site", "id"}


def test_columns_that_follow_no_pattern(load: Load) -> None:
    mapping = WIDE.replace(
        'column = "vas_{visit}"', 'columns = { "Preop-NRS" = "pre", "Upp-NRS_1" = "3m" }'
    )
    scores = load("id,sex,Preop-NRS,Upp-NRS_1\nA,1,7,2\n", mapping).table("scores")
    assert scores["visit"].tolist() == ["preoperative", "3m"]


def test_an_instrument_asked_at_some_visits_only(load: Load) -> None:
    mapping = WIDE + 'visits = ["pre"]\n'
    assert len(load("id,sex,vas_pre\nA,1,7\n", mapping).table("scores")) == 1


def test_grades(load: Load) -> None:
    mapping = WIDE + (
        '[[scores]]\ninstrument = "frankel"\ncolumn = "f_{visit}"\nvisits = ["pre"]\n'
        'codes = { 3 = "C", 4 = "D" }\n'
    )
    scores = load("id,sex,vas_pre,vas_3m,f_pre\nA,1,7,2,4\nB,1,7,2,\n", mapping).table("scores")
    graded = scores[scores["instrument"] == "frankel"]
    assert graded[["grade", "raw_value"]].to_numpy().tolist() == [["D", "4"]]
    with pytest.raises(ValidationError, match="'f_pre' are not among the codes"):
        load("id,sex,vas_pre,vas_3m,f_pre\nA,1,7,2,9\n", mapping)


EXCEL = """
[file]
one_row_per = "episode"
delimiter = ";"
decimal = ","
encoding = "latin-1"
date_format = "%d.%m.%Y"

[patients]
patient_id = "id"
death_date = "død"

[episodes]
episode_id = "op"
diagnosis = { column = "diag", codes = { M48 = "lumbar_stenosis" } }
index_date = "opdato"
bmi = "bmi"

[visits]
date = "dato_{visit}"

[visits.codes]
pre = { visit = "preoperative", day = 0 }
3m = {}

[[scores]]
instrument = "odi"
column = "odi_{visit}"

[[procedures]]
component = { always = "laminectomy" }
approach = { column = "approach", codes = { 1 = "open", 3 = "mis" } }
operative_time_min = { column = "op_h", multiply = 60 }

[[events]]
kind = { always = "complication" }
status = { column = "dural", codes = { 1 = "occurred" }, missing = { 0 = "not_done" } }
day = { always = 0 }

[[lesions]]
lesion_id = { always = "L1" }
measure = { always = "diameter" }
day = { always = -1 }
value = "mm"
"""
ROWS = (
    "id;op;diag;opdato;død;bmi;odi_pre;odi_3m;dato_3m;approach;op_h;dural;mm\n"
    "A;A1;M48;31.01.2020;;24,5;44,5;20;30.04.2020;3;1,5;1;12\n"
    "A;A2;M48;31.01.2021;01.01.2023;25;48;;;1;２;0;\n"
)


def test_every_table_of_a_file_with_a_row_per_operation(load: Load) -> None:
    registry = load(ROWS.encode("utf-8"), EXCEL.replace("latin-1", "utf-8"))
    assert registry.table("patients")["death_day"].tolist() == [1066]
    episodes = registry.table("episodes")
    assert episodes["index_day"].tolist() == [0, 366]
    assert episodes["bmi"].tolist() == [24.5, 25]
    scores = registry.table("scores")
    assert scores[["episode_id", "visit", "day", "value"]].to_numpy().tolist() == [
        ["A1", "preoperative", 0, 44.5],
        ["A2", "preoperative", 0, 48],
        ["A1", "3m", 90, 20],
    ]
    procedures = registry.table("procedures")
    assert procedures["approach"].tolist() == ["mis", "open"]
    assert procedures["operative_time_min"].tolist() == [90, 120]
    assert procedures["procedure_id"].is_unique
    assert registry.table("events")["episode_id"].tolist() == ["A1"]
    assert registry.table("lesions")["value"].tolist() == [12]


def test_encoding_is_declared(load: Load) -> None:
    text = ROWS.replace("２", "2").encode("latin-1")
    assert len(load(text, EXCEL).table("episodes")) == 2
    with pytest.raises(ValidationError, match="declare `encoding`"):
        load(text, EXCEL.replace("latin-1", "utf-8"))
    with pytest.raises(ArgumentError, match="There is no encoding 'klingon'"):
        load(text, EXCEL.replace("latin-1", "klingon"))


def test_a_date_not_in_the_declared_format(load: Load) -> None:
    text = ROWS.replace("31.01.2020", "01/31/2020").encode()
    with pytest.raises(ValidationError, match=r"date written as '%d\.%m\.%Y'") as caught:
        load(text, EXCEL.replace("latin-1", "utf-8"))
    assert "01/31/2020" not in str(caught.value) + caught.value.findings.to_csv()


def test_the_order_of_day_and_month_is_never_guessed(load: Load) -> None:
    mapping = EXCEL.replace("latin-1", "utf-8").replace('date_format = "%d.%m.%Y"\n', "")
    with pytest.raises(
        ValidationError, match="declared as date_format in a mapping, never guessed"
    ):
        load(ROWS.encode(), mapping)


def test_a_point_is_no_decimal_mark_beside_a_comma(load: Load) -> None:
    text = ROWS.replace("44,5", "1.044,5").encode()
    with pytest.raises(ValidationError, match="a number with the decimal mark ','"):
        load(text, EXCEL.replace("latin-1", "utf-8"))
