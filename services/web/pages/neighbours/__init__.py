"""Neighbours who help each other: the board, what one writes on it, and who is a pair."""
