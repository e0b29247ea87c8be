"""Posts of neighbours in words, and the words to choose from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from kith.matching.v1 import peer_posts_pb2 as pb
from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.rpc.enums import known_word, to_wire
from services.web.page_context import PageContext


@dataclass(frozen=True)
class PostView:
    """One post, with what it is about and its last day in words."""

    id: str
    person_id: str
    name: str
    about: Markup
    words: str
    experience: str
    place: str
    times: str
    until: str
    known: bool


def post_view(ctx: PageContext, post: pb.PeerPost, name: str = "") -> PostView:
    """A side or kind that only a newer version knows is shown as an offer, or as something else."""
    side = known_word(pb.PeerPostSide, PeerPostSide, post.side, PeerPostSide.OFFER)
    kind = known_word(pb.PeerHelpKind, PeerHelpKind, post.kind, PeerHelpKind.OTHER)
    about = ctx.say(f"neighbour_side.{side}", kind=ctx.say(f"neighbour_kind.{kind}"))
    until = ctx.format_day(post.until_day)
    return PostView(post.post_id, post.person_id, name, about, post.words, post.experience, post.place, post.times, until, post.known)


def chosen(enum: Any, words: type[StrEnum], typed: str) -> Any:  # the generated enum classes are wrappers at run time, types for mypy
    """The number of a word that was chosen; 0, which the service refuses or takes for all, for none."""
    return to_wire(enum, words(typed)) if typed in list(words) else 0
