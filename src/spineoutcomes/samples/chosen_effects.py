"""The effects a simulation is built with. They are chosen, not estimated from any patient."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HEMANGIOMA", "LADDER", "METASTASES"]


@dataclass(frozen=True, slots=True)
class MetastasesEffects:
    """MIS against open surgery for spinal metastases; logs of ratios, or points.

    Orders of magnitude follow published series (blood loss about halved, a shorter stay, fewer
    complications, an operating time of no settled direction); the numbers themselves are chosen.
    """

    log_blood_loss: float = -0.75
    log_blood_loss_if_kidney: float = 0.35  # added: hypervascular tumours lose half the advantage
    log_operative_time: float = 0.04
    log_los: float = -0.42
    pain_3m: float = -0.6  # points of 10, before rounding and the limits of the scale
    pain_12m: float = -0.25
    pain_by_kps: float = 0.25  # the pain effect grows by this share per 15 points of KPS
    frankel: float = 0.10  # on the latent scale of the grades
    log_odds_complication: float = -0.55
    log_hazard_recurrence: float = -0.30
    log_hazard_death: float = 0.0  # none: survival is a true null
    log_days_to_radiotherapy: float = -0.33
    # What a conversion adds to a planned MIS operation.
    conversion_log_blood_loss: float = 0.6
    conversion_log_operative_time: float = 0.25
    conversion_log_los: float = 0.25
    conversion_log_odds_complication: float = 0.8


@dataclass(frozen=True, slots=True)
class HemangiomaEffects:
    """Endoscopic decompression against laminectomy for vertebral hemangioma."""

    residual_logit: float = 0.6  # the endoscope leaves more: about 40 % against 27 %
    log_blood_loss: float = -1.0
    pain_final: float = -0.3
    muscle_grade: float = 0.3  # ranks of the graded MRC scale, before rounding
    log_hazard_progression: float = 0.2


@dataclass(frozen=True, slots=True)
class LadderEffects:
    """Disc ablation against nerve root block as the first step for a lumbar disc herniation."""

    log_relief: float = 1.6  # relief about five times as long
    response_logit: float = 0.3


METASTASES = MetastasesEffects()
HEMANGIOMA = HemangiomaEffects()
LADDER = LadderEffects()
