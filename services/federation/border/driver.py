"""The driver: looks at every live vote twice a second, and whenever a peer brought news, and does what the evidence and the clock ask of
this co-op. One process at a time.
"""

import asyncio
import hashlib
import json
import time
from contextlib import AbstractAsyncContextManager

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from libs import callers
from libs.boards.count import BoardCount, count_board
from libs.boards.standing import Evidence, State, Where, stand
from libs.boards.terms import read_terms
from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.observe.logs import logger, whereabouts
from libs.refusals import Refusal
from libs.rpc.client import ask
from services.federation.border.bell import Bell
from services.federation.border.board_traffic import BoardTraffic
from services.federation.border.recovery import Recovery
from services.federation.commands import advance_vote, gather_keys
from services.federation.domain import home
from services.federation.storage import boards, facts_out, papers, peers, votes
from services.federation.storage.mirrors import Mirrors
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Draft, Vote

LOG = logger("federation")
EVERY_SECONDS = 0.5
LEAST_SECONDS = 0.05
ASK_SECONDS = 2.0
"""While we recover, the others are asked this often."""
ENDED_SECONDS = 15.0
"""A vote that has ended is looked at this often: an objection, proof of misconduct or a settlement may still come."""
SILENT_SECONDS = 90.0
"""Who only calls us, and did not for so long after T, cannot be reached now."""
KEPT_SECONDS = 30 * 86_400
CALLER = callers.job("drive_votes")


