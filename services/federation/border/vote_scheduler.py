"""Advances every live vote twice a second, and whenever a peer brought news. One process at a time."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.observe.logs import logger, traceback_lines
from libs.refusals import Refusal
from services.federation.border.board_recovery import BoardRecovery
from services.federation.border.peer_events import PeerEvents
from services.federation.border.vote_protocol import VoteProtocol
from services.federation.storage import boards, evidence_documents, votes
from services.federation.storage.votes import Vote

LOG = logger("federation")
INTERVAL_SECONDS = 0.5
MIN_PAUSE_SECONDS = 0.05
RECOVERY_SECONDS = 2.0
"""During a recovery, all peers are called this often."""
ENDED_SECONDS = 15.0
"""A vote that has ended is checked this often: an objection, proof of misconduct or a settlement may still come."""
CALLER = callers.job("drive_votes")


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
        self._checked_at: dict[str, float] = {}
        self._document_digests: dict[str, bytes] = {}

    async def run(self) -> None:
        """Runs until cancelled. A vote that fails does not stop the others."""
        while True:
            try:
                if not self._recovery.is_active:
                    await self._run_round()
                else:
                    self._peer_events.notify()
                    await asyncio.sleep(RECOVERY_SECONDS)
            except Exception as error:  # noqa: BLE001 - the next round is tried whatever happened in this one
                LOG.error("driver_round_failed", error=type(error).__name__, where=traceback_lines(error))
            await asyncio.sleep(MIN_PAUSE_SECONDS)
            await self._peer_events.wait_for_news(INTERVAL_SECONDS)

    async def _run_round(self) -> None:
        await self._protocol.prepare_drafts()
        async with self._query_work() as work:
            live = await votes.list_live(work)
            changed_votes = set(await boards.list_unsigned(work, self._us))
            changed_votes |= self._votes_with_new_documents(await evidence_documents.digests(work, [vote.id for vote in live]))
        for vote in live:
            if vote.id in changed_votes or not self._is_resting(vote):
                await self._advance(vote, is_changed=vote.id in changed_votes)

    def _is_resting(self, vote: Vote) -> bool:
        """Whether the vote has ended and was checked a moment ago."""
        return bool(vote.published_state) and time.monotonic() - self._checked_at.get(vote.id, 0.0) < ENDED_SECONDS

    async def _advance(self, vote: Vote, *, is_changed: bool) -> None:
        self._checked_at[vote.id] = time.monotonic()
        try:
            has_news = await self._protocol.advance(vote)
        except Refusal as refusal:
            LOG.info("vote_waits", vote=vote.id, reason=refusal.reason)
        except Exception as error:  # noqa: BLE001 - as above
            LOG.error("vote_failed", vote=vote.id, error=type(error).__name__, where=traceback_lines(error))
        else:
            if has_news or is_changed:
                self._peer_events.notify()

    def _votes_with_new_documents(self, digests: dict[str, bytes]) -> set[str]:
        """Votes that got a document since the last round: our members object or settle, or a peer brought one that others want too."""
        changed = {vote for vote, digest in digests.items() if self._document_digests.get(vote, digest) != digest}
        self._document_digests = digests
        return changed

    def _query_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.query_work(CALLER, self._clock.now())
