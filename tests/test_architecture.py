"""The house, held by tests: who may import whom, what is banned, what every public name says."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import spineoutcomes as so

SRC = Path(so.__file__).parent
MODULES = sorted(path for path in SRC.rglob("*.py") if "_sample" not in path.parts)

# room -> rooms it may import. A module at the top of the package is a room of its own.
FOUNDATION = {"errors", "results"}
IMPORTS = {
    "errors": set(),
    "_asked": {"errors"},
    "_progress": set(),
    "_toml": {"errors"},
    "results": {"errors"},
    "design": FOUNDATION | {"_asked"},
    "numerics": FOUNDATION | {"_asked", "_progress", "design"},
    "compare": FOUNDATION | {"_asked", "design", "numerics"},
    "survival": FOUNDATION | {"_asked", "design", "numerics"},
    "vocabulary": {"errors", "_toml"},
    "registry": FOUNDATION | {"_progress", "vocabulary"},
    "conditions": {"errors"},
    "cohort": FOUNDATION | {"registry", "vocabulary"},
    "selection": FOUNDATION | {"registry", "vocabulary", "cohort", "conditions"},
    "loaders": {"errors", "_progress", "_toml", "vocabulary", "registry"},
    "samples": {"errors", "numerics", "vocabulary", "registry", "loaders"},
    "metrics": FOUNDATION | {"vocabulary", "registry", "cohort"},
    "tables": FOUNDATION,
    "figures": FOUNDATION,
    "report": FOUNDATION
    | {
        "_progress",
        "_toml",
        "design",
        "compare",
        "survival",
        "vocabulary",
        "registry",
        "cohort",
        "selection",
    }
    | {"conditions", "loaders", "samples", "metrics", "tables", "figures"},
    "check": {"errors", "registry", "loaders"},
    "cli": {"__init__", "check"},
    "__main__": {"cli"},
    "__init__": {"*"},
}
# heavy engine -> the only files (below src/spineoutcomes) that may import it, inside functions
WALLS = {
    "pandera": {"registry/tables.py"},
    "pydantic": {"_toml.py"},
    "matplotlib": {"figures/*"},
    "scipy": {"numerics/*"},
    "statsmodels": {"compare/*", "numerics/glm.py"},
    "lifelines": {"survival/parametric.py"},
    "jinja2": {"report/document.py", "check/html.py"},
    "openpyxl": {"loaders/workbook/by_openpyxl.py", "loaders/template/write.py"},
    "python_calamine": {"loaders/workbook/by_calamine.py", "loaders/workbook/old.py"},
    "pyarrow": {"loaders/parquet.py"},
    "pyreadstat": {"loaders/statistical/process.py"},
    "defusedxml": {"loaders/redcap/odm/parts.py"},
    "docx": {"tables/word.py"},
}
# Absent from a fresh import: seconds of start-up time that most calls do not need.
HEAVY = ("statsmodels", "lifelines", "matplotlib", "scipy", "pandera", "jinja2", "openpyxl")
BANNED_MODULES = {"pickle", "formulaic", "patsy", "scipy.stats"}
BANNED_CALLS = {"eval", "exec", "print", "breakpoint"}
LONGEST_FILE = 320


def room_of(path: Path) -> str:
    parts = path.relative_to(SRC).parts
    return parts[0] if len(parts) > 1 else path.stem


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names a statement imports, without those only for type checkers."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_rooms(path: Path) -> set[str]:
    """Return the rooms of this package that a file imports."""
    rooms = set()
    for node in ast.walk(tree_of(path)):
        for name in imports_of(node):
            parts = name.split(".")
            if parts[0] == "spineoutcomes":
                exists = len(parts) > 1 and (
                    (SRC / parts[1]).is_dir() or (SRC / f"{parts[1]}.py").is_file()
                )
                if exists:
                    rooms.add(parts[1])
                elif len(parts) == 1 and isinstance(node, ast.Import):
                    rooms.add("__init__")
    return rooms


def ids(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_rooms_import_in_one_direction_only(path: Path) -> None:
    room = room_of(path)
    assert room in IMPORTS, f"{room} is a new room: give it a line in the table"
    allowed = IMPORTS[room] | {room}
    if "*" not in allowed:
        assert own_rooms(path) <= allowed


def test_the_import_table_has_no_dead_rooms() -> None:
    assert set(IMPORTS) == {room_of(path) for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_engines_stay_behind_their_walls(path: Path) -> None:
    tree = tree_of(path)
    top = [name for node in tree.body for name in imports_of(node)]
    anywhere = [name for node in ast.walk(tree) for name in imports_of(node)]
    for engine, files in WALLS.items():
        used = [name for name in anywhere if name.split(".")[0] == engine]
        inside = any(path.relative_to(SRC).match(pattern) for pattern in files)
        assert not used or inside, f"{engine} is imported outside {files}"
        assert not any(name.split(".")[0] == engine for name in top), f"{engine} at the top"


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_own_modules_are_imported_at_the_top(path: Path) -> None:
    tree = tree_of(path)
    hidden = [
        name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        for name in imports_of(node)
        if name.split(".")[0] == "spineoutcomes"
    ]
    assert not hidden


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_nothing_banned_is_called_or_imported(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id not in BANNED_CALLS, f"line {node.lineno}"
            if isinstance(called, ast.Attribute):
                assert called.attr != "query", f"line {node.lineno}: a query string is code"
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: assert is not a check"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}: bare except"
        for name in imports_of(node):
            banned = any(name == ban or name.startswith(f"{ban}.") for ban in BANNED_MODULES)
            assert not banned, f"line {node.lineno}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_files_hold_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_no_module_is_named_like_something_it_exports(path: Path) -> None:
    defined = {
        node.name for node in tree_of(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert path.stem not in defined


def test_a_fresh_import_is_light() -> None:
    code = f"import sys, spineoutcomes; sys.exit(repr([m for m in {HEAVY} if m in sys.modules]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == "[]"


ROOMS = ("metrics", "compare", "survival", "tables", "figures")


def public_names() -> list[tuple[str, object]]:
    named = [(f"so.{name}", getattr(so, name)) for name in so.__all__]
    for room in ROOMS:
        module = getattr(so, room)
        named += [(f"{room}.{name}", getattr(module, name)) for name in module.__all__]
    return [(name, thing) for name, thing in named if callable(thing)]


PUBLIC = public_names()
FUNCTIONS = [(name, thing) for name, thing in PUBLIC if inspect.isfunction(thing)]


def sections(thing: object) -> str:
    return inspect.getdoc(thing) or ""


@pytest.mark.parametrize(("name", "thing"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_public_names_have_a_docstring_with_an_example(name: str, thing: object) -> None:
    doc = sections(thing)
    if inspect.isclass(thing) and issubclass(thing, Warning | Exception):
        return
    assert "Examples\n--------" in doc, name
    assert ">>>" in doc, name


@pytest.mark.parametrize(("name", "function"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
def test_public_functions_document_everything_asked(name: str, function: object) -> None:
    doc = sections(function)
    for section in ("Parameters", "Returns", "Raises"):
        assert f"{section}\n{'-' * len(section)}" in doc, f"{name} lacks {section}"
    assert "Missing data:" in doc, f"{name} does not say what happens to missing values"
    for parameter in inspect.signature(function).parameters:  # type: ignore[arg-type]
        assert parameter in doc, f"{name} does not document {parameter}"


STATISTICAL = [(n, f) for n, f in FUNCTIONS if n.split(".")[0] in ("compare", "survival")]


@pytest.mark.parametrize(("name", "function"), STATISTICAL, ids=[n for n, _ in STATISTICAL])
def test_statistical_functions_cite_their_source(name: str, function: object) -> None:
    doc = sections(function)
    assert "References\n----------" in doc, name
    assert "doi:" in doc, name


@pytest.mark.parametrize(("name", "function"), STATISTICAL, ids=[n for n, _ in STATISTICAL])
def test_statistical_functions_take_data_first_and_the_rest_by_keyword(
    name: str, function: object
) -> None:
    parameters = list(inspect.signature(function).parameters.values())  # type: ignore[arg-type]
    assert parameters[0].name in ("data", "design", "effects"), name
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters[1:]), name
