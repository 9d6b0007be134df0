"""Figures leave matplotlib as they found it, and are not loaded before one is drawn."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import pandas as pd

from spineoutcomes import Effects
from spineoutcomes.figures import forest_plot
from spineoutcomes.figures.style import FONTS, LINES, PALETTE, fonts

EFFECTS = Effects(pd.DataFrame({"measure": ["risk_ratio"], "estimate": [0.5]}))


def test_importing_the_package_does_not_load_matplotlib():
    code = "import sys, spineoutcomes; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_settings_are_restored():
    before = dict(mpl.rcParams)
    forest_plot(EFFECTS)
    assert dict(mpl.rcParams) == before


def test_a_new_figure_is_a_page_wide():
    assert forest_plot(EFFECTS).figure.get_figwidth() == 7


def test_only_fonts_that_are_here_are_asked_for():
    assert fonts()[0] == FONTS[0] == "DejaVu Sans"
    assert set(fonts()) <= set(FONTS)


def test_groups_differ_in_colour_and_in_dashes():
    assert len(set(PALETTE)) == len(PALETTE) == len(set(LINES))
