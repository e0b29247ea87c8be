"""Asks between co-ops: what a person asks, what others ask that a member fits, and whom the Link puts in touch."""
