"""The RPCs that bring two members together as peers, and those of the Link. Nobody calls them in another's place."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import peers_pb2 as pb
from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, timestamp
from services.matching.commands.answer_peer_post import answer_peer_post
from services.matching.commands.ask_peers_to_talk import ask_peers_to_talk
from services.matching.commands.end_peer_pair import end_peer_pair
from services.matching.commands.lift_peer_no import lift_peer_no
from services.matching.commands.say_peer_no import say_peer_no
from services.matching.commands.say_peer_yes import say_peer_yes
from services.matching.domain.introduction import Introduction
from services.matching.domain.peer_pair import PeerPair
from services.matching.queries.get_peers import OwnPeers, get_peers
from services.matching.queries.list_peer_pairs import list_peer_pairs
from services.matching.storage.peer_noes import PeerNo


def peer_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    return bind(
        pb,
        "PeerService",
        runtime.transactions,
        {
            "AnswerPeerPost": command(_post, partial(answer_peer_post, zone=zone), _begun),
            "SayPeerYes": command(_yes, say_peer_yes, _step),
            "SayPeerNo": command(_no, say_peer_no, lambda _: pb.SayPeerNoResponse()),
            "LiftPeerNo": command(_person, lift_peer_no, lambda _: pb.LiftPeerNoResponse()),
            "GetPeers": query(_nothing, get_peers, _own),
            "EndPeerPair": command(_pair_id, end_peer_pair, lambda _: pb.EndPeerPairResponse()),
            "ListPeerPairs": query(_page, list_peer_pairs, _pairs),
            "AskPeersToTalk": command(_pair_id, ask_peers_to_talk, lambda _: pb.AskPeersToTalkResponse()),
        },
    )


def _post(request: pb.AnswerPeerPostRequest) -> tuple[UUID]:
    return (parse_id("post_id", request.post_id),)


def _yes(request: pb.SayPeerYesRequest) -> tuple[UUID, IntroductionStep]:
    shown = from_wire(introductions.IntroductionStep, IntroductionStep, request.step, "step", "STEP_UNKNOWN")
    return parse_id("person_id", request.person_id), shown


def _no(request: pb.SayPeerNoRequest) -> tuple[UUID, NoKind]:
    return parse_id("person_id", request.person_id), NoKind.BLOCK if request.block else NoKind.NO


def _person(request: pb.LiftPeerNoRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _pair_id(request: pb.EndPeerPairRequest | pb.AskPeersToTalkRequest) -> tuple[UUID]:
    return (parse_id("pair_id", request.pair_id),)


def _nothing(_: pb.GetPeersRequest) -> tuple[()]:
    return ()


def _page(request: pb.ListPeerPairsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _begun(step: IntroductionStep) -> pb.AnswerPeerPostResponse:
    return pb.AnswerPeerPostResponse(step=to_wire(introductions.IntroductionStep, step))


def _step(step: IntroductionStep) -> pb.SayPeerYesResponse:
    return pb.SayPeerYesResponse(step=to_wire(introductions.IntroductionStep, step))


def _own(own: OwnPeers) -> pb.GetPeersResponse:
    return pb.GetPeersResponse(
        introductions=[_introduction(live, own.person) for live in own.live],
        not_now=[_not_now(no) for no in own.not_now],
        pairs=[_own_pair(pair, own.person) for pair in own.pairs],
    )


def _introduction(live: Introduction, person: UUID) -> pb.PeerIntroduction:
    """As this one sees it; what the other said stays out."""
    side = live.side_of(person)
    return pb.PeerIntroduction(
        person_id=str(live.other(person)),
        step=to_wire(introductions.IntroductionStep, live.step),
        said_yes=live.said(side) is True,
        asked=live.was_asked(side),
        until=timestamp(live.until) if live.until else None,
    )


def _not_now(no: PeerNo) -> pb.PeerNotNow:
    return pb.PeerNotNow(person_id=str(no.other), kind=to_wire(introductions.NoKind, no.kind), at=timestamp(no.at))


def _own_pair(pair: PeerPair, person: UUID) -> pb.OwnPeerPair:
    return pb.OwnPeerPair(
        pair_id=str(pair.id),
        person_id=str(pair.peers.other(person)),
        paired_at=timestamp(pair.paired_at),
        talk_asked_at=timestamp(pair.talk_asked_at) if pair.talk_asked_at else None,
        talk_asked_by=str(pair.talk_asked_by) if pair.talk_asked_by else "",
    )


def _pairs(page: Page[PeerPair]) -> pb.ListPeerPairsResponse:
    return pb.ListPeerPairsResponse(pairs=[_pair(pair) for pair in page.items], next_page_token=page.next_token)


def _pair(pair: PeerPair) -> pb.PeerPair:
    return pb.PeerPair(
        pair_id=str(pair.id),
        person_ids=[str(pair.first), str(pair.second)],
        paired_at=timestamp(pair.paired_at),
        talk_asked_at=timestamp(pair.talk_asked_at) if pair.talk_asked_at else None,
    )
