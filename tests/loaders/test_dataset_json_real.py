"""The same datasets three ways, as CDISC gives them: transport file, JSON, lines of JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.dataset_json import read_dataset_json
from spineoutcomes.loaders.statistical import read_statistical

RealFile = Callable[[str], Path]
SHAPES = {
    "adsl": (254, 49),
    "adtte": (254, 26),
    "dm": (18, 26),
    "ds": (53, 12),
    "rs": (375, 17),
    "dd": (3, 12),
}
# Titles of columns that the makers of the files wrote differently.
OTHER_TITLES = {"adtte": {"STARTDT", "SRCDOM"}}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_three_files_of_a_dataset_have_the_same_cells(real_file: RealFile, name: str) -> None:
    pytest.importorskip("pyreadstat")
    transport = read_statistical(real_file(f"cdisc/{name}.xpt"))
    whole = read_dataset_json(real_file(f"cdisc/{name}.json"))
    lines = read_dataset_json(real_file(f"cdisc/{name}.ndjson"))
    for read in (transport, whole, lines):
        assert read.rows.shape == SHAPES[name]
        assert not len(read.found)
    assert whole.rows.equals(lines.rows)
    assert list(transport.rows) == list(whole.rows)
    assert transport.rows.to_numpy().tolist() == whole.rows.to_numpy().tolist()
    differ = {column for column in whole.rows if whole.titles[column] != transport.titles[column]}
    assert differ == OTHER_TITLES.get(name, set())


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_cells_are_those_of_the_json(real_file: RealFile, name: str) -> None:
    path = real_file(f"cdisc/{name}.json")
    data = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
    cells = [["" if cell is None else cell for cell in row] for row in data["rows"]]
    assert read_dataset_json(path).rows.to_numpy().tolist() == cells


def test_partial_and_missing_dates_stay_as_they_are(real_file: RealFile) -> None:
    dm = read_dataset_json(real_file("cdisc/dm.json")).rows
    assert dm["BRTHDTC"].tolist()[:3] == ["1928", "1936", "1951"]
    assert (dm["DTHDTC"] != "").sum() == 3
    assert dm.loc[dm["USUBJID"] == "CDISC015", "RFSTDTC"].tolist() == [""]


def test_text_in_japanese(real_file: RealFile) -> None:
    read = read_dataset_json(real_file("cdisc/i18n_ae.json"))
    assert read.rows.shape == (1191, 36)
    assert read.rows.loc[0, "AETERM"] == "アプリケーションサイトの紅斑"
    assert read.rows.loc[0, ["AESEQ", "AELLTCD", "AEPTCD", "AEENDTC"]].tolist() == [
        "1",
        "",
        "12345678",
        "",
    ]


def test_a_definition_is_no_dataset(real_file: RealFile) -> None:
    with pytest.raises(ArgumentError, match=r"define.xml is not one of .json, .ndjson"):
        read_dataset_json(real_file("cdisc/define.xml"))


def test_the_transport_file_as_another_reader_has_it(real_file: RealFile, tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat")
    path = real_file("cdisc/adtte.xpt")
    other = pd.read_sas(path, format="xport", encoding="ascii")
    other["ADT"] = pd.to_datetime("1960-01-01") + pd.to_timedelta(other["ADT"], unit="D")
    other[["USUBJID", "AVAL", "CNSR", "ADT"]].to_csv(tmp_path / "other.csv", index=False)
    with (tmp_path / "other.csv").open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))[1:]
    read = read_statistical(path).rows[["USUBJID", "AVAL", "CNSR", "ADT"]]
    assert len(rows) == 254
    # pandas reads the zeros of this format as 5.4e-79.
    expected = [[i, f"{float(a):g}", f"{round(float(c), 9):g}", d] for i, a, c, d in rows]
    assert read.to_numpy().tolist() == expected
