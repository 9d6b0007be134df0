"""Mapping: which columns of which file hold what, read, checked, and followed to the raw tables."""
