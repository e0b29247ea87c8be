"""Implementation of `scripts/release`. Kith itself imports none of it."""
