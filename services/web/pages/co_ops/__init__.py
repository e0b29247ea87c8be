"""Pages of the peers: the other co-ops, how they were added, and their state."""
