"""The spinal instability neoplastic score (SINS) and epidural compression (ESCC): their keys.

Fisher CG et al. Spine 2010;35:E1221-E1229 (doi:10.1097/BRS.0b013e3181e16ae2), with the table of
Fourney DR et al. J Clin Oncol 2011;29:3072-3077 (doi:10.1200/JCO.2010.34.3897), as printed alike by
several pages. One page prints the pain item as 3, 2, 1: it is 3, 1, 0. Bilsky MH et al. J Neurosurg
Spine 2010;13:324-328 (doi:10.3171/2010.3.SPINE09459).
"""

from __future__ import annotations

from typing import Final

from spineoutcomes.metrics.prognosis.key import Band, Item, Key
from spineoutcomes.vocabulary.levels import VERTEBRAE

JUNCTIONAL = ("C0", "C1", "C2", "C7", "T1", "T2", "T11", "T12", "L1", "L5", "S1")
MOBILE = ("C3", "C4", "C5", "C6", "L2", "L3", "L4")
RIGID = ("S2", "S3", "S4", "S5")
HALF: Final = "exactly 50"


def _part_of(level: str) -> str:
    for name, levels in (("junctional", JUNCTIONAL), ("mobile", MOBILE), ("rigid", RIGID)):
        if level in levels:
            return name
    return "semirigid"


SINS: Final = Key(
    code="sins",
    items=(
        Item(
            name="location",
            words={"junctional": 3, "mobile": 2, "semirigid": 1, "rigid": 0},
            also={"mobile spine": "mobile", "semi rigid": "semirigid"},
            levels={level: _part_of(level) for level in VERTEBRAE},
            own=("levels",),
        ),
        Item(
            name="pain",
            words={"mechanical": 3, "occasional": 1, "none": 0},
            also={"occasional, not mechanical": "occasional", "pain free": "none"},
        ),
        Item(
            name="bone_lesion",
            words={"lytic": 2, "mixed": 1, "blastic": 0},
            also={"osteolytic": "lytic", "osteoblastic": "blastic"},
        ),
        Item(
            name="alignment",
            words={"subluxation": 4, "deformity": 2, "normal": 0},
            also={"translation": "subluxation", "subluxation/translation": "subluxation"}
            | {"de novo deformity": "deformity"},
        ),
        Item(
            name="collapse",
            words={"over 50": 3, "under 50": 2, "over 50 involved": 1, "none": 0},
            also={">50": "over 50", "<50": "under 50", "50": HALF},
        ),
        Item(
            name="posterolateral",
            words={"bilateral": 3, "unilateral": 1, "none": 0},
        ),
    ),
    bands=(
        Band("stable", 0),
        Band("potentially unstable", 7),
        Band("unstable", 13),
    ),
    made_for=("metastasis",),
)

ESCC: Final = Key(
    code="escc",
    items=(Item(name="escc", words={"0": 0, "1a": 1, "1b": 2, "1c": 3, "2": 4, "3": 5}),),
    bands=(Band("low grade", 0), Band("1c (contested)", 3), Band("high grade", 4)),
)
