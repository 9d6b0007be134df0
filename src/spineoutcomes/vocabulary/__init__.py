"""Vocabulary: instruments, procedures, diagnoses, kinds of events, with their sources; levels."""

from spineoutcomes.vocabulary.levels import parse_levels, relation
from spineoutcomes.vocabulary.model import Threshold, Vocabulary
from spineoutcomes.vocabulary.read import load_vocabulary

SHIPPED_VOCABULARY = load_vocabulary()

instruments = SHIPPED_VOCABULARY.instruments
procedures = SHIPPED_VOCABULARY.procedures
diagnoses = SHIPPED_VOCABULARY.diagnoses
event_kinds = SHIPPED_VOCABULARY.event_kinds
sources = SHIPPED_VOCABULARY.sources

__all__ = [
    "SHIPPED_VOCABULARY",
    "Threshold",
    "Vocabulary",
    "diagnoses",
    "event_kinds",
    "instruments",
    "load_vocabulary",
    "parse_levels",
    "procedures",
    "relation",
    "sources",
]
