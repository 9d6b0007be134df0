"""Numerics: arrays in, frozen records out; shared by compare and survival."""
