"""Idempotency keys (AIP-155): one request_id, one response.

The row is inserted first: a second request with the same id waits on it, then finds either the first response or, if the first was refused
and rolled back, no row, and proceeds.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, invalid

RETENTION = timedelta(days=30)
_MAX_LENGTH = 64

_INSERT = text("""
insert into answer (caller, method, request_id, body_hash, at) values (:caller, :method, :request_id, :body_hash, :at)
on conflict do nothing""")
_SELECT = text("select body_hash, answer from answer where caller = :caller and method = :method and request_id = :request_id")
_SAVE = text("update answer set answer = :answer where caller = :caller and method = :method and request_id = :request_id")
_DELETE_OLD = text("delete from answer where at < :before")


async def claim(work: UnitOfWork, method: str, body: bytes) -> bytes | None:
    """Claims the unit of work's request_id for this body. Returns the first response's bytes , or None if the command must run.

    Raises Conflict REQUEST_ID_REUSED when the same id came with another body, Invalid REQUEST_ID_MISSING when it is not an id.
    """
    if not (1 <= len(work.cause) <= _MAX_LENGTH and work.cause.isascii() and work.cause.isprintable()):
        raise invalid("request_id", "REQUEST_ID_MISSING")
    key = {"caller": work.caller.id, "method": method, "request_id": work.cause}
    body_hash = hashlib.sha256(body).digest()
    inserted = await work.connection.execute(_INSERT, key | {"body_hash": body_hash, "at": work.now})
    if inserted.rowcount:
        return None
    first = (await work.connection.execute(_SELECT, key)).one()
    if bytes(first.body_hash) != body_hash:
        raise Conflict("REQUEST_ID_REUSED")
    return bytes(first.answer)


async def save_response(work: UnitOfWork, method: str, response: bytes) -> None:
    """Saves the response in the same transaction."""
    key = {"caller": work.caller.id, "method": method, "request_id": work.cause}
    await work.connection.execute(_SAVE, key | {"answer": response})


async def delete_expired(work: UnitOfWork, now: datetime) -> int:
    """Deletes keys older than `RETENTION`; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": now - RETENTION})).rowcount
