"""Evidence documents of a vote: proof of misconduct, objections and settlements, each signed by its author."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from services.federation.storage import wakeup_topics
from services.federation.storage.tables import paper as table

MAX_OF_A_KIND = 160
"""There are six kinds and a bundle takes a thousand documents; a flood of one kind does not displace the others."""
_ADD = insert(table).on_conflict_do_nothing()
_ALL = select(table.c.content).where(table.c.vote == bindparam("vote")).order_by(table.c.hash)
_COUNT = select(func.count()).where(table.c.vote == bindparam("vote"), table.c.kind == bindparam("kind"))
_HASHES = select(table.c.vote, table.c.hash).where(among(table.c.vote, "votes")).order_by(table.c.vote, table.c.hash)


async def add(work: UnitOfWork, vote: str, kind: str, content: bytes) -> bool:
    """Returns whether it is new. At most `MAX_OF_A_KIND` of one kind are stored: no honest vote has as many."""
    if ((await work.connection.execute(_COUNT, {"vote": vote, "kind": kind})).scalar_one()) >= MAX_OF_A_KIND:
        return False
    row = {"vote": vote, "hash": hashlib.sha256(content).digest(), "kind": kind, "content": content, "came_at": work.now}
    work.wakes.add(wakeup_topics.VOTES)
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def list_for_vote(work: UnitOfWork, vote: str) -> list[bytes]:
    return list((await work.connection.execute(_ALL, {"vote": vote})).scalars())


async def digests(work: UnitOfWork, votes: Iterable[str]) -> dict[str, bytes]:
    """For each of these votes, SHA-256 over the sorted hashes of its documents."""
    hashes = {vote: hashlib.sha256() for vote in votes}
    for row in await work.connection.execute(_HASHES, {"votes": list(hashes)}):
        hashes[row.vote].update(row.hash)
    return {vote: hash_.digest() for vote, hash_ in hashes.items()}
