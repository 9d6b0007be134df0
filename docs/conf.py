"""Sphinx configuration; warnings are errors."""

from __future__ import annotations

import shutil
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent

project = "spineoutcomes"
author = "The spineoutcomes developers"
copyright = "2026, the spineoutcomes developers"
version = release = installed("spineoutcomes")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "myst_nb",
    "numpydoc",
]
exclude_patterns = ["_build", "make_validation.py"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_show_sourcelink = False
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_cache_path = str(HERE / "_build" / "notebooks")

# The notebooks live beside the docs, for readers of the checkout; Sphinx wants them inside.
shutil.copytree(HERE.parent / "notebooks", HERE / "notebooks", dirs_exist_ok=True)
