"""Calls every reachable peer: when there is something for it, every 30 seconds, and after failures with growing back-off. A co-op without
an inbound port calls again soon while there is news.

Each peer has its own task and exchange, so that one that is down, slow or hostile does not delay the others.
"""

import asyncio
import random

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.database.wakeups import wait_for_event
from libs.observe.logs import logger, traceback_lines
from libs.observe.metrics import PEER_EXCHANGES
from libs.refusals import Refusal
from services.federation.border.peer_channel import PeerCallError
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.queries.list_peers_to_call import PeerToCall, list_peers_to_call
from services.federation.storage import peers, wakeup_topics

LOG = logger("federation")
IDLE_SECONDS = 30.0
BUSY_SECONDS = 0.5
"""After a call that brought news, when peers cannot call us: doubles each time, up to `IDLE_SECONDS`."""
MIN_PAUSE_SECONDS = 0.2
SAFETY_NET_SECONDS = 60.0
"""How often the peers are listed without a wake-up."""
EXCHANGE_SECONDS = 120.0
BACK_OFF_FIRST = 5.0
BACK_OFF_MAX = 15 * 60.0
BACK_OFF_ALIVE = 60.0
"""For a peer that answers but does not accept us yet: its members may be about to decide."""


class PeerCallScheduler:
    """Runs in the leader process, until `run` is cancelled."""

    def __init__(self, database: Database, clock: Clock, exchanger: PeerExchanger, peer_events: PeerEvents) -> None:
        self._database = database
        self._clock = clock
        self._exchanger = exchanger
        self._peer_events = peer_events

    async def run(self) -> None:
        tasks: dict[str, asyncio.Task[None]] = {}
        current: dict[str, PeerToCall] = {}
        try:
            with self._database.wakeups.subscribed(wakeup_topics.PEERS) as changed:
                while True:
                    changed.clear()
                    before, current = current, await self._list_peers_to_call(current)
                    for peer in current.keys() - tasks.keys():
                        tasks[peer] = asyncio.create_task(self._call_repeatedly(peer), name=f"peer-{peer}")
                    for peer in tasks.keys() - current.keys():
                        await _cancel_and_wait(tasks.pop(peer))
                        await self._exchanger.disconnect(peer)
                        self._peer_events.forget(peer)
                    for peer in current.keys() & before.keys():
                        self._signal_changes(peer, before[peer], current[peer])
                    await wait_for_event(changed, SAFETY_NET_SECONDS)
        finally:
            await _cancel_and_wait(*tasks.values())
            await self._exchanger.disconnect()

    def _signal_changes(self, peer: str, before: PeerToCall, now: PeerToCall) -> None:
        if now != before:
            # People here changed the peering, or the peer called another process: it is worth a call, whatever failed before.
            self._peer_events.mark_reachable(peer)
        if now.peering != before.peering:
            self._peer_events.notify(peer)

    async def _list_peers_to_call(self, current: dict[str, PeerToCall]) -> dict[str, PeerToCall]:
        """The peers to call; the current ones while our own database is unavailable."""
        try:
            async with self._database.query_work(callers.job("sender"), self._clock.now()) as work:
                return await list_peers_to_call(work)
        except Refusal:
            return current

    async def _call_repeatedly(self, peer: str) -> None:
        back_off, pause = 0.0, IDLE_SECONDS
        while True:
            call_error, has_more = await self._call(peer)
            if call_error is None:
                back_off = 0.0
                pause = BUSY_SECONDS if has_more else min(pause * 2, IDLE_SECONDS)
                await asyncio.sleep(MIN_PAUSE_SECONDS)
                await self._peer_events.wait_until_wanted(peer, pause)
            else:
                longest = BACK_OFF_ALIVE if call_error.alive else BACK_OFF_MAX
                back_off = min(max(BACK_OFF_FIRST, back_off * 2), longest)
                seconds = back_off * random.uniform(0.75, 1.25)  # noqa: S311 - spreads calls, guards nothing
                # New messages do not cut it short.
                if await self._peer_events.wait_until_reachable(peer, seconds):
                    back_off = 0.0

    async def _call(self, peer: str) -> tuple[PeerCallError | None, bool]:
        """Returns the error, if the call failed, and whether more news is expected soon."""
        call_error: PeerCallError | None = None
        has_more = False
        self._peer_events.begin_call(peer)
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                has_more = await self._exchanger.call(peer)
        except PeerCallError as error:
            call_error = error
        except TimeoutError:
            call_error = PeerCallError("TOOK_TOO_LONG")
        except Refusal as refusal:
            call_error = PeerCallError(refusal.reason)
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are called and this one is tried again
            LOG.error("exchange_failed", peer=peer, error=type(error).__name__, where=traceback_lines(error))
            call_error = PeerCallError("BROKEN_HERE")
        PEER_EXCHANGES.labels(peer, call_error.reason if call_error else "OK").inc()
        if call_error:
            self._peer_events.record_failure(peer)
            await self._record_failure(peer, call_error.reason)
        return call_error, has_more

    async def _record_failure(self, peer: str, reason: str) -> None:
        try:
            async with self._database.work(callers.job("sender"), self._clock.now(), "job:sender") as work:
                await peers.record_failure(work, peer, reason)
        except Refusal as refusal:
            LOG.warning("failure_not_noted", peer=peer, reason=refusal.reason)


async def _cancel_and_wait(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
