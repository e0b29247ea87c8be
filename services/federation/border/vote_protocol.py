"""The protocol of a federated vote: collects keys, composes terms, then does what the evidence and the clock ask of this co-op."""

import asyncio
import hashlib
import json
import math
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs import callers
from libs.boards.board_count import BoardCount, count_board
from libs.boards.vote_state import VoteEvidence, VoteState, VoteStatus, vote_status
from libs.boards.vote_terms import read_terms
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.observe.logs import logger
from libs.rpc.client import call_service
from services.federation.border.board_sync import BoardSync
from services.federation.border.peer_events import PeerEvents
from services.federation.commands.join_as_observer import join_as_observer
from services.federation.commands.post_due_entries import post_due_entries
from services.federation.commands.publish_state import publish_state
from services.federation.commands.record_misconduct import record_misconduct
from services.federation.commands.request_vote_keys import request_vote_keys
from services.federation.commands.send_vote_keys import send_vote_keys
from services.federation.commands.send_vote_terms import send_vote_terms
from services.federation.commands.sign_outcome import sign_outcome
from services.federation.domain import own_board_rules
from services.federation.domain.published_state import state_to_publish
from services.federation.storage import boards, events_out, peers, votes
from services.federation.storage.board_cache import BoardCache
from services.federation.storage.local_identity import LocalIdentity
from services.federation.storage.votes import Draft, Vote

LOG = logger("federation")
SILENT_SECONDS = 90.0
"""A peer that only calls us, and did not for so long after T, counts as unreachable."""
ARCHIVE_AFTER_SECONDS = 30 * 86_400
CALLER = callers.job("advance_votes")


@dataclass(frozen=True)
class VoteProgress:
    """What came of advancing a vote: something new for other co-ops, and in how many seconds the clock next asks for something."""

    has_news: bool
    due_in: float


