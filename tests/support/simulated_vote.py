"""Real governance in a federated vote. A publisher replaces federation, and the other parties exist only as keys.

async with simulated_vote(infrastructure, user=6, worker=5) as voting:
    await voting.open()
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
from libs.boards.vote_terms import OBSERVER, PARTICIPANT, Party, VoteTerms, read_terms
from libs.database.engine import new_id
from libs.rpc.client import call_service
from libs.signing import canonical, statement
from tests.support.member_assembly import HOUR, RULEBOOK, MemberAssembly, member_assembly, to_timestamp
from tests.support.running_co_op import EventPublisher, Infrastructure, event_publisher

OWN_ID = "0000test"
OTHER_PARTICIPANTS = ("brook", "cove")
OBSERVER_ID = "dale"


def make_party(co_op: str, draft: str, kind: str = PARTICIPANT) -> Party:
    """A party whose keys are always the same for the same co-op and draft, with a valid signature."""
    keys = {role: _key(co_op, draft, role) for role in ("root", "statement", "board", "witness", "signer")}
    public = {role: key.public_key().public_bytes_raw() for role, key in keys.items()}
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
    sig = statement.sign(keys["signer"], "vote-keys", unsigned.vote_keys_body(draft))
    return Party(**{**unsigned.__dict__, "sig": sig})


def _key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(" ".join(words).encode()).digest())


def member_identity(person: UUID) -> str:
    """A member's identity text as the register has it."""
    return f"{person.int % 9973}\nMember {person.hex[-6:]}"


