"""Decides when votes advance: at once when a commit changed something, at the moments that their terms name, and now and then regardless.

One process at a time.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.database.wakeups import wait_for_event
from libs.observe.logs import logger, traceback_lines
from libs.refusals import Refusal
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.peer_events import PeerEvents
from services.federation.border.vote_protocol import VoteProtocol
from services.federation.storage import boards, evidence_documents, votes, wakeup_topics
from services.federation.storage.votes import Vote

LOG = logger("federation")
SAFETY_NET_SECONDS = 30.0
"""How often votes are looked at without a wake-up."""
RETRY_SECONDS, MAX_RETRY_SECONDS = 0.5, 4.0
"""After a round in which something could not be done, as when governance is away: doubles each time."""
PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.05, 0.5
PAUSE_PER_SECOND = 2.0
"""Between two rounds, longer for each second that the last one took: many changes at once are one round."""
DOUBTFUL_CLOCK_SECONDS = 5.0
RECOVERY_SECONDS = 2.0
"""During a recovery, all peers are called this often."""
ENDED_SECONDS = 15.0
"""A vote that has ended is checked so long after its last check if anything changed since: an objection, proof of misconduct or a
settlement may still come.
"""
ENDED_SAFETY_NET_SECONDS = 600.0
CALLER = callers.job("advance_votes")

Result = TypeVar("Result")


class VoteScheduler:
    """Decides which votes `VoteProtocol` advances now, and tells peers when there is something new for them."""

    def __init__(
        self, us: str, database: Database, clock: Clock, recovery: BoardRecovery, protocol: VoteProtocol, peer_events: PeerEvents
    ) -> None:
        self._us = us
        self._database = database
        self._clock = clock
        self._recovery = recovery
        self._protocol = protocol
        self._peer_events = peer_events
        self._woken_at = 0.0
        self._checked_at: dict[str, float] = {}
        self._document_digests: dict[str, bytes] = {}
        self._has_failed = False

    async def run(self) -> None:
        """Runs until cancelled. A vote that fails does not stop the others."""
        retry = RETRY_SECONDS
        with self._database.wakeups.subscribed(wakeup_topics.VOTES, wakeup_topics.PEERS) as changed:
            while True:
                changed.clear()
                began, self._has_failed = time.monotonic(), False
                seconds = await self._run_round()
                if self._has_failed:
                    seconds, retry = min(seconds, retry), min(2 * retry, MAX_RETRY_SECONDS)
                pause = min(PAUSE_SECONDS + PAUSE_PER_SECOND * (time.monotonic() - began), MAX_PAUSE_SECONDS)
                await asyncio.sleep(pause)
                if await wait_for_event(changed, seconds - pause):
                    self._woken_at, retry = time.monotonic(), RETRY_SECONDS

    async def _run_round(self) -> float:
        """Returns for how many seconds there is nothing to do unless something changes."""
        if self._recovery.is_active:
            self._peer_events.notify()
            return RECOVERY_SECONDS
        if reason := self._clock.doubt():
            # Nothing closes, opens or is signed by a clock that may be wrong.
            LOG.error("clock_in_doubt", reason=reason)
            return DOUBTFUL_CLOCK_SECONDS
        await self._attempt("drafts", self._protocol.prepare_drafts())
        live, changed_votes = await self._attempt("live", self._load_live()) or ([], set())
        due_in = SAFETY_NET_SECONDS
        for vote in live:
            is_changed, rest = vote.id in changed_votes, self._seconds_of_rest(vote)
            if rest > 0 and not is_changed:
                due_in = min(due_in, rest)
                continue
            self._checked_at[vote.id] = time.monotonic()
            progress = await self._attempt(vote.id, self._protocol.advance(vote))
            if progress is not None:
                due_in = min(due_in, progress.due_in)
                if progress.has_news or is_changed:
                    self._peer_events.notify()
        return due_in

    async def _load_live(self) -> tuple[list[Vote], set[str]]:
        """All live votes, and which of them others want to hear of: our own board grew, or there is another document."""
        async with self._query_work() as work:
            live = await votes.list_live(work)
            changed_votes = set(await boards.list_unsigned(work, self._us))
            digests = await evidence_documents.digests(work, [vote.id for vote in live])
        changed_votes |= {vote for vote, digest in digests.items() if self._document_digests.get(vote, digest) != digest}
        self._document_digests = digests
        return live, changed_votes

    async def _attempt(self, what: str, step: Awaitable[Result]) -> Result | None:
        """The result; None when the step failed, and is tried again."""
        try:
            return await step
        except Refusal as refusal:
            LOG.info("vote_waits", vote=what, reason=refusal.reason)
        except Exception as error:  # noqa: BLE001 - other votes advance whatever happened to this one
            LOG.error("vote_failed", vote=what, error=type(error).__name__, where=traceback_lines(error))
        self._has_failed = True
        return None

    def _seconds_of_rest(self, vote: Vote) -> float:
        """For how long a vote that has ended need not be checked again."""
        if not vote.published_state or vote.id not in self._checked_at:
            return 0.0
        checked_at = self._checked_at[vote.id]
        pause = ENDED_SECONDS if self._woken_at >= checked_at else ENDED_SAFETY_NET_SECONDS
        return checked_at + pause - time.monotonic()

    def _query_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.query_work(CALLER, self._clock.now())
