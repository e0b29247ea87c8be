"""Ids made in Python. Apart from the engine, so that a client that only makes calls does not load a database driver."""

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A UUIDv7: ordered by time, so that indexes stay small. Never use it for anything that must not be guessable."""
    return uuid_utils.compat.uuid7()
