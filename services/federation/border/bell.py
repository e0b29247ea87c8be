"""Who rings for whom: something waits for a peer, or a peer was heard. One for each process; the sender sleeps on it."""

import asyncio
import time
from collections import defaultdict


class Bell:
    """`nudge`: something waits. `heard`: the peer called, so it is there again."""

    def __init__(self) -> None:
        self._wanted: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._heard: set[str] = set()
        self._failed: dict[str, float] = {}
        self.anybody = asyncio.Event()
        """Set by every nudge for all: peers nobody waits on yet may be among them."""

    def nudge(self, peer: str | None = None) -> None:
        """Something waits for this peer; None = for any of them."""
        self.anybody.set()
        for event in [self._wanted[peer]] if peer else list(self._wanted.values()):
            event.set()

    def heard(self, peer: str) -> None:
        """It called us: what kept us from calling it is over."""
        self._heard.add(peer)
        self._wanted[peer].set()

    def failed(self, peer: str) -> None:
        """We called it, and it was not there."""
        self._failed[peer] = time.monotonic()

    def failed_since(self, peer: str, moment: float) -> bool:
        """Whether a call failed after this moment of `time.monotonic`, which nobody can set."""
        return self._failed.get(peer, moment) > moment

    def was_heard(self, peer: str) -> bool:
        """Whether it called since this was asked last."""
        found = peer in self._heard
        self._heard.discard(peer)
        return found

    async def wait(self, peer: str, seconds: float) -> None:
        """Until somebody rings for it, or so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._wanted[peer].wait()
        except TimeoutError:
            return
        finally:
            self._wanted[peer].clear()

    def forget(self, peer: str) -> None:
        self._wanted.pop(peer, None)
        self._heard.discard(peer)
