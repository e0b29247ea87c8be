"""Papers of a vote: evidence, objections, and settlements, each with the signature of who brought it."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text

from libs.database.engine import Work

MOST_OF_A_KIND = 160
"""Six kinds: a bundle takes a thousand, and whoever floods one kind crowds out no other."""
_ADD = text("""
insert into paper (vote, hash, kind, content, came_at) values (:vote, :hash, :kind, :content, :at) on conflict do nothing""")
_ALL = text("select content from paper where vote = :vote order by hash")
_COUNT = text("select count(*) from paper where vote = :vote and kind = :kind")
_HASHES = text("select vote, hash from paper where vote = any(:votes) order by vote, hash")


async def add(work: Work, vote: str, kind: str, content: bytes) -> bool:
    """Whether it is new. Of one kind no more than `MOST_OF_A_KIND` are kept: no honest vote has as many."""
    if ((await work.connection.execute(_COUNT, {"vote": vote, "kind": kind})).scalar_one()) >= MOST_OF_A_KIND:
        return False
    row = {"vote": vote, "hash": hashlib.sha256(content).digest(), "kind": kind, "content": content, "at": work.now}
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def of_vote(work: Work, vote: str) -> list[bytes]:
    return [bytes(content) for content in (await work.connection.execute(_ALL, {"vote": vote})).scalars()]


async def digests(work: Work, votes: Iterable[str]) -> dict[str, bytes]:
    """For each of these votes SHA-256 over the sorted hashes of the papers held."""
    found = {vote: hashlib.sha256() for vote in votes}
    for row in (await work.connection.execute(_HASHES, {"votes": list(found)})).all():
        found[row.vote].update(bytes(row.hash))
    return {vote: one.digest() for vote, one in found.items()}
