"""Evidence documents of a vote: proof of misconduct, objections and settlements, each signed by its author."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text

from libs.database.engine import UnitOfWork

MAX_OF_A_KIND = 160
"""There are six kinds and a bundle takes a thousand documents; a flood of one kind does not displace the others."""
_ADD = text("""
insert into paper (vote, hash, kind, content, came_at) values (:vote, :hash, :kind, :content, :at) on conflict do nothing""")
_ALL = text("select content from paper where vote = :vote order by hash")
_COUNT = text("select count(*) from paper where vote = :vote and kind = :kind")
_HASHES = text("select vote, hash from paper where vote = any(:votes) order by vote, hash")


async def add(work: UnitOfWork, vote: str, kind: str, content: bytes) -> bool:
    """Returns whether it is new. At most `MAX_OF_A_KIND` of one kind are stored: no honest vote has as many."""
    if ((await work.connection.execute(_COUNT, {"vote": vote, "kind": kind})).scalar_one()) >= MAX_OF_A_KIND:
        return False
    row = {"vote": vote, "hash": hashlib.sha256(content).digest(), "kind": kind, "content": content, "at": work.now}
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def list_for_vote(work: UnitOfWork, vote: str) -> list[bytes]:
    return [bytes(content) for content in (await work.connection.execute(_ALL, {"vote": vote})).scalars()]


async def digests(work: UnitOfWork, votes: Iterable[str]) -> dict[str, bytes]:
    """For each of these votes, SHA-256 over the sorted hashes of its documents."""
    hashes = {vote: hashlib.sha256() for vote in votes}
    for row in (await work.connection.execute(_HASHES, {"votes": list(hashes)})).all():
        hashes[row.vote].update(bytes(row.hash))
    return {vote: hash_.digest() for vote, hash_ in hashes.items()}
