"""Simulate a registry whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Literal

import numpy as np

from spineoutcomes.errors import ArgumentError
from spineoutcomes.numerics.seeds import require_seed
from spineoutcomes.registry import Registry, build_registry
from spineoutcomes.samples.draws import Simulated
from spineoutcomes.samples.hemangioma import simulate_hemangioma
from spineoutcomes.samples.ladder import simulate_ladder
from spineoutcomes.samples.metastases import simulate_metastases
from spineoutcomes.vocabulary import SHIPPED_VOCABULARY

Scenario = Literal["metastases", "hemangioma", "ladder"]
SCENARIOS: dict[str, Callable[..., Simulated]] = {
    "metastases": simulate_metastases,
    "hemangioma": simulate_hemangioma,
    "ladder": simulate_ladder,
}


def simulate_registry(
    n: int, *, seed: int, scenario: Scenario = "metastases", randomised: bool = False
) -> Registry:
    """Simulate a registry: SYNTHETIC patients, with the truth an analysis should find.

    Parameters
    ----------
    n : int
        Number of patients; ids begin with "SYN-".
    seed : int
        Same seed, same tables, byte for byte. Each part of the simulation has its own stream.
    scenario : {"metastases", "hemangioma", "ladder"}
        "metastases": MIS against open surgery, confounded by indication (sicker patients and more
        compressed cords are opened, MIS comes later in time, surgeons have preferences), some plans
        converted, some patients operated on twice, recurrence seen only on scans about every three
        months, death competing. "hemangioma": a series of embolization, cement and endoscopic
        decompression or laminectomy, with volumes of the residual. "ladder": disc herniations
        treated step by step, each step an episode.
    randomised : bool
        Toss a coin for the arm instead: the same patients, as in a trial.

    Returns
    -------
    Registry
        With `.truth`, indexed by `episode_id`: `arm` (planned, or first step), `propensity` (true
        probability of the treatment given the covariates) and each outcome under both arms,
        `{outcome}_{arm}`; days, ml, minutes, points, 0/1. Frankel and muscle grades are positions
        in their scales, 0 the worst.

    Raises
    ------
    ArgumentError
        For fewer than one patient, a seed that is no whole number of 0 or more, or an unknown
        scenario.

    Notes
    -----
    Effects are chosen, not estimated from patients; magnitudes are plausible, nothing more.

    Missing data: questionnaires stay away more often when patients are sicker (in "metastases"
    given KPS), some patients are lost, and a death after loss is unknown. The truth is complete,
    but a score after death does not exist; later steps of the ladder have no other arm.

    References
    ----------
    .. [1] Bender R, Augustin T, Blettner M. Generating survival times to simulate Cox proportional
       hazards models. Stat Med 2005;24:1713-1723, doi:10.1002/sim.2059.

    Examples
    --------
    >>> import spineoutcomes as so
    >>> registry = so.simulate_registry(50, seed=1)
    >>> len(registry.table("patients"))
    50
    >>> registry.truth["propensity"].between(0, 1).all().item()
    True
    """
    if scenario not in SCENARIOS:
        raise ArgumentError(f"Unknown scenario {scenario!r}; there are: {', '.join(SCENARIOS)}.")
    if not isinstance(n, Integral) or n < 1:
        raise ArgumentError(f"n must be a whole number of patients, at least 1; got {n!r}.")
    require_seed("simulate_registry", seed)
    sequence = np.random.SeedSequence(int(seed))
    simulated = SCENARIOS[scenario](int(n), sequence, randomised=randomised)
    return build_registry(simulated.tables, vocabulary=SHIPPED_VOCABULARY, truth=simulated.truth)
