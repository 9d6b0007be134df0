"""Project XML (CDISC ODM): rows of a flat export from it, and files that are refused. Synthetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from spineoutcomes.errors import ArgumentError, ValidationError
from spineoutcomes.loaders.redcap import read_redcap
from spineoutcomes.loaders.redcap.odm import parts as odm
from spineoutcomes.loaders.source import SourceFile

from .project import cells, findings, reasons

ROOT = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n'
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" '
    'ODMVersion="1.3.1" FileType="Snapshot">\n'
)
SETUP = """
<redcap:MissingDataCodes>UNK, Unknown
-9, Refused</redcap:MissingDataCodes>
<redcap:RepeatingInstrumentsAndEvents>
  <redcap:RepeatingInstruments>
    <redcap:RepeatingInstrument redcap:UniqueEventName="visit_arm_1"
      redcap:RepeatInstrument="pain"/>
  </redcap:RepeatingInstruments>
  <redcap:RepeatingEvent redcap:UniqueEventName="phone_arm_1"/>
</redcap:RepeatingInstrumentsAndEvents>
"""
EVENTS = """
<StudyEventDef OID="Event.start_arm_1" Name="Start (Arm 1: All)" redcap:EventName="Start"
  redcap:UniqueEventName="start_arm_1" redcap:ArmNum="1"/>
<StudyEventDef OID="Event.visit_arm_1" Name="Visit" redcap:UniqueEventName="visit_arm_1"/>
<StudyEventDef OID="Event.phone_arm_1" Name="Phone" redcap:UniqueEventName="phone_arm_1"/>
"""
FORMS = """
<FormDef OID="Form.base" Name="Base data" redcap:FormName="base">
  <ItemGroupRef ItemGroupOID="base.id"/><ItemGroupRef ItemGroupOID="base.base_complete"/>
</FormDef>
<FormDef OID="Form.pain" Name="Pain" redcap:FormName="pain">
  <ItemGroupRef ItemGroupOID="pain.vas"/><ItemGroupRef ItemGroupOID="nowhere"/>
</FormDef>
<ItemGroupDef OID="base.id">
  <ItemRef ItemOID="id" redcap:Variable="id"/>
  <ItemRef ItemOID="redcap_data_access_group" redcap:Variable="redcap_data_access_group"/>
  <ItemRef ItemOID="read_this" redcap:Variable="read_this"/>
  <ItemRef ItemOID="operated" redcap:Variable="operated"/>
  <ItemRef ItemOID="photo" redcap:Variable="photo"/>
</ItemGroupDef>
<ItemGroupDef OID="base.base_complete">
  <ItemRef ItemOID="base_complete" redcap:Variable="base_complete"/>
</ItemGroupDef>
<ItemGroupDef OID="pain.vas">
  <ItemRef ItemOID="vas" redcap:Variable="vas"/>
  <ItemRef ItemOID="where___1" redcap:Variable="where"/>
  <ItemRef ItemOID="where____2" redcap:Variable="where"/>
  <ItemRef ItemOID="pain_complete" redcap:Variable="pain_complete"/>
</ItemGroupDef>
<ItemDef OID="id" redcap:Variable="id" redcap:FieldType="text" redcap:Identifier="y"/>
<ItemDef OID="redcap_data_access_group" redcap:Variable="redcap_data_access_group"/>
<ItemDef OID="read_this" redcap:Variable="read_this" redcap:FieldType="descriptive"/>
<ItemDef OID="operated" redcap:Variable="operated" redcap:FieldType="text"
  redcap:TextValidationType="datetime_dmy">
  <Question><TranslatedText>Date of &lt;b&gt;operation&lt;/b&gt;</TranslatedText></Question>
</ItemDef>
<ItemDef OID="photo" redcap:Variable="photo" redcap:FieldType="file"/>
<ItemDef OID="base_complete" redcap:Variable="base_complete" redcap:FieldType="select"/>
<ItemDef OID="vas" redcap:Variable="vas" redcap:FieldType="text" redcap:TextValidationType="int"/>
<ItemDef OID="where___1" redcap:Variable="where" redcap:FieldType="checkbox">
  <Question><TranslatedText>Where?</TranslatedText></Question>
  <CodeListRef CodeListOID="where___1.choices"/>
