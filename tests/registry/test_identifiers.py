"""Possible identifiers: found by name, mark and value, with check digits; counts, never values."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import spineoutcomes as so
from spineoutcomes.registry.identifiers import digits, possible_identifiers
from spineoutcomes.registry.identifiers.names import named_after

from .conftest import Tables, built

# Examples that the offices themselves print, or that belong to nobody.
CHINESE = "11010519491231002X"  # in the standard, GB 11643-1999
SWEDISH = "640823-3234"  # of the Swedish tax agency
FINNISH = "131052-308T"  # of the Finnish population register
DANISH = "070761-4285"  # of the Danish CPR office
AMERICAN = "078-05-1120"  # printed on wallets sold in 1938, and void since


def norwegian(birth: str, number: str) -> str:
    """Return a number with the check digits that make both weighted sums divisible by 11."""
    for first, second in product(range(10), repeat=2):
        whole = [int(d) for d in f"{birth}{number}{first}{second}"]
        one = sum(w * d for w, d in zip([3, 7, 6, 1, 8, 9, 4, 5, 2, 1], whole, strict=False))
        two = sum(w * d for w, d in zip([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], whole, strict=True))
        if one % 11 == 0 and two % 11 == 0:
            return f"{birth}{number}{first}{second}"
    raise ValueError("this number has no check digits")


NORWEGIAN = norwegian("150765", "005")


def wrong_digits(text: str, at: int) -> list[str]:
    """Return the text with each other digit in one place."""
    return [f"{text[:at]}{d}{text[at + 1 :]}" for d in "0123456789" if d != text[at]]


@pytest.mark.parametrize(
    ("holds", "right", "places"),
    [
        (digits.is_chinese, CHINESE, range(16)),
        (digits.is_norwegian, NORWEGIAN, range(11)),
        (digits.is_swedish, SWEDISH.replace("-", ""), range(10)),
        (digits.is_finnish, FINNISH, [0, 1, 2, 3, 4, 5, 7, 8, 9]),
    ],
    ids=["Chinese", "Norwegian", "Swedish", "Finnish"],
)
def test_one_wrong_digit_is_told(holds, right: str, places) -> None:
    assert holds([right]).tolist() == [True]
    wrong = [text for at in places for text in wrong_digits(right, at)]
    assert not holds(wrong).any()


def test_variants_of_numbers() -> None:
    assert digits.is_norwegian([f"{NORWEGIAN[:6]} {NORWEGIAN[6:]}"]).all()
    d_number = norwegian("550765", "013")  # 40 is added to the day
    assert digits.is_norwegian([d_number]).all()
    assert digits.is_swedish([f"19{SWEDISH}", "811228+9874"]).all()
    assert digits.is_swedish(["701063-2391"]).all()  # coordination number: 60 is added to the day
    assert digits.is_finnish(["131052A308T", "131052y308t"]).all()
    assert digits.is_chinese([CHINESE.lower()]).all()
    assert digits.is_danish([DANISH]).all()
    assert not digits.is_danish(["320761-4285", "071361-4285", "000761-4285"]).any()


WRITTEN = {
    "Chinese resident identity number (check digit holds)": CHINESE,
    "Norwegian fødselsnummer (check digits hold)": NORWEGIAN,
    "Swedish personnummer (check digit holds)": SWEDISH,
    "Finnish henkilötunnus (check character holds)": FINNISH,
    "form of a Danish CPR number": DANISH,
    "form of a US social security number": AMERICAN,
    "e-mail address": "kari.nordmann@example.org",
    "URL": "https://example.org/kari",
    "IP address": "192.0.2.17",
    "telephone number": "+47 22 85 50 50",
    "dates in text": "2020-03-02",
    "free text": "wound was dry, the patient went home on foot",
}
ALSO = [
    ("IP address", "2001:db8::17"),
    ("telephone number", "(555) 010-4477"),
    ("URL", "www.example.org"),
    ("Chinese resident identity number (check digit holds)", "１１０１０５１９４９１２３１００２X"),
    ("free text", "患者术后恢复良好,切口愈合,双下肢活动可"),
    ("dates in text", "5/6/2023"),
    ("dates in text", "2023年5月6日"),
    ("dates in text", "on 20230506"),
    ("dates in text", "March 2020"),
]


@pytest.mark.parametrize(("why", "text"), [*WRITTEN.items(), *ALSO])
@pytest.mark.parametrize("around", ["{}", "note: {}, ok"])
def test_a_cell_that_identifies_is_counted(why: str, text: str, around: str) -> None:
    frame = pd.DataFrame({"extra": [around.format(text), "none", None, "none", "none"]})
    found = possible_identifiers({"patients": frame})
    own = found[found["why"] == why]
    assert own[["table", "column", "n"]].to_numpy().tolist() == [["patients", "extra", 1]]
    assert text not in found.to_csv()


INNOCENT = [
    "L4-L5", "T10-12", "12:30", "1.2.3", "4+", "2020", "Frankel D", "SYN-000017-E1-P1",
    "550e8400-e29b-41d4-a716-446655440000", "1234567890123456789", "a1234567890b", "12345678901",
    "123-45-678", "000-12-3456", "999.1.1.1", "user@", "0.125", "1e10", "110105194912310021",
]  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_alike_is_not_counted(text: str) -> None:
    assert not len(possible_identifiers({"patients": pd.DataFrame({"extra": [text, "x", "y"]})}))


def test_forms_that_other_numbers_share_count_when_most_cells_have_them() -> None:
    plain, form = "0707614286", "form of a Danish CPR number"  # no Swedish check digit by chance
    found = possible_identifiers({"t": pd.DataFrame({"extra": [plain, plain, "9999999999"]})})
    assert found.set_index("why")["n"].to_dict() == {form: 2}
    few = pd.DataFrame({"extra": [plain, *["9999999999", "8888888888"] * 2]})
    assert not len(possible_identifiers({"t": few}))


def test_numbers_are_looked_at_as_well() -> None:
    number = float(norwegian("150765", "005"))
    frame = pd.DataFrame(
        {
            "extra": [number, 23.0, 17.0],
            "paid": [float("inf"), 1e300, 2.5],
            "id": [1.1010519491231e17, np.nan, 3.0],
        }
    )
    found = possible_identifiers({"patients": frame})
    assert found[["column", "why", "n"]].to_numpy().tolist() == [
        ["extra", "Norwegian fødselsnummer (check digits hold)", 1],
        ["id", "numbers of 17 or 18 digits, rounded", 1],
    ]


def test_a_patient_id_that_is_an_identity_number_is_found_once(tables: Tables) -> None:
    for name, column in (("patients", "patient_id"), ("episodes", "patient_id")):
        tables[name] = tables[name].replace({column: {"P1": CHINESE}})
    found = built(tables).identifiers()
    assert found[["table", "column", "n"]].to_numpy().tolist() == [["patients", "patient_id", 1]]
    assert CHINESE not in found.to_csv()


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (
            ["Name", "first_name", "LastName", "PATIENT NAME", "etternavn", "Förnamn", "姓名"],
            "name",
        ),
        (["sukunimi", "患者姓名", "联系人", "Initials"], "name"),
        (["dob", "Date of Birth", "fødselsdato", "Födelsedatum", "syntymäaika"], "date of birth"),
        (["出生日期"], "date of birth"),
        (["SSN", "personnummer", "Fødselsnr", "cpr_nr", "HETU"], "national identity number"),
        (["身份证号", "kennitala"], "national identity number"),
        (
            ["MRN", "住院号", "病案号", "medical record no", "journalnummer"],
            "record or account number",
        ),
        (["Phone", "tel_no", "联系电话", "mobil", "puhelin"], "telephone or fax"),
        (["E-mail", "e_post", "email2", "sähköposti"], "e-mail"),
        (["home address", "ZIP", "Postnummer", "家庭住址", "osoite"], "address"),
        (["serial number", "UDI", "lot_no"], "device or vehicle number"),
        (["homepage", "IP address"], "internet address"),
        (["photo"], "picture or biometric"),
    ],
)
def test_columns_that_say_what_they_hold(names: list[str], kind: str) -> None:
    assert {name: named_after(name) for name in names} == dict.fromkeys(names, kind)


@pytest.mark.parametrize(
    "name",
    [
        "centre_name",
        "diagnosis name",
        "手术日期",
        "cell_count",
        "tumour",
        "patient_id",
        "mailed_back",
    ],
)
def test_columns_that_do_not(name: str) -> None:
    assert named_after(name) is None


def test_columns_that_the_file_marks(tables: Tables) -> None:
    frame = pd.DataFrame({"q17": ["a", "", None], "q18": ["a", "b", "c"]})
    found = possible_identifiers({"export.csv": frame}, marked=("q17", "gone"))
    assert found.to_numpy().tolist() == [
        ["export.csv", "q17", "marked as an identifier in the file", 1]
    ]


def test_dates_and_great_ages_are_counted(tables: Tables) -> None:
    tables["episodes"] = tables["episodes"].assign(age_years=[89, 90, 101])
    tables["scores"] = tables["scores"].drop(columns="day").assign(date="2020-03-02")
    found = built(tables).identifiers()
    assert found.to_numpy().tolist() == [
        ["episodes", "age_years", "ages over 89", 2],
        ["scores", "date", "dates to the day", 4],
    ]


def test_synthetic_samples_have_nothing_but_great_ages() -> None:
    assert not len(so.load_sample("hemangioma").identifiers())
    assert not len(so.load_sample("ladder").identifiers())
    assert set(so.load_sample("metastases").identifiers()["why"]) == {"ages over 89"}
    assert set(so.load_sample("case_report").identifiers()["why"]) == {"free text"}


def test_empty_tables_have_none() -> None:
    found = possible_identifiers({"patients": pd.DataFrame({"name": ["", None]})})
    assert list(found.columns) == ["table", "column", "why", "n"]
    assert not len(found)
