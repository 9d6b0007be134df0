"""The command line: `spineoutcomes demo`, `report`, `check` and `template`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import spineoutcomes as so
from spineoutcomes.check import check_files, html_page, text_page

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    It is 0, or 2 with a one-line reason on stderr. `check` also returns 1, for warnings alone, and
    2 for errors in the data.
    """
    options = _parser().parse_args(arguments)
    try:
        code, said = options.run(options)
    except so.errors.SpineOutcomesError as error:
        return _fail(" ".join(str(error).split()))
    except OSError as error:
        place = error.filename or getattr(options, "output", "")
        return _fail(f"{error.strerror or error}: {place}")
    except KeyboardInterrupt:
        return _fail("interrupted; the previous report, if any, is untouched")
    # A terminal that lacks a character of a name shows a question mark for it.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(f"{said}\n".encode(encoding, "replace").decode(encoding))
    return int(code)


def _report(options: argparse.Namespace) -> tuple[int, str]:
    study = so.example("metastases") if options.command == "demo" else options.study
    written = so.run_study(so.Study.read(study), options.output)
    return 0, f"The report is at {written / 'index.html'}"


def _check(options: argparse.Namespace) -> tuple[int, str]:
    checkup = check_files(
        options.path,
        mapping=options.mapping,
        vocabulary=options.vocabulary,
        as_of=options.as_of or date.today(),
    )
    said = text_page(checkup)
    if options.output is not None:
        options.output.write_text(html_page(checkup), encoding="utf-8", newline="\n")
        said += f"\nThe page is at {options.output}"
    return checkup.exit_code, said.rstrip("\n")


def _template(options: argparse.Namespace) -> tuple[int, str]:
    return 0, f"The template is at {so.write_template(options.file)}"


def _html_path(text: str) -> Path:
    """Return the path of a page; anything else might be the data themselves."""
    if Path(text).suffix.lower() not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .html")
    return Path(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date as YYYY-MM-DD") from None


def _fail(reason: str) -> int:
    sys.stderr.write(f"spineoutcomes: {reason}\n")
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spineoutcomes", description="Outcomes research on spine surgery."
    )
    parser.add_argument("--version", action="version", version=so.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser("demo", help="write a report from synthetic data")
    demo.add_argument("--output", type=Path, default=Path("report"), metavar="DIR")
    demo.set_defaults(run=_report)
    report = commands.add_parser("report", help="run a study file and write its report")
    report.add_argument("study", type=Path, metavar="STUDY.toml")
    report.add_argument("--output", type=Path, required=True, metavar="DIR")
    report.set_defaults(run=_report)
    check = commands.add_parser("check", help="say what is wrong with the files of a registry")
    check.add_argument("path", type=Path, metavar="PATH", help="a folder of tables, or a file")
    check.add_argument("--mapping", metavar="FILE", help="what the columns of the file hold")
    check.add_argument("--vocabulary", type=Path, metavar="FILE", help="words of your own")
    check.add_argument("--output", type=_html_path, metavar="PAGE.html", help="write a page, too")
    check.add_argument(
        "--as-of", type=_day, metavar="DATE", help="when the data were taken (default: today)"
    )
    check.set_defaults(run=_check)
    template = commands.add_parser("template", help="write an empty workbook to fill in and load")
    template.add_argument("file", type=Path, metavar="OUT.xlsx")
    template.set_defaults(run=_template)
    return parser
