"""Catches up with the services that a roll depends on, before it is frozen."""

import asyncio

from libs.host.component import Runtime

_SOURCES = ("identity", "membership")
"""Which entries are of one person, and who is a member."""


async def catch_up_for_roll(runtime: Runtime) -> dict[str, int]:
    """Source -> the last event that it had published when asked; all up to it are in our own tables.

    Raises Unavailable SOURCE_AWAY when one of them cannot be asked, or not followed in time.
    """
    numbers = await asyncio.gather(*(runtime.consumers[source].catch_up() for source in _SOURCES))
    return dict(zip(_SOURCES, numbers, strict=True))
