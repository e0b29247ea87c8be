"""What `scripts/check`, `scripts/test` and `scripts/capabilities` do. Nothing here runs when Kith does."""
