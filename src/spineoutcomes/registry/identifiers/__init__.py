"""Identifiers: what in a registry may name a person."""

from spineoutcomes.registry.identifiers.search import possible_identifiers

__all__ = ["possible_identifiers"]
