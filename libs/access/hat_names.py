"""The hats (offices) of a co-op. Apart from their table, so that a client that only claims one does not load a database driver."""

SECRETARY = "secretary"
"""Manages members, opens motions, records paper votes."""
OPERATOR = "operator"
"""Keeps the server running."""
SCRUTINEER = "scrutineer"
"""Checks every row of a roll against the register before a vote with other co-ops."""
HATS = (SECRETARY, OPERATOR, SCRUTINEER)
