"""Votes that several co-ops take together."""
