"""Open posts on the board of peers and neighbours, by words and kind. Nobody is ranked: the newest stands first."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.matching.domain.peer_post import PeerPost, searched_words
from services.matching.storage import introductions, peer_noes, peer_pairs, peer_posts
from services.matching.storage.peer_posts import WantedPosts


@dataclass(frozen=True)
class OpenPeerPost:
    """`known`: the reader is getting to know who wrote it as a peer, or they are a pair."""

    post: PeerPost
    known: bool


@dataclass(frozen=True)
class PeerPostFilter:
    """What is looked for; what is None or empty does not matter."""

    words: str
    side: PeerPostSide | None
    kind: PeerHelpKind | None


async def find_peer_posts(work: UnitOfWork, wanted: PeerPostFilter, page: PageRequest, *, zone: ZoneInfo) -> Page[OpenPeerPost]:
    """Without the reader's own, and those whom the reader does not want to see.

    Nothing for who is no member (row-level security). What the others said is never asked, so that nobody can read a no of theirs from the
    list. Raises NotAllowed PERSON_NEEDED, Invalid WORDS_TOO_LONG, PAGE_SIZE_NEGATIVE or PAGE_TOKEN_FOREIGN.
    """
    reader = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    posts = WantedPosts(searched_words(wanted.words), wanted.side, wanted.kind)
    hidden = {reader, *await peer_noes.hidden_from(work, reader)}
    found = await peer_posts.list_open(work, posts, page, without=hidden, today=today)
    known = {live.other(reader) for live in await introductions.list_live_peers(work, reader) if live.is_live(work.now)}
    known |= {pair.peers.other(reader) for pair in await peer_pairs.list_of(work, reader)}
    await audit.record_read(work, "peer post", "find", *{post.person for post in found.items})
    return found.map(lambda post: OpenPeerPost(post, post.person in known))
