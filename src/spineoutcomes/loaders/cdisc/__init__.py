"""CDISC: a study as its datasets, read as a declared plan says."""

from spineoutcomes.loaders.cdisc.load import load_cdisc

__all__ = ["load_cdisc"]
