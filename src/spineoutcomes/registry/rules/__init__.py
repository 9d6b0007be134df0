"""Rules across tables: each a function, all of them in one catalogue."""

from spineoutcomes.registry.rules.catalogue import RULES, future_findings, rule_findings

__all__ = ["RULES", "future_findings", "rule_findings"]
