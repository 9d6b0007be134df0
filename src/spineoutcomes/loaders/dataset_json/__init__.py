"""Dataset-JSON: the exchange format of CDISC."""

from spineoutcomes.loaders.dataset_json.read import read_dataset_json

__all__ = ["read_dataset_json"]
