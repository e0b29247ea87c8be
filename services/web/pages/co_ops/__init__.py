"""The other co-ops: how we came to know each other, and where we stand."""
