"""The grammar of [cdisc]: what is wrong with a plan is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from spineoutcomes.errors import ArgumentError
from spineoutcomes.loaders.cdisc.checks import check_plan
from spineoutcomes.loaders.cdisc.plan import has_cdisc, read_plan
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

PLAN = """
[cdisc]
subjects = "dm"

[cdisc.episodes]
diagnosis = { always = "lumbar_stenosis" }

[cdisc.visits]
baseline = "preoperative"
codes = { "Month 3" = "3m" }

[[cdisc.times]]
parameter = "TTREC"
kind = "local_recurrence"

[[cdisc.scores]]
file = "adqs"
parameter = "ODITOT"
instrument = "odi"
only = { ANL01FL = "Y" }

[[cdisc.facts]]
file = "dd"
patients = { death_cause = "DDSTRESC" }

[[cdisc.events]]
file = "ae"
kind = { always = "dural_tear" }
"""


def write(place: Path, text: str) -> Path:
    path = place / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_short_forms(tmp_path: Path) -> None:
    plan, _ = read_plan(write(tmp_path, PLAN))
    assert plan.files == ("dm", "adtte", "adqs", "dd", "ae")
    assert plan.index_date == "RFSTDTC"
    assert plan.visits is not None
    assert plan.visits.codes["Month 3"].visit == "3m"
    assert plan.visits.baseline is not None
    assert plan.visits.baseline.visit == "preoperative"
    assert plan.scores[0].only == {"ANL01FL": ("Y",)}
    assert plan.facts[0].patients["death_cause"].column == "DDSTRESC"
    assert plan.events[0].fields["kind"].always == "dural_tear"
    check_plan(plan, read_plan(tmp_path / "plan.toml")[1], SHIPPED_VOCABULARY)


def test_which_mappings_are_plans(tmp_path: Path) -> None:
    assert has_cdisc(write(tmp_path, PLAN))
    assert not has_cdisc(write(tmp_path, "[file]\none_row_per = 'patient'\n"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[cdisc]\n", "[cdiscs]\n", "line 2: cdiscs: unknown key"),
        (PLAN, "x = 1", "a plan of a CDISC study has a section"),
        ('subjects = "dm"\n', "", r"line 2: cdisc.subjects: this key is required"),
        ("[cdisc.episodes]", "[cdisc.episode]", r"cdisc.episode: unknown key"),
        ("[cdisc]\n", "[file]\nx = 1\n[cdisc]\n", r"line 2: file: unknown key"),
        ('kind = "local_recurrence"\n', "", r"cdisc.times.1: say one of: kind, kinds"),
        (
            'kind = "local_recurrence"\n',
            'kind = "death"\nkinds = { x = "death" }\n',
            "say one of: kind, kinds",
        ),
        ('"preoperative"\n', "{ day = 0 }\n", "baseline names a visit of the registry"),
        ('parameter = "TTREC"', 'parameter = "TTREC"\nunit = "decade"', "cdisc.times.1.unit"),
        ('subjects = "dm"', 'subjects = "dm"\nsuffix = "csv"', "cdisc.suffix"),
        ("only = { ANL01FL", "flags = { ANL01FL", r"line 20: cdisc.scores.1.flags: unknown key"),
        ('file = "ae"\n', "", r"cdisc.events.1.file: this key is required"),
    ],
)
def test_plans_that_break_the_grammar(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PLAN
    with pytest.raises(ArgumentError, match=message):
        read_plan(write(tmp_path, PLAN.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"local_recurrence"',
            '"relapse"',
            r"line 14: cdisc.times.1.kind: 'relapse' is unknown; known are: death, imaging",
        ),
        (
            'kind = "local_recurrence"',
            'kinds = { x = "relapse" }',
            r"cdisc.times.1.kinds: 'relapse' is unknown",
        ),
        ('"odi"', '"odi3"', r"line 19: cdisc.scores.1.instrument: 'odi3' is not in the vocabulary"),
        ("[cdisc.visits]\n", "[cdisc.patients]\n", "scores need"),
        (
            'patients = { death_cause = "DDSTRESC" }',
            "",
            "cdisc.facts.1: say what they are: patients",
        ),
        (
            '"DDSTRESC"',
            '{ always = "x" }',
            "cdisc.facts.1.patients.death_cause: a fact of another dataset is one of its columns",
        ),
        (
            'death_cause = "DDSTRESC"',
            'last_contact_status = { column = "X", codes = { a = "gone" } }',
            "'gone' is unknown; known are: alive, dead, lost",
        ),
        (
            "[cdisc.visits]",
            '[cdisc.patients]\ndeath_cause = "X"\n[cdisc.visits]',
            r"cdisc.facts.1.patients.death_cause: it is read under \[cdisc.patients\] already",
        ),
        (
            '[[cdisc.times]]\nparameter = "TTREC"',
            '[[cdisc.times]]\nparameter = "OS"\nkind = "death"\nends_followup = true\n'
            '[[cdisc.times]]\nends_followup = true\nparameter = "TTREC"',
            "the last day of follow-up comes from one parameter",
        ),
    ],
)
def test_plans_that_do_not_fit_the_vocabulary(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in PLAN
    text = PLAN.replace(old, new, 1)
    if message == "scores need":
        text = text.replace('baseline = "preoperative"\ncodes = { "Month 3" = "3m" }\n', "")
    plan, document = read_plan(write(tmp_path, text))
    with pytest.raises(ArgumentError, match=message):
        check_plan(plan, document, SHIPPED_VOCABULARY)
