"""The flow diagram shows every count of its summary, in order."""

from __future__ import annotations

import pandas as pd
import pytest

from spineoutcomes import Summary
from spineoutcomes.errors import ArgumentError
from spineoutcomes.figures import flow_diagram

STEPS = [
    ("In the registry", None, "count", 412),
    ("Diagnosis: spinal_metastasis", None, "excluded", 96),
    ("Diagnosis: spinal_metastasis", None, "count", 316),
    ("Adults", None, "count", 316),
    ("Adults", None, "excluded", 0),
    ("Two episodes", None, "excluded", 21),
    ("First episode of each patient", None, "count", 295),
]
ARMS = [("Analysed", "mis", "count", 160), ("Analysed", "open", "count", 135)]


def flow(rows):
    frame = pd.DataFrame(rows, columns=["level", "group", "statistic", "value"])
    return Summary(frame.assign(variable="flow"))


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_boxes_stand_in_order():
    assert texts(flow_diagram(flow(STEPS + ARMS))) == [
        "In the registry\nn = 412",
        "Left out: n = 96",
        "Diagnosis: spinal_metastasis\nn = 316",
        "Adults\nn = 316",
        "Two episodes: n = 21",
        "First episode of each patient\nn = 295",
        "mis\nAnalysed: n = 160",
        "open\nAnalysed: n = 135",
    ]


def test_an_exclusion_may_follow_its_own_count():
    rows = [STEPS[0], STEPS[2], STEPS[1]]
    assert texts(flow_diagram(flow(rows)))[1] == "Left out: n = 96"


def test_exclusions_before_the_first_and_after_the_last_count_are_kept():
    rows = [("Rejected rows", None, "excluded", 4), STEPS[0], STEPS[2],
            ("No follow-up", None, "excluded", 5)]  # fmt: skip
    assert texts(flow_diagram(flow(rows))) == [
        "In the registry\nn = 412\nRejected rows: n = 4",
        "No follow-up: n = 5",
        "Diagnosis: spinal_metastasis\nn = 316",
    ]


def test_one_arm_and_many_arms():
    assert texts(flow_diagram(flow([STEPS[0], ("Analysed", "all", "count", 412)])))[-1] == (
        "all\nAnalysed: n = 412"
    )
    arms = [("Analysed", f"arm {n}", "count", n) for n in range(4)]
    out = [("Rejected", "arm 0", "excluded", 2)]
    found = texts(flow_diagram(flow([STEPS[0], *arms, *out]), labels={"arm 3": "开放"}))
    assert found[1].split("\n")[0] == "arm 0"
    assert "n = 2" in found[1]
    assert found[-1] == "开放\nAnalysed: n = 3"


@pytest.mark.parametrize("rows", [STEPS + ARMS, STEPS], ids=["arms", "no arms"])
def test_text_stays_in_its_box_and_boxes_apart(rows):
    ax = flow_diagram(flow(rows))
    ax.figure.draw_without_rendering()
    renderer = ax.figure.canvas.get_renderer()
    boxes = [p.get_window_extent(renderer) for p in ax.patches if hasattr(p, "get_width")]
    for text in ax.texts:
        inner = text.get_window_extent(renderer)
        around = [b for b in boxes if b.x0 <= inner.x0 and inner.x1 <= b.x1
                  and b.y0 <= inner.y0 and inner.y1 <= b.y1]  # fmt: skip
        assert len(around) == 1
    for number, one in enumerate(boxes):
        assert not any(one.padded(-1).overlaps(other) for other in boxes[number + 1 :])


def test_the_summary_is_not_changed():
    result = flow(STEPS + ARMS)
    before = result.tidy()
    flow_diagram(result)
    pd.testing.assert_frame_equal(result.tidy(), before)


def test_errors():
    with pytest.raises(ArgumentError, match="Expected a Summary, got a dict"):
        flow_diagram({})
    with pytest.raises(ArgumentError, match='holds no steps; expected rows with statistic "count"'):
        flow_diagram(flow([STEPS[1]]))
