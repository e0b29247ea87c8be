"""Calls every reachable peer: when there is something for it, every 30 seconds, and after failures with growing back-off. A co-op without
an inbound port calls again soon while there is news.

Each peer has its own task and exchange, so that one that is down, slow or hostile does not delay the others.
"""

import asyncio
import random

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.observe.logs import logger, traceback_lines
from libs.observe.metrics import PEER_EXCHANGES
from libs.refusals import Refusal
from services.federation.border.peer_channel import PeerCallError
from services.federation.border.peer_events import PeerEvents
from services.federation.border.peer_exchanger import PeerExchanger
from services.federation.queries.list_peers_to_call import list_peers_to_call
from services.federation.storage import peers

LOG = logger("federation")
IDLE_SECONDS = 30.0
BUSY_SECONDS = 0.5
"""After a call that brought news, when peers cannot call us: doubles each time, up to `IDLE_SECONDS`."""
MIN_PAUSE_SECONDS = 0.2
POLL_SECONDS = 2.0
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

    def notify(self, peer: str | None = None) -> None:
        """There is something for this peer, or for all of them."""
        self._peer_events.notify(peer)

    async def run(self) -> None:
        tasks: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self._peer_events.any_wanted.clear()
                current = await self._list_peers_to_call(set(tasks))
                for peer in current - set(tasks):
                    tasks[peer] = asyncio.create_task(self._call_repeatedly(peer), name=f"peer-{peer}")
                for peer in set(tasks) - current:
                    await _cancel_and_wait(tasks.pop(peer))
                    await self._exchanger.disconnect(peer)
                    self._peer_events.forget(peer)
                await _wait_for_event(self._peer_events.any_wanted, POLL_SECONDS)
        finally:
            await _cancel_and_wait(*tasks.values())
            await self._exchanger.disconnect()

    async def _list_peers_to_call(self, current: set[str]) -> set[str]:
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
                if await self._wait_or_until_reachable(peer, back_off * random.uniform(0.75, 1.25)):  # noqa: S311 - spreads calls, guards nothing
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

    async def _wait_or_until_reachable(self, peer: str, seconds: float) -> bool:
        """Waits, at most so long, until the peer calls us, here or at another process. Returns whether it did. New messages do not cut it
        short.
        """
        loop, since = asyncio.get_running_loop(), self._clock.now()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            if await self._peer_events.wait_until_reachable(peer, min(left, POLL_SECONDS)):
                return True
            try:
                async with self._database.query_work(callers.job("sender"), self._clock.now()) as work:
                    stored_peer = await peers.get(work, peer)
            except Refusal:
                continue
            if stored_peer is not None and stored_peer.heard_at is not None and stored_peer.heard_at > since:
                return True
        return False


async def _cancel_and_wait(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _wait_for_event(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
