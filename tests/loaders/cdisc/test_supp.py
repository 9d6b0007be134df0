"""SUPP-- datasets: each qualifier back on its record."""

from __future__ import annotations

import pytest

from spineoutcomes.errors import ValidationError
from spineoutcomes.loaders.cdisc.supp import supplements, with_supplement

from .datasets import dataset, named

AE = dataset(
    "ae",
    named(
        "USUBJID DOMAIN AESEQ AETERM",
        "A AE 1 DURAL_TEAR",
        "A AE 2 FEVER",
        "B AE 1 DURAL_TEAR",
    ),
)
COLUMNS = "USUBJID RDOMAIN IDVAR IDVARVAL QNAM QLABEL QVAL"


def suppae(*rows: str) -> object:
    return with_supplement(AE, dataset("suppae", named(COLUMNS, *rows)))


def test_qualifiers_by_sequence_number() -> None:
    read = suppae(
        "A AE AESEQ 2 AETRTEM Treatment_Emergent Y",
        "B AE AESEQ 1.0 AETRTEM Treatment_Emergent N",
        "A AE AESEQ 1 AESITE Site L4/5",
    )
    assert read.file.rows["AETRTEM"].tolist() == ["", "Y", "N"]
    assert read.file.rows["AESITE"].tolist() == ["L4/5", "", ""]
    assert read.file.titles["AETRTEM"] == "Treatment Emergent"
    assert read.used.tolist() == [0, 1, 2]
    assert not len(read.found)
    assert "AETRTEM" not in AE.rows


def test_a_qualifier_of_the_subject_belongs_to_all_its_records() -> None:
    read = suppae("A AE . . RACEOTH Other_race x")
    assert read.file.rows["RACEOTH"].tolist() == ["x", "x", ""]


def test_a_qualifier_of_several_records() -> None:
    read = suppae("A AE AETERM FEVER GRADE Grade 2")
    assert read.file.rows["GRADE"].tolist() == ["", "2", ""]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("C AE AESEQ 1 AETRTEM Emergent Y", "no_record"),
        ("A AE AESEQ 3 AETRTEM Emergent Y", "no_record"),
        ("A AE AENUM 1 AETRTEM Emergent Y", "no_record"),
        ("A CM AESEQ 1 AETRTEM Emergent Y", "other_domain"),
        ("A AE AESEQ 1 AETERM Emergent Y", "qualifier_is_column"),
        ("A AE AESEQ 1 . Emergent Y", "no_qualifier"),
        ("A AE AESEQ 2 OK Fine other", "repeated_qualifier"),
    ],
)
def test_rows_that_cannot_be_placed_are_named(row: str, rule: str) -> None:
    read = suppae("A AE AESEQ 2 OK Fine Zebra77", row)
    assert read.found[["table", "row", "rule", "severity"]].to_numpy().tolist() == [
        ["suppae.xpt", 2, rule, "error"]
    ]
    assert read.used.tolist() == [0]
    assert read.file.rows["OK"].tolist() == ["", "Zebra77", ""]
    assert "Zebra77" not in read.found.to_csv()


def test_the_same_qualifier_twice_is_one() -> None:
    read = suppae("A AE AESEQ 2 OK Fine y", "A AE AESEQ 2 OK Fine y")
    assert not len(read.found)
    assert read.used.tolist() == [0, 1]


def test_a_dataset_that_is_no_supplement() -> None:
    with pytest.raises(ValidationError, match=r"suppae.xpt has no column IDVAR, IDVARVAL, QNAM"):
        with_supplement(AE, dataset("suppae", named("USUBJID RDOMAIN QVAL", "A AE 1")))


def test_which_supplements_there_are() -> None:
    files = dict.fromkeys(("ae", "suppae", "suppdm", "dm", "suppcm"), AE)
    assert supplements(files) == {"suppae": "ae", "suppdm": "dm"}
