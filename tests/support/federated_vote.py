"""Runs one vote of several co-ops step by step, over their APIs; `tests/support/co_op_network.py` runs the co-ops."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.documents import Settlement
from libs.boards.identity_documents import fingerprint_of
from libs.boards.vote_terms import VoteTerms, read_terms
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Refusal
from libs.rpc.client import call_service
from scripts.verifier import checks
from scripts.verifier.cards_and_receipts import read_pins
from scripts.verifier.checks import ExitCode, Verdict, VerifierInputs
from tests.support.member_assembly import to_timestamp
from tests.support.simulated_vote import member_identity

if TYPE_CHECKING:
    from tests.support.co_op_network import CoOpNetwork
    from tests.support.networked_co_op import NetworkedCoOp

T = TypeVar("T")

OPEN_WITHIN, CLOSE_AFTER = 3600, 7200
SETTLE, GRACE, WINDOW = 60, 3600, 7200
MAX_SECONDS = 100.0
"""The longest any wait may take, in seconds of real time."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
"""Seconds between two looks. What takes long is looked at less often: evidence is costly to read."""


class FederatedVote:
    """One vote in a network. Methods without co-op arguments act on all running co-ops."""

    def __init__(self, network: "CoOpNetwork") -> None:
        self.network = network
        self.terms: VoteTerms
        self.observers: frozenset[str] = frozenset()
        self.identities = member_identity
        """Returns a person's entry in the register."""

    @property
    def id(self) -> str:
        return self.terms.vote

    @property
    def running_participants(self) -> list["NetworkedCoOp"]:
        """All participants that are running."""
        return [co_op for co_op in self.network.running if co_op.id in self.terms.participants]

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
        """Drafts the vote and waits until all parties have its terms. `only` limits the parties to these co-ops."""
        parties = set(only) or set(self.network.co_ops)
        self.observers = frozenset(observers)
        convening = self.network[convener or min(parties - self.observers)]
        now = convening.now()
        request = pb.DraftVoteRequest(
            request_id=str(new_id()),
            question="Shall we share a night line?",
            text="Each co-op would take one night in three.",
            resolution_type=kind,
            participants=sorted(parties - self.observers),
            observers=sorted(self.observers),
            k=2,
            open_latest=to_timestamp(datetime.fromtimestamp(now + OPEN_WITHIN, UTC)),
            closes_at=to_timestamp(datetime.fromtimestamp(now + CLOSE_AFTER, UTC)),
            settle_seconds=SETTLE,
            grace_seconds=GRACE,
            window_seconds=WINDOW,
            settlers="The chairs together",
        )
        request = pb.DraftVoteRequest(**{**{field.name: value for field, value in request.ListFields()}, **changed})
        drafted: pb.DraftVoteResponse = await call_service(convening.votes.DraftVote, request, convening.secretary_token)
        vote_id = await self._wait_for_vote_id(convening, drafted.draft_id)
        running = [co_op for co_op in self.network.running if co_op.id in parties]
        votes = await asyncio.gather(*(_wait_for_result(partial(_get_vote, co_op, vote_id)) for co_op in running))
        self.terms = read_terms(votes[0].terms)

    async def _wait_for_vote_id(self, convener: "NetworkedCoOp", draft_id: str) -> str:
        async def find_vote_id() -> str:
            listed: pb.ListVoteDraftsResponse = await call_service(
                convener.votes.ListVoteDrafts, pb.ListVoteDraftsRequest(), convener.secretary_token
            )
            return next(draft.vote_id for draft in listed.drafts if draft.draft_id == draft_id)

        return await _wait_for_result(find_vote_id)

    async def join(self, *only: str) -> None:
        await asyncio.gather(*(self._join(participant) for participant in self._participants(only)))

    async def _join(self, party: "NetworkedCoOp") -> None:
        request = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=self.id, decision_number=self.network.decision)
        await call_service(party.votes.JoinVote, request, party.secretary_token)

    async def freeze(self, *only: str) -> None:
        await asyncio.gather(*(self._freeze(participant) for participant in self._participants(only)))

    async def _freeze(self, party: "NetworkedCoOp") -> None:
        request = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=self.id, people=self.people(party))
        await call_service(party.votes.FreezeVoteRoll, request, party.secretary_token)

    def people(self, party: "NetworkedCoOp") -> list[pb.RowIdentity]:
        """The register entries of all voters, as the secretary fetches them."""
        return [pb.RowIdentity(person_id=str(voter), identity=self.identities(voter)) for voter in party.voters]

    async def attest(self, *only: str) -> None:
        await asyncio.gather(*(self._attest(participant) for participant in self._participants(only)))

    async def _attest(self, party: "NetworkedCoOp") -> None:
        for scrutineer in party.scrutineers:
            request = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=self.id, people=self.people(party))
            response: pb.AttestVoteRollResponse = await call_service(
                party.votes.AttestVoteRoll, request, party.co_op.token(scrutineer, hat="scrutineer")
            )
            assert not response.wrong_person_ids

    async def ready(self, *only: str) -> None:
        await asyncio.gather(*(self._ready(participant) for participant in self._participants(only)))

    async def _ready(self, party: "NetworkedCoOp") -> None:
        await call_service(party.votes.ReadyVote, pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=self.id), party.secretary_token)

    async def roll(self, *only: str) -> None:
        """Freezes the roll and has two scrutineers attest it."""
        await self.freeze(*only)
        await self.attest(*only)

    async def open(self) -> None:
        """Runs every step from the accepted terms until all co-ops accept ballots."""
        await self.join()
        await self.roll()
        await self.ready()
        await self.wait_until_open()

    async def wait_until_open(self) -> None:
        await asyncio.gather(*(_wait_for_result(partial(_is_open, participant, self.id)) for participant in self.running_participants))

    # --- ballots

    async def cast(self, co_op: str, *choices: str) -> None:
        """Casts one ballot for each of the co-op's first voters; an empty choice skips a voter."""
        party = self.network[co_op]
        voters = zip(party.voters, choices, strict=False)
        await asyncio.gather(*(self.ballot(co_op, person, choice) for person, choice in voters if choice))

    async def ballot(self, co_op: str, person: UUID, *options: str, revision: int = 0, withdraw: bool = False) -> pb.VoteBallot:
        party = self.network[co_op]
        request = pb.CastVoteBallotRequest(
            request_id=str(new_id()),
            vote_id=self.id,
            marks=[pb.Mark(option=option) for option in options],
            revision=revision,
            withdraw=withdraw,
        )
        response: pb.CastVoteBallotResponse = await call_service(party.votes.CastVoteBallot, request, party.co_op.token(person))
        return response.ballot

    async def get_ballot(self, co_op: str, person: UUID) -> pb.VoteBallot:
        party = self.network[co_op]
        request = pb.GetMyVoteBallotRequest(vote_id=self.id)
        response: pb.GetMyVoteBallotResponse = await call_service(party.votes.GetMyVoteBallot, request, party.co_op.token(person))
        return response.ballot

    async def get_ballot_status(self, co_op: str, pseudonym: str) -> federation.GetBallotStatusResponse:
        party = self.network[co_op]
        request = federation.GetBallotStatusRequest(vote_id=self.id, pseudonym=pseudonym)
        response: federation.GetBallotStatusResponse = await call_service(party.evidence.GetBallotStatus, request, party.secretary_token)
        return response

    async def wait_until_witnessed(self, *only: str) -> None:
        """Waits until enough witnesses hold every entry of these co-ops' boards."""

        async def is_witnessed(party: "NetworkedCoOp") -> bool:
            board = await self.get_board(party.id)
            return 0 < board.size == board.cut

        async def wait_for(party: "NetworkedCoOp") -> None:
            await party.co_op.wait_until_consumed("federation", "governance", MAX_SECONDS)
            await _wait_for_result(partial(is_witnessed, party))

        await asyncio.gather(*(wait_for(participant) for participant in self._participants(only)))

    async def get_receipt(self, co_op: str, pseudonym: str) -> bytes:
        party = self.network[co_op]
        request = federation.GetReceiptRequest(vote_id=self.id, pseudonym=pseudonym)
        response: federation.GetReceiptResponse = await call_service(party.evidence.GetReceipt, request, party.secretary_token, seconds=1.0)
        return response.receipt

    # --- looking

    async def get_vote(self, co_op: str) -> pb.Vote:
        """The vote as this co-op's governance has it."""
        return await _get_vote(self.network[co_op], self.id)

    async def get_evidence(self, co_op: str) -> federation.GetVoteEvidenceResponse:
        """What the boards that this co-op holds prove."""
        party = self.network[co_op]
        request = federation.GetVoteEvidenceRequest(vote_id=self.id)
        response: federation.GetVoteEvidenceResponse = await call_service(party.evidence.GetVoteEvidence, request, party.secretary_token)
        return response

    async def get_board(self, co_op: str, at: str = "") -> federation.BoardView:
        """A party's board, as it holds it itself or as the co-op `at` holds it."""
        return next(board for board in (await self.get_evidence(at or co_op)).boards if board.co_op == co_op)

    async def get_outcome(self, co_op: str) -> federation.GetOutcomeResponse:
        party = self.network[co_op]
        response: federation.GetOutcomeResponse = await call_service(
            party.evidence.GetOutcome, federation.GetOutcomeRequest(vote_id=self.id), party.secretary_token
        )
        return response

    async def get_bundle(self, co_op: str) -> tuple[bytes, bytes]:
        """The bundle and this co-op's own pins."""
        party = self.network[co_op]
        content = b""
        while True:
            request = federation.GetBundleRequest(vote_id=self.id, offset=len(content))
            piece: federation.GetBundleResponse = await call_service(party.evidence.GetBundle, request, party.secretary_token)
            content += piece.piece
            if len(content) >= piece.total:
                return content, piece.pins

    async def wait_until(
        self, condition: Callable[[federation.GetVoteEvidenceResponse], bool], *only: str, seconds: float = MAX_SECONDS
    ) -> None:
        """Waits until the evidence at each of these co-ops meets the condition."""

        async def proved(party: "NetworkedCoOp") -> bool:
            return condition(await self.get_evidence(party.id))

        parties = (
            [co_op for co_op in self.network.running if co_op.id in only]
            if only
            else [co_op for co_op in self.network.running if self._is_party(co_op)]
        )
        await asyncio.gather(*(_wait_for_result(partial(proved, co_op), seconds) for co_op in parties))

    async def wait_until_state(self, state: "federation.EvidenceState.ValueType", *only: str, seconds: float = MAX_SECONDS) -> None:
        await self.wait_until(lambda evidence: evidence.state == state, *only, seconds=seconds)

    async def wait_for_governance(self, co_op: str, condition: Callable[[pb.Vote], bool]) -> pb.Vote:
        """Waits until the vote in this co-op's governance meets the condition."""

        async def get_matching_vote() -> pb.Vote | None:
            vote = await self.get_vote(co_op)
            return vote if condition(vote) else None

        vote = await _wait_for_result(get_matching_vote)
        assert vote is not None
        return vote

    async def wait_for_governance_as(self, co_op: str, person: UUID, condition: Callable[[pb.Vote], bool]) -> pb.Vote:
        """The same for the vote as this person sees it."""
        party = self.network[co_op]

        async def get_matching_vote() -> pb.Vote | None:
            request = pb.GetVoteRequest(vote_id=self.id)
            response: pb.GetVoteResponse = await call_service(party.votes.GetVote, request, party.co_op.token(person))
            return response.vote if condition(response.vote) else None

        response = await _wait_for_result(get_matching_vote)
        assert response is not None
        return response

    # --- the end

    async def conclude(self) -> None:
        """Advances the clocks to just after T."""
        self.network.advance_clocks_to(self.terms.concluded_from + 1)

    async def close(self) -> None:
        """Waits until every ballot is witnessed, moves the clocks past the close and T, and waits for the final outcome."""
        await self.wait_until_witnessed()
        self.network.advance_clocks_to(self.terms.close + 1)
        await self.conclude()
        await self.wait_until_final()

    async def wait_until_final(self, *only: str, seconds: float = MAX_SECONDS) -> None:
        await self.wait_until_state(federation.EVIDENCE_STATE_FINAL, *only, seconds=seconds)

    async def assert_agreed(self, *only: str, exit_code: ExitCode = ExitCode.FINAL) -> Verdict:
        """Asserts equal outcome bytes everywhere and this verifier exit code for each bundle. Returns the last verdict."""
        parties = [self.network[party] for party in only] or [co_op for co_op in self.network.running if self._is_party(co_op)]
        outcomes = await asyncio.gather(*(_wait_for_result(partial(self._final_outcome, co_op)) for co_op in parties))
        assert len(set(outcomes)) == 1, f"{len(set(outcomes))} outcomes of one vote"
        # A co-op that has just received the last signature may not have cosigned that entry yet; its bundle lacks it until then.
        for party in parties:
            verdict = await _wait_for_result(partial(self._verify_exit_code, party.id, exit_code))
        return verdict

    async def _verify_exit_code(self, co_op: str, exit_code: ExitCode) -> Verdict:
        verdict = await self.verify_bundle(co_op)
        if verdict.exit != exit_code:
            raise FailedPrecondition(f"{verdict.exit!r} {verdict.failure} {verdict.not_pinned} {verdict.state}")
        return verdict

    async def verify_bundle(self, co_op: str) -> Verdict:
        """The verifier's verdict on this co-op's bundle, with the roots of all parties pinned."""
        content, _ = await self.get_bundle(co_op)
        pinned = [(party.id, fingerprint_of(party.root)) for party in self.terms.parties]
        return await asyncio.to_thread(checks.verify, content, VerifierInputs(tuple(pinned)))

    async def verify_bundle_with_own_pins(self, co_op: str) -> Verdict:
        """The same with this co-op's own pins only."""
        content, pins = await self.get_bundle(co_op)
        return await asyncio.to_thread(checks.verify, content, VerifierInputs(tuple(read_pins(pins).items())))

    async def _final_outcome(self, party: "NetworkedCoOp") -> bytes:
        response = await self.get_outcome(party.id)
        return response.outcome if response.final else b""

    async def object(self, co_op: str) -> None:
        party = self.network[co_op]
        request = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=self.id, decision_number=self.network.decision)
        await call_service(party.votes.ObjectToVote, request, party.secretary_token)

    async def settle(self, settlement: Settlement, *only: str) -> None:
        """Lets these co-ops (default: all) agree to the settlement."""
        for participant in self._participants(only):
            request = pb.SettleVoteRequest(
                request_id=str(new_id()), vote_id=self.id, decision_number=self.network.decision, settlement=settlement.data()
            )
            await call_service(participant.votes.SettleVote, request, participant.secretary_token)

    def _participants(self, only: Sequence[str]) -> list["NetworkedCoOp"]:
        return [participant for participant in self.running_participants if not only or participant.id in only]

    def _is_party(self, party: "NetworkedCoOp") -> bool:
        return party.id in self.terms.by_id


async def _wait_for_result(attempt: Callable[[], Awaitable[T]], seconds: float = MAX_SECONDS) -> T:
    """Repeats the attempt until its result is true. A refusal counts as not ready yet."""
    result: object = None
    pause = SHORTEST_PAUSE
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    result = await attempt()
                except (Refusal, StopIteration) as refusal:
                    result = refusal
                else:
                    if result:
                        return result
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
    except TimeoutError:
        message = f"not within {seconds:.0f} s: {result!r}"
        raise AssertionError(message) from None


async def _get_vote(party: "NetworkedCoOp", vote_id: str) -> pb.Vote:
    response: pb.GetVoteResponse = await call_service(party.votes.GetVote, pb.GetVoteRequest(vote_id=vote_id), party.secretary_token)
    return response.vote


async def _is_open(party: "NetworkedCoOp", vote_id: str) -> bool:
    return (await _get_vote(party, vote_id)).state == pb.VOTE_STATE_OPEN
