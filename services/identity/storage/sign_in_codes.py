"""Sign-in codes, stored by their keyed hash (`mark`) only."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.identity.domain.sign_in_code import CodeKind, SignInCode

_ADD = text("""
insert into sign_in_code (id, person, kind, mark, issued_by, issued_at, expires_at)
values (:id, :person, :kind, :mark, :by, :now, :expires_at)""")
_FIND = text("select id, person, kind, expires_at, used_at, revoked_at from sign_in_code where mark = :mark for update")
_USE = text("update sign_in_code set used_at = :now where id = :id")
_REVOKE = text("""
update sign_in_code set revoked_at = :now
where person = :person and revoked_at is null and expires_at > :now and (kind <> 'link' or used_at is null)""")


async def add(work: UnitOfWork, code: SignInCode, mark: bytes) -> None:
    row = {"id": code.id, "person": code.person, "kind": code.kind.value, "mark": mark, "expires_at": code.expires_at}
    await work.connection.execute(_ADD, row | {"by": work.caller.id, "now": work.now})


async def find(work: UnitOfWork, mark: bytes) -> SignInCode | None:
    """Locks the row until the transaction ends, so that only one of two concurrent requests can use a link."""
    row = (await work.connection.execute(_FIND, {"mark": mark})).first()
    return SignInCode(row.id, row.person, CodeKind(row.kind), row.expires_at, row.used_at, row.revoked_at) if row else None


async def mark_used(work: UnitOfWork, code: SignInCode) -> None:
    await work.connection.execute(_USE, {"id": code.id, "now": work.now})


async def revoke_all(work: UnitOfWork, person: UUID) -> int:
    """Returns how many were still valid."""
    return (await work.connection.execute(_REVOKE, {"person": person, "now": work.now})).rowcount
