"""Visits that two people share, and what each pays of them."""
