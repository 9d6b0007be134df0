"""The command line: `spineoutcomes demo` and `spineoutcomes report`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import spineoutcomes as so

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 with a one-line reason on stderr."""
    options = _parser().parse_args(arguments)
    try:
        study = so.example("metastases") if options.command == "demo" else options.study
        written = so.run_study(so.Study.read(study), options.output)
    except so.errors.SpineOutcomesError as error:
        return _fail(" ".join(str(error).split()))
    except OSError as error:
        return _fail(f"{error.strerror or error}: {error.filename or options.output}")
    except KeyboardInterrupt:
        return _fail("interrupted; the previous report, if any, is untouched")
    sys.stdout.write(f"The report is at {written / 'index.html'}\n")
    return 0


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
    report = commands.add_parser("report", help="run a study file and write its report")
    report.add_argument("study", type=Path, metavar="STUDY.toml")
    report.add_argument("--output", type=Path, required=True, metavar="DIR")
    return parser
