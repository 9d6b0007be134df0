"""The wheel, installed afresh: every module imports, samples load, the demo runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command away from the checkout, so that only what is installed is seen."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the wheel was unpacked, as pip would, dependencies apart."""
    folder = tmp_path_factory.mktemp("wheel of a new folder")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
    run(*build, "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def python(site: Path, code: str, cwd: Path) -> str:
    """Run code with the unpacked wheel first on the path."""
    first = f"import sys; sys.path.insert(0, {str(site)!r})"
    return run(sys.executable, "-c", f"{first}\n{code}", cwd=cwd)


def test_every_module_is_in_the_wheel_and_imports(installed: Path, tmp_path: Path) -> None:
    source = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*.py")}
    packed = {p.relative_to(installed).as_posix() for p in installed.rglob("*.py")}
    assert source <= packed
    code = (
        "import importlib, pkgutil, spineoutcomes as so\n"
        f"assert so.__file__.startswith({str(installed)!r}), so.__file__\n"
        "names = [m.name for m in pkgutil.walk_packages(so.__path__, 'spineoutcomes.')]\n"
        "for name in names:\n"
        "    if not name.endswith('__main__'): importlib.import_module(name)\n"
        "print(len(names))"
    )
    assert int(python(installed, code, tmp_path)) > 60


@pytest.mark.parametrize("name", ["case_report", "hemangioma", "metastases", "ladder"])
def test_samples_load_from_the_wheel(installed: Path, tmp_path: Path, name: str) -> None:
    code = f"import spineoutcomes as so; print(len(so.load_sample({name!r}).table('episodes')))"
    assert int(python(installed, code, tmp_path)) >= 1


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "from spineoutcomes.cli import main; sys.exit(main(['demo', '--output', 'out']))"
    assert "index.html" in python(installed, code, tmp_path)
    assert (tmp_path / "out" / "index.html").is_file()
