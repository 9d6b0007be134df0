"""Statistical: files of SPSS, SAS and Stata."""

from spineoutcomes.loaders.statistical.read import read_statistical

__all__ = ["read_statistical"]
