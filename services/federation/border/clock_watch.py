"""Whether our own clock can be believed: it is held against those of active peers at every contact, and against the machine's own count."""

from datetime import timedelta

from libs.clock import Clock
from libs.database.engine import Work
from libs.observe.logs import logger
from libs.observe.metrics import PEER_CLOCK_OFF
from services.federation.storage import peers

LOG = logger("federation")
MOST_SECONDS = 30
HEARD_WITHIN = timedelta(minutes=10)


class ClockWatch:
    """`doubtful` is asked before anything is dated and signed as a witness."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._differs = False

    @property
    def doubtful(self) -> bool:
        """30 seconds off against two active peers heard within ten minutes (one, where there is but one); or the clock was set."""
        return self._differs or bool(self._clock.jumped())

    async def look(self, work: Work) -> None:
        """After a contact: once more over what is kept of all peers."""
        active = await peers.active(work)
        heard = [one for one in active if one.heard_at is not None and work.now - one.heard_at <= HEARD_WITHIN]
        for one in heard:
            PEER_CLOCK_OFF.labels(one.id).set(one.clock_off)
        off = [one for one in heard if abs(one.clock_off) > MOST_SECONDS]
        differs = len(off) >= min(2, len(active)) > 0
        if differs and not self._differs:
            LOG.error("clock_doubtful", peers=[one.id for one in off], seconds=[one.clock_off for one in off])
        self._differs = differs
