"""The command line: what it writes, its exit codes, and one line for whatever is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import spineoutcomes as so
from spineoutcomes.cli import main

# Interrupts itself as it opens the first file of the new report.
INTERRUPTED = """
import os, signal, sys
from spineoutcomes.cli import main

begun = []

def watch(event, arguments):
    if event == "open" and os.sep + ".out." in str(arguments[0]) and not begun:
        begun.append(event)
        os.kill(os.getpid(), signal.SIGINT)

# Where the tests run in the background of a shell, an interrupt would be ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(watch)
sys.exit(main(sys.argv[1:]))
"""
CASE = so.example("case_report").read_text(encoding="utf-8")


def study(folder: Path, text: str) -> str:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def one_line(error: str) -> str:
    """Return the reason, which stands alone on its line, below any progress."""
    lines = [line for line in error.splitlines() if line.startswith("spineoutcomes: ")]
    assert len(lines) == 1
    return lines[0]


def test_report_writes_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a report"
    assert main(["report", study(tmp_path, CASE), "--output", str(out)]) == 0
    assert str(out / "index.html") in capsys.readouterr().out
    assert sorted(p.name for p in out.iterdir()) == ["index.html", "manifest.json", "results.csv"]


def test_demo_writes_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--output", str(tmp_path / "report")]) == 0
    assert "index.html" in capsys.readouterr().out
    assert (tmp_path / "report" / "results.csv").is_file()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == so.__version__


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["report"], ["report", "x.toml"]])
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_a_study_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path / "no.toml"), "--output", str(tmp_path / "out")]) == 2
    assert "No such file" in one_line(capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


BROKEN = {
    "a table is missing": ("episodes.csv", None, "no table 'episodes'"),
    "a column is missing": ("episodes.csv", ("diagnosis", "disease"), "no column 'diagnosis'"),
    "an unknown approach": ("procedures.csv", (",mis,", ",keyhole,"), "unknown_value"),
    "a key twice": ("procedures.csv", ("PR2,", "PR1,"), "duplicate_key"),
    "a score out of range": ("scores.csv", (",final,0,", ",final,41.5,"), "score_out_of_range"),
    "a day that is not a number": ("events.csv", (",120,", ",soon,"), "not_a_number"),
    "recurrence before day 0": (
        "events.csv",
        ("residual_progression,absent,120", "local_recurrence,occurred,-41.5"),
        "before_day_0",
    ),
    "an empty file": ("scores.csv", "", "scores.csv"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_registry_is_one_line_and_leaves_the_earlier_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    source = Path(so.__file__).parents[2] / "data" / "sample" / "case_report"
    data = tmp_path / "data"
    data.mkdir()
    for path in source.glob("*.csv"):
        (data / path.name).write_bytes(path.read_bytes())
    plan = study(tmp_path, CASE.replace('sample = "case_report"', 'path = "data"'))
    out = tmp_path / "out"
    assert main(["report", plan, "--output", str(out)]) == 0
    earlier = {path.name: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()

    name, change, said = BROKEN[what]
    if change is None:
        (data / name).unlink()
    elif change == "":
        (data / name).write_text("", encoding="utf-8")
    else:
        text = (data / name).read_text(encoding="utf-8")
        assert change[0] in text
        (data / name).write_text(text.replace(*change, 1), encoding="utf-8")
    assert main(["report", plan, "--output", str(out)]) == 2
    reason = one_line(capsys.readouterr().err)
    assert said in reason
    for value in ("keyhole", "41.5", "soon"):
        assert value not in reason
    assert {path.name: path.read_bytes() for path in out.iterdir()} == earlier
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "out", "study.toml"]


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_an_interrupt_leaves_the_earlier_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["demo", "--output", str(out)]) == 0
    earlier = {path.name: path.read_bytes() for path in out.iterdir()}
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "demo", "--output", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "interrupted" in one_line(run.stderr)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == earlier
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
