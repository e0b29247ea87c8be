"""Who rings for whom: something waits for a peer, or a peer was heard. One for each process; the sender sleeps on it."""

import asyncio
import time
from collections import defaultdict


class Bell:
    """`nudge`: something waits. `heard`: the peer called, so it is there again.

    The two are not the same bell: who was called has said and heard everything in its answer. If it called back for that, and the other for
    this, two idle co-ops would call each other for ever.
    """

    def __init__(self) -> None:
        self._wanted: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._there: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._failed: dict[str, float] = {}
        self.anybody = asyncio.Event()
        """Set by every nudge: peers nobody waits on yet may be among them."""
        self.news = asyncio.Event()
        """Set when a peer brought something: what it asks of us is looked at now, not at the next round."""

    def nudge(self, peer: str | None = None, *, but: str = "") -> None:
        """Something waits for this peer; None = for any of them, `but` for the one that it came from."""
        self.anybody.set()
        for one in [peer] if peer else [one for one in self._wanted if one != but]:
            self._wanted[one].set()

    def heard(self, peer: str) -> None:
        """It called us: what kept us from calling it is over."""
        self._there[peer].set()

    def failed(self, peer: str) -> None:
        """We called it, and it was not there."""
        self._failed[peer] = time.monotonic()

    def failed_since(self, peer: str, moment: float) -> bool:
        """Whether a call failed after this moment of `time.monotonic`, which nobody can set."""
        return self._failed.get(peer, moment) > moment

    def calling(self, peer: str) -> None:
        """It is called now: what it is wanted for, and that it was heard before, is taken up with that."""
        self._wanted[peer].clear()
        self._there[peer].clear()

    async def until_wanted(self, peer: str, seconds: float) -> None:
        """Until something waits for it, or so long."""
        await _within(self._wanted[peer], seconds)

    async def until_there(self, peer: str, seconds: float) -> bool:
        """Whether it called within so long."""
        return await _within(self._there[peer], seconds)

    async def until_news(self, seconds: float) -> None:
        """Until a peer brought something, or so long."""
        await _within(self.news, seconds)
        self.news.clear()

    def forget(self, peer: str) -> None:
        self._wanted.pop(peer, None)
        self._there.pop(peer, None)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
