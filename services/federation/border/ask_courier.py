"""Has matching count who fits the asks of peers, and calls peers when there is something about asks to send.

Matching is called as this service (ADR 33): the answer is a number in steps, and no other service may ask for it (ADR 63).
"""

from collections.abc import Callable

from kith.matching.v1 import asks_pb2 as pb
from kith.matching.v1.asks_pb2_grpc import AskServiceStub
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.database.wakeups import wait_for_event
from libs.observe.logs import logger, traceback_lines
from libs.refusals import Refusal
from libs.rpc.client import call_service
from services.federation.border.peer_events import PeerEvents
from services.federation.commands.send_ask_count import send_ask_count
from services.federation.storage import asks, wakeup_topics
from services.federation.storage.asks import PeerAsk

LOG = logger("federation")
SAFETY_NET_SECONDS = 30.0
RETRY_SECONDS, MAX_RETRY_SECONDS = 0.5, 30.0
"""While matching is away: doubles each time."""
CALLER = callers.job("count_asks")


class AskCourier:
    """One process at a time. `run` goes on until cancelled; an ask that cannot be counted now waits, and stops no other."""

    def __init__(
        self, database: Database, clock: Clock, matching: AskServiceStub, matching_token: Callable[[], str], peer_events: PeerEvents
    ) -> None:
        self._database = database
        self._clock = clock
        self._matching = matching
        self._matching_token = matching_token
        self._peer_events = peer_events

    async def run(self) -> None:
        pause, retry = 0.0, RETRY_SECONDS
        with self._database.wakeups.subscribed(wakeup_topics.ASKS) as changed:
            while True:
                is_woken = await wait_for_event(changed, pause)
                changed.clear()
                has_counted, has_failed = await self._count_waiting()
                if is_woken or has_counted:
                    self._peer_events.notify()
                pause = retry if has_failed else SAFETY_NET_SECONDS
                retry = min(2 * retry, MAX_RETRY_SECONDS) if has_failed else RETRY_SECONDS

    async def _count_waiting(self) -> tuple[bool, bool]:
        """Whether any was counted, and whether any could not be."""
        has_counted = has_failed = False
        try:
            async with self._database.query_work(CALLER, self._clock.now()) as work:
                waiting = await asks.list_uncounted(work)
            for received in waiting:
                if await self._count(received):
                    has_counted = True
                else:
                    has_failed = True
        except Refusal as refusal:
            LOG.info("asks_wait", reason=refusal.reason)
            return has_counted, True
        return has_counted, has_failed

    async def _count(self, received: PeerAsk) -> bool:
        ask = received.ask
        request = pb.TakeAskRequest(
            co_op=received.peer,
            ask_id=ask.id,
            skills=ask.skills,
            languages=ask.languages,
            blocks=ask.blocks,
            area=pb.AskArea(north=ask.area.north, east=ask.area.east),
        )
        request.until.FromSeconds(ask.until)
        try:
            told = await call_service(self._matching.TakeAsk, request, self._matching_token())
            async with self._database.work(CALLER, self._clock.now(), "count_asks") as work:
                await send_ask_count(work, received, told.at_least)
        except Refusal as refusal:
            LOG.info("ask_waits", reason=refusal.reason)
            return False
        except Exception as error:  # noqa: BLE001 - other asks are counted whatever happened to this one
            LOG.error("ask_failed", error=type(error).__name__, where=traceback_lines(error))
            return False
        return True
