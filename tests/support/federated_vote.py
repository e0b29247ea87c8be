"""One vote of several co-ops, step by step as their people live it; `tests/support/federated.py` has the co-ops."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.identity import fingerprint_of
from libs.boards.papers import Settlement
from libs.boards.terms import Terms, read_terms
from libs.database.engine import new_id
from libs.refusals import NotNow, Refusal
from libs.rpc.client import ask
from scripts.verifier import checks
from scripts.verifier.checks import Brought, Exit, Verdict
from scripts.verifier.papers import read_pins
from tests.support.assembly import stamp
from tests.support.vote_assembly import identity_of

if TYPE_CHECKING:
    from tests.support.federated import Federated, FederatedCoOp

T = TypeVar("T")

OPEN_WITHIN, CLOSE_AFTER = 3600, 7200
SETTLE, GRACE, WINDOW = 60, 3600, 7200
LONGEST = 100.0
"""Seconds of the machine that anything here may take."""


class FederatedVote:
    """What is asked of no co-op in particular is asked of all that run."""

    def __init__(self, them: "Federated") -> None:
        self.them = them
        self.terms: Terms
        self.observers: frozenset[str] = frozenset()
        self.identities = identity_of
        """What the register says of a person."""

    @property
    def id(self) -> str:
        return self.terms.vote

    @property
    def taking_part(self) -> list["FederatedCoOp"]:
        """Participants that run."""
        return [one for one in self.them.running if one.id in self.terms.participants]

    # --- until it is open

    async def propose(
        self,
        *,
        convener: str = "",
        observers: Iterable[str] = (),
        only: Iterable[str] = (),
        kind: str = "ordinary",
        **changed: object,
    ) -> None:
        """Drafted by the convener, keys gathered, and the terms taken everywhere. `only`: not all co-ops there are."""
        parties = set(only) or set(self.them.co_ops)
        self.observers = frozenset(observers)
        first = self.them[convener or min(parties - self.observers)]
        now = first.now()
        asked = pb.DraftVoteRequest(
            request_id=str(new_id()),
            question="Shall we share a night line?",
            text="Each co-op would take one night in three.",
            resolution_type=kind,
            participants=sorted(parties - self.observers),
            observers=sorted(self.observers),
            k=2,
            open_latest=stamp(datetime.fromtimestamp(now + OPEN_WITHIN, UTC)),
            closes_at=stamp(datetime.fromtimestamp(now + CLOSE_AFTER, UTC)),
            settle_seconds=SETTLE,
            grace_seconds=GRACE,
            window_seconds=WINDOW,
            settlers="The chairs together",
        )
        asked = pb.DraftVoteRequest(**{**{one.name: value for one, value in asked.ListFields()}, **changed})
        drafted: pb.DraftVoteResponse = await ask(first.votes.DraftVote, asked, first.chair)
        vote_id = await self._composed(first, drafted.draft_id)
        running = [one for one in self.them.running if one.id in parties]
        seen = await asyncio.gather(*(_until(partial(_vote, one, vote_id)) for one in running))
        self.terms = read_terms(seen[0].terms)

    async def _composed(self, convener: "FederatedCoOp", draft_id: str) -> str:
        async def found() -> str:
            listed: pb.ListVoteDraftsResponse = await ask(convener.votes.ListVoteDrafts, pb.ListVoteDraftsRequest(), convener.chair)
            return next(one.vote_id for one in listed.drafts if one.draft_id == draft_id)

        return await _until(found)

    async def join(self, *only: str) -> None:
        await asyncio.gather(*(self._join(one) for one in self._some(only)))

    async def _join(self, one: "FederatedCoOp") -> None:
        asked = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=self.id, decision_number=self.them.decision)
        await ask(one.votes.JoinVote, asked, one.chair)

    async def freeze(self, *only: str) -> None:
        await asyncio.gather(*(self._freeze(one) for one in self._some(only)))

    async def _freeze(self, one: "FederatedCoOp") -> None:
        asked = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=self.id, people=self.people(one))
        await ask(one.votes.FreezeVoteRoll, asked, one.chair)

    def people(self, one: "FederatedCoOp") -> list[pb.RowIdentity]:
        """The register, as the secretary fetches it."""
        return [pb.RowIdentity(person_id=str(each), identity=self.identities(each)) for each in one.everybody]

    async def attest(self, *only: str) -> None:
        await asyncio.gather(*(self._attest(one) for one in self._some(only)))

    async def _attest(self, one: "FederatedCoOp") -> None:
        for scrutineer in one.scrutineers:
            asked = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=self.id, people=self.people(one))
            found: pb.AttestVoteRollResponse = await ask(one.votes.AttestVoteRoll, asked, one.co_op.token(scrutineer, hat="scrutineer"))
            assert not found.wrong_person_ids

    async def ready(self, *only: str) -> None:
        await asyncio.gather(*(self._ready(one) for one in self._some(only)))

    async def _ready(self, one: "FederatedCoOp") -> None:
        await ask(one.votes.ReadyVote, pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=self.id), one.chair)

    async def roll(self, *only: str) -> None:
        """Frozen and opened by two scrutineers."""
        await self.freeze(*only)
        await self.attest(*only)

    async def open(self) -> None:
        """Everything from the terms until ballots are taken everywhere."""
        await self.join()
        await self.roll()
        await self.ready()
        await self.opened()

    async def opened(self) -> None:
        await asyncio.gather(*(_until(partial(_is_open, one, self.id)) for one in self.taking_part))

    # --- ballots

    async def cast(self, co_op: str, *choices: str) -> None:
        """One ballot each of the co-op's first voters; an empty choice leaves somebody out."""
        one = self.them[co_op]
        voters = zip(one.everybody, choices, strict=False)
        await asyncio.gather(*(self.ballot(co_op, person, choice) for person, choice in voters if choice))

    async def ballot(self, co_op: str, person: UUID, *options: str, revision: int = 0, withdraw: bool = False) -> pb.VoteBallot:
        one = self.them[co_op]
        asked = pb.CastVoteBallotRequest(
            request_id=str(new_id()),
            vote_id=self.id,
            marks=[pb.Mark(option=option) for option in options],
            revision=revision,
            withdraw=withdraw,
        )
        found: pb.CastVoteBallotResponse = await ask(one.votes.CastVoteBallot, asked, one.co_op.token(person))
        return found.ballot

    async def ballot_of(self, co_op: str, person: UUID) -> pb.VoteBallot:
        one = self.them[co_op]
        asked = pb.GetMyVoteBallotRequest(vote_id=self.id)
        found: pb.GetMyVoteBallotResponse = await ask(one.votes.GetMyVoteBallot, asked, one.co_op.token(person))
        return found.ballot

    async def status(self, co_op: str, pseudonym: str) -> federation.GetBallotStatusResponse:
        one = self.them[co_op]
        asked = federation.GetBallotStatusRequest(vote_id=self.id, pseudonym=pseudonym)
        found: federation.GetBallotStatusResponse = await ask(one.evidence.GetBallotStatus, asked, one.chair)
        return found

    async def witnessed(self, *only: str) -> None:
        """Every entry of these co-ops' boards is held by all that run (by enough of them, if some are down)."""

        async def so(one: "FederatedCoOp") -> bool:
            if not await self._all_on_board(one):
                return False
            board = await self.board(one.id)
            return 0 < board.size == board.cut

        await asyncio.gather(*(_until(partial(so, one)) for one in self._some(only)))

    async def _all_on_board(self, one: "FederatedCoOp") -> bool:
        """Whether federation there followed everything that governance stated."""
        async with one.co_op.rows("governance") as connection:
            stated = await connection.fetchval("select count(*) from outbox")
        async with one.co_op.rows("federation") as connection:
            return bool(await connection.fetchval("select n >= $1 from position where source = 'governance'", stated))

    async def receipt(self, co_op: str, pseudonym: str) -> bytes:
        one = self.them[co_op]
        asked = federation.GetReceiptRequest(vote_id=self.id, pseudonym=pseudonym)
        found: federation.GetReceiptResponse = await ask(one.evidence.GetReceipt, asked, one.chair, seconds=1.0)
        return found.receipt

    # --- looking

    async def seen(self, co_op: str) -> pb.Vote:
        """As governance there has it."""
        return await _vote(self.them[co_op], self.id)

    async def proof(self, co_op: str) -> federation.GetVoteEvidenceResponse:
        """As the boards that this co-op holds prove it."""
        one = self.them[co_op]
        asked = federation.GetVoteEvidenceRequest(vote_id=self.id)
        found: federation.GetVoteEvidenceResponse = await ask(one.evidence.GetVoteEvidence, asked, one.chair)
        return found

    async def board(self, co_op: str, at: str = "") -> federation.BoardView:
        """A party's board, as it is held at home or somewhere else."""
        return next(one for one in (await self.proof(at or co_op)).boards if one.co_op == co_op)

    async def outcome(self, co_op: str) -> federation.GetOutcomeResponse:
        one = self.them[co_op]
        found: federation.GetOutcomeResponse = await ask(one.evidence.GetOutcome, federation.GetOutcomeRequest(vote_id=self.id), one.chair)
        return found

    async def bundle(self, co_op: str) -> tuple[bytes, bytes]:
        """The bundle, and the pins that this co-op's people know."""
        one = self.them[co_op]
        found = b""
        while True:
            asked = federation.GetBundleRequest(vote_id=self.id, offset=len(found))
            piece: federation.GetBundleResponse = await ask(one.evidence.GetBundle, asked, one.chair)
            found += piece.piece
            if len(found) >= piece.total:
                return found, piece.pins

    async def until(self, so: Callable[[federation.GetVoteEvidenceResponse], bool], *only: str, seconds: float = LONGEST) -> None:
        """Waits until the boards prove it at all of these co-ops."""

        async def proved(one: "FederatedCoOp") -> bool:
            return so(await self.proof(one.id))

        some = [one for one in self.them.running if one.id in only] if only else [one for one in self.them.running if self._is_party(one)]
        await asyncio.gather(*(_until(partial(proved, one), seconds) for one in some))

    async def until_state(self, state: "federation.EvidenceState.ValueType", *only: str, seconds: float = LONGEST) -> None:
        await self.until(lambda found: found.state == state, *only, seconds=seconds)

    async def governance(self, co_op: str, so: Callable[[pb.Vote], bool]) -> pb.Vote:
        """Waits until governance there has it so."""

        async def seen() -> pb.Vote | None:
            found = await self.seen(co_op)
            return found if so(found) else None

        found = await _until(seen)
        assert found is not None
        return found

    async def governance_of(self, co_op: str, person: UUID, so: Callable[[pb.Vote], bool]) -> pb.Vote:
        """The same as this person sees it."""
        one = self.them[co_op]

        async def seen() -> pb.Vote | None:
            asked = pb.GetVoteRequest(vote_id=self.id)
            found: pb.GetVoteResponse = await ask(one.votes.GetVote, asked, one.co_op.token(person))
            return found.vote if so(found.vote) else None

        found = await _until(seen)
        assert found is not None
        return found

    # --- the end

    async def conclude(self) -> None:
        """The clocks go to just after T."""
        self.them.step_to(self.terms.concluded_from + 1)

    async def close(self) -> None:
        """Every ballot so far is witnessed, the clocks go past the close and past T, and it is final at all that run."""
        await self.witnessed()
        self.them.step_to(self.terms.close + 1)
        await self.conclude()
        await self.final()

    async def final(self, *only: str, seconds: float = LONGEST) -> None:
        await self.until_state(federation.EVIDENCE_STATE_FINAL, *only, seconds=seconds)

    async def agreed(self, *only: str, exit_code: Exit = Exit.FINAL) -> Verdict:
        """The outcome bytes are the same everywhere, and a bundle from each gives the verifier's exit code. Gives the last verdict."""
        some = [self.them[one] for one in only] or [one for one in self.them.running if self._is_party(one)]
        outcomes = await asyncio.gather(*(_until(partial(self._final_outcome, one)) for one in some))
        assert len(set(outcomes)) == 1, f"{len(set(outcomes))} outcomes of one vote"
        # Who has just heard of the last signature may not have given its word for the entry yet, without which it stands in no bundle.
        for one in some:
            verdict = await _until(partial(self._verified, one.id, exit_code))
        return verdict

    async def _verified(self, co_op: str, exit_code: Exit) -> Verdict:
        verdict = await self.verified(co_op)
        if verdict.exit != exit_code:
            raise NotNow(f"{verdict.exit!r} {verdict.wrong} {verdict.not_pinned} {verdict.state}")
        return verdict

    async def verified(self, co_op: str) -> Verdict:
        """What the verifier says of this co-op's bundle, with every co-op's root known."""
        content, _ = await self.bundle(co_op)
        pinned = [(one.id, fingerprint_of(one.root)) for one in self.terms.parties]
        return await asyncio.to_thread(checks.verify, content, Brought(tuple(pinned)))

    async def pinned_at(self, co_op: str) -> Verdict:
        """The same with the pins that this co-op's people know, and no others."""
        content, pins = await self.bundle(co_op)
        return await asyncio.to_thread(checks.verify, content, Brought(tuple(read_pins(pins).items())))

    async def _final_outcome(self, one: "FederatedCoOp") -> bytes:
        found = await self.outcome(one.id)
        return found.outcome if found.final else b""

    async def object(self, co_op: str) -> None:
        one = self.them[co_op]
        asked = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=self.id, decision_number=self.them.decision)
        await ask(one.votes.ObjectToVote, asked, one.chair)

    async def settle(self, settlement: Settlement, *only: str) -> None:
        """These co-ops (all) agree to it."""
        for one in self._some(only):
            asked = pb.SettleVoteRequest(
                request_id=str(new_id()), vote_id=self.id, decision_number=self.them.decision, settlement=settlement.data()
            )
            await ask(one.votes.SettleVote, asked, one.chair)

    def _some(self, only: Sequence[str]) -> list["FederatedCoOp"]:
        return [one for one in self.taking_part if not only or one.id in only]

    def _is_party(self, one: "FederatedCoOp") -> bool:
        return one.id in self.terms.by_id


async def _until(found: Callable[[], Awaitable[T]], seconds: float = LONGEST) -> T:
    """Asked again until it is something; what is refused is not there yet."""
    said: object = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    said = await found()
                except (Refusal, StopIteration) as refusal:
                    said = refusal
                else:
                    if said:
                        return said
                await asyncio.sleep(0.15)
    except TimeoutError:
        message = f"not within {seconds:.0f} s: {said!r}"
        raise AssertionError(message) from None


async def _vote(one: "FederatedCoOp", vote_id: str) -> pb.Vote:
    found: pb.GetVoteResponse = await ask(one.votes.GetVote, pb.GetVoteRequest(vote_id=vote_id), one.chair)
    return found.vote


async def _is_open(one: "FederatedCoOp", vote_id: str) -> bool:
    return (await _vote(one, vote_id)).state == pb.VOTE_STATE_OPEN
