"""Samples: registries that come with the library, and simulated ones whose truth is known."""

from spineoutcomes.samples.simulate import Scenario, simulate_registry
from spineoutcomes.samples.stored import load_sample
from spineoutcomes.samples.truth import Estimand, truth_effects

__all__ = ["Estimand", "Scenario", "load_sample", "simulate_registry", "truth_effects"]
