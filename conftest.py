"""Set before any test or doctest: headless figures and the pandas-3 rehearsal."""

import os

os.environ["MPLBACKEND"] = "Agg"

import pandas as pd

pd.options.mode.copy_on_write = True
pd.options.future.infer_string = True
