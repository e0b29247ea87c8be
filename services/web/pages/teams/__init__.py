"""Pages of teams: who is in them, their hats, and what they agreed on."""