class VoteProtocol:
    """The steps of a vote for one co-op. Governance composes terms and counts; the rest happens here."""

    def __init__(
        self,
        local_identity: LocalIdentity,
        database: Database,
        clock: Clock,
        board_cache: BoardCache,
        board_sync: BoardSync,
        governance: VoteServiceStub,
        governance_token: Callable[[], str],
        peer_events: PeerEvents,
    ) -> None:
        self._local_identity = local_identity
        self._us = local_identity.co_op
        self._database = database
        self._clock = clock
        self._board_cache = board_cache
        self._governance_token = governance_token
        self._board_sync = board_sync
        self._governance = governance
        self._peer_events = peer_events
        self._concluded_at: dict[str, float] = {}
        """When this process saw that the clock is past T, by vote; `time.monotonic`."""
        self._searched: dict[str, tuple[object, ...]] = {}
        """The evidence of each vote that was last searched for misconduct."""

    # --- before there are terms

    async def prepare_drafts(self) -> None:
        """Requests and sends vote keys, and composes the terms of each draft whose keys have all come."""
        async with self._query_work() as work:
            drafts, unanswered = await votes.list_drafts(work), await votes.list_unanswered_key_requests(work)
        for draft in drafts:
            await self._prepare_draft(draft)
        if unanswered:
            response = await call_service(self._governance.CountClasses, pb.CountClassesRequest(), self._governance_token())
            classes = [(count.member_class, count.people) for count in response.classes]
            for draft_id, convener, party in unanswered:
                async with self._work() as work:
                    await send_vote_keys(work, self._us, draft_id, convener, party, classes)
            self._peer_events.notify()

    async def _prepare_draft(self, draft: Draft) -> None:
        if not draft.keys_requested:
            async with self._work() as work:
                are_requested = await request_vote_keys(work, self._local_identity, draft)
            if are_requested:
                self._peer_events.notify()
            return
        async with self._query_work() as work:
            parties = await votes.list_parties(work, draft.id)
        if set(parties) != {*draft.participants, *draft.observers, self._us}:
            return
        request = pb.ComposeTermsRequest(
            draft_id=draft.id, parties=[_party_keys_message(party, classes) for party, classes in parties.values()]
        )
        response = await call_service(self._governance.ComposeTerms, request, self._governance_token())
        terms = read_terms(response.terms)
        async with self._work() as work:
            await send_vote_terms(work, terms, self._us)
        self._peer_events.notify()

    # --- one vote

    async def advance(self, vote: Vote) -> VoteProgress:
        """Does everything that is due now."""
        if not vote.handed_over:
            await self._hand_over(vote)
        now = self._now()
        has_cosigned = await self._board_sync.cosign(vote)
        async with self._query_work() as work:
            evidence = await self._board_cache.load_evidence(work, vote)
        status = vote_status(evidence, now)
        has_posted = await self._post_due_entries(vote, evidence, now)
        due_in = self._seconds_until_due(vote, evidence, now)
        if await self._search_misconduct(vote, evidence, now):
            # The evidence read above does not contain it yet, and a co-op that knows of misconduct signs nothing.
            return VoteProgress(has_news=True, due_in=due_in)
        has_signed = await self._sign_outcome(vote, evidence, status, now)
        await self._publish(vote, evidence, status, now)
        return VoteProgress(has_news=has_cosigned or has_posted or has_signed, due_in=due_in)

    def _seconds_until_due(self, vote: Vote, evidence: VoteEvidence, now: int) -> float:
        """For how long only new evidence can ask for something."""
        moment = own_board_rules.next_moment(evidence, now)
        until_moment = moment - self._clock.now().timestamp() if moment is not None else math.inf
        silent_in = self._concluded_at.get(vote.id, -math.inf) + SILENT_SECONDS - time.monotonic()
        return min(until_moment, silent_in) if silent_in > 0 else until_moment

    async def _hand_over(self, vote: Vote) -> None:
        """Gives a new vote's terms to governance."""
        await call_service(self._governance.TakeTerms, pb.TakeTermsRequest(terms=vote.terms.data), self._governance_token())
        async with self._work() as work:
            await events_out.vote_proposed(work, vote.id, vote.terms.convener, observer=self._us in vote.terms.observers)
            await votes.mark_handed_over(work, vote.id)

    async def _post_due_entries(self, vote: Vote, evidence: VoteEvidence, now: int) -> bool:
        """Posts the entries that are due on our own board. Returns whether there were any."""
        if self._us in vote.terms.observers and self._us not in evidence.boards:
            async with self._work() as work:
                return await join_as_observer(work, self._local_identity.cipher, vote, self._us)
        if not own_board_rules.find_due_entries(evidence, self._us, now, ready_requested=vote.ready_requested, cosigned={}):
            return False
        async with self._work() as work:
            await post_due_entries(work, vote, self._us, evidence, now)
        return True

    async def _search_misconduct(self, vote: Vote, evidence: VoteEvidence, now: int) -> bool:
        """Searches what is new since the close, and records proof for all. Returns whether there is new proof."""
        cosigned_sizes = sorted(
            (co_op, cosignature.witness, cosignature.size)
            for co_op, cosignatures in evidence.witnessed.items()
            for cosignature in cosignatures
        )
        board_sizes = tuple((co_op, board.size) for co_op, board in sorted(evidence.boards.items()))
        searched: tuple[object, ...] = (board_sizes, tuple(cosigned_sizes))
        if now <= vote.terms.close or self._searched.get(vote.id) == searched:
            return False
        async with self._work() as work:
            is_proven = await record_misconduct(work, vote, evidence)
        self._searched[vote.id] = searched
        return is_proven

    async def _sign_outcome(self, vote: Vote, evidence: VoteEvidence, status: VoteStatus, now: int) -> bool:
        if vote.signed_revision >= status.revision or now <= vote.terms.concluded_from:
            return False
        if not own_board_rules.may_sign_outcome(evidence, self._us, now, heard_all=await self._has_heard_all(vote)):
            return False
        outcome = await self._count(vote, evidence, status.revision)
        async with self._work() as work:
            keys = await votes.get_keys(work, self._local_identity.cipher, vote.terms.draft, vote.terms.convener)
            return keys is not None and await sign_outcome(work, vote, self._us, keys[1], status.revision, outcome)

    async def _publish(self, vote: Vote, evidence: VoteEvidence, status: VoteStatus, now: int) -> None:
        """Publishes the vote's state when it changed; archives a vote for which nothing more can come."""
        outcome = await self._final_outcome(vote, evidence, status) if status.state is VoteState.FINAL else None
        is_over = now > vote.terms.concluded_from + vote.terms.grace + vote.terms.window + ARCHIVE_AFTER_SECONDS
        if not is_over and state_to_publish(vote.terms, status, now, outcome) in ("", vote.published_state):
            return
        async with self._work() as work:
            await publish_state(work, vote, status, now, outcome)
            if is_over:
                await votes.archive(work, vote.id)
                self._board_cache.forget(vote.id)
                self._concluded_at.pop(vote.id, None)

    async def _final_outcome(self, vote: Vote, evidence: VoteEvidence, status: VoteStatus) -> bytes | None:
        """The final outcome bytes: ours, or counted now if we did not sign (as an observer, or back too late). None when they differ."""
        if vote.outcome is not None and _digest(vote.outcome) == status.outcome:
            return vote.outcome
        if not own_board_rules.can_count(evidence):
            return None
        counted = await self._count(vote, evidence, status.revision)
        if _digest(counted) != status.outcome:
            LOG.error("count_differs", vote=vote.id, ours=_digest(counted).hex(), theirs=status.outcome.hex())
            return None
        async with self._work() as work:
            await votes.save_outcome(work, vote.id, status.revision, counted)
        return counted

    async def _count(self, vote: Vote, evidence: VoteEvidence, revision: int) -> bytes:
        """The outcome bytes. Boards are read in a thread; governance applies the counting rule."""
        counts: list[BoardCount] = []
        for co_op, size in own_board_rules.get_counted_cuts(evidence).items():
            async with self._query_work() as work:
                entries = await boards.list_entries(work, vote.id, co_op, 0, max(size, evidence.boards[co_op].roll_size))
            counts.append(await asyncio.to_thread(count_board, vote.terms, co_op, entries, size))
        request = count_vote_request(vote.terms.data, revision, counts)
        response = await call_service(self._governance.CountVote, request, self._governance_token(), seconds=30.0)
        outcome: bytes = response.outcome
        return outcome

    async def _has_heard_all(self, vote: Vote) -> bool:
        """Whether every party that can be reached was heard since T.

        A party counts as unreachable when a call to it failed since T, or when it did not call us for a while. The age of the last contact
        proves nothing: after a sleep or a change of the clock it may be hours at once.
        """
        concluded_at = self._concluded_at.setdefault(vote.id, time.monotonic())
        async with self._query_work() as work:
            parties = [peer for peer in await peers.list_active(work) if peer.id in vote.terms.by_id]
        for peer in parties:
            heard_at = peer.heard_at.timestamp() if peer.heard_at is not None else 0.0
            is_away = self._peer_events.failed_since(peer.id, concluded_at) or time.monotonic() - concluded_at > SILENT_SECONDS
            if heard_at <= vote.terms.concluded_from and not is_away:
                self._peer_events.contact_awaited = True
                return False
        return True

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _query_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.query_work(CALLER, self._clock.now())

    def _work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.work(CALLER, self._clock.now(), "advance_votes")


def count_vote_request(terms: bytes, revision: int, counts: list[BoardCount]) -> pb.CountVoteRequest:
    """What governance needs to count: small, however many ballots there were."""
    return pb.CountVoteRequest(
        terms=terms,
        revision=revision,
        boards=[pb.BoardSize(co_op=count.co_op, size=count.size, root=count.root) for count in counts],
        tallies=[
            pb.Marks(co_op=count.co_op, group=group, option=option, number=number)
            for count in counts
            for (group, option), number in sorted(count.tallies.items())
        ],
        groups=[
            pb.GroupCount(co_op=count.co_op, group=group, rows=rows, ballots=ballots)
            for count in counts
            for group, (rows, ballots) in sorted(count.groups.items())
        ],
        rejected=[pb.Rejected(co_op=count.co_op, index=index, code=code) for count in counts for index, code in count.rejected],
    )


def _party_keys_message(party: bytes, classes: bytes) -> pb.PartyKeys:
    counted = [pb.ClassCount(member_class=name, people=people) for name, people in json.loads(classes)]
    return pb.PartyKeys(party=party, classes=counted)


def _digest(outcome: bytes) -> bytes:
    return hashlib.sha256(outcome).digest()
