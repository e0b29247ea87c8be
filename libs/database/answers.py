"""One request_id, one answer (AIP-155).

The row goes in first: a second request with the same id waits on it, and then finds either the first answer or, when the first was refused
and rolled back, nothing and goes ahead.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import text

from libs.database.engine import Work
from libs.refusals import Conflict, invalid

KEPT = timedelta(days=30)
_LONGEST = 64

_CLAIM = text("""
insert into answer (caller, method, request_id, body_hash, at) values (:caller, :method, :request_id, :body_hash, :at)
on conflict do nothing""")
_FIRST = text("select body_hash, answer from answer where caller = :caller and method = :method and request_id = :request_id")
_KEEP = text("update answer set answer = :answer where caller = :caller and method = :method and request_id = :request_id")
_FORGET = text("delete from answer where at < :before")


async def claim(work: Work, method: str, body: bytes) -> bytes | None:
    """Takes the work's request_id for this body. Gives the first answer's bytes when it was answered before, None when it is ours to do.

    Raises Conflict REQUEST_ID_REUSED when the same id came with another body, Invalid REQUEST_ID_MISSING when it is none.
    """
    if not (1 <= len(work.cause) <= _LONGEST and work.cause.isascii() and work.cause.isprintable()):
        raise invalid("request_id", "REQUEST_ID_MISSING")
    key = {"caller": work.caller.id, "method": method, "request_id": work.cause}
    body_hash = hashlib.sha256(body).digest()
    done = await work.connection.execute(_CLAIM, key | {"body_hash": body_hash, "at": work.now})
    if done.rowcount:
        return None
    first = (await work.connection.execute(_FIRST, key)).one()
    if bytes(first.body_hash) != body_hash:
        raise Conflict("REQUEST_ID_REUSED")
    return bytes(first.answer)


async def keep(work: Work, method: str, answer: bytes) -> None:
    """Keeps the answer with the work, to be committed together."""
    key = {"caller": work.caller.id, "method": method, "request_id": work.cause}
    await work.connection.execute(_KEEP, key | {"answer": answer})


async def forget_old(work: Work, now: datetime) -> int:
    """Drops answers nobody will ask for again."""
    return (await work.connection.execute(_FORGET, {"before": now - KEPT})).rowcount
