"""Run the benchmarks: all, or those that are named."""

from __future__ import annotations

import argparse

import change
import linear
import load
import ordinal
import permutation
import survival_curves
import table_one

BENCHMARKS = {
    "change": (change.run, 1_000_000),
    "linear": (linear.run, 25_000),
    "load": (load.run, 1_000_000),
    "table_one": (table_one.run, 100_000),
    "ordinal": (ordinal.run, 100_000),
    "permutation": (permutation.run, 10_000),
    "survival": (survival_curves.run, 1_000_000),
}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--n", type=int, help="size, in place of each benchmark's own")
    asked = parser.parse_args()
    for name in asked.names or BENCHMARKS:
        run, size = BENCHMARKS[name]
        run(asked.n or size)


if __name__ == "__main__":
    main()
