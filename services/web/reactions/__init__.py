"""Reactions to other services' events, which become news."""
