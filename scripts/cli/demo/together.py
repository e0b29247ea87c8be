"""The demonstration's vote of three co-ops: terms, rolls, cards, ballots, and the evidence that each holds of it."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.terms import Terms, read_terms
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli import vote, vote_file
from scripts.cli.demo.clock import until
from scripts.cli.demo.co_op import SCRUTINEERS, CoOp
from scripts.cli.patience import patiently
from scripts.cli.vote_cards import write_cards
from scripts.cli.vote_named import seen, votes
from scripts.cli.vote_roll import attest, freeze

_SECONDS = 60.0
_CLOSED = (federation.EVIDENCE_STATE_FINAL, federation.EVIDENCE_STATE_DISPUTED, federation.EVIDENCE_STATE_VOID)


class Together:
    """One vote, as every co-op of the demonstration sees it."""

    def __init__(self, co_ops: Sequence[CoOp], vote_id: str, terms: Terms) -> None:
        self.co_ops = co_ops
        self.vote = vote_id
        self.terms = terms
        self._opened_with: dict[str, int] = {}
        """Entries on each co-op's own board when voting began."""

    @classmethod
    async def propose(cls, co_ops: Sequence[CoOp], file: Path) -> "Together":
        """The first drafts it; back when its terms have come to all."""
        convener = co_ops[0]
        draft_id = await vote.draft(convener.door, vote_file.read(file, convener.door.instance.co_op.zone))

        async def composed() -> str | None:
            return await vote.terms_of(convener.door, draft_id) or None

        async def has_come(co_op: CoOp) -> bool | None:
            return any([one.vote_id == vote_id async for one in votes(co_op.door)]) or None

        vote_id = await until(composed, _SECONDS, "the others' keys")
        await asyncio.gather(*(until(partial(has_come, one), _SECONDS, f"the terms at {one.name}") for one in co_ops))
        found = [await seen(one.door, vote_id) for one in co_ops]
        convener.steps.expect("different terms", len({one.terms for one in found}), 1)
        return cls(co_ops, vote_id, read_terms(found[0].terms))

    async def join(self, decisions: Mapping[str, governance.Decision]) -> None:
        """Each by its own decision; back when every board shows it."""

        async def one_joins(co_op: CoOp) -> None:
            asked = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=self.vote, decision_number=decisions[co_op.id].number)
            await patiently(lambda: ask(co_op.door.votes.JoinVote, asked, co_op.door.secretary()))

        await asyncio.gather(*map(one_joins, self.co_ops))
        await self.reach(federation.EVIDENCE_STATE_ROLLS)

    async def freeze(self) -> int:
        """Every roll, opened row by row by two scrutineers each; how many rows there are."""

        async def one_roll(co_op: CoOp) -> int:
            frozen = await freeze(co_op.door, self.vote)
            rows = sum(one.rows for one in frozen.groups)
            co_op.steps.expect(f"rows of {co_op.name}", rows, len(co_op.persons))
            for number in SCRUTINEERS:
                attested = await attest(co_op.door, self.vote, co_op.persons[number])
                co_op.steps.expect(f"wrong rows of {co_op.name}", list(attested.wrong_person_ids), [])
            return rows

        return sum(await asyncio.gather(*map(one_roll, self.co_ops)))

    async def cards(self, folder: Path) -> int:
        """Everybody's, in a folder for each co-op; how many."""
        return sum(
            await asyncio.gather(*(write_cards(one.door, self.vote, folder / one.id, lambda _done, _whole: None) for one in self.co_ops))
        )

    async def ready(self) -> None:
        """Back when it is open everywhere."""

        async def one_ready(co_op: CoOp) -> None:
            asked = pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=self.vote)
            await patiently(lambda: ask(co_op.door.votes.ReadyVote, asked, co_op.door.secretary()))

        async def may_vote(co_op: CoOp) -> bool | None:
            return (await seen(co_op.door, self.vote)).state == pb.VOTE_STATE_OPEN or None

        async def open_board(co_op: CoOp) -> federation.BoardView | None:
            own = await self._own_board(co_op)
            return own if own.open else None

        await asyncio.gather(*map(one_ready, self.co_ops))
        await self.reach(federation.EVIDENCE_STATE_OPEN)
        await asyncio.gather(*(until(partial(may_vote, one), _SECONDS, f"the opening at {one.name}") for one in self.co_ops))
        for one in self.co_ops:
            board = await until(partial(open_board, one), _SECONDS, f"the opening on the board of {one.name}")
            self._opened_with[one.id] = board.size

    async def witnessed(self, *co_ops: CoOp) -> None:
        """Back when everything on these co-ops' boards is held by enough others."""

        async def all_held(co_op: CoOp) -> bool | None:
            own = await self._own_board(co_op)
            return own.cut >= own.size or None

        await asyncio.gather(*(until(partial(all_held, one), _SECONDS, f"the witnesses of {one.name}") for one in co_ops))

    async def entries_on_board(self, co_op: CoOp, more: int) -> None:
        """Back when a co-op's own board has so many entries beyond those it had when it opened."""

        async def there() -> bool | None:
            own = await self._own_board(co_op)
            return own.size >= self._opened_with[co_op.id] + more or None

        await until(there, _SECONDS, f"the ballots on the board of {co_op.name}")

    async def outcomes(self) -> list[federation.GetOutcomeResponse]:
        """Of every co-op, once each says that it is final and holds everybody's signature."""
        await self.reach(federation.EVIDENCE_STATE_FINAL)
        return await asyncio.gather(*map(self._outcome, self.co_ops))

    async def reach(self, state: "federation.EvidenceState.ValueType") -> None:
        """Back when every co-op's evidence proves this state. Raises CommandError when it goes elsewhere, or takes too long."""

        async def there(co_op: CoOp) -> bool | None:
            found = (await self._evidence(co_op)).state
            if found in _CLOSED and found != state:
                co_op.steps.note(f"the vote at {co_op.name} is {federation.EvidenceState.Name(found)}")
                return False
            return found == state or None

        name = federation.EvidenceState.Name(state)
        await asyncio.gather(*(until(partial(there, one), _SECONDS, f"{name} at {one.name}") for one in self.co_ops))

    @property
    def concluded_from(self) -> Timestamp:
        """T: what is witnessed by then counts."""
        return Timestamp(seconds=self.terms.concluded_from)

    async def _own_board(self, co_op: CoOp) -> federation.BoardView:
        return next(one for one in (await self._evidence(co_op)).boards if one.us)

    async def _evidence(self, co_op: CoOp) -> federation.GetVoteEvidenceResponse:
        asked = federation.GetVoteEvidenceRequest(vote_id=self.vote)
        return await ask(co_op.door.evidence.GetVoteEvidence, asked, co_op.door.secretary())

    async def _outcome(self, co_op: CoOp) -> federation.GetOutcomeResponse:
        async def there() -> federation.GetOutcomeResponse | None:
            asked = federation.GetOutcomeRequest(vote_id=self.vote)
            answer = await ask(co_op.door.evidence.GetOutcome, asked, co_op.door.secretary())
            return answer if len(answer.signers) == len(self.co_ops) else None

        return await until(there, _SECONDS, f"all signatures at {co_op.name}")
