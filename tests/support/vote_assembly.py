"""Governance in a vote with other co-ops; federation is a voice here, and the other parties are keys made for the test.

async with a_vote(kith, user=6, worker=5) as voting:
    await voting.open_it()
    await voting.cast(voting.assembly.members["user"][0], "for")
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.message import Message

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.identity.facts.v1.facts_pb2 import HatGiven
from libs.boards.terms import OBSERVER, PARTICIPANT, Party, Terms, read_terms
from libs.database.engine import new_id
from libs.rpc.client import ask
from libs.signing import canonical, statement
from tests.support.assembly import HOUR, RULEBOOK, Assembly, an_assembly, stamp
from tests.support.running import Kith, Voice, voice_of

US = "0000test"
OTHERS = ("brook", "cove")
WITNESS = "dale"


def made_party(co_op: str, draft: str, kind: str = PARTICIPANT) -> Party:
    """With keys that are always the same for the same co-op and draft, and vouched for."""
    keys = {one: _key(co_op, draft, one) for one in ("root", "statement", "board", "witness", "signer")}
    public = {one: key.public_key().public_bytes_raw() for one, key in keys.items()}
    unsigned = Party(
        id=co_op,
        kind=kind,
        root=public["root"],
        statement=public["statement"],
        board=public["board"],
        witness=public["witness"],
        reachable=True,
        signer=public["signer"],
        sig=bytes(64),
    )
    sig = statement.sign(keys["signer"], "vote-keys", unsigned.vouched(draft))
    return Party(**{**unsigned.__dict__, "sig": sig})


def _key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(" ".join(words).encode()).digest())


def identity_of(person: UUID) -> str:
    """As the register would have it."""
    return f"{person.int % 9973}\nMember {person.hex[-6:]}"


@dataclass
class Voting:
    """A co-op in a vote with two others and one that only witnesses."""

    assembly: Assembly
    federation: Voice
    scrutineers: tuple[UUID, UUID] = field(default_factory=lambda: (new_id(), new_id()))
    terms: Terms = field(init=False)

    @property
    def desk(self) -> VoteServiceStub:
        return self.assembly.co_op.stub(VoteServiceStub)

    @property
    def vote(self) -> str:
        return self.terms.vote

    @property
    def everybody(self) -> list[UUID]:
        """Who may vote."""
        return [one for name, people in self.assembly.members.items() if name != "friend" for one in people]

    def scrutineer(self, number: int = 0) -> str:
        return self.assembly.co_op.token(self.scrutineers[number], hat="scrutineer")

    async def give_hats(self) -> None:
        facts = [(HatGiven(person_id=str(one), hat="scrutineer"), str(one)) for one in self.scrutineers]
        await self.assembly.identity.state(*facts)
        await self.assembly.co_op.heard("governance", "identity")

    # --- until there are terms

    def question(self, **changed: object) -> pb.DraftVoteRequest:
        now = self.assembly.co_op.now()
        asked = pb.DraftVoteRequest(
            request_id=str(new_id()),
            question="Shall we share a night line?",
            text="Each co-op would take one night in three.",
            resolution_type="ordinary",
            participants=list(OTHERS),
            observers=[WITNESS],
            k=2,
            open_latest=stamp(now + timedelta(seconds=HOUR)),
            closes_at=stamp(now + timedelta(seconds=2 * HOUR)),
            settlers="The three chairs together",
        )
        return pb.DraftVoteRequest(**{**{one.name: value for one, value in asked.ListFields()}, **changed})

    async def draft(self, asked: pb.DraftVoteRequest | None = None) -> str:
        answered: pb.DraftVoteResponse = await ask(self.desk.DraftVote, asked or self.question(), self.assembly.chair())
        return answered.draft_id

    async def compose(self, draft: str, classes: Mapping[str, int] | None = None, *, keys_of: str = "") -> bytes:
        """As federation asks, without a token. `keys_of`: the keys made for another draft, to be told that they are not ours."""
        counted = [pb.ClassCount(member_class=name, people=people) for name, people in (classes or {"user": 6, "worker": 5}).items()]
        kinds = {US: PARTICIPANT, **dict.fromkeys(OTHERS, PARTICIPANT), WITNESS: OBSERVER}
        parties = [
            pb.PartyKeys(party=canonical.encode(made_party(co_op, keys_of or draft, kind).json()), classes=counted)
            for co_op, kind in kinds.items()
        ]
        answered: pb.ComposeTermsResponse = await ask(self.desk.ComposeTerms, pb.ComposeTermsRequest(draft_id=draft, parties=parties))
        return answered.terms

    async def take(self, terms: bytes) -> str:
        answered: pb.TakeTermsResponse = await ask(self.desk.TakeTerms, pb.TakeTermsRequest(terms=terms))
        return answered.vote_id

    async def propose(self, **changed: object) -> None:
        """Draft, terms, taken: the vote waits for our decision."""
        self.terms = read_terms(await self.compose(await self.draft(self.question(**changed))))
        assert await self.take(self.terms.data) == self.vote

    # --- step by step

    async def decide(self, *, passes: bool = True) -> int:
        """A motion of our own members; gives its number in the log."""
        co_op = self.assembly.co_op
        motion = await self.assembly.open_motion(self.assembly.question(hours=1.5))
        await self.assembly.cast(self.everybody[0], motion, "for" if passes else "against")
        shifted = int((co_op.process.clock.offset()).total_seconds())
        await co_op.move_clock(shifted + 2 * HOUR)
        await self.assembly.result(motion)
        decisions = await self.assembly.co_op.everything("governance", "decision")
        return max(int(str(row[0])) for row in decisions)

    async def join(self, number: int, *, request_id: str = "", vote_id: str = "") -> pb.Vote:
        asked = pb.JoinVoteRequest(request_id=request_id or str(new_id()), vote_id=vote_id or self.vote, decision_number=number)
        answered: pb.JoinVoteResponse = await ask(self.desk.JoinVote, asked, self.assembly.chair())
        return answered.vote

    def people(self, *without: UUID, instead: Mapping[UUID, str] | None = None) -> list[pb.RowIdentity]:
        chosen = [one for one in self.everybody if one not in without]
        return [pb.RowIdentity(person_id=str(one), identity=(instead or {}).get(one, identity_of(one))) for one in chosen]

    async def freeze(self, people: list[pb.RowIdentity] | None = None, token: str = "") -> pb.Vote:
        asked = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=self.vote, people=self.people() if people is None else people)
        answered: pb.FreezeVoteRollResponse = await ask(self.desk.FreezeVoteRoll, asked, token or self.assembly.chair())
        return answered.vote

    async def attest(self, token: str, people: list[pb.RowIdentity] | None = None) -> pb.AttestVoteRollResponse:
        asked = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=self.vote, people=self.people() if people is None else people)
        answered: pb.AttestVoteRollResponse = await ask(self.desk.AttestVoteRoll, asked, token)
        return answered

    async def ready(self) -> pb.Vote:
        asked = pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=self.vote)
        answered: pb.ReadyVoteResponse = await ask(self.desk.ReadyVote, asked, self.assembly.chair())
        return answered.vote

    async def state(self, fact: Message) -> None:
        """Federation states it, and governance has heard."""
        await self.federation.state((fact, self.vote), at=self.assembly.co_op.now())
        await self.assembly.co_op.heard("governance", "federation")

    async def open_it(self, **changed: object) -> None:
        """Everything until ballots are taken. The clock is then some minutes on, and the close as far away as asked."""
        number = await self.decide()
        await self.propose(**changed)
        await self.join(number)
        await self.freeze()
        for one in range(2):
            await self.attest(self.scrutineer(one))
        await self.ready()
        await self.state(federation.VoteOpened(vote_id=self.vote))

    # --- voting

    async def cast(
        self, person: UUID, *options: str, revision: int = 0, request_id: str = "", withdraw: bool = False, points: int = 0
    ) -> pb.VoteBallot:
        asked = pb.CastVoteBallotRequest(
            request_id=request_id or str(new_id()),
            vote_id=self.vote,
            marks=[pb.Mark(option=one, points=points) for one in options],
            revision=revision,
            withdraw=withdraw,
        )
        answered: pb.CastVoteBallotResponse = await ask(self.desk.CastVoteBallot, asked, self.assembly.co_op.token(person))
        return answered.ballot

    async def seen(self, token: str = "") -> pb.Vote:
        asked = pb.GetVoteRequest(vote_id=self.vote)
        answered: pb.GetVoteResponse = await ask(self.desk.GetVote, asked, token or self.assembly.chair())
        return answered.vote


@asynccontextmanager
async def a_vote(kith: Kith, **members: int) -> AsyncIterator[Voting]:
    """Governance with members, hats given, federation's voice there. Nothing is drafted yet."""
    async with an_assembly(kith, rulebook=RULEBOOK, **members) as assembly, voice_of(assembly.co_op, "federation") as voice:
        voting = Voting(assembly, voice)
        await voting.give_hats()
        yield voting
