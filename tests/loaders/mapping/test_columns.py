"""Names of columns with visits in them, units, and columns that may be absent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.loaders.conftest import WIDE, Load

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.mapping.visits import alternatives

GROUP = WIDE.replace('"vas_{visit}"', '"vas_(pre|3m)"')


@pytest.mark.parametrize(
    ("column", "heads"),
    [
        ("vas_(pre|3m)", "vas_pre,vas_3m"),
        ("(pre|3m)_vas", "pre_vas,3m_vas"),
        ("VAS(cm) (pre|3m)", "VAS(cm) pre,VAS(cm) 3m"),
        ("疼痛（VAS）(pre|3m)", "疼痛（VAS）pre,疼痛（VAS）3m"),
        ("VAS(cm)_{visit}", "VAS(cm)_pre,VAS(cm)_3m"),
        ("a.*[b]+(pre|3m)$", "a.*[b]+pre$,a.*[b]+3m$"),
    ],
)
def test_a_group_of_codes_in_a_name(load: Load, column: str, heads: str) -> None:
    plan = WIDE.replace('"vas_{visit}"', f'"{column}"')
    scores = load(f"id,sex,{heads}\nA,1,7,2.5\n", plan).table("scores")
    assert scores[["visit", "value"]].to_numpy().tolist() == [["preoperative", 7], ["3m", 2.5]]


def test_a_group_names_the_visits_of_one_score_alone(load: Load) -> None:
    plan = GROUP.replace("3m = { day = 91 }", "3m = { day = 91 }\n12m = { day = 365 }")
    assert len(load("id,sex,vas_pre,vas_3m\nA,1,7,2.5\n", plan).table("scores")) == 2


def test_a_bar_in_parentheses_that_is_part_of_a_name(load: Load) -> None:
    plan = WIDE.replace('column = "vas_{visit}"', 'columns = { "vas (0|10)" = "pre" }')
    assert load("id,sex,vas (0|10)\nA,1,7\n", plan).table("scores")["value"].tolist() == [7]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("vas_(pre|12m)", "not among them: 12m"),
        ("vas_(pre|)", "not among them: "),
        ("vas(cm)", 'at which visit? Write column = "..._{visit}" or "..._(code|code)"'),
        ("vas_(pre)", "at which visit?"),
        ("vas_(pre|3m)_(pre|3m)", "several groups of alternatives"),
        ("vas_(pre|3m)_{visit}", "stands in it once"),
        ("vas_{visit}_{visit}", "stands in it once"),
        ("pain_(pre|3m)", "data.csv has no column 'pain_pre'"),
    ],
)
def test_what_is_wrong_with_a_name(load: Load, column: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load("id,sex,vas_pre,vas_3m\nA,1,7,2\n", WIDE.replace("vas_{visit}", column))
    assert message in str(caught.value)
    assert "plan.toml, line 1" in str(caught.value)


@pytest.mark.parametrize("more", ['visits = ["pre"]'])
def test_a_group_and_visits_say_the_same_twice(load: Load, more: str) -> None:
    with pytest.raises(ArgumentError, match="the group in column names the visits already"):
        load("id,sex,vas_pre,vas_3m\nA,1,7,2\n", GROUP + more)
    columns = WIDE.replace('column = "vas_{visit}"', 'columns = { "vas_pre" = "pre" }')
    with pytest.raises(ArgumentError, match="columns name their visits already"):
        load("id,sex,vas_pre,vas_3m\nA,1,7,2\n", columns + more)


NAMES = st.text(alphabet="ab()|{} _术.*\\", max_size=14)


@given(
    before=NAMES, codes=st.lists(st.text("abc1", min_size=1), min_size=2, max_size=4), after=NAMES
)
def test_a_group_is_found_wherever_it_stands(before: str, codes: list[str], after: str) -> None:
    plain = before.replace("(", "").replace(")", ""), after.replace("(", "").replace(")", "")
    assert alternatives(f"{plain[0]}({'|'.join(codes)}){plain[1]}") == (plain[0], codes, plain[1])


@given(name=NAMES)
def test_any_name_is_read_or_refused(name: str) -> None:
    try:
        group = alternatives(name)
    except ValueError:
        assert name.count("(") > 1
        return
    if group is not None:
        before, codes, after = group
        assert f"{before}({'|'.join(codes)}){after}" == name


UNITS = WIDE + (
    '[[procedures]]\ncomponent = { always = "laminectomy" }\n'
    'operative_time_min = { column = "op", unit = "h" }\n'
    'blood_loss_ml = { column = "loss", unit = "l" }\n'
    'incision_length_mm = { column = "cut", unit = "cm" }\n'
)
UNITS = UNITS.replace(
    "[episodes]",
    '[episodes]\nage_years = { column = "age", unit = "month" }\n'
    'height_cm = { column = "in", unit = "in" }\n'
    'los_days = { column = "stay", unit = "week" }\n'
    'last_followup_day = { column = "fu", multiply = 30.4375 }',
)
MEASURED = (
    "id,sex,vas_pre,vas_3m,age,in,stay,fu,op,loss,cut\n"
    "A,1,7,2,71,70,2,12,2.3,0.35,3.5\nB,2,6,1,,,,,,,\n"
)


def test_numbers_in_another_unit(load: Load) -> None:
    registry = load(MEASURED, UNITS)
    episode = registry.table("episodes").iloc[0]
    assert episode["age_years"] == pytest.approx(71 / 12, abs=1e-9)
    assert episode["height_cm"] == 177.8
    assert episode["los_days"] == 14
    assert episode["last_followup_day"] == 365.25
    procedure = registry.table("procedures").iloc[0]
    names = ["operative_time_min", "blood_loss_ml", "incision_length_mm"]
    assert procedure[names].tolist() == [138, 350, 35]
    assert registry.table("episodes")["age_years"].isna().tolist() == [False, True]


def test_days_of_visits_in_weeks(load: Load) -> None:
    plan = WIDE.replace(
        "[visits.codes]", '[visits]\nday = "wk_{visit}"\nunit = "week"\n[visits.codes]'
    )
    text = "id,sex,vas_pre,vas_3m,wk_3m\nA,1,7,2,13\n"
    assert load(text, plan).table("scores")["day"].tolist() == [0, 91]
    factor = plan.replace('unit = "week"', "multiply = 30.4375")
    assert load(text, factor).table("scores")["day"].tolist() == [0, 395.6875]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "h"', 'unit = "hours"', "operative_time_min may come in: min, h, s"),
        (
            'unit = "month"',
            'unit = "day"',
            "age_years may come in: year, month. For any other write",
        ),
        ('unit = "week"', 'unit = "month"', "los_days may come in: day, week, h"),
        (
            'column = "fu", multiply = 30.4375',
            'column = "fu", unit = "month"',
            "no exact conversion",
        ),
        ('unit = "h"', 'unit = "h", multiply = 2', "say unit or multiply"),
        ('unit = "h"', 'unit = "h", codes = { 1 = "2" }', "a column of numbers, without codes"),
        ('unit = "h"', 'multiply = 3, codes = { 1 = "2" }', "a column of numbers, without codes"),
        ('column = "op", unit', "always = 3, unit", "a column of numbers, without codes"),
        ("height_cm", "height", "height has no unit in its name"),
    ],
)
def test_a_unit_that_is_no_exact_conversion(load: Load, old: str, new: str, message: str) -> None:
    assert old in UNITS
    with pytest.raises(ArgumentError) as caught:
        load(MEASURED, UNITS.replace(old, new))
    assert message in str(caught.value)
    line = UNITS[: UNITS.index(old)].count("\n") + 1
    assert f"plan.toml, line {line}" in str(caught.value)


def test_a_unit_of_visits_is_one_of_days(load: Load) -> None:
    plan = WIDE.replace(
        "[visits.codes]", '[visits]\nday = "d_{visit}"\nunit = "month"\n[visits.codes]'
    )
    with pytest.raises(ArgumentError, match=r"visits\.unit: 'month' is no exact conversion"):
        load("id,sex,vas_pre,vas_3m,d_3m\nA,1,7,2,3\n", plan)
    both = plan.replace('unit = "month"', 'unit = "week"\nmultiply = 7')
    with pytest.raises(ArgumentError, match="say unit or multiply"):
        load("id,sex,vas_pre,vas_3m,d_3m\nA,1,7,2,3\n", both)


ABSENT = WIDE.replace('"patient"', '"patient"\nallow_absent = true\nignore = ["shoe"]') + (
    'rater = "self"\n[[scores]]\ninstrument = "odi"\ncolumn = "odi_{visit}"\n'
    '[[procedures]]\ncomponent = { always = "laminectomy" }\nblood_loss_ml = "loss"\n'
    '[[events]]\nkind = { always = "complication" }\n'
    'status = { column = "dural", codes = { 1 = "occurred" } }\nday = { always = 0 }\n'
)


def test_columns_that_may_be_absent_are_said(load: Load) -> None:
    registry = load("id,vas_3m,odi_pre\nA,2,40\n", ABSENT)
    scores = registry.table("scores")
    assert scores[["instrument", "visit"]].to_numpy().tolist() == [
        ["vas_pain", "3m"],
        ["odi", "preoperative"],
    ]
    assert registry.table("patients")["sex"].isna().all()
    # A procedure that is known by its blood loss alone is not made up for everyone.
    assert not len(registry.table("procedures"))
    assert not len(registry.table("events"))
    found = registry.findings()
    assert set(found["rule"]) == {"absent_column"}
    assert sorted(found["column"]) == ["dural", "loss", "odi_3m", "sex", "vas_pre"]


def test_ids_and_what_is_required_may_not_be_absent(load: Load) -> None:
    with pytest.raises(ArgumentError, match="has no column 'id'"):
        load("ident,vas_3m\nA,2\n", ABSENT)
    plan = ABSENT.replace('{ always = "lumbar_disc_herniation" }', '"diag"')
    with pytest.raises(ArgumentError, match="has no column 'diag'"):
        load("id,vas_3m\nA,2\n", plan)


def test_a_cell_bad_as_a_code_and_as_a_number_is_said_once(load: Load) -> None:
    plan = WIDE + 'codes = { 1 = "0", 2 = "10" }\n'
    with pytest.raises(ValidationError) as caught:
        load("id,sex,vas_pre,vas_3m\nA,1,1,9\n", plan)
    assert caught.value.findings["rule"].tolist().count("value_not_in_codes") == 1
    assert "not_a_number" not in set(caught.value.findings["rule"])
