"""Vocabulary: instruments, procedures, diagnoses and kinds of events, each with its source."""

from spineoutcomes.vocabulary.model import Vocabulary
from spineoutcomes.vocabulary.read import load_vocabulary

SHIPPED_VOCABULARY = load_vocabulary()

instruments = SHIPPED_VOCABULARY.instruments
procedures = SHIPPED_VOCABULARY.procedures
diagnoses = SHIPPED_VOCABULARY.diagnoses
event_kinds = SHIPPED_VOCABULARY.event_kinds
sources = SHIPPED_VOCABULARY.sources

__all__ = [
    "SHIPPED_VOCABULARY",
    "Vocabulary",
    "diagnoses",
    "event_kinds",
    "instruments",
    "load_vocabulary",
    "procedures",
    "sources",
]
