"""Takes the demonstration's federated vote through its stages: terms, rolls, cards, ballots, and the evidence at each co-op."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_terms import VoteTerms, read_terms
from scripts.cli import vote, vote_draft_file
from scripts.cli.demo.clocks import poll_until
from scripts.cli.demo.co_op import SCRUTINEERS, DemoCoOp
from scripts.cli.vote_cards import write_cards
from scripts.cli.vote_lookup import get_vote, list_votes
from scripts.cli.vote_roll import attest_roll, freeze_roll

_TIMEOUT_SECONDS = 60.0
_CLOSED = (federation.EVIDENCE_STATE_FINAL, federation.EVIDENCE_STATE_DISPUTED, federation.EVIDENCE_STATE_VOID)


class DemoVote:
    """One federated vote at all co-ops of the demonstration."""

    def __init__(self, co_ops: Sequence[DemoCoOp], vote_id: str, terms: VoteTerms) -> None:
        self.co_ops = co_ops
        self.vote_id = vote_id
        self.terms = terms
        self._opened_with: dict[str, int] = {}
        """Entries on each co-op's own board when voting began."""

    @classmethod
    async def propose(cls, co_ops: Sequence[DemoCoOp], file: Path) -> "DemoVote":
        """The first co-op drafts the vote; returns when all have its terms."""
        convener = co_ops[0]
        draft_id = await vote.draft_vote(
            convener.connection, vote_draft_file.read_vote_draft_file(file, convener.connection.instance.co_op.zone)
        )

        async def composed() -> str | None:
            return await vote.vote_id_of_draft(convener.connection, draft_id) or None

        async def has_come(co_op: DemoCoOp) -> bool | None:
            return any(listed.vote_id == vote_id for listed in await list_votes(co_op.connection)) or None

        vote_id = await poll_until(composed, _TIMEOUT_SECONDS, "the others' keys")
        await asyncio.gather(*(poll_until(partial(has_come, co_op), _TIMEOUT_SECONDS, f"the terms at {co_op.name}") for co_op in co_ops))
        votes = [await get_vote(co_op.connection, vote_id) for co_op in co_ops]
        convener.steps.expect("different terms", len({seen.terms for seen in votes}), 1)
        return cls(co_ops, vote_id, read_terms(votes[0].terms))

    async def join(self, decisions: Mapping[str, governance.Decision]) -> None:
        """Every co-op joins by its own decision; returns when every board shows it."""

        async def join_one(co_op: DemoCoOp) -> None:
            request = pb.JoinVoteRequest(vote_id=self.vote_id, decision_number=decisions[co_op.id].number)
            await co_op.connection.as_secretary(co_op.connection.votes.JoinVote, request, retried=True)

        await asyncio.gather(*map(join_one, self.co_ops))
        await self.wait_for_state(federation.EVIDENCE_STATE_ROLLS)

    async def freeze_rolls(self) -> int:
        """Freezes every roll and has two scrutineers attest each; returns the number of rows."""

        async def freeze_one(co_op: DemoCoOp) -> int:
            frozen = await freeze_roll(co_op.connection, self.vote_id)
            rows = sum(group.rows for group in frozen.groups)
            co_op.steps.expect(f"rows of {co_op.name}", rows, len(co_op.persons))
            for number in SCRUTINEERS:
                attested = await attest_roll(co_op.connection, self.vote_id, co_op.persons[number])
                co_op.steps.expect(f"wrong rows of {co_op.name}", list(attested.wrong_person_ids), [])
            return rows

        return sum(await asyncio.gather(*map(freeze_one, self.co_ops)))

    async def write_cards(self, folder: Path) -> int:
        """Writes the cards of all members into a folder per co-op; returns their number."""
        return sum(
            await asyncio.gather(
                *(write_cards(co_op.connection, self.vote_id, folder / co_op.id, lambda _done, _whole: None) for co_op in self.co_ops)
            )
        )

    async def declare_ready(self) -> None:
        """Declares every co-op ready; returns when voting is open at all of them."""

        async def make_ready(co_op: DemoCoOp) -> None:
            request = pb.ReadyVoteRequest(vote_id=self.vote_id)
            await co_op.connection.as_secretary(co_op.connection.votes.ReadyVote, request, retried=True)

        async def may_vote(co_op: DemoCoOp) -> bool | None:
            return (await get_vote(co_op.connection, self.vote_id)).state == pb.VOTE_STATE_OPEN or None

        async def open_board(co_op: DemoCoOp) -> federation.BoardView | None:
            own = await self._own_board(co_op)
            return own if own.open else None

        await asyncio.gather(*map(make_ready, self.co_ops))
        await self.wait_for_state(federation.EVIDENCE_STATE_OPEN)
        await asyncio.gather(
            *(poll_until(partial(may_vote, co_op), _TIMEOUT_SECONDS, f"the opening at {co_op.name}") for co_op in self.co_ops)
        )
        for co_op in self.co_ops:
            board = await poll_until(partial(open_board, co_op), _TIMEOUT_SECONDS, f"the opening on the board of {co_op.name}")
            self._opened_with[co_op.id] = board.size

    async def wait_until_witnessed(self, *co_ops: DemoCoOp) -> None:
        """Returns when enough other co-ops hold every entry of these co-ops' boards."""

        async def all_held(co_op: DemoCoOp) -> bool | None:
            own = await self._own_board(co_op)
            return own.cut >= own.size or None

        await asyncio.gather(
            *(poll_until(partial(all_held, co_op), _TIMEOUT_SECONDS, f"the witnesses of {co_op.name}") for co_op in co_ops)
        )

    async def wait_for_entries(self, co_op: DemoCoOp, more: int) -> None:
        """Returns when a co-op's own board has `more` entries beyond those at the opening."""

        async def has_entries() -> bool | None:
            own = await self._own_board(co_op)
            return own.size >= self._opened_with[co_op.id] + more or None

        await poll_until(has_entries, _TIMEOUT_SECONDS, f"the ballots on the board of {co_op.name}")

    async def final_outcomes(self) -> list[federation.GetOutcomeResponse]:
        """The outcome at every co-op, once it is final and has all signatures."""
        await self.wait_for_state(federation.EVIDENCE_STATE_FINAL)
        return await asyncio.gather(*map(self._outcome, self.co_ops))

    async def wait_for_state(self, state: "federation.EvidenceState.ValueType") -> None:
        """Returns when the evidence of every co-op proves this state. Raises CommandError if that takes too long."""

        async def has_state(co_op: DemoCoOp) -> bool | None:
            current = (await self._evidence(co_op)).state
            if current in _CLOSED and current != state:
                co_op.steps.note(f"the vote at {co_op.name} is {federation.EvidenceState.Name(current)}")
                return False
            return current == state or None

        name = federation.EvidenceState.Name(state)
        await asyncio.gather(*(poll_until(partial(has_state, co_op), _TIMEOUT_SECONDS, f"{name} at {co_op.name}") for co_op in self.co_ops))

    @property
    def concluded_from(self) -> Timestamp:
        """T: entries witnessed by then count."""
        return Timestamp(seconds=self.terms.concluded_from)

    async def _own_board(self, co_op: DemoCoOp) -> federation.BoardView:
        return next(board for board in (await self._evidence(co_op)).boards if board.us)

    async def _evidence(self, co_op: DemoCoOp) -> federation.GetVoteEvidenceResponse:
        request = federation.GetVoteEvidenceRequest(vote_id=self.vote_id)
        return await co_op.connection.as_secretary(co_op.connection.evidence.GetVoteEvidence, request)

    async def _outcome(self, co_op: DemoCoOp) -> federation.GetOutcomeResponse:
        async def signed_outcome() -> federation.GetOutcomeResponse | None:
            request = federation.GetOutcomeRequest(vote_id=self.vote_id)
            response = await co_op.connection.as_secretary(co_op.connection.evidence.GetOutcome, request)
            return response if len(response.signers) == len(self.co_ops) else None

        return await poll_until(signed_outcome, _TIMEOUT_SECONDS, f"all signatures at {co_op.name}")
