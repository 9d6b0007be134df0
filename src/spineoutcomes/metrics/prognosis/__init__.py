"""Scores of instability, prognosis and performance, from their items and never from a guess."""

from spineoutcomes.metrics.prognosis.score import prognostic_score

__all__ = ["prognostic_score"]
