"""What goes into an analysis comes out as it was, also where pandas does not copy on write."""

from __future__ import annotations

import inspect
from typing import Any

import pandas as pd
import pytest
from tests.test_designs_are_respected import ARMS, CALLS, FUNCTIONS, frame


@pytest.mark.parametrize("copy_on_write", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_analysis_changes_its_frame(function: Any, copy_on_write: bool) -> None:
    given = frame()
    before = given.copy(deep=True)
    arms = ARMS if "treatment" in inspect.signature(function).parameters else {}
    with pd.option_context("mode.copy_on_write", copy_on_write):
        function(given, **CALLS[function.__name__], **arms)
    pd.testing.assert_frame_equal(given, before)
