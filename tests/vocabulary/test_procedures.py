"""Procedures, diagnoses, kinds of events: what a study names, and where it comes from."""

from __future__ import annotations

import pytest

from spineoutcomes.vocabulary import diagnoses, event_kinds, procedures

APPROACHES = {"mis", "mini_open", "open", "interventional", "hybrid"}


def test_approaches_are_those_of_the_registry() -> None:
    for code, entry in procedures.items():
        assert set(entry.approaches) <= APPROACHES, code
        assert entry.approaches or code in ("radiotherapy_conventional", "sbrt"), code


def test_claims_that_contradict_each_other_are_both_kept() -> None:
    block = procedures["nerve_root_block"].claims
    assert [claim.text for claim in block] == [
        "relief lasts 1 to several months",
        "relief lasts about 1 to 2 months",
    ]
    assert {claim.source for claim in block} == {"clinic_page"}


@pytest.mark.parametrize(
    "code", ["discography", "angiography", "biopsy", "radiotherapy_conventional", "sbrt"]
)
def test_what_does_not_set_day_0(code: str) -> None:
    assert not procedures[code].directed


def test_what_is_aimed_at_the_lesion_sets_day_0() -> None:
    for code in ("embolization", "tace", "sclerotherapy_ethanol", "vertebroplasty", "laminectomy"):
        assert procedures[code].directed, code


def test_the_ladder_is_a_proposal_of_five_steps() -> None:
    steps = {entry.ladder_step for entry in procedures.values()}
    assert steps == {None, 1, 2, 3, 4, 5}
    assert procedures["embolization"].ladder_step is None


def test_codes_are_numbers_without_texts() -> None:
    for code, entry in procedures.items():
        for system, numbers in entry.codes.items():
            assert system.startswith("cpt"), code
            assert all(number.isdecimal() and len(number) == 5 for number in numbers), code
    assert procedures["vertebroplasty"].codes == {"cpt": ("22510", "22511", "22512")}


def test_stages_of_vertebral_hemangioma() -> None:
    assert list(diagnoses["vertebral_hemangioma"].stages) == ["S1", "S2", "S3"]
    assert diagnoses["vertebral_hemangioma"].stages["S3"].startswith("aggressive: outside")


def test_diagnostic_codes_are_marked_as_to_be_verified() -> None:
    with_codes = {code: entry for code, entry in diagnoses.items() if entry.codes}
    assert set(with_codes) == {"vertebral_hemangioma", "spinal_metastasis"}
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
