"""Implementation of `scripts/check`, `scripts/test` and `scripts/capabilities`. Kith itself imports none of it."""
