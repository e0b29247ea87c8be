"""Somebody stated a fact, and people should see it."""