class Driver:
    """For one co-op."""

    def __init__(
        self,
        us: str,
        database: Database,
        clock: Clock,
        vault: Vault,
        mirrors: Mirrors,
        traffic: BoardTraffic,
        recovery: Recovery,
        governance: VoteServiceStub,
        bell: Bell,
    ) -> None:
        self._us = us
        self._database = database
        self._clock = clock
        self._vault = vault
        self._mirrors = mirrors
        self._traffic = traffic
        self._recovery = recovery
        self._governance = governance
        self._bell = bell
        self._nudge = bell.nudge
        self._ended: dict[str, float] = {}
        """When this process saw that the clock is past T, by vote; in seconds of the machine."""
        self._looked: dict[str, float] = {}
        self._papers: dict[str, bytes] = {}
        self._searched: dict[str, tuple[object, ...]] = {}
        """The evidence of each vote that was last searched for misconduct."""

    async def run(self) -> None:
        """Until cancelled. One vote that cannot go on must not keep the others."""
        while True:
            try:
                if not self._recovery.going_on:
                    await self._round()
                else:
                    self._nudge()
                    await asyncio.sleep(ASK_SECONDS)
            except Exception as error:  # noqa: BLE001 - the next round is tried whatever happened in this one
                LOG.error("driver_round_failed", error=type(error).__name__, where=whereabouts(error))
            await asyncio.sleep(LEAST_SECONDS)
            await self._bell.until_news(EVERY_SECONDS)

    async def _round(self) -> None:
        await self._drafts()
        async with self._reading() as work:
            live = await votes.live(work)
            new = set(await boards.unsealed(work, self._us)) | self._with_new_papers(await papers.digests(work, [one.id for one in live]))
        for vote in live:
            if vote.id not in new and vote.told and time.monotonic() - self._looked.get(vote.id, 0.0) < ENDED_SECONDS:
                continue
            self._looked[vote.id] = time.monotonic()
            try:
                changed = await self._advance(vote)
            except Refusal as refusal:
                LOG.info("vote_waits", vote=vote.id, reason=refusal.reason)
            except Exception as error:  # noqa: BLE001 - as above
                LOG.error("vote_failed", vote=vote.id, error=type(error).__name__, where=whereabouts(error))
            else:
                if changed or vote.id in new:
                    self._nudge()

    def _with_new_papers(self, digests: dict[str, bytes]) -> set[str]:
        """Votes of which a paper came since the last round: our people object or settle, or a peer brought what others want as well."""
        new = {vote for vote, digest in digests.items() if self._papers.get(vote, digest) != digest}
        self._papers = digests
        return new

    # --- before there are terms

    async def _drafts(self) -> None:
        async with self._reading() as work:
            drafts, unanswered = await votes.drafts(work), await votes.unanswered(work)
        for draft in drafts:
            await self._draft(draft)
        if unanswered:
            counted = await ask(self._governance.CountClasses, pb.CountClassesRequest())
            classes = [(one.member_class, one.people) for one in counted.classes]
            for name, convener, party in unanswered:
                async with self._work() as work:
                    await gather_keys.answer_with_keys(work, self._us, name, convener, party, classes)
            self._nudge()

    async def _draft(self, draft: Draft) -> None:
        async with self._work() as work:
            if not draft.asked:
                await gather_keys.ask_for_keys(work, self._vault, draft, self._us)
                self._nudge()
                return
            parties = await votes.parties(work, draft.draft)
        if set(parties) != {*draft.participants, *draft.observers, self._us}:
            return
        asked = pb.ComposeTermsRequest(draft_id=draft.draft, parties=[_party(*one) for one in parties.values()])
        composed = await ask(self._governance.ComposeTerms, asked)
        terms = read_terms(composed.terms)
        async with self._work() as work:
            await gather_keys.send_terms(work, terms, self._us)
            await votes.composed(work, draft.draft, terms.vote)
        self._nudge()

    # --- one vote

    async def _advance(self, vote: Vote) -> bool:
        """Whether there is something to bring to others."""
        if not vote.taken:
            await self._hand_over(vote)
        now = self._now()
        changed = await self._traffic.cosign(vote)
        async with self._reading() as work:
            evidence = await self._mirrors.evidence(work, vote)
        where = stand(evidence, now)
        due = await self._post(vote, evidence, now)
        if await self._search(vote, evidence, now):
            # What was read above does not know of it yet, and nothing is signed by whoever knows of misconduct.
            return True
        changed |= await self._sign(vote, evidence, where, now)
        await self._tell(vote, evidence, where, now)
        return changed or due

    async def _post(self, vote: Vote, evidence: Evidence, now: int) -> bool:
        """Our own entries that are due; whether there were any."""
        if self._us in vote.terms.observers and self._us not in evidence.boards:
            async with self._work() as work:
                return await advance_vote.keep_watch(work, self._vault, vote, self._us)
        if not home.next_entries(evidence, self._us, now, ready_wanted=vote.ready_wanted, cosigned={}):
            return False
        async with self._work() as work:
            # Held as for a cosignature: what `closed` says of ours is then the whole truth, and every later one is dated after it.
            await votes.hold(work, vote.id)
            cosigned = await advance_vote.our_cosignatures(work, vote, self._us)
            due = home.next_entries(evidence, self._us, now, ready_wanted=vote.ready_wanted, cosigned=cosigned)
            await advance_vote.post(work, vote, self._us, due)
        return True

    async def _search(self, vote: Vote, evidence: Evidence, now: int) -> bool:
        """Looks for misconduct in what is new since the close; what it finds is written down for everybody."""
        held = tuple(
            sorted((co_op, *each) for co_op, found in evidence.held.items() for each in ((one.witness, one.size) for one in found))
        )
        seen: tuple[object, ...] = (tuple((co_op, board.size) for co_op, board in sorted(evidence.boards.items())), held)
        if now <= vote.terms.close or self._searched.get(vote.id) == seen:
            return False
        async with self._work() as work:
            found = await advance_vote.prove_misconduct(work, vote, evidence)
        self._searched[vote.id] = seen
        return found

    async def _hand_over(self, vote: Vote) -> None:
        await ask(self._governance.TakeTerms, pb.TakeTermsRequest(terms=vote.terms.data))
        async with self._work() as work:
            await facts_out.vote_proposed(work, vote.id, vote.terms.convener, observer=self._us in vote.terms.observers)
            await votes.mark_taken(work, vote.id)

    async def _sign(self, vote: Vote, evidence: Evidence, where: Where, now: int) -> bool:
        if vote.signed_revision >= where.revision or now <= vote.terms.concluded_from:
            return False
        if not home.may_sign(evidence, self._us, now, heard_all=await self._heard_all(vote)):
            return False
        outcome = await self._count(vote, evidence, where.revision)
        async with self._work() as work:
            found = await votes.keys(work, self._vault, vote.terms.draft, vote.terms.convener)
            return found is not None and await advance_vote.sign_outcome(work, vote, self._us, found[1], where.revision, outcome)

    async def _tell(self, vote: Vote, evidence: Evidence, where: Where, now: int) -> None:
        outcome = await self._outcome_of(vote, evidence, where) if where.state is State.FINAL else None
        over = now > vote.terms.concluded_from + vote.terms.grace + vote.terms.window + KEPT_SECONDS
        if not over and advance_vote.word(vote, where, now, outcome) in ("", vote.told):
            return
        async with self._work() as work:
            await advance_vote.tell(work, vote, where, now, outcome)
            if over:
                await votes.archive(work, vote.id)
                self._mirrors.forget(vote.id)
                self._ended.pop(vote.id, None)

    async def _outcome_of(self, vote: Vote, evidence: Evidence, where: Where) -> bytes | None:
        """The bytes of what is final: ours, or counted now by who did not sign (an observer, or who came back late)."""
        known = vote.outcome
        if known is not None and _digest(known) == where.outcome:
            return known
        if not home.may_count(evidence):
            return None
        counted = await self._count(vote, evidence, where.revision)
        if _digest(counted) != where.outcome:
            LOG.error("count_differs", vote=vote.id, ours=_digest(counted).hex(), theirs=where.outcome.hex())
            return None
        async with self._work() as work:
            await votes.keep_outcome(work, vote.id, where.revision, counted)
        return counted

    async def _count(self, vote: Vote, evidence: Evidence, revision: int) -> bytes:
        """The outcome bytes. Reading the boards leaves the loop; the counting rule is governance's."""
        counts: list[BoardCount] = []
        for co_op, size in home.cuts_that_count(evidence).items():
            async with self._reading() as work:
                entries = await boards.entries(work, vote.id, co_op, 0, max(size, evidence.boards[co_op].roll_size))
            counts.append(await asyncio.to_thread(count_board, vote.terms, co_op, entries, size))
        answer = await ask(self._governance.CountVote, count_request(vote.terms.data, revision, counts), seconds=30.0)
        outcome: bytes = answer.outcome
        return outcome

    async def _heard_all(self, vote: Vote) -> bool:
        """Whether every party that can be reached was heard since T. Who cannot be is not waited for: we called it since and it was not
        there, or it did not call for a while. How long ago it was heard says nothing: a clock that was asleep or set shows hours at once.
        """
        ended = self._ended.setdefault(vote.id, time.monotonic())
        async with self._reading() as work:
            active = [one for one in await peers.active(work) if one.id in vote.terms.by_id]
        for peer in active:
            heard = peer.heard_at.timestamp() if peer.heard_at is not None else 0.0
            away = self._bell.failed_since(peer.id, ended) or time.monotonic() - ended > SILENT_SECONDS
            if heard <= vote.terms.concluded_from and not away:
                return False
        return True

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _reading(self) -> AbstractAsyncContextManager[Work]:
        return self._database.reading(CALLER, self._clock.now())

    def _work(self) -> AbstractAsyncContextManager[Work]:
        return self._database.work(CALLER, self._clock.now(), "drive_votes")


def count_request(terms: bytes, revision: int, counts: list[BoardCount]) -> pb.CountVoteRequest:
    """What the count is asked: small, however many ballots there were."""
    return pb.CountVoteRequest(
        terms=terms,
        revision=revision,
        boards=[pb.BoardSize(co_op=one.co_op, size=one.size, root=one.root) for one in counts],
        tallies=[
            pb.Marks(co_op=one.co_op, group=group, option=option, number=number)
            for one in counts
            for (group, option), number in sorted(one.tallies.items())
        ],
        groups=[
            pb.GroupCount(co_op=one.co_op, group=group, rows=rows, ballots=ballots)
            for one in counts
            for group, (rows, ballots) in sorted(one.groups.items())
        ],
        rejected=[pb.Rejected(co_op=one.co_op, index=index, code=code) for one in counts for index, code in one.rejected],
    )


def _party(party: bytes, classes: bytes) -> pb.PartyKeys:
    counted = [pb.ClassCount(member_class=name, people=people) for name, people in json.loads(classes)]
    return pb.PartyKeys(party=party, classes=counted)


def _digest(outcome: bytes) -> bytes:
    return hashlib.sha256(outcome).digest()
