"""Set before any test or doctest: headless figures and the pandas-3 rehearsal."""

import os
import sys
from collections.abc import Iterator

os.environ["MPLBACKEND"] = "Agg"

import pandas as pd
import pytest
from hypothesis import settings

# A busy machine is no failure: no test measures time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
pd.options.mode.copy_on_write = True
pd.options.future.infer_string = True


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Close what a test or doctest drew: pyplot keeps every figure until told otherwise."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
