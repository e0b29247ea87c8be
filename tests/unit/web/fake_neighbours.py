"""Fakes of the board of neighbours and of peers: Ada offers help, gets to know Jo, is a pair with Mo, and said no to Mo."""

from datetime import timedelta

from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import peer_posts_pb2 as posts
from kith.matching.v1 import peers_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

POST, PAIR = "01939f00-0000-7000-8000-0000000000e1", "01939f00-0000-7000-8000-0000000000e2"


class FakePeerPostService(FakeService):
    """Ada's own post, and two of others, with one more page; a search for chess finds nothing, nor does anything while `empty`."""

    def __init__(self) -> None:
        self.empty = False
        super().__init__(posts.DESCRIPTOR.services_by_name["PeerPostService"])

    def GetPeerPosts(self, _request: posts.GetPeerPostsRequest) -> posts.GetPeerPostsResponse:
        own = posts.PeerPost(
            post_id=POST, person_id=ADA, side=posts.PEER_POST_SIDE_OFFER, kind=posts.PEER_HELP_KIND_GARDEN,
            words="I can water plants.\n\nEvery day.", until_day="2027-02-20",
        )  # fmt: skip
        return posts.GetPeerPostsResponse(posts=[own])

    def FindPeerPosts(self, request: posts.FindPeerPostsRequest) -> posts.FindPeerPostsResponse:
        if self.empty or request.words == "chess":
            return posts.FindPeerPostsResponse()
        jo = posts.PeerPost(
            post_id=JO, person_id=JO, side=posts.PEER_POST_SIDE_ASK, kind=posts.PEER_HELP_KIND_COMPANY, words="I would like a chat.",
            experience="I use a wheelchair.", place="near the park", times="on Sundays", until_day="2026-12-01",
        )  # fmt: skip
        mo = posts.PeerPost(post_id=MO, person_id=MO, side=posts.PEER_POST_SIDE_OFFER, kind=99, words="New.", known=True)  # type: ignore[arg-type]  # of a newer version
        return posts.FindPeerPostsResponse(posts=[jo, mo], next_page_token="" if request.page_token else "next")


class FakePeerService(FakeService):
    """`step`, `said_yes` and `no_kind` are what a test wants to see on the page; `asked` is whether the Link asked to talk."""

    def __init__(self) -> None:
        self.step: intro.IntroductionStep.ValueType = intro.INTRODUCTION_STEP_INTEREST
        self.said_yes, self.asked = False, True
        self.no_kind: intro.NoKind.ValueType = intro.NO_KIND_NO
        super().__init__(pb.DESCRIPTOR.services_by_name["PeerService"])

    def GetPeers(self, _request: pb.GetPeersRequest) -> pb.GetPeersResponse:
        at = to_timestamp(NOW)
        first = pb.PeerIntroduction(
            person_id=JO, step=self.step, said_yes=self.said_yes, asked=not self.said_yes, until=to_timestamp(NOW + timedelta(days=9))
        )
        pair = pb.OwnPeerPair(
            pair_id=PAIR, person_id=MO, paired_at=at, talk_asked_at=at if self.asked else None, talk_asked_by=JO if self.asked else ""
        )
        return pb.GetPeersResponse(introductions=[first], not_now=[pb.PeerNotNow(person_id=MO, kind=self.no_kind, at=at)], pairs=[pair])

    def SayPeerYes(self, request: pb.SayPeerYesRequest) -> pb.SayPeerYesResponse:
        is_last = request.step == intro.INTRODUCTION_STEP_MEETING
        return pb.SayPeerYesResponse(step=intro.INTRODUCTION_STEP_PAIRED if is_last else request.step)

    def ListPeerPairs(self, request: pb.ListPeerPairsRequest) -> pb.ListPeerPairsResponse:
        at = to_timestamp(NOW)
        asked = pb.PeerPair(pair_id=JO, person_ids=[JO, MO], paired_at=at, talk_asked_at=at)
        quiet = pb.PeerPair(pair_id=PAIR, person_ids=[MO, JO], paired_at=at)
        return pb.ListPeerPairsResponse(pairs=[asked, quiet], next_page_token="" if request.page_token else "next")
