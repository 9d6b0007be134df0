"""A timeline puts items at their days, and never invents one."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from matplotlib.figure import Figure

from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures import case_timeline
from spineoutcomes.figures.style import fonts
from spineoutcomes.figures.text import text_width, wrapped

ROWS = [
    ("procedures", "Embolization of the feeding arteries", 0, None),
    ("procedures", "Cement augmentation", 0, None),
    ("procedures", "Endoscopic decompression", 0, None),
    ("scores", "VAS, postoperative", None, 0),
    ("scores", "Muscle grade 4+, right lower limb", None, None),
    ("scans", "about 60 % removed; exudate", 7, None),
    ("scans", "remnant smaller, exudate absorbed, no progression", 120, None),
]


def frame(rows=ROWS, episode="e1"):
    out = pd.DataFrame(rows, columns=["lane", "label", "day", "value"])
    out = out.assign(kind="x", end_day=None, day=out["day"].astype(float))
    return out.set_index(pd.Index([episode] * len(out), name="episode_id"))


def drawn(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def labels(ax):
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def test_dated_items_stand_at_their_days():
    ax = case_timeline(frame())
    assert [line.get_xdata()[0] for line in drawn(ax, "_dated")] == [0, 0, 0, 7, 120]
    assert ax.get_xticks().tolist() == [0, 7, 120]


def test_items_of_one_day_are_numbered_in_order():
    ax = case_timeline(frame())
    heights = [line.get_ydata()[0] for line in drawn(ax, "_dated")[:3]]
    assert heights == sorted(heights)
    found = labels(ax)
    assert [found[found.index(label) - 1] for _, label, _, _ in ROWS[:3]] == ["1", "2", "3"]


def test_items_without_a_day_stand_apart_in_order():
    ax = case_timeline(frame())
    ticks, border = ax.get_xticks(), drawn(ax, "_border")[0]
    edge = ax.get_xlim()[0] + border.get_xdata()[0] * (ax.get_xlim()[1] - ax.get_xlim()[0])
    undated = drawn(ax, "_undated")
    assert len(undated) == 2
    assert all(line.get_xdata()[0] > edge > max(ticks) for line in undated)
    assert undated[0].get_ydata()[0] < undated[1].get_ydata()[0]
    assert {line.get_markerfacecolor() for line in undated} == {"white"}
    assert "Day not recorded, in order" in labels(ax)
    assert "VAS, postoperative" in labels(ax)


def test_an_item_known_to_come_first_stands_left_of_the_days():
    rows = pd.DataFrame(
        {
            "lane": ["procedures", "procedures", "scores"],
            "label": ["Embolization", "Cement", "VAS 0"],
            "day": [None, 0.0, None],
        }
    )
    ax = case_timeline(rows)
    first, last = (line.get_xdata()[0] for line in drawn(ax, "_undated"))
    assert first < 0 < last
    assert {"Earlier, day not recorded", "Day not recorded, in order"} <= set(labels(ax))


def test_a_case_without_any_day_has_no_axis_of_days():
    ax = case_timeline(frame(ROWS[3:5]))
    assert len(ax.get_xticks()) == 0
    assert ax.get_xlabel() == ""
    assert len(drawn(ax, "_undated")) == 2


def test_a_case_with_all_days_has_no_second_part():
    ax = case_timeline(frame(ROWS[:1]))
    assert not drawn(ax, "_border")
    assert ax.get_xlabel() == "Day of the episode"


def test_a_duration_is_a_bar():
    ax = case_timeline(frame().iloc[5:].assign(end_day=[21.0, None]))
    (bar,) = drawn(ax, "_duration")
    assert list(bar.get_xdata()) == [7, 21]


def test_lanes_keep_their_order_and_take_labels():
    ax = case_timeline(frame(), labels={"scans": "影像", "Cement augmentation": "骨水泥"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Procedures", "Scores", "影像"]
    assert "骨水泥" in labels(ax)


def crowded():
    days = [-5, 0, 1, 2, 7, 14, 42, 90, 91, 180, 365, 366, 400, 720]
    rows = [("pain", f"NRS back on visit {n}", day, n) for n, day in enumerate(days)]
    # As wide without a font that has Chinese characters, where drawing them would warn.
    label = (
        "再次手术：后路减压与内固定延长" if len(fonts()) > 1 else "Revision: decompression, fusion"
    )
    rows += [("events", label, day, None) for day in (0, 300, 310, 720)]
    return frame(rows)


@pytest.mark.parametrize("timeline", [frame(), crowded()], ids=["case", "crowded"])
def test_no_label_lies_on_another_or_outside(timeline):
    ax = case_timeline(timeline)
    ax.figure.draw_without_rendering()
    renderer = ax.figure.canvas.get_renderer()
    texts = [text for text in ax.texts if not text.get_text().isdigit()]
    boxes = [text.get_window_extent(renderer) for text in texts]
    for one, other in itertools.combinations(boxes, 2):
        assert not one.padded(-1).overlaps(other.padded(-1))
    width, height = ax.figure.bbox.size
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height


def test_many_days_have_round_ticks():
    ticks = case_timeline(crowded()).get_xticks()
    assert len(ticks) <= 8
    assert ticks.min() >= -5
    assert ticks.max() <= 720


def test_axes_of_a_report_are_used():
    ax = Figure(figsize=(7, 4)).subplots()
    assert case_timeline(frame(), ax=ax) is ax


def test_the_frame_is_not_changed():
    timeline = frame()
    before = timeline.copy()
    case_timeline(timeline)
    pd.testing.assert_frame_equal(timeline, before)


def test_errors():
    with pytest.raises(ArgumentError, match="Expected a DataFrame, got a list"):
        case_timeline([])
    with pytest.raises(ArgumentError, match=r"needs the column\(s\) lane, day"):
        case_timeline(frame().drop(columns=["lane", "day"]))
    with pytest.raises(ArgumentError, match="has no rows"):
        case_timeline(frame().iloc[:0])
    two = pd.concat([frame(), frame(episode="e2")])
    with pytest.raises(ArgumentError, match=r"shows one episode, got 2; choose one with"):
        case_timeline(two)


def test_text_is_wrapped_by_its_width():
    assert wrapped("one two three", 10, 9) == "one two three"
    assert wrapped("一二三四五六", 0.4, 9) == "一二三\n四五六"
    assert wrapped("unbreakable word", 0.1, 9) == "unbreakable\nword"
    assert wrapped("", 1, 9) == ""
    assert text_width("ab\nabcd", 10) == text_width("abcd", 10)
