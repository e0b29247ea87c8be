"""The RPCs of the board of peers and neighbours. Nobody calls them in another's place."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import peer_posts_pb2 as pb
from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id
from services.matching.commands.withdraw_peer_post import withdraw_peer_post
from services.matching.commands.write_peer_post import write_peer_post
from services.matching.domain.peer_post import PeerPost, PeerPostWords
from services.matching.queries.find_peer_posts import OpenPeerPost, PeerPostFilter, find_peer_posts
from services.matching.queries.get_peer_posts import get_peer_posts


def peer_post_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    return bind(
        pb,
        "PeerPostService",
        runtime.transactions,
        {
            "WritePeerPost": command(_written, partial(write_peer_post, zone=zone), _named),
            "WithdrawPeerPost": command(_withdrawn, withdraw_peer_post, lambda _: pb.WithdrawPeerPostResponse()),
            "GetPeerPosts": query(_nothing, partial(get_peer_posts, zone=zone), _own),
            "FindPeerPosts": query(_wanted, partial(find_peer_posts, zone=zone), _found),
        },
    )


def _written(request: pb.WritePeerPostRequest) -> tuple[PeerPostWords]:
    post = request.post
    typed = PeerPostWords(
        from_wire(pb.PeerPostSide, PeerPostSide, post.side, "side", "SIDE_UNKNOWN"),
        from_wire(pb.PeerHelpKind, PeerHelpKind, post.kind, "kind", "KIND_UNKNOWN"),
        post.words,
        post.experience,
        post.place,
        post.times,
        parse_day("until_day", post.until_day),
        request.others_agreed,
    )
    return (typed,)


def _named(post: UUID) -> pb.WritePeerPostResponse:
    return pb.WritePeerPostResponse(post_id=str(post))


def _withdrawn(request: pb.WithdrawPeerPostRequest) -> tuple[UUID]:
    return (parse_id("post_id", request.post_id),)


def _nothing(_: pb.GetPeerPostsRequest) -> tuple[()]:
    return ()


def _wanted(request: pb.FindPeerPostsRequest) -> tuple[PeerPostFilter, PageRequest]:
    side = from_wire(pb.PeerPostSide, PeerPostSide, request.side, "side", "SIDE_UNKNOWN") if request.side else None
    kind = from_wire(pb.PeerHelpKind, PeerHelpKind, request.kind, "kind", "KIND_UNKNOWN") if request.kind else None
    return PeerPostFilter(request.words, side, kind), PageRequest(request.page_size, request.page_token)


def _own(posts: list[PeerPost]) -> pb.GetPeerPostsResponse:
    return pb.GetPeerPostsResponse(posts=[_message(post) for post in posts])


def _found(page: Page[OpenPeerPost]) -> pb.FindPeerPostsResponse:
    posts = [_message(found.post, known=found.known) for found in page.items]
    return pb.FindPeerPostsResponse(posts=posts, next_page_token=page.next_token)


def _message(post: PeerPost, *, known: bool = False) -> pb.PeerPost:
    return pb.PeerPost(
        post_id=str(post.id),
        person_id=str(post.person),
        side=to_wire(pb.PeerPostSide, post.side),
        kind=to_wire(pb.PeerHelpKind, post.kind),
        words=post.words,
        experience=post.experience,
        place=post.place,
        times=post.times,
        until_day=post.until_day.isoformat(),
        known=known,
    )
