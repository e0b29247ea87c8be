"""What commits of this database wake beside the relay and the jobs (`libs/database/wakeups.py`)."""

VOTES = "votes"
"""A draft, a vote, a board or an evidence document changed: votes may advance."""
ASKS = "asks"
"""A peer's ask is to be counted, or there is something about asks to send."""
PEERS = "peers"
"""A peer, a peering or an identity document changed: others are called, or by other certificates."""
