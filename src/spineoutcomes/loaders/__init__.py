"""Loaders: files in, a checked registry out."""

from spineoutcomes.loaders.load import load_registry
from spineoutcomes.loaders.suggest import suggest_mapping
from spineoutcomes.loaders.template import write_template

__all__ = ["load_registry", "suggest_mapping", "write_template"]
