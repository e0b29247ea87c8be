"""Idempotency keys (AIP-155): one request_id, one response.

The row is inserted first: a second request with the same id waits on it, then finds either the first response or, if the first was refused
and rolled back, no row, and proceeds.

Of a request only a keyed hash is stored (HMAC-SHA256), for a plain one would confirm a guess of what somebody wrote, even after that was
erased. The key is in no database.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.shared_tables import idempotency_key
from libs.refusals import Conflict, invalid

RETENTION = timedelta(days=30)
_MAX_LENGTH = 64

_INSERT = insert(idempotency_key).on_conflict_do_nothing()
_IS_KEY = and_(*(idempotency_key.c[name] == bindparam(f"key_{name}") for name in ("caller", "method", "request_id")))
_SELECT = select(idempotency_key.c.body_hash, idempotency_key.c.answer).where(_IS_KEY)
_SAVE = update(idempotency_key).where(_IS_KEY).values(answer=bindparam("response"))
_DELETE = delete(idempotency_key).where(_IS_KEY)
_DELETE_OLD = delete(idempotency_key).where(idempotency_key.c.at < bindparam("before"))


async def find(work: UnitOfWork, method: str, body: bytes, key: bytes) -> bytes | None:
    """The first response's bytes, for a command that must look before its own transaction begins; None if there was none yet.

    Raises as `claim`, which nevertheless has to follow.
    """
    _require_id(work)
    first = (await work.connection.execute(_SELECT, _key(work, method))).first()
    if first is not None and not _is_same(bytes(first.body_hash), body, key):
        raise Conflict("REQUEST_ID_REUSED")
    return bytes(first.answer) if first is not None else None


async def claim(work: UnitOfWork, method: str, body: bytes, key: bytes) -> bytes | None:
    """Claims the unit of work's request_id for this body. Returns the first response's bytes, or None if the command must run.

    Raises Conflict REQUEST_ID_REUSED when the same id came with another body, Invalid REQUEST_ID_MISSING when it is not an id.
    """
    _require_id(work)
    row = {"caller": work.caller.id, "method": method, "request_id": work.cause, "at": work.now}
    inserted = await work.connection.execute(_INSERT, row | {"body_hash": _keyed_hash(body, key)})
    if inserted.rowcount:
        return None
    first = (await work.connection.execute(_SELECT, _key(work, method))).one()
    if not _is_same(bytes(first.body_hash), body, key):
        raise Conflict("REQUEST_ID_REUSED")
    return bytes(first.answer)


async def save_response(work: UnitOfWork, method: str, response: bytes) -> None:
    """Saves the response in the same transaction."""
    await work.connection.execute(_SAVE, _key(work, method) | {"response": response})


async def release(work: UnitOfWork, method: str) -> None:
    """Takes back what this unit of work claimed."""
    await work.connection.execute(_DELETE, _key(work, method))


async def delete_expired(work: UnitOfWork, now: datetime) -> int:
    """Deletes keys older than `RETENTION`; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": now - RETENTION})).rowcount


def _require_id(work: UnitOfWork) -> None:
    if not (1 <= len(work.cause) <= _MAX_LENGTH and work.cause.isascii() and work.cause.isprintable()):
        raise invalid("request_id", "REQUEST_ID_MISSING")


def _keyed_hash(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)


def _is_same(stored: bytes, body: bytes, key: bytes) -> bool:
    # Rows of versions that stored plain hashes still recognise their repeats, until they are 30 days old.
    return stored in (_keyed_hash(body, key), hashlib.sha256(body).digest())


def _key(work: UnitOfWork, method: str) -> dict[str, object]:
    return {"key_caller": work.caller.id, "key_method": method, "key_request_id": work.cause}
