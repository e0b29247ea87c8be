"""Papers of a vote: evidence, objections, and the signatures under settlements."""

import hashlib

from sqlalchemy import text

from libs.database.engine import Work

MOST = 1000
_ADD = text("""
insert into paper (vote, hash, kind, content, came_at) values (:vote, :hash, :kind, :content, :at) on conflict do nothing""")
_ALL = text("select content from paper where vote = :vote order by hash")
_COUNT = text("select count(*) from paper where vote = :vote")
_HASHES = text("select hash from paper where vote = :vote order by hash")
_SIGN = text("insert into settlement_signature (vote, body, co_op, sig) values (:vote, :body, :co_op, :sig) on conflict do nothing")
_SIGNED = text("select body, co_op, sig from settlement_signature where vote = :vote order by body, co_op")


async def add(work: Work, vote: str, kind: str, content: bytes) -> bool:
    """Whether it is new. Beyond a thousand nothing more is kept: no honest vote has as many."""
    if ((await work.connection.execute(_COUNT, {"vote": vote})).scalar_one()) >= MOST:
        return False
    row = {"vote": vote, "hash": hashlib.sha256(content).digest(), "kind": kind, "content": content, "at": work.now}
    return (await work.connection.execute(_ADD, row)).rowcount > 0


async def of_vote(work: Work, vote: str) -> list[bytes]:
    return [bytes(content) for content in (await work.connection.execute(_ALL, {"vote": vote})).scalars()]


async def digest(work: Work, vote: str) -> bytes:
    """SHA-256 over the sorted hashes of the papers held."""
    return hashlib.sha256(b"".join(bytes(one) for one in (await work.connection.execute(_HASHES, {"vote": vote})).scalars())).digest()


async def sign_settlement(work: Work, vote: str, body: bytes, co_op: str, sig: bytes) -> bool:
    return (await work.connection.execute(_SIGN, {"vote": vote, "body": body, "co_op": co_op, "sig": sig})).rowcount > 0


async def settlements(work: Work, vote: str) -> dict[bytes, dict[str, bytes]]:
    """Body -> co-op -> signature."""
    found: dict[bytes, dict[str, bytes]] = {}
    for row in (await work.connection.execute(_SIGNED, {"vote": vote})).all():
        found.setdefault(bytes(row.body), {})[row.co_op] = bytes(row.sig)
    return found