</ItemDef>
<ItemDef OID="where____2" redcap:Variable="where" redcap:FieldType="checkbox">
  <CodeListRef CodeListOID="where____2.choices"/>
</ItemDef>
<ItemDef OID="pain_complete" redcap:Variable="pain_complete" redcap:FieldType="select"/>
<CodeList OID="where___1.choices" redcap:CheckboxChoices="1, Back |-2,Leg">
  <CodeListItem CodedValue="1">
    <Decode><TranslatedText>Checked</TranslatedText></Decode>
  </CodeListItem>
</CodeList>
"""


def item(name: str, value: str) -> str:
    return f'<ItemData ItemOID="{name}" Value="{value}"/>'


def form(name: str, *items: str, key: str = "1") -> str:
    group = f"<ItemGroupData>{''.join(items)}</ItemGroupData>"
    return f'<FormData FormOID="Form.{name}" FormRepeatKey="{key}">{group}</FormData>'


def event(name: str, *forms: str, key: str = "1") -> str:
    opening = f'<StudyEventData StudyEventOID="Event.{name}" StudyEventRepeatKey="{key}">'
    return f"{opening}{''.join(forms)}</StudyEventData>"


def subject(key: str, *parts: str) -> str:
    return f'<SubjectData SubjectKey="{key}">{"".join(parts)}</SubjectData>'


def project(*subjects: str, setup: str = SETUP, events: str = EVENTS) -> str:
    return (
        f"{ROOT}<Study><GlobalVariables>{setup}</GlobalVariables>"
        f'<MetaDataVersion redcap:RecordIdField="id">{events}{FORMS}</MetaDataVersion></Study>'
        f"<ClinicalData>{''.join(subjects)}</ClinicalData></ODM>"
    )


def read(folder: Path, text: str) -> SourceFile:
    path = folder / "project.xml"
    path.write_text(text, encoding="utf-8")
    return read_redcap(path)


def test_rows_and_columns_of_a_flat_export(tmp_path: Path) -> None:
    base = form(
        "base",
        item("id", "A"),
        item("redcap_data_access_group", "north"),
        item("operated", "2020-01-31T08:00"),
        '<ItemDataBase64Binary ItemOID="photo" redcap:DocName="x.jpg">AAAA</ItemDataBase64Binary>',
        item("base_complete", "2"),
    )
    file = read(
        tmp_path,
        project(
            subject(
                "A",
                event("start_arm_1", base),
                event(
                    "visit_arm_1",
                    form("base", item("base_complete", "0")),
                    form("pain", item("vas", "3")),
                    form("pain", item("vas", "4"), key="2"),
                ),
                event("phone_arm_1", form("pain", item("vas", "5"))),
                event("phone_arm_1", form("pain", item("vas", "6")), key="2"),
            ),
            subject("B", event("start_arm_1")),
        ),
    )
    assert list(file.rows.columns) == [
        *("id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("redcap_data_access_group", "operated", "photo", "base_complete", "vas", "where___1"),
        *("where____2", "pain_complete"),
    ]
    shown = ["id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    assert cells(file, *shown, "redcap_data_access_group", "operated", "photo", "vas") == [
        ["A", "start_arm_1", "", "", "north", "2020-01-31 08:00", "x.jpg", ""],
        ["A", "visit_arm_1", "", "", "north", "", "", ""],
        ["A", "visit_arm_1", "pain", "1", "north", "", "", "3"],
        ["A", "visit_arm_1", "pain", "2", "north", "", "", "4"],
        ["A", "phone_arm_1", "", "1", "north", "", "", "5"],
        ["A", "phone_arm_1", "", "2", "north", "", "", "6"],
        ["B", "start_arm_1", "", "", "", "", "", ""],
    ]
    assert file.labels["redcap_event_name"]["start_arm_1"] == "Start"
    assert file.labels["redcap_event_name"]["phone_arm_1"] == "Phone"
    assert file.labels["redcap_repeat_instrument"] == {"base": "Base data", "pain": "Pain"}
    assert file.titles["operated"] == "Date of operation"
    assert file.titles["where____2"] == "Where? (choice=Leg)"
    assert file.identifiers == ("id",)


def test_a_project_without_events(tmp_path: Path) -> None:
    setup = SETUP.replace("visit_arm_1", "event_1_arm_1")
    parts = form("base", item("id", "A")), form("pain", item("vas", "3"))
    file = read(tmp_path, project(subject("A", *parts), subject("B"), setup=setup, events=""))
    assert cells(file, "id", "redcap_repeat_instrument", "redcap_repeat_instance", "vas") == [
        ["A", "", "", ""],
        ["A", "pain", "1", "3"],
        ["B", "", "", ""],
    ]
    assert "redcap_event_name" not in file.rows


def test_what_repeats_without_being_declared_loses_no_row(tmp_path: Path) -> None:
    forms = form("pain", item("vas", "3")), form("pain", item("vas", "4"), key="2")
    visit = event("start_arm_1", form("base", item("base_complete", "2")), key="2")
    file = read(tmp_path, project(subject("A", event("start_arm_1", *forms), visit), setup=""))
    assert cells(file, "redcap_repeat_instrument", "redcap_repeat_instance", "vas") == [
        ["", "", "3"],
        ["pain", "2", "4"],
        ["", "2", ""],
    ]


def test_what_contradicts_itself_stays_two_rows_and_is_found(tmp_path: Path) -> None:
    twice = form("pain", item("vas", "3")), form("pain", item("vas", "4"))
    file = read(tmp_path, project(subject("A", event("visit_arm_1", *twice)), setup=SETUP))
    assert cells(file, "vas") == [["3"], ["4"]]
    rules = [row for row in findings(file) if row[3] == "error"]
    assert rules == [[1, "", "repeated_row", "error"], [2, "", "repeated_row", "error"]]


def test_missing_data_codes_of_the_project(tmp_path: Path) -> None:
    parts = (
        form("base", item("operated", "UNK"), item("base_complete", "2")),
        form("pain", item("vas", "-9"), item("where___1", "0"), item("where___unk", "1")),
    )
    text = project(subject("A", event("start_arm_1", *parts)))
    file = read(tmp_path, text)
    assert cells(file, "operated", "vas", "where___1", "where___unk") == [["", "", "", "1"]]
    assert [reasons(file, c) for c in ("operated", "vas", "where___1")] == [
        ["unknown"],
        ["missing"],
        ["unknown"],
    ]
    assert findings(file) == [[0, "", "missing_code_by_project", "warning"]]
    assert "UNK (Unknown) as unknown, -9 (Refused) as missing" in file.found["message"].iloc[0]
    codes = {"-9": "refused", "UNK": "lost"}
    own = read_redcap(tmp_path / "project.xml", missing_codes=codes)
    assert [reasons(own, c) for c in ("operated", "vas", "where___1")] == [
        ["lost"],
        ["refused"],
        ["lost"],
    ]
    assert findings(own) == []


@pytest.mark.parametrize("text", ["UNK, Unknown | -9, Refused", "UNK, Unknown \\n -9, Refused"])
def test_other_ways_to_list_missing_data_codes(tmp_path: Path, text: str) -> None:
    setup = f"<redcap:MissingDataCodes>{text}</redcap:MissingDataCodes>"
    file = read(
        tmp_path,
        project(subject("A", event("start_arm_1", form("pain", item("vas", "-9")))), setup=setup),
    )
    assert reasons(file, "vas") == ["missing"]


def test_text_in_a_later_validated_moment_keeps_its_letters(tmp_path: Path) -> None:
    start = event("start_arm_1", form("base", item("operated", "Thursday")))
    file = read(tmp_path, project(subject("A", start), setup=""))
    assert cells(file, "operated") == [["Thursday"]]
    assert findings(file) == [[1, "operated", "not_as_validated", "warning"]]


def test_validations_have_other_words_there(tmp_path: Path) -> None:
    start = event("start_arm_1", form("pain", item("vas", "three")))
    file = read(tmp_path, project(subject("A", start), setup=""))
    assert findings(file) == [[1, "vas", "not_as_validated", "warning"]]


def test_items_that_are_not_declared_stand_last(tmp_path: Path) -> None:
    start = event("start_arm_1", form("base", item("ward", "x")))
    file = read(tmp_path, project(subject("A", start), setup=""))
    assert list(file.rows.columns)[-1] == "ward"
    assert findings(file) == [[0, "ward", "column_not_in_dictionary", "warning"]]


def test_it_is_a_dictionary_and_a_list_of_events_too(tmp_path: Path) -> None:
    (tmp_path / "project.xml").write_text(project(setup=""))
    (tmp_path / "data.csv").write_text(
        "id,redcap_event_name,vas\nA,start_arm_1,3\nA,gone_arm_1,4\n"
    )
    file = read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "project.xml")
    assert file.labels["redcap_event_name"]["visit_arm_1"] == "Visit"
    assert findings(file) == [[2, "redcap_event_name", "event_not_listed", "warning"]]


def test_it_needs_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "project.xml").write_text(project(subject("A")))
    for more in ("dictionary", "events"):
        with pytest.raises(ArgumentError, match="holds its own dictionary and events"):
            read_redcap(tmp_path / "project.xml", **{more: tmp_path / "project.xml"})


BOMB = (
    '<!DOCTYPE ODM [<!ENTITY a "Zebra77Zebra77Zebra77">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
REFUSED = {
    "entity_bomb": (ROOT.replace("<ODM", BOMB + "<ODM") + "&i;</ODM>", "unsafe_xml"),
    "external_entity": (
        ROOT.replace("<ODM", '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]><ODM')
        + "&x;</ODM>",
        "unsafe_xml",
    ),
    "external_dtd": (
        ROOT.replace("<ODM", '<!DOCTYPE ODM SYSTEM "http://127.0.0.1/x.dtd"><ODM') + "</ODM>",
        "unsafe_xml",
    ),
    "cut_off": (project(subject("Zebra77"))[:-20], "not_xml"),
    "not_xml": ("<Zebra77", "not_xml"),
    "a_page": ("<html><body>Zebra77</body></html>", "not_odm"),
    "another_system": (f"{ROOT}<Study><MetaDataVersion/></Study></ODM>", "not_a_project"),
    "no_dictionary": (
        f"{ROOT}<ClinicalData>{subject('Zebra77')}</ClinicalData></ODM>",
        "not_a_project",
    ),
    "nothing": (f"{ROOT}</ODM>", "not_a_project"),
    "no_records": (project(), "no_rows"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(tmp_path: Path, case: str) -> None:
    text, rule = REFUSED[case]
    with pytest.raises(ValidationError, match=r"project\.xml") as caught:
        read(tmp_path, text)
    assert caught.value.findings["rule"].tolist() == [rule]
    assert "Zebra77" not in str(caught.value)


@pytest.mark.parametrize("case", ["entity_bomb", "cut_off", "a_page", "another_system"])
def test_it_is_refused_as_a_dictionary_too(tmp_path: Path, case: str) -> None:
    (tmp_path / "data.csv").write_text("id\nA\n")
    (tmp_path / "project.xml").write_text(REFUSED[case][0])
    if case == "cut_off":  # the dictionary stands before the records and is whole
        file = read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "project.xml")
        assert file.rows.shape == (1, 1)
        return
    with pytest.raises(ValidationError, match=r"project\.xml"):
        read_redcap(tmp_path / "data.csv", dictionary=tmp_path / "project.xml")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odm, "MOST_BYTES", 1000)
    with pytest.raises(ValidationError, match="without attached files, or as CSV") as caught:
        read(tmp_path, project(subject("A")))
    assert caught.value.findings["rule"].tolist() == ["too_large"]


def test_an_empty_xml_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="cannot be opened"):
        read_redcap(tmp_path)
    (tmp_path / "project.xml").write_bytes(b"")
    with pytest.raises(ArgumentError, match="give dictionary="):
        read_redcap(tmp_path / "project.xml")