@dataclass
class SimulatedVote:
    """A co-op in a vote with two other participants and one observer."""

    assembly: MemberAssembly
    federation: EventPublisher
    scrutineers: tuple[UUID, UUID] = field(default_factory=lambda: (new_id(), new_id()))
    terms: VoteTerms = field(init=False)

    @property
    def stub(self) -> VoteServiceStub:
        return self.assembly.co_op.stub(VoteServiceStub)

    @property
    def vote(self) -> str:
        return self.terms.vote

    @property
    def voters(self) -> list[UUID]:
        """All members who may vote."""
        return [person for name, people in self.assembly.members.items() if name != "friend" for person in people]

    def scrutineer(self, number: int = 0) -> str:
        return self.assembly.co_op.token(self.scrutineers[number], hat="scrutineer")

    async def give_hats(self) -> None:
        facts = [(HatGiven(person_id=str(scrutineer), hat="scrutineer"), str(scrutineer)) for scrutineer in self.scrutineers]
        await self.assembly.identity.publish(*facts)
        await self.assembly.co_op.wait_until_consumed("governance", "identity")

    async def count_events(self, kind: str) -> int:
        """How often our governance has published an event of that name."""
        return [type(event).__name__ for event in await self.assembly.co_op.published_events("governance")].count(kind)

    # --- drafting the terms

    def question(self, **changed: object) -> pb.DraftVoteRequest:
        now = self.assembly.co_op.now()
        request = pb.DraftVoteRequest(
            request_id=str(new_id()),
            question="Shall we share a night line?",
            text="Each co-op would take one night in three.",
            resolution_type="ordinary",
            participants=list(OTHER_PARTICIPANTS),
            observers=[OBSERVER_ID],
            k=2,
            open_latest=to_timestamp(now + timedelta(seconds=HOUR)),
            closes_at=to_timestamp(now + timedelta(seconds=2 * HOUR)),
            settlers="The three chairs together",
        )
        return pb.DraftVoteRequest(**{**{field.name: value for field, value in request.ListFields()}, **changed})

    async def draft(self, request: pb.DraftVoteRequest | None = None) -> str:
        response: pb.DraftVoteResponse = await call_service(
            self.stub.DraftVote, request or self.question(), self.assembly.secretary_token()
        )
        return response.draft_id

    async def compose(self, draft: str, classes: Mapping[str, int] | None = None, *, keys_of: str = "") -> bytes:
        """Composes the terms as federation does. `keys_of` uses the keys of another draft, which must be refused."""
        counted = [pb.ClassCount(member_class=name, people=people) for name, people in (classes or {"user": 6, "worker": 5}).items()]
        kinds = {OWN_ID: PARTICIPANT, **dict.fromkeys(OTHER_PARTICIPANTS, PARTICIPANT), OBSERVER_ID: OBSERVER}
        parties = [
            pb.PartyKeys(party=canonical.encode(make_party(co_op, keys_of or draft, kind).json()), classes=counted)
            for co_op, kind in kinds.items()
        ]
        response: pb.ComposeTermsResponse = await call_service(
            self.stub.ComposeTerms, pb.ComposeTermsRequest(draft_id=draft, parties=parties), self.assembly.co_op.federation_token()
        )
        return response.terms

    async def take_terms(self, terms: bytes) -> str:
        response: pb.TakeTermsResponse = await call_service(
            self.stub.TakeTerms, pb.TakeTermsRequest(terms=terms), self.assembly.co_op.federation_token()
        )
        return response.vote_id

    async def propose(self, **changed: object) -> None:
        """Drafts the vote and accepts its terms; it then waits for our decision."""
        self.terms = read_terms(await self.compose(await self.draft(self.question(**changed))))
        assert await self.take_terms(self.terms.data) == self.vote

    # --- preparing the vote

    async def decide(self, *, passes: bool = True) -> int:
        """Runs a motion of our own members and returns its number in the decision log."""
        co_op = self.assembly.co_op
        motion = await self.assembly.open_motion(self.assembly.question(hours=1.5))
        await self.assembly.cast(self.voters[0], motion, "for" if passes else "against")
        shifted = co_op.shifted
        await co_op.move_clock(shifted + 2 * HOUR)
        await self.assembly.wait_for_result(motion)
        decisions = await self.assembly.co_op.all_rows("governance", "decision")
        return max(int(str(row[0])) for row in decisions)

    async def join(self, number: int, *, request_id: str = "", vote_id: str = "") -> pb.Vote:
        request = pb.JoinVoteRequest(request_id=request_id or str(new_id()), vote_id=vote_id or self.vote, decision_number=number)
        response: pb.JoinVoteResponse = await call_service(self.stub.JoinVote, request, self.assembly.secretary_token())
        return response.vote

    def people(self, *without: UUID, instead: Mapping[UUID, str] | None = None) -> list[pb.RowIdentity]:
        chosen = [voter for voter in self.voters if voter not in without]
        return [pb.RowIdentity(person_id=str(item), identity=(instead or {}).get(item, member_identity(item))) for item in chosen]

    async def freeze(self, people: list[pb.RowIdentity] | None = None, token: str = "") -> pb.Vote:
        request = pb.FreezeVoteRollRequest(request_id=str(new_id()), vote_id=self.vote, people=self.people() if people is None else people)
        response: pb.FreezeVoteRollResponse = await call_service(
            self.stub.FreezeVoteRoll, request, token or self.assembly.secretary_token()
        )
        return response.vote

    async def attest(self, token: str, people: list[pb.RowIdentity] | None = None) -> pb.AttestVoteRollResponse:
        request = pb.AttestVoteRollRequest(request_id=str(new_id()), vote_id=self.vote, people=self.people() if people is None else people)
        response: pb.AttestVoteRollResponse = await call_service(self.stub.AttestVoteRoll, request, token)
        return response

    async def ready(self) -> pb.Vote:
        request = pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=self.vote)
        response: pb.ReadyVoteResponse = await call_service(self.stub.ReadyVote, request, self.assembly.secretary_token())
        return response.vote

    async def publish(self, fact: Message) -> None:
        """Publishes an event as federation and waits until governance has consumed it."""
        await self.federation.publish((fact, self.vote), at=self.assembly.co_op.now())
        await self.assembly.co_op.wait_until_consumed("governance", "federation")

    async def open(self, **changed: object) -> None:
        """Runs every step until ballots are accepted. The clock is then some minutes on."""
        number = await self.decide()
        await self.propose(**changed)
        await self.join(number)
        await self.freeze()
        for number in range(2):
            await self.attest(self.scrutineer(number))
        await self.ready()
        await self.publish(federation.VoteOpened(vote_id=self.vote))

    # --- voting

    async def cast(
        self, person: UUID, *options: str, revision: int = 0, request_id: str = "", withdraw: bool = False, points: int = 0
    ) -> pb.VoteBallot:
        request = pb.CastVoteBallotRequest(
            request_id=request_id or str(new_id()),
            vote_id=self.vote,
            marks=[pb.Mark(option=option, points=points) for option in options],
            revision=revision,
            withdraw=withdraw,
        )
        response: pb.CastVoteBallotResponse = await call_service(self.stub.CastVoteBallot, request, self.assembly.co_op.token(person))
        return response.ballot

    async def get_vote(self, token: str = "") -> pb.Vote:
        request = pb.GetVoteRequest(vote_id=self.vote)
        response: pb.GetVoteResponse = await call_service(self.stub.GetVote, request, token or self.assembly.secretary_token())
        return response.vote


@asynccontextmanager
async def simulated_vote(infrastructure: Infrastructure, **members: int) -> AsyncIterator[SimulatedVote]:
    """Runs governance with members and hats, and a publisher for federation. Nothing is drafted yet."""
    async with (
        member_assembly(infrastructure, rulebook=RULEBOOK, **members) as assembly,
        event_publisher(assembly.co_op, "federation") as publisher,
    ):
        voting = SimulatedVote(assembly, publisher)
        await voting.give_hats()
        yield voting
