"""Loaders: files in, a checked registry out."""

from spineoutcomes.loaders.load import load_registry

__all__ = ["load_registry"]
