"""Signals between the parts of one process: a peer has something waiting, is reachable again, was heard or could not be called.

What changes in the database wakes by its commit instead (`storage/topics.py`).
"""

import asyncio
import time
from collections import defaultdict

from libs.database.wakeups import Wakeups, wait_for_event
from services.federation.storage import wakeup_topics


class PeerEvents:
    """`notify`: something waits for a peer. `mark_reachable`: the peer called us, so a failed call can be retried now.

    The two signals are separate: a call already exchanges everything in both directions. If the called side called back, two idle co-ops
    would call each other for ever.
    """

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups
        self._wanted: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._reachable: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._failed_at: dict[str, float] = {}
        self.contact_awaited = False
        """A vote waits to hear from a peer, or to learn that it is away: the next contact or failed call wakes it."""

    def notify(self, peer: str | None = None, *, excluding: str = "") -> None:
        """Something waits for this peer; None = for all, except the one that it came from."""
        for wanted in [peer] if peer else [known for known in self._wanted if known != excluding]:
            self._wanted[wanted].set()

    def mark_reachable(self, peer: str) -> None:
        """The peer called us, so back-off can end."""
        self._reachable[peer].set()

    def record_contact(self) -> None:
        """A peer was heard."""
        if self.contact_awaited:
            self.contact_awaited = False
            self._wakeups.wake(wakeup_topics.VOTES)

    def record_failure(self, peer: str) -> None:
        """A call to the peer failed."""
        self._failed_at[peer] = time.monotonic()
        self.record_contact()

    def failed_since(self, peer: str, moment: float) -> bool:
        """Whether a call failed after this moment of `time.monotonic`, which nobody can set."""
        return self._failed_at.get(peer, moment) > moment

    def begin_call(self, peer: str) -> None:
        """The call that begins now serves all signals so far, so they are cleared."""
        self._wanted[peer].clear()
        self._reachable[peer].clear()

    async def wait_until_wanted(self, peer: str, seconds: float) -> None:
        """Waits until something waits for the peer, at most so long."""
        await wait_for_event(self._wanted[peer], seconds)

    async def wait_until_reachable(self, peer: str, seconds: float) -> bool:
        """Waits until the peer calls us, at most so long. Returns whether it did."""
        return await wait_for_event(self._reachable[peer], seconds)

    def forget(self, peer: str) -> None:
        self._wanted.pop(peer, None)
        self._reachable.pop(peer, None)
