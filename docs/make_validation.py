"""Write docs/validation.md from the tests marked `validates`; `--check` says if it is current."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "validation.md"
HEAD = """# Validation

Tests that compare an estimator with numbers from outside this code: another program, a published
table, data worked by hand, or a simulated truth. All of them run in `make test`, and the tolerance
of each is a named constant with its reason. This page is written by `python docs/make_validation.py`.
How often the intervals hold a simulated truth stands in [Coverage](coverage.md).

| estimator | compared with | test |
|---|---|---|
"""


def validations() -> Iterator[tuple[str, str, str]]:
    """Yield estimator, source and test of each marked test."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(
                    ".validates"
                ):
                    name = ast.literal_eval(decorator.args[0])
                    source = next(
                        ast.literal_eval(k.value) for k in decorator.keywords if k.arg == "source"
                    )
                    test = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                    yield name, source, test


def page() -> str:
    """Return the page."""
    lines = [f"| `{name}` | {source} | `{test}` |" for name, source, test in sorted(validations())]
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or check it."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        sys.stderr.write("docs/validation.md is not current: run python docs/make_validation.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
