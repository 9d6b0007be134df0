"""Suggest: a mapping proposed for a file of which nothing is known yet."""

from spineoutcomes.loaders.suggest.propose import suggest_mapping

__all__ = ["suggest_mapping"]
