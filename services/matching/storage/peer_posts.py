"""Rows of posts on the board of peers and neighbours.

Each searched word is looked for within the words of a post, in whatever language they are: nothing is taken for the stem of a word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.matching.domain.peer_post import PeerPost
from services.matching.storage.tables import current_member, peer_post

_ADD = insert(peer_post)
_OWN = (
    select(peer_post)
    .where(peer_post.c.person == bindparam("of"), peer_post.c.until_day >= bindparam("today"))
    .order_by(peer_post.c.written_at.desc(), peer_post.c.id)
)
_FIND = select(peer_post).where(peer_post.c.id == bindparam("of"))
_WITHDRAW = delete(peer_post).where(peer_post.c.id == bindparam("of"))
_FORGET = delete(peer_post).where(peer_post.c.until_day < bindparam("today"))
_TEXT = func.concat_ws(" ", peer_post.c.words, peer_post.c.experience, peer_post.c.place, peer_post.c.times)
# In lower case and without accents, as `searched_words` are. Accents go first: some databases know lower case for ASCII letters alone.
_SEARCHED = func.lower(func.regexp_replace(func.normalize(_TEXT, literal_column("nfd")), "[\u0300-\u036f]", "", "g"))

_to_post = row_mapper(PeerPost)


@dataclass(frozen=True)
class WantedPosts:
    """Which posts are wanted; what is None or empty does not matter."""

    words: tuple[str, ...]
    side: PeerPostSide | None
    kind: PeerHelpKind | None


async def add(work: UnitOfWork, new: PeerPost) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def list_of(work: UnitOfWork, person: UUID, today: date) -> list[PeerPost]:
    """Those open today, newest first."""
    return list(map(_to_post, await work.connection.execute(_OWN, {"of": person, "today": today})))


async def find(work: UnitOfWork, of: UUID) -> PeerPost | None:
    row = (await work.connection.execute(_FIND, {"of": of})).first()
    return _to_post(row) if row else None


async def withdraw(work: UnitOfWork, of: UUID) -> None:
    await work.connection.execute(_WITHDRAW, {"of": of})


async def list_open(work: UnitOfWork, wanted: WantedPosts, page: PageRequest, *, without: Collection[UUID], today: date) -> Page[PeerPost]:
    """Of all members but these, newest first."""
    open_ones = (
        select(peer_post)
        .join(current_member, current_member.c.person == peer_post.c.person)
        .where(peer_post.c.until_day >= today, or_(current_member.c.until.is_(None), current_member.c.until > work.now))
        .where(peer_post.c.person.not_in(without), *(_SEARCHED.contains(word, autoescape=True) for word in wanted.words))
    )
    if wanted.side:
        open_ones = open_ones.where(peer_post.c.side == wanted.side.value)
    if wanted.kind:
        open_ones = open_ones.where(peer_post.c.kind == wanted.kind.value)
    # Whom the reader does not want to see is no part of the name: a page goes on where it was, whatever they said meanwhile.
    name = f"find_peer_posts {wanted.side or ''} {wanted.kind or ''} {' '.join(wanted.words)}"
    return (await paginate(work, open_ones, page, by=(peer_post.c.id,), name=name, descending=True)).map(_to_post)


async def forget_before(work: UnitOfWork, today: date) -> int:
    """Deletes those whose last day is over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"today": today})).rowcount
