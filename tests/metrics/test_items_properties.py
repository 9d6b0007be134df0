"""What holds for any answers: bounds, order of items and rows, and independence of the forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spineoutcomes as so
from spineoutcomes import metrics

ODI = [str(n) for n in range(1, 11)]
SRS = list(so.vocabulary.instruments["srs22r"].items.names)
TOLERANCE = 1e-9  # sums of small whole numbers, divided once

answer = st.one_of(st.none(), st.integers(0, 5))
answers = st.lists(st.lists(answer, min_size=10, max_size=10), min_size=1, max_size=6)


def frame(rows: list[list[int | None]], names: list[str] = ODI) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names, dtype=float)


@settings(deadline=None, max_examples=60)
@given(rows=answers, allowed=st.integers(0, 9))
def test_a_percentage_is_what_the_plain_formula_gives(rows, allowed):
    result = metrics.score_items(frame(rows), instrument="odi", missing=allowed)
    for row, value in zip(rows, result["value"], strict=True):
        given_ = [cell for cell in row if cell is not None]
        if not given_ or 10 - len(given_) > allowed:
            assert np.isnan(value)
        else:
            assert 0 <= value <= 100
            assert abs(value - 100 * sum(given_) / (5 * len(given_))) < TOLERANCE


@settings(deadline=None, max_examples=40)
@given(rows=answers, items=st.permutations(ODI), seed=st.integers(0, 99))
def test_order_of_items_and_forms_does_not_matter(rows, items, seed):
    table = frame(rows)
    plain = metrics.score_items(table, instrument="odi", missing=5)
    pd.testing.assert_frame_equal(
        metrics.score_items(table[items], instrument="odi", missing=5), plain
    )
    shuffled = table.sample(frac=1, random_state=seed)
    again = metrics.score_items(shuffled, instrument="odi", missing=5)
    pd.testing.assert_frame_equal(again.sort_index(), plain)


@settings(deadline=None, max_examples=40)
@given(rows=answers, item=st.sampled_from(ODI))
def test_an_unanswered_item_never_changes_other_forms(rows, item):
    table = frame(rows)
    emptied = table.copy()
    emptied.loc[0, item] = np.nan
    before = metrics.score_items(table, instrument="odi", missing=3)
    after = metrics.score_items(emptied, instrument="odi", missing=3)
    pd.testing.assert_frame_equal(after.iloc[1:], before.iloc[1:])


@settings(deadline=None, max_examples=40)
@given(
    row=st.lists(st.integers(1, 5), min_size=22, max_size=22),
    item=st.sampled_from(SRS),
)
def test_an_unanswered_item_never_changes_other_domains(row, item):
    table = frame([row], SRS)
    emptied = table.copy()
    emptied.loc[0, item] = np.nan
    before = metrics.score_items(table, instrument="srs22r", missing=0)
    after = metrics.score_items(emptied, instrument="srs22r", missing=0)
    assert before["value"].between(1, 5).all()
    domains = so.vocabulary.instruments["srs22r"].items.domains
    others = [(0, name) for name, names in domains.items() if item not in names]
    pd.testing.assert_frame_equal(after.loc[others], before.loc[others])
    touched = [(0, name) for name, names in domains.items() if item in names]
    assert after.loc[[*touched, (0, "total")], "value"].isna().all()
