"""Registry: six tidy tables, checked on entry."""

from spineoutcomes.registry.build import OnError, build_registry
from spineoutcomes.registry.columns import TABLES, Column, TableSpec
from spineoutcomes.registry.model import Registry

__all__ = ["TABLES", "Column", "OnError", "Registry", "TableSpec", "build_registry"]
