"""Compares our own clock with those of active peers at every contact, and with the machine's monotonic clock."""

from datetime import timedelta

from libs.clock import Clock
from libs.database.engine import UnitOfWork
from libs.observe.logs import logger
from libs.observe.metrics import PEER_CLOCK_OFFSET
from services.federation.storage import peers, wakeup_topics

LOG = logger("federation")
MAX_SKEW_SECONDS = 30
CONTACT_WITHIN = timedelta(minutes=10)


class ClockSkewMonitor:
    """Knows whether our clock can be trusted. `is_doubtful` is checked before anything is dated and signed as a witness."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._differs = False

    @property
    def is_doubtful(self) -> bool:
        """Whether the clock differs from two active peers heard within ten minutes (one, when there is only one), or is doubtful itself.

        It differs from 30 seconds on.
        """
        return self._differs or bool(self._clock.doubt())

    async def update(self, work: UnitOfWork) -> None:
        """Compares the clock again with what is stored of all peers. Called after every contact."""
        active = await peers.list_active(work)
        recent = [peer for peer in active if peer.heard_at is not None and work.now - peer.heard_at <= CONTACT_WITHIN]
        for peer in recent:
            PEER_CLOCK_OFFSET.labels(peer.id).set(peer.clock_off)
        skewed = [peer for peer in recent if abs(peer.clock_off) > MAX_SKEW_SECONDS]
        differs = len(skewed) >= min(2, len(active)) > 0
        agree = not skewed and len(recent) >= min(2, len(active)) > 0
        self._clock.compare_with_peers(agree=False if differs else True if agree else None)
        if differs and not self._differs:
            LOG.error("clock_doubtful", peers=[peer.id for peer in skewed], seconds=[peer.clock_off for peer in skewed])
        if differs != self._differs:
            work.wakes.add(wakeup_topics.VOTES)
        self._differs = differs
