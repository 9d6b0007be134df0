"""REDCap: flat exports with their dictionary, or one project XML."""

from spineoutcomes.loaders.redcap.read import read_redcap

__all__ = ["read_redcap"]
