"""Simulate coverage: all scenarios, which writes docs/coverage.md, or those that are named."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from validation.page import page
from validation.scenarios import SCENARIOS
from validation.simulate import Coverage, simulate

PAGE = Path(__file__).resolve().parents[1] / "docs" / "coverage.md"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run; 1 when a promise is broken."""
    asked = command_line().parse_args(arguments)
    unknown = sorted(set(asked.names) - set(SCENARIOS))
    if unknown:
        write(f"no scenario {', '.join(unknown)}; there are: {', '.join(SCENARIOS)}\n")
        return 2
    found = []
    try:
        for name in asked.names or SCENARIOS:
            found.append(simulate(SCENARIOS[name], asked.replicates))
            write(line(found[-1]))
    except KeyboardInterrupt:
        write("\nstopped; no page was written\n")
        return 130
    if not (asked.names or asked.replicates or asked.check):
        replace(PAGE, page(found))
    return int(not all(one.kept for one in found))


def command_line() -> argparse.ArgumentParser:
    """Return the words of the command line."""
    parser = argparse.ArgumentParser(prog="python -m validation.run", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which of: {', '.join(SCENARIOS)}")
    parser.add_argument("--replicates", type=int, help="data sets, in place of a full run's")
    parser.add_argument("--check", action="store_true", help="demand the promises, write nothing")
    return parser


def line(found: Coverage) -> str:
    """Return a line of the report."""
    verdict = "" if found.scenario.promise is None else "kept" if found.kept else "BROKEN"
    share = f"{found.share:.3f} ± {found.error:.3f}"
    return f"{found.scenario.name:24s} {found.replicates:6,d}  {share}  {verdict}\n"


def replace(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def write(text: str) -> None:
    """Write to the terminal at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
