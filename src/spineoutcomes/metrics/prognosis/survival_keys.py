"""Scores of survival with spinal metastases: revised Tokuhashi, Tomita, Bauer and modified Bauer.

Tokuhashi Y et al. Spine 2005;30:2186-2191 (doi:10.1097/01.brs.0000180401.06919.a5), as printed in
the appendix of NICE guideline CG75; one page prints its bands with the inequalities reversed.
Tomita K et al. Spine 2001;26:298-306 (doi:10.1097/00007632-200102010-00016), points and bands as
two public calculators have them; what to do in each band was not seen in the paper and is not here.
Bauer HCF, Wedin R 1995, and Leithner A et al. Eur Spine J 2008;17:1488-1495
(doi:10.1007/s00586-008-0763-1), as cited by public code.
"""

from __future__ import annotations

from typing import Final

from spineoutcomes.metrics.prognosis.key import Band, Item, Key

INFINITE = float("inf")
BRITISH = {"esophagus": "oesophagus", "gall bladder": "gallbladder"}
NO_EARNS_A_POINT = {"no": 1, "yes": 0}
FLAGS = {"true": "yes", "false": "no"}

SITES: Final = {
    **dict.fromkeys(("lung", "osteosarcoma", "stomach", "bladder", "oesophagus", "pancreas"), 0),
    **dict.fromkeys(("liver", "gallbladder", "unidentified"), 1),
    "other": 2,
    **dict.fromkeys(("kidney", "uterus"), 3),
    "rectum": 4,
    **dict.fromkeys(("thyroid", "breast", "prostate", "carcinoid"), 5),
}

TOKUHASHI: Final = Key(
    code="tokuhashi_2005",
    items=(
        Item(
            name="performance",
            numbers=((10, 40, 0), (50, 70, 1), (80, 100, 2)),
            step=10,
            own=("kps",),
        ),
        Item(
            name="extraspinal_bone_metastases",
            numbers=((0, 0, 2), (1, 2, 1), (3, INFINITE, 0)),
        ),
        Item(name="vertebral_metastases", numbers=((1, 1, 2), (2, 2, 1), (3, INFINITE, 0))),
        Item(name="organ_metastases", words={"unremovable": 0, "removable": 1, "none": 2}),
        Item(name="primary", words=SITES, also=BRITISH, own=("primary_tumour",)),
        Item(name="palsy", words={"a": 0, "b": 0, "c": 1, "d": 1, "e": 2}, own=("frankel",)),
    ),
    bands=(
        Band("less than 6 months", 0),
        Band("6 months or more", 9),
        Band("1 year or more", 12),
    ),
    made_for=("metastasis",),
)

TOMITA: Final = Key(
    code="tomita_2001",
    items=(
        Item(name="growth", words={"slow": 1, "moderate": 2, "rapid": 4}),
        Item(name="visceral_metastases", words={"none": 0, "treatable": 2, "untreatable": 4}),
        Item(name="bone_metastases", words={"solitary": 1, "multiple": 2}),
    ),
    bands=(Band("2-3", 2), Band("4-5", 4), Band("6-7", 6), Band("8-10", 8)),
    made_for=("metastasis",),
)

FAVOURABLE = ("breast", "kidney", "lymphoma", "myeloma")
# "Not lung" and "a favourable primary" are a point each; a primary earns none, one or both. Where
# the primary was never found, nobody knows whether it was the lung.
NEITHER = [site for site in SITES if site not in {*FAVOURABLE, "lung", "unidentified"}]
ALWAYS = (
    Item(name="visceral_metastases", words=NO_EARNS_A_POINT, also={**FLAGS, "none": "no"}),
    Item(name="skeletal_metastases", words={"solitary": 1, "multiple": 0}),
    Item(
        name="primary",
        words={"lung": 0, **dict.fromkeys(NEITHER, 1), **dict.fromkeys(FAVOURABLE, 2)},
        also={**BRITISH, "multiple myeloma": "myeloma"},
        own=("primary_tumour",),
    ),
)

BAUER: Final = Key(
    code="bauer",
    items=(*ALWAYS, Item(name="pathological_fracture", words=NO_EARNS_A_POINT, also=FLAGS)),
    bands=(Band("0-1", 0), Band("2-3", 2), Band("4-5", 4)),
    made_for=("metastasis", "myeloma"),
)

BAUER_MODIFIED: Final = Key(
    code="bauer_modified",
    items=ALWAYS,
    bands=(Band("0-1", 0), Band("2", 2), Band("3-4", 3)),
    made_for=("metastasis", "myeloma"),
)
