"""The hats (offices) of a co-op. Apart from their table, so that a client that only claims one does not load a database driver."""

SECRETARY = "secretary"
"""Manages members, opens motions, records paper votes."""
OPERATOR = "operator"
"""Keeps the server running."""
SCRUTINEER = "scrutineer"
"""Checks every row of a roll against the register before a vote with other co-ops."""
LINK = "link"
"""Members who help each other, and two between whom something is wrong, turn to the Link. It is a hat of its own where the rulebook says
so; otherwise secretaries are the Links."""
WEEK_PLANNER = "week_planner"
"""Has weeks drafted for all who agreed to be drafted together. It is a hat of its own where the rulebook says so; otherwise secretaries
do it."""
AUDIENCES = (SECRETARY, OPERATOR, SCRUTINEER)
"""With whom people share fields of their records. The Link and the rota holder read none."""
HATS = (*AUDIENCES, LINK, WEEK_PLANNER)
