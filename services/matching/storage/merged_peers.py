"""Follows a merge of two entries of one person through the tables of peers.

Two peers stand in the order of their ids, which the kept entry's id may turn round: then what each said goes with them. What was between
the two entries was of one person with themselves, and goes. Where both entries had the same, the kept entry's own goes on.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, exists, or_, select, update

from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.matching.domain.introduction import Introduction, IntroductionKind
from services.matching.storage import peer_pairs
from services.matching.storage.tables import introduction, peer_no, peer_pair, peer_post

_PEER = introduction.c.kind == IntroductionKind.PEER.value
_OVER: Mapping[str, object] = {"until": None, "step": IntroductionStep.OVER.value}
_to_introduction = row_mapper(Introduction)


async def move_peers(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Merging again changes nothing."""
    await work.connection.execute(update(peer_post).where(peer_post.c.person == other).values(person=kept))
    await _move_noes(work, kept, other)
    await _move_introductions(work, kept, other)
    await _move_pairs(work, kept, other)


async def _move_noes(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Of two noes the stronger one stays."""
    for name, counterpart in (("chooser", "other"), ("other", "chooser")):
        same = peer_no.alias("same")
        alike = same.c[counterpart] == peer_no.c[counterpart]
        stronger = exists().where(same.c[name] == other, alike, _strength(same) > _strength(peer_no))
        # First the kept entry's own that say less, then the other's that have no room.
        await work.connection.execute(delete(peer_no).where(peer_no.c[name] == kept, stronger))
        has_own = exists().where(same.c[name] == kept, alike)
        await work.connection.execute(delete(peer_no).where(peer_no.c[name] == other, has_own))
        await work.connection.execute(update(peer_no).where(peer_no.c[name] == other).values({name: kept}))
    await work.connection.execute(delete(peer_no).where(peer_no.c.chooser == peer_no.c.other))


def _strength(noes: Any) -> Any:  # a table or an alias of it
    return case({NoKind.BLOCK.value: 2, NoKind.NO.value: 1}, value=noes.c.kind, else_=0)


async def _move_introductions(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    live = {found.other(kept) for found in await _introductions_of(work, kept) if found.until is not None}
    for found in await _introductions_of(work, other):
        peer = found.other(other)
        mine = introduction.c.id == found.id
        if peer == kept:
            await work.connection.execute(delete(introduction).where(mine))
            continue
        first, second = sorted((kept, peer))
        answers = {kept: found.said(found.side_of(other)), peer: found.said(found.side_of(peer))}
        values: dict[str, object] = {"person": first, "worker": second, "person_said": answers[first], "worker_said": answers[second]}
        if found.until is not None and peer in live:
            values |= _OVER
        await work.connection.execute(update(introduction).where(mine).values(values))


async def _move_pairs(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    own = {pair.peers.other(kept) for pair in await peer_pairs.list_of(work, kept)}
    for pair in await peer_pairs.list_of(work, other):
        peer = pair.peers.other(other)
        if peer == kept or peer in own:
            await peer_pairs.remove(work, pair)
        else:
            first, second = sorted((kept, peer))
            moved = update(peer_pair).where(peer_pair.c.id == pair.id).values(first=first, second=second)
            await work.connection.execute(moved)
    await work.connection.execute(update(peer_pair).where(peer_pair.c.talk_asked_by == other).values(talk_asked_by=kept))
    # Who is a pair has nothing left to answer.
    are_pair = exists().where(peer_pair.c.first == introduction.c.person, peer_pair.c.second == introduction.c.worker)
    await work.connection.execute(update(introduction).where(_PEER, introduction.c.until.is_not(None), are_pair).values(_OVER))


async def _introductions_of(work: UnitOfWork, person: UUID) -> list[Introduction]:
    about = or_(introduction.c.person == person, introduction.c.worker == person)
    rows = select(introduction).where(_PEER, about).order_by(introduction.c.id).with_for_update()
    return list(map(_to_introduction, await work.connection.execute(rows)))
