"""Procedures, diagnoses, kinds of events: what a study names, and where it comes from."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from spineoutcomes.registry.columns import TABLES
from spineoutcomes.vocabulary import (
    diagnoses,
    event_kinds,
    instruments,
    load_vocabulary,
    procedures,
)
from spineoutcomes.vocabulary.model import Claim

APPROACHES = {"mis", "mini_open", "open", "interventional", "hybrid"}
# component | approaches | step of the ladder, a dash where it has none | aimed at the lesion
TAXONOMY = """
nerve_root_block           | interventional          | 1 | yes
discography                | interventional          | 1 | no
angiography                | interventional          | - | no
biopsy                     | interventional mis open | - | no
disc_ablation              | interventional          | 2 | yes
embolization               | interventional          | - | yes
tace                       | interventional          | - | yes
sclerotherapy_ethanol      | interventional          | - | yes
vertebroplasty             | mis interventional      | 3 | yes
kyphoplasty                | mis interventional      | 3 | yes
endoscopic_decompression   | mis                     | 3 | yes
microdiscectomy            | mis open                | 3 | yes
mis_fusion_fixation        | mis                     | 4 | yes
percutaneous_pedicle_screw | mis                     | 4 | yes
laminectomy                | open mini_open          | 5 | yes
open_fusion_fixation       | open mini_open          | 5 | yes
separation_surgery         | open mini_open mis hybrid | 5 | yes
en_bloc_spondylectomy      | open                    | 5 | yes
radiotherapy_conventional  |                         | - | no
sbrt                       |                         | - | no
"""
# component -> what is said of it, and by which document
CLAIMS = {
    "nerve_root_block": [
        ("relief lasts 1 to several months", "clinic_page"),
        ("relief lasts about 1 to 2 months", "clinic_page"),
    ],
    "discography": [("clarifies the site and source of pain", "clinic_page")],
    "disc_ablation": [
        ("relief lasts about 6 months to 2 years", "clinic_page"),
        ("only for a contained, early, mild herniation", "clinic_page"),
    ],
    "embolization": [
        ("coils in the artery that feeds the lesion, before surgery", "case_report_vh"),
    ],
    "tace": [
        ("through the femoral artery, drug into the tumour, to shrink it", "spine_tumor_page"),
        (
            "a small incision in the thigh; takes pressure off nerve roots or cord",
            "spine_tumor_page",
        ),
    ],
    "vertebroplasty": [
        (
            "activity on the same day; the treated or an adjacent vertebra may fracture again",
            "clinic_page",
        ),
        ("the height of the vertebra is restored", "clinic_page"),
        ("long-term results are uncertain", "clinic_page"),
    ],
    "kyphoplasty": [("a balloon first makes the cavity for the cement", "spine_tumor_page")],
    "endoscopic_decompression": [
        ("incision of 6-8 mm, walking on the same day, a certain recurrence rate", "clinic_page"),
        ("magnified 10 to 12 times; usually without an implant", "clinic_page"),
        ("immediate relief of nerve root pain", "clinic_page"),
    ],
    "mis_fusion_fixation": [
        ("channel of 16-28 mm; longer operating time and higher cost", "clinic_page"),
        ("recurs less often than after endoscopic or interventional treatment", "clinic_page"),
    ],
    "percutaneous_pedicle_screw": [("less damaging than normal screws", "clinic_page")],
    "laminectomy": [("open surgery needs a larger incision", "spine_tumor_page")],
    "en_bloc_spondylectomy": [
        ("no recurrence of a vertebral hemangioma was found after it", "enneking_vh"),
    ],
    "radiotherapy_conventional": [
        ("starts earlier after minimally invasive surgery", "hao_2022"),
    ],
}
CODES = {
    "vertebroplasty": {"cpt": ("22510", "22511", "22512")},
    "kyphoplasty": {"cpt": ("22513", "22514", "22515")},
    "laminectomy": {
        "cpt_extradural_tumour": ("63275", "63276", "63277"),
        "cpt_intradural_tumour": ("63280", "63281", "63282"),
    },
}


def test_the_components_of_an_episode() -> None:
    listed = [[cell.strip() for cell in line.split("|")] for line in TAXONOMY.strip().splitlines()]
    assert [
        [
            code,
            " ".join(entry.approaches),
            "-" if entry.ladder_step is None else str(entry.ladder_step),
            "yes" if entry.directed else "no",
        ]
        for code, entry in sorted(procedures.items())
    ] == sorted(listed)


def test_approaches_are_those_of_the_registry() -> None:
    columns = {column.name: column.allowed for column in TABLES["procedures"].columns}
    assert set(columns["approach"] or ()) == {*APPROACHES, "unknown"}
    for code, entry in procedures.items():
        assert set(entry.approaches) <= APPROACHES, code


@pytest.mark.parametrize("code", list(procedures))
def test_claims_are_kept_with_their_origin(code: str) -> None:
    said = [(claim.text, claim.source) for claim in procedures[code].claims]
    assert said == CLAIMS.get(code, [])


def test_claims_that_contradict_each_other_are_both_kept() -> None:
    # One page says "1 to several months" and "about 1-2 months"; nothing is averaged or chosen.
    first, second = procedures["nerve_root_block"].claims
    assert "1 to several months" in first.text
    assert "1 to 2 months" in second.text
    assert first.source == second.source == "clinic_page"


def test_no_claim_becomes_a_number_of_the_library() -> None:
    kept = {field.name for field in dataclasses.fields(Claim)}
    assert kept == {"text", "source"}
    # A month or a millimetre of a claim stands nowhere else in its procedure.
    for code, entry in procedures.items():
        assert not re.search(r"month|year|[0-9] ?mm", str(entry.note)), code
    pages = {"clinic_page", "spine_tumor_page", "case_report_vh"}
    for entry in instruments.values():
        assert entry.source not in pages
        assert pages.isdisjoint(record.source for record in entry.thresholds.values())


def test_the_ladder_is_a_proposal_that_a_user_replaces(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        "[procedures.vertebroplasty]\n"
        'name = "Vertebroplasty"\napproaches = ["mis"]\nladder_step = 4\nsource = "convention"\n',
        encoding="utf-8",
    )
    assert load_vocabulary(own).procedures["vertebroplasty"].ladder_step == 4
    assert procedures["vertebroplasty"].ladder_step == 3
    for code in ("vertebroplasty", "kyphoplasty"):
        assert "A branch of its own, on step 3 to 4" in str(procedures[code].note)
    assert "Terminal" in str(procedures["en_bloc_spondylectomy"].note)


def test_codes_are_numbers_without_texts() -> None:
    assert {code: entry.codes for code, entry in procedures.items() if entry.codes} == CODES


# Codes that were not seen in a readable page: they must come from whoever uses them.
@pytest.mark.parametrize("number", ["63278", "0PU43JZ", "0QU03JZ"])
def test_a_procedure_code_that_was_not_seen_is_not_shipped(number: str) -> None:
    shipped = [n for entry in procedures.values() for group in entry.codes.values() for n in group]
    assert len(shipped) == 12
    assert number not in shipped


def test_stages_of_vertebral_hemangioma() -> None:
    hemangioma = diagnoses["vertebral_hemangioma"]
    assert hemangioma.stages == {
        "S1": "latent: inside the bone, without symptoms",
        "S2": "active: inside the bone, with symptoms",
        "S3": "aggressive: outside the bone, with symptoms",
    }
    assert hemangioma.group == "tumour"


def test_diagnostic_codes_are_marked_as_to_be_verified() -> None:
    with_codes = {code: entry for code, entry in diagnoses.items() if entry.codes}
    # Nothing of a fracture, a compressed cord or a myelopathy that goes with a tumour.
    assert {code: entry.codes for code, entry in with_codes.items()} == {
        "vertebral_hemangioma": {"icd10cm": ("D18.00", "D18.09")},
        "spinal_metastasis": {"icd10cm": ("C79.51", "C79.52")},
    }
    for entry in with_codes.values():
        assert "verify at use" in str(entry.note)


def test_every_group_has_a_disease() -> None:
    groups = {"tumour", "metastasis", "degenerative", "fracture", "deformity", "infection"}
    assert {entry.group for entry in diagnoses.values()} == groups


def test_treatment_other_than_surgery_may_come_before_day_0() -> None:
    before = {code for code, entry in event_kinds.items() if not entry.after_index}
    assert before == {
        "imaging",
        "finding",
        "radiotherapy_start",
        "reirradiation",
        "systemic_therapy_start",
    }


def test_recurrence_and_progression_are_two_kinds() -> None:
    assert "complete removal" in str(event_kinds["local_recurrence"].note)
    assert event_kinds["residual_progression"].expects_absent
