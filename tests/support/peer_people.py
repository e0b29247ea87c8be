"""Members of a co-op in which only matching runs, who write posts and get to know each other as peers; and its Link."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.matching.v1 import introductions_pb2 as steps
from kith.matching.v1 import peer_posts_pb2 as posts
from kith.matching.v1 import peers_pb2 as pb
from kith.matching.v1.peer_posts_pb2_grpc import PeerPostServiceStub
from kith.matching.v1.peers_pb2_grpc import PeerServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure

INTEREST, MEETING = steps.INTRODUCTION_STEP_INTEREST, steps.INTRODUCTION_STEP_MEETING


class PeerPeople:
    """Calls in the names of people."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.co_op, self.token = people, people.co_op, people.co_op.token
        self.board, self.peers = people.co_op.stub(PeerPostServiceStub), people.co_op.stub(PeerServiceStub)

    async def make_link(self, *people: UUID) -> None:
        given = [(HatGiven(person_id=str(person), hat="secretary"), str(person)) for person in people]
        await self.people.identity.publish(*given)
        await self.co_op.wait_until_consumed("matching", "identity")

    async def write(self, person: UUID, words: str = "I can walk dogs.", token: str = "", *, agreed: bool = False, **said: object) -> str:
        side, kind = posts.PEER_POST_SIDE_OFFER, posts.PEER_HELP_KIND_PETS
        fields: dict[str, Any] = {"side": side, "kind": kind, "words": words} | said
        request = posts.WritePeerPostRequest(request_id=str(new_id()), post=posts.PeerPost(**fields), others_agreed=agreed)
        written: posts.WritePeerPostResponse = await call_service(self.board.WritePeerPost, request, token or self.token(person))
        return written.post_id

    async def withdraw(self, post: str, by: UUID) -> None:
        request = posts.WithdrawPeerPostRequest(request_id=str(new_id()), post_id=post)
        await call_service(self.board.WithdrawPeerPost, request, self.token(by))

    async def own_posts(self, of: UUID) -> list[str]:
        found = await call_service(self.board.GetPeerPosts, posts.GetPeerPostsRequest(), self.token(of))
        return [post.post_id for post in found.posts]

    async def page(self, by: UUID, words: str = "", token: str = "", **wanted: Any) -> posts.FindPeerPostsResponse:
        request = posts.FindPeerPostsRequest(words=words, **wanted)
        found: posts.FindPeerPostsResponse = await call_service(self.board.FindPeerPosts, request, token or self.token(by))
        return found

    async def board_of(self, by: UUID, words: str = "", **wanted: Any) -> list[tuple[str, bool]]:
        """The posts that they see, and whether they know who wrote them."""
        return [(post.post_id, post.known) for post in (await self.page(by, words, **wanted)).posts]

    async def answer(self, post: str, by: UUID) -> int:
        request = pb.AnswerPeerPostRequest(request_id=str(new_id()), post_id=post)
        answered: pb.AnswerPeerPostResponse = await call_service(self.peers.AnswerPeerPost, request, self.token(by))
        return answered.step

    async def yes(self, by: UUID, to: UUID, step: "steps.IntroductionStep.ValueType", token: str = "") -> int:
        request = pb.SayPeerYesRequest(request_id=str(new_id()), person_id=str(to), step=step)
        answered: pb.SayPeerYesResponse = await call_service(self.peers.SayPeerYes, request, token or self.token(by))
        return answered.step

    async def no(self, by: UUID, to: UUID, *, block: bool = False) -> None:
        request = pb.SayPeerNoRequest(request_id=str(new_id()), person_id=str(to), block=block)
        await call_service(self.peers.SayPeerNo, request, self.token(by))

    async def lift(self, by: UUID, of: UUID) -> None:
        request = pb.LiftPeerNoRequest(request_id=str(new_id()), person_id=str(of))
        await call_service(self.peers.LiftPeerNo, request, self.token(by))

    async def own(self, of: UUID) -> pb.GetPeersResponse:
        found: pb.GetPeersResponse = await call_service(self.peers.GetPeers, pb.GetPeersRequest(), self.token(of))
        return found

    async def end(self, pair: str, by: UUID) -> None:
        await call_service(self.peers.EndPeerPair, pb.EndPeerPairRequest(request_id=str(new_id()), pair_id=pair), self.token(by))

    async def pairs(self, link: UUID, *, hat: str = "secretary") -> list[pb.PeerPair]:
        found = await call_service(self.peers.ListPeerPairs, pb.ListPeerPairsRequest(), self.token(link, hat=hat))
        return list(found.pairs)

    async def ask_to_talk(self, pair: str, link: UUID, *, hat: str = "secretary") -> None:
        request = pb.AskPeersToTalkRequest(request_id=str(new_id()), pair_id=pair)
        await call_service(self.peers.AskPeersToTalk, request, self.token(link, hat=hat))

    async def become_a_pair(self, one: UUID, other: UUID) -> str:
        """By a post of `one` that `other` answers."""
        await self.answer(await self.write(one), other)
        await self.yes(one, other, INTEREST)
        await self.yes(one, other, MEETING)
        await self.yes(other, one, MEETING)
        return next(pair.pair_id for pair in (await self.own(one)).pairs if pair.person_id == str(other))


@asynccontextmanager
async def peer_people(infrastructure: Infrastructure) -> AsyncIterator[PeerPeople]:
    """A co-op with matching alone."""
    async with matching_people(infrastructure) as people:
        yield PeerPeople(people)
