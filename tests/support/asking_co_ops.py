"""Two co-ops that can ask one another: real matching, governance and federation of both, and calls in the names of their people."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import CredentialVerified
from kith.matching.v1 import asks_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.asks_pb2_grpc import AskServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.co_op_network import CoOpNetwork, NetworkServers, co_op_network
from tests.support.matching_people import FIRST_VISIT
from tests.support.networked_co_op import SERVICES, NetworkedCoOp
from tests.support.peer_traffic import PeerTraffic, record_peer_traffic

WORKERS = 8
"""All fit a signing ask on Tuesday mornings; two of them also one on Friday nights."""
ASK_KINDS = ("ask", "ask_ended", "ask_count", "ask_reply", "ask_reply_ended", "ask_agreed")
TUESDAY, FRIDAY_NIGHT = "tue_morning", "fri_night"
WORDS = pb.AskWords(languages=["bsl"], blocks=[TUESDAY], district="ZZ1")
Found = TypeVar("Found")


@dataclass
class AskingCoOp:
    """One of the two: who works there, and what its people ask of matching."""

    party: NetworkedCoOp

    @property
    def id(self) -> str:
        return self.party.id

    @property
    def workers(self) -> list[UUID]:
        return self.party.members["worker"]

    @property
    def user(self) -> UUID:
        return self.party.members["user"][0]

    @property
    def stub(self) -> AskServiceStub:
        return self.party.co_op.stub(AskServiceStub)

    def token(self, person: UUID) -> str:
        return self.party.co_op.token(person)

    async def ask(self, other: "AskingCoOp", words: pb.AskWords = WORDS, person: UUID | None = None) -> str:
        of = person or self.user
        request = pb.AskOtherCoOpsRequest(request_id=str(new_id()), person_id=str(of), words=words, co_ops=[other.id])
        await call_service(self.stub.AskOtherCoOps, request, self.token(of))
        found = await call_service(self.stub.GetAsks, pb.GetAsksRequest(person_id=str(of)), self.token(of))
        return str(found.asks[0].ask_id)

    async def withdraw(self, ask: str, person: UUID | None = None) -> None:
        request = pb.WithdrawAskRequest(request_id=str(new_id()), ask_id=ask)
        await call_service(self.stub.WithdrawAsk, request, self.token(person or self.user))

    async def own(self, ask: str, person: UUID | None = None) -> pb.OwnAsk | None:
        of = person or self.user
        found = await call_service(self.stub.GetAsks, pb.GetAsksRequest(person_id=str(of)), self.token(of))
        return next((one for one in found.asks if one.ask_id == ask), None)

    async def told(self, ask: str, person: UUID | None = None) -> int:
        """Waits for the count that came back."""

        async def look() -> int | None:
            own = await self.own(ask, person)
            return own.counts[0].at_least if own is not None and own.counts else None

        return await until(look)

    async def answer(self, reply: str, *, yes: bool) -> str:
        request = pb.AnswerAskReplyRequest(request_id=str(new_id()), reply_id=reply, yes=yes)
        answered: pb.AnswerAskReplyResponse = await call_service(self.stub.AnswerAskReply, request, self.token(self.user))
        return answered.reference

    async def replies(self, ask: str) -> list[pb.AskReply]:
        own = await self.own(ask)
        return list(own.replies) if own is not None else []

    async def a_reply(self, ask: str) -> pb.AskReply:
        """Waits until somebody there would like to be put in touch."""
        [reply] = await until(lambda: self.replies(ask))
        return reply

    async def asks_for(self, worker: UUID) -> pb.FindAsksResponse:
        found: pb.FindAsksResponse = await call_service(self.stub.FindAsks, pb.FindAsksRequest(), self.token(worker))
        return found

    async def shows(self, ask: str, worker: UUID) -> bool:
        return ask in {one.ask_id for one in (await self.asks_for(worker)).asks}

    async def reply(self, other: "AskingCoOp", ask: str, worker: UUID) -> str:
        request = pb.ReplyToAskRequest(request_id=str(new_id()), co_op=other.id, ask_id=ask)
        await call_service(self.stub.ReplyToAsk, request, self.token(worker))
        return next(one.reply_id for one in (await self.asks_for(worker)).replies if one.ask_id == ask)

    async def take_back(self, reply: str, worker: UUID) -> None:
        request = pb.TakeBackReplyRequest(request_id=str(new_id()), reply_id=reply)
        await call_service(self.stub.TakeBackReply, request, self.token(worker))

    async def agreed(self) -> list[pb.AgreedReply]:
        """What the Link sees."""
        found = await call_service(self.stub.GetAgreedReplies, pb.GetAgreedRepliesRequest(), self.party.secretary_token)
        return list(found.replies)

    async def verdicts(self, peer: str, *kinds: str) -> list[tuple[str, str]]:
        """How the letters of a peer were judged that are about asks, in their order; of these kinds only, where any are named."""
        async with self.party.co_op.database_transaction("federation") as connection:
            rows = await connection.fetch("select content, judged, reason from letter_in where peer = $1 order by seq", peer)
        judged = [(json.loads(bytes(row["content"]))["body"]["kind"], row["judged"], row["reason"]) for row in rows]
        return [(outcome, reason) for kind, outcome, reason in judged if kind in (kinds or ASK_KINDS)]

    async def offer(self, worker: UUID, *times: tuple[str, str, str]) -> None:
        spans = [profiles.WeeklyTime(day=day, begins=begins, ends=ends) for day, begins, ends in times]
        profile = profiles.GivingSupport(
            postcode="ZZ1 1AA",
            reach_km=30,
            times=spans,
            minutes_a_week=600,
            languages=["bsl", "en"],
            works_as=profiles.WORKS_AS_EMPLOYED,
            open=True,
        )
        request = profiles.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(worker), profile=profile)
        await call_service(self.party.co_op.stub(SupportProfileServiceStub).SetGivingSupport, request, self.token(worker))


@dataclass
class AskingPair:
    """Alder asks, and Brook has people who fit."""

    network: CoOpNetwork
    alder: AskingCoOp
    brook: AskingCoOp
    crossing: PeerTraffic
    """All that crossed between them since they began."""


async def until(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Waits until there is something: a minute at most."""
    async with asyncio.timeout(60):
        while True:
            found = await look()
            if found is not None and found != []:
                return found
            await asyncio.sleep(0.05)


@asynccontextmanager
async def asking_pair(network_servers: NetworkServers) -> AsyncIterator[AskingPair]:
    """Two paired co-ops; Brook's workers are ready for a first visit and offer support."""
    members = {"user": 4, "worker": WORKERS}
    services = (*SERVICES, "matching")
    with record_peer_traffic() as crossing:
        async with co_op_network(network_servers, 2, members=members, services=services) as network:
            alder, brook = AskingCoOp(network["alder"]), AskingCoOp(network["brook"])
            for one in (alder, brook):
                await one.party.co_op.wait_until_consumed("matching", "membership")
            verified = [
                (CredentialVerified(person_id=str(worker), credential_id=str(new_id()), kind=kind), str(worker))
                for worker in brook.workers
                for kind in FIRST_VISIT
            ]
            await brook.party.assembly.identity.publish(*verified)
            await brook.party.co_op.wait_until_consumed("matching", "identity")
            for number, worker in enumerate(brook.workers):
                nights = [("fri", "23:00", "24:00")] if number < 2 else []
                await brook.offer(worker, ("tue", "09:00", "11:00"), *nights)
            yield AskingPair(network, alder, brook, crossing)
