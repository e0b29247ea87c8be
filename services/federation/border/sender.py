"""Calls every peer that can be called: when something waits, every 30 seconds, and after a failure later and later. A co-op that nobody
can call asks again soon while there is news.

One task and one conversation for each peer, so that one that is down, slow or hostile keeps nobody else waiting.
"""

import asyncio
import random

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from libs.observe.logs import logger, whereabouts
from libs.observe.metrics import PEER_EXCHANGES
from libs.refusals import Refusal
from services.federation.border.bell import Bell
from services.federation.border.calling import PeerAwayError
from services.federation.border.exchange import Exchanger
from services.federation.queries.peers_to_call import peers_to_call
from services.federation.storage import peers

LOG = logger("federation")
EVERY_SECONDS = 30.0
SOON_SECONDS = 0.5
"""After a call that brought us something, where nobody can call us: then twice as long each time, up to every 30 seconds."""
LEAST_SECONDS = 0.2
LOOK_SECONDS = 2.0
CONVERSATION_SECONDS = 120.0
BACK_OFF_FIRST = 5.0
BACK_OFF_MOST = 15 * 60.0
BACK_OFF_ALIVE = 60.0
"""For one that answers and will not have us yet: its people may be about to decide."""


class Sender:
    """Led by one process. `run` until cancelled."""

    def __init__(self, database: Database, clock: Clock, exchanger: Exchanger, bell: Bell) -> None:
        self._database = database
        self._clock = clock
        self._exchanger = exchanger
        self._bell = bell

    def nudge(self, peer: str | None = None) -> None:
        """Something waits for this peer, or for any of them."""
        self._bell.nudge(peer)

    async def run(self) -> None:
        tasks: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self._bell.anybody.clear()
                wanted = await self._wanted(set(tasks))
                for peer in wanted - set(tasks):
                    tasks[peer] = asyncio.create_task(self._keep_calling(peer), name=f"peer-{peer}")
                for peer in set(tasks) - wanted:
                    await _ended(tasks.pop(peer))
                    await self._exchanger.hang_up(peer)
                    self._bell.forget(peer)
                await _until(self._bell.anybody, LOOK_SECONDS)
        finally:
            await _ended(*tasks.values())
            await self._exchanger.hang_up()

    async def _wanted(self, now: set[str]) -> set[str]:
        """Who is to be called; as before while our own database is away."""
        try:
            async with self._database.reading(callers.job("sender"), self._clock.now()) as work:
                return await peers_to_call(work)
        except Refusal:
            return now

    async def _keep_calling(self, peer: str) -> None:
        back_off, pause = 0.0, EVERY_SECONDS
        while True:
            failed, more = await self._call(peer)
            if failed is None:
                back_off = 0.0
                pause = SOON_SECONDS if more else min(pause * 2, EVERY_SECONDS)
                await asyncio.sleep(LEAST_SECONDS)
                await self._bell.until_wanted(peer, pause)
            else:
                most = BACK_OFF_ALIVE if failed.alive else BACK_OFF_MOST
                back_off = min(max(BACK_OFF_FIRST, back_off * 2), most)
                if await self._pause(peer, back_off * random.uniform(0.75, 1.25)):  # noqa: S311 - spreads calls, guards nothing
                    back_off = 0.0

    async def _call(self, peer: str) -> tuple[PeerAwayError | None, bool]:
        """Why it failed, and whether more is to be expected soon."""
        failed: PeerAwayError | None = None
        more = False
        self._bell.calling(peer)
        try:
            async with asyncio.timeout(CONVERSATION_SECONDS):
                more = await self._exchanger.call(peer)
        except PeerAwayError as error:
            failed = error
        except TimeoutError:
            failed = PeerAwayError("TOOK_TOO_LONG")
        except Refusal as refusal:
            failed = PeerAwayError(refusal.reason)
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are called and this one is tried again
            LOG.error("exchange_failed", peer=peer, error=type(error).__name__, where=whereabouts(error))
            failed = PeerAwayError("BROKEN_HERE")
        PEER_EXCHANGES.labels(peer, failed.reason if failed else "OK").inc()
        if failed:
            self._bell.failed(peer)
            await self._note(peer, failed.reason)
        return failed, more

    async def _note(self, peer: str, reason: str) -> None:
        try:
            async with self._database.work(callers.job("sender"), self._clock.now(), "job:sender") as work:
                await peers.failing(work, peer, reason)
        except Refusal as refusal:
            LOG.warning("failure_not_noted", peer=peer, reason=refusal.reason)

    async def _pause(self, peer: str, seconds: float) -> bool:
        """Until the time is over, or the peer called us, here or at another process: then True. What waits does not cut it short."""
        loop, since = asyncio.get_running_loop(), self._clock.now()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            if await self._bell.until_there(peer, min(left, LOOK_SECONDS)):
                return True
            try:
                async with self._database.reading(callers.job("sender"), self._clock.now()) as work:
                    found = await peers.one(work, peer)
            except Refusal:
                continue
            if found is not None and found.heard_at is not None and found.heard_at > since:
                return True
        return False


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
