"""Checking the files of a registry: what is said, to whom, and with which exit code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.check import check_files, html_page, text_page
from spineoutcomes.check.advice import _BY_RULE, advice_on
from spineoutcomes.cli import main
from spineoutcomes.errors import ArgumentError
from spineoutcomes.registry.rules import RULES

PLANTED = "Zebra77"
AS_OF = date(2024, 12, 31)
TABLES = {
    "patients": "patient_id,birth_year\nP1,1950\nP2,1960\nP3,1970\n",
    "episodes": (
        "episode_id,patient_id,diagnosis,index_date,los_days,levels\n"
        "E1,P1,lumbar_stenosis,2020-01-31,4,L4/5\n"
        "E2,P2,lumbar_stenosis,2020-02-01,5,L4\n"
        "E3,P3,lumbar_stenosis,2021-02-01,5,L4\n"
    ),
    "scores": "episode_id,instrument,date,value\n"
    + "".join(f"E{1 + k % 3},odi,2021-03-{k + 1:02d},{k}\n" for k in range(12)),
}
MAPPING = """
[file]
one_row_per = "patient"

[patients]
patient_id = "id"

[episodes]
diagnosis = { always = "lumbar_stenosis" }
index_date = "op"

[visits.codes]
3m = { day = 91 }

[[scores]]
instrument = "odi"
column = "odi_{visit}"
"""

DICTIONARY = (
    "Variable / Field Name,Form Name,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",'
    "Text Validation Type OR Show Slider Number,Branching Logic,Identifier?\n"
    "record_id,base,text,Record,,,,\n"
    "q17,base,text,Question 17,,,,y\n"
    "op,base,text,Operated on,,date_ymd,,\n"
    "odi_3m,base,text,ODI,,number,,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "registry"
    place.mkdir()
    for name, text in TABLES.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def change(folder: Path) -> Callable[[str, str, str], None]:
    """Return a function that replaces text in a table."""

    def replace(table: str, old: str, new: str) -> None:
        path = folder / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


Change = Callable[[str, str, str], None]


def said(path: Path, **more: object) -> str:
    return text_page(check_files(path, as_of=AS_OF, **more))  # type: ignore[arg-type]


def test_nothing_to_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder), "--as-of", "2024-12-31"]) == 0
    assert capsys.readouterr().out == (
        "Check of registry\n"
        "=================\n"
        "Nothing was found that breaks a rule.\n"
        "Rows count from 1 below the header. No patient's value is shown.\n"
        "\n"
        "Rows\n"
        "----\n"
        "table     file          rows in  kept  left out\n"
        "patients  patients.csv        3     3         0\n"
        "episodes  episodes.csv        3     3         0\n"
        "scores    scores.csv         12    12         0\n"
        "\n"
        "Possible identifiers\n"
        "--------------------\n"
        "where                what              cells\n"
        "episodes.index_date  dates to the day      3\n"
        "scores.date          dates to the day     12\n"
        "\n"
        "Possible identifiers are places to look at, found by names of columns and by how values\n"
        "are written. The list is not complete: data without an entry here are not thereby\n"
        "anonymous.\n"
        "\n"
        "Dates were held against 2024-12-31 (option --as-of): none may lie after it.\n"
    )


def test_a_warning(folder: Path, change: Change, capsys: pytest.CaptureFixture[str]) -> None:
    change("episodes", ",4,", ",400,")
    assert main(["check", str(folder)]) == 1
    text = capsys.readouterr().out
    assert "1 warning, no errors: the registry loads." in text
    assert (
        "Warnings\n--------\nepisodes.los_days  [unlikely_value]\n"
        "  1 value(s) of episodes.los_days lie outside 0 to 365 days. Is the unit another, or a\n"
        "  digit too many?\n  Rows: 1.\n"
        "  To do: Leave the value if it is right; correct it if it is not.\n" in text
    )
    assert "400" not in text


def test_errors_are_counted_with_their_first_rows_and_their_children(
    folder: Path, change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    change("scores", "odi,2021", "odi,32021")
    change("patients", "P3,1970", f"P3,{PLANTED}")
    assert main(["check", str(folder)]) == 2
    text = capsys.readouterr().out
    # A value that is no number, dates that are none, and scores that now share a key.
    assert "3 errors. The registry does not load before the errors are corrected" in text
    assert "  Rows: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more.\n" in text
    assert "patients  patients.csv        3     2         1\n" in text
    assert "episodes  episodes.csv        3     2         1\n" in text
    assert "scores    scores.csv         12     0        12\n" in text
    assert "1 row(s) of episodes are left out because their patient or episode is." in text
    assert PLANTED not in text
    assert "32021" not in text


def test_each_file_of_a_mapping_is_accounted_for(tmp_path: Path) -> None:
    data, plan = tmp_path / "data.csv", tmp_path / "plan.toml"
    data.write_text(
        f"id,姓名,op,odi_3m,remarks\n1,{PLANTED},2020-01-31,20,\n2,李四,2020-02-01,200,a@b.org\n",
        encoding="utf-8",
    )
    plan.write_text(MAPPING, encoding="utf-8")
    checkup = check_files(data, mapping=plan, as_of=AS_OF)
    text = text_page(checkup)
    assert checkup.exit_code == 2
    assert "scores.value  [score_out_of_range]" in text
    assert "  Rows: 2.\n" in text
    assert "scores    data.csv        2     1         1\n" in text
    assert "data.csv has 2 row(s); 2 gave or joined a row of a table, 0 did not." in text
    assert "data.csv.姓名       column name (name)      2\n" in text
    assert "data.csv.remarks  e-mail address          1\n" in text
    for value in (PLANTED, "李四", "a@b.org", "200,"):
        assert value not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"patient_id\nZebra77\xff\n", "patients.csv is not utf-8 text"),
        (b"", "patients.csv is empty"),
        (b"nobody\nZebra77\n", "The table 'patients' has no column 'patient_id'"),
    ],
)
def test_what_cannot_be_loaded(
    folder: Path, content: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "patients.csv").write_bytes(content)
    assert main(["check", str(folder), "--output", str(folder / "page.html")]) == 2
    text = capsys.readouterr().out
    assert "Nothing could be loaded." in text
    assert words in " ".join(text.split())
    assert "Errors\n------\n" in text
    assert "Rows\n----" not in text
    assert "identifiers" not in text
    assert PLANTED not in text + (folder / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "No such file or folder: nowhere."),
        (["{folder}/patients.csv"], "one file, so it needs a mapping"),
        (["{folder}/patients.csv", "--mapping", "none.toml"], "none.toml"),
        (["{folder}", "--vocabulary", "none.toml"], "none.toml"),
        (["{folder}", "--output", "{folder}/no/such/page.html"], "No such file or directory"),
    ],
)
def test_what_there_is_not(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [argument.format(folder=folder) for argument in arguments]
    assert main(["check", *given]) == 2
    error = capsys.readouterr().err
    assert error.startswith("spineoutcomes: ")
    assert error.count("\n") == 1
    assert words in error


def test_a_path_without_tables_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="holds no table"):
        check_files(tmp_path, as_of=AS_OF)


@pytest.mark.parametrize(
    "wrong",
    [["--output", "patients.csv"], ["--as-of", "31.12.2024"], ["--as-of", "2024-02-30"]],
)
def test_wrong_usage(folder: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", str(folder), *wrong])
    assert ended.value.code == 2
    assert wrong[1] in capsys.readouterr().err
    assert (folder / "patients.csv").read_text(encoding="utf-8") == TABLES["patients"]


def test_the_page_says_the_same_and_runs_nothing(
    folder: Path, change: Change, tmp_path: Path
) -> None:
    change("episodes", ",4,", ",400,")
    change("patients", "birth_year", "<script>alert(1)</script>")
    change("patients", "1950", "a@b.org")
    out = tmp_path / "page.html"
    assert main(["check", str(folder), "--output", str(out), "--as-of", "2024-12-31"]) == 1
    page = out.read_text(encoding="utf-8")
    assert page == html_page(check_files(folder, as_of=AS_OF))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    plain = " ".join(unescape(page).split())
    checkup = check_files(folder, as_of=AS_OF)
    for group in checkup.groups:
        assert group.message in plain
        assert group.advice in plain
    assert "a@b.org" not in page
    assert "e-mail address" in page


def test_dates_in_the_future_name_the_rows_of_the_file(folder: Path, change: Change) -> None:
    change("scores", "E1,odi,2021-03-01,0", "E1,odi,2021-03-01,777")  # row 1 is left out
    change("scores", "2021-03-09", "2030-03-09")
    change("scores", "2021-03-12", "2030-03-12")
    text = said(folder)
    assert "scores.date  [in_future]" in text
    assert "2 value(s) of scores.date lie after 2024-12-31, the day the data were taken." in text
    assert "  Rows: 9, 12.\n" in text
    later = text_page(check_files(folder, as_of=date(2031, 1, 1)))
    assert "in_future" not in later


def test_the_day_is_said_where_nobody_gives_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(folder)])
    assert f"Dates were held against {date.today()} (option --as-of)" in capsys.readouterr().out


def test_dates_of_a_mapped_file_are_counted(tmp_path: Path) -> None:
    data, plan = tmp_path / "data.csv", tmp_path / "plan.toml"
    data.write_text("id,op,odi_3m\n1,2030-01-31,20\n2,2030-02-01,21\n", encoding="utf-8")
    plan.write_text(MAPPING, encoding="utf-8")
    checkup = check_files(data, mapping=plan, as_of=AS_OF)
    assert checkup.exit_code == 2
    (group,) = (group for group in checkup.groups if group.rule == "in_future")
    assert group.message.startswith("2 value(s) of episodes.index_date lie after 2024-12-31")
    assert group.rows == ()


# In two of them more than a fifth did not answer at some visit, which is a warning.
@pytest.mark.parametrize(("name", "code"), [("hemangioma", 0), ("metastases", 1), ("ladder", 1)])
def test_simulated_data_are_called_synthetic(name: str, code: int, tmp_path: Path) -> None:
    so.load_sample(name).save(tmp_path)
    checkup = check_files(tmp_path, as_of=AS_OF)
    assert checkup.exit_code == code
    assert "SYNTHETIC DATA" in text_page(checkup)
    assert "Synthetic data." in html_page(checkup)


def test_a_case_is_not_called_synthetic(tmp_path: Path) -> None:
    so.load_sample("case_report").save(tmp_path)
    checkup = check_files(tmp_path, as_of=AS_OF)
    assert checkup.exit_code == 0
    assert "SYNTHETIC" not in text_page(checkup)
    assert "Synthetic" not in html_page(checkup)


def test_every_rule_has_advice_of_its_own() -> None:
    assert {rule.name for rule in RULES} <= set(_BY_RULE)
    assert advice_on("a rule of a reader", "error") == "Correct it in the file, and check again."
    assert advice_on("a rule of a reader", "warning").startswith("Look at it")


def test_lines_fit_a_terminal(folder: Path, change: Change) -> None:
    change("episodes", "L4/5", "thoracic")
    change("scores", ",2021", ",12021")
    assert max(len(line) for line in said(folder).splitlines()) <= 88


def test_what_a_dictionary_marks_is_said(tmp_path: Path) -> None:
    (tmp_path / "dictionary.csv").write_text(DICTIONARY, encoding="utf-8")
    data, plan = tmp_path / "data.csv", tmp_path / "plan.toml"
    data.write_text(f"record_id,q17,op,odi_3m\n1,{PLANTED},2020-01-31,20\n", encoding="utf-8")
    head = '[file]\nformat = "redcap"\ndictionary = "dictionary.csv"'
    mapping = MAPPING.replace("[file]", head).replace('"id"', '"record_id"')
    plan.write_text(mapping, encoding="utf-8")
    checkup = check_files(data, mapping=plan, as_of=AS_OF)
    assert checkup.identifiers is not None
    rows = checkup.identifiers.set_index("column")
    assert rows.loc["q17", "why"] == "marked as an identifier in the file"
    assert rows.loc["q17", "n"] == 1
    assert PLANTED not in text_page(checkup)
