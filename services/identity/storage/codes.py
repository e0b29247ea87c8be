"""Sign-in codes, known by their marks only."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from services.identity.domain.sign_in_code import Code, Kind

_ADD = text("""
insert into sign_in_code (id, person, kind, mark, issued_by, issued_at, expires_at)
values (:id, :person, :kind, :mark, :by, :now, :expires_at)""")
_FIND = text("select id, person, kind, expires_at, used_at, revoked_at from sign_in_code where mark = :mark for update")
_USE = text("update sign_in_code set used_at = :now where id = :id")
_REVOKE = text("""
update sign_in_code set revoked_at = :now
where person = :person and revoked_at is null and expires_at > :now and (kind <> 'link' or used_at is null)""")


async def add(work: Work, code: Code, mark: bytes) -> None:
    row = {"id": code.id, "person": code.person, "kind": code.kind.value, "mark": mark, "expires_at": code.expires_at}
    await work.connection.execute(_ADD, row | {"by": work.caller.id, "now": work.now})


async def find(work: Work, mark: bytes) -> Code | None:
    """Held until the work ends, so that a link is good for one of two who come at once."""
    row = (await work.connection.execute(_FIND, {"mark": mark})).first()
    return Code(row.id, row.person, Kind(row.kind), row.expires_at, row.used_at, row.revoked_at) if row else None


async def use(work: Work, code: Code) -> None:
    await work.connection.execute(_USE, {"id": code.id, "now": work.now})


async def revoke_all(work: Work, person: UUID) -> int:
    """How many were still good."""
    return (await work.connection.execute(_REVOKE, {"person": person, "now": work.now})).rowcount
