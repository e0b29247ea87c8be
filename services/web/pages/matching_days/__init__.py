"""Matching days: announcing one, taking part, ranking, and what came of it."""
