"""However columns are stored, and in whatever layout rows are counted, the numbers are the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from spineoutcomes.survival import (
    cumulative_incidence,
    gray_test,
    logrank_test,
    survival_curve,
)

# Sorted rows and rows in a table are summed in another order.
ROUNDING = {"rtol": 1e-9, "atol": 1e-12}
CALLS: dict[str, Callable[..., object]] = {
    "curve": lambda d, **k: survival_curve(d, time="t", event="any", by="g", **k),
    "incidence": lambda d, **k: cumulative_incidence(d, time="t", event="e", by="g", **k),
    "logrank": lambda d, **k: logrank_test(d, time="t", event="e", by="g", cause=3, **k),
    "gray": lambda d, **k: gray_test(d, time="t", event="e", by="g", cause=3, **k),
}
Frame = pd.DataFrame
STORED: dict[str, Callable[[Frame], Frame]] = {
    "whole times": lambda d: d.astype({"t": np.int64}),
    "short times": lambda d: d.astype({"t": np.float32}),
    "nullable times": lambda d: d.astype({"t": "Int64"}),
    "bytes": lambda d: d.astype({"e": np.int8, "any": bool}),
    "unsigned bytes": lambda d: d.astype({"e": np.uint8, "any": np.uint8}),
    "floats": lambda d: d.astype({"e": float, "any": float}),
    "nullable events": lambda d: d.astype({"e": "Int64", "any": "boolean"}),
    "categories": lambda d: d.assign(g=pd.Categorical(d["g"], [*sorted(set(d["g"])), "unused"])),
    "strings": lambda d: d.astype({"g": "string"}),
    "another index": lambda d: d.set_index(np.arange(len(d))[::-1] * 7),
    "another order": lambda d: d.sample(frac=1, random_state=1),
    "times that are sorted": lambda d: d.assign(t=d["t"] * (1 + 1e-13)),
}


def patients(groups: int) -> pd.DataFrame:
    """Whole times with many ties; causes 1, 3 and 100."""
    rng = np.random.default_rng(groups)
    n = 20 * groups
    event = rng.choice([0, 1, 3, 100], n)
    return pd.DataFrame(
        {
            "t": rng.integers(0, 40, n).astype(float),
            "e": event,
            "any": np.minimum(event, 1),
            "g": [f"g{code:03d}" for code in np.arange(n) % groups],
        }
    )


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("groups", [1, 2, 12])
def test_storage_does_not_matter(name: str, stored: str, groups: int) -> None:
    if groups == 1 and name in ("logrank", "gray"):
        groups = 40  # more than are picked one by one
    data = patients(groups)
    expected, found = CALLS[name](data).tidy(), CALLS[name](STORED[stored](data)).tidy()
    if "time" in found:
        np.testing.assert_allclose(found.pop("time"), expected.pop("time"), rtol=1e-12)
    pd.testing.assert_frame_equal(found, expected, **ROUNDING)


@pytest.mark.parametrize("name", CALLS)
def test_equal_rows_counted_by_pandas(name: str) -> None:
    data = patients(12)
    counted = data.groupby(["t", "e", "any", "g"], as_index=False).size()
    assert len(counted) < len(data)
    pd.testing.assert_frame_equal(
        CALLS[name](counted, counts="size").tidy(), CALLS[name](data).tidy(), **ROUNDING
    )
