"""Whose open call-outs a member reads, and whom they know already.

What the others said is never asked, so that nobody can read a no of theirs from the list.
"""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.storage import introductions, peer_noes, private_noes, teams


async def hidden_from(work: UnitOfWork, reader: UUID) -> frozenset[UUID]:
    """Whose call-outs they do not read: their own, and those of people they do not want to see."""
    noes = {no.other for no in await private_noes.list_of(work, reader, as_worker=True)}
    return frozenset({reader, *noes} | await peer_noes.blocked_by(work, reader))


async def known_to(work: UnitOfWork, reader: UUID) -> frozenset[UUID]:
    """Whom the reader is getting to know, and in whose team they are or are invited."""
    met = {one.person for one in await introductions.list_live(work, reader, as_worker=True) if one.is_live(work.now)}
    return frozenset(met | {team.owner for team, _ in await teams.list_places(work, reader)})
