"""Sign-in codes, stored by their keyed hash (`mark`) only."""

from uuid import UUID

from sqlalchemy import bindparam, insert, or_, select, update

from kith.identity.v1.enums import CodeKind
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.identity.domain.sign_in_code import SignInCode
from services.identity.storage.sign_in_tables import sign_in_code

_ADD = insert(sign_in_code)
_FIND = select(sign_in_code).where(sign_in_code.c.mark == bindparam("mark"))
_FIND_LOCKED = _FIND.with_for_update()
_USE = (
    update(sign_in_code)
    .where(sign_in_code.c.id == bindparam("used"))
    .values(used_at=NOW, used_by=bindparam("browser"), used_session=bindparam("begun"))
)
_REVOKE = (
    update(sign_in_code)
    .where(
        sign_in_code.c.person == bindparam("of"),
        sign_in_code.c.revoked_at.is_(None),
        sign_in_code.c.expires_at > NOW,
        or_(sign_in_code.c.kind != CodeKind.LINK.value, sign_in_code.c.used_at.is_(None)),
    )
    .values(revoked_at=NOW)
)
_REVOKE_LINKS = _REVOKE.where(sign_in_code.c.kind == CodeKind.LINK.value)

_to_code = row_mapper(SignInCode)


async def add(work: UnitOfWork, code: SignInCode, mark: bytes) -> None:
    issued = {"mark": mark, "issued_by": work.caller.id, "issued_at": work.now}
    await work.connection.execute(_ADD, values_of(code) | issued)


async def find(work: UnitOfWork, mark: bytes) -> SignInCode | None:
    row = (await work.connection.execute(_FIND, {"mark": mark})).first()
    return _to_code(row) if row else None


async def find_person(work: UnitOfWork, mark: bytes) -> UUID | None:
    """Whose code it is, so that they can be locked before it."""
    code = await find(work, mark)
    return code.person if code else None


async def get_locked(work: UnitOfWork, mark: bytes) -> SignInCode:
    """Locks the row until the transaction ends, so that only one of two concurrent requests can use a link. Codes are never deleted."""
    return _to_code((await work.connection.execute(_FIND_LOCKED, {"mark": mark})).one())


async def mark_used(work: UnitOfWork, code: SignInCode, session: UUID, browser: bytes | None) -> None:
    await work.connection.execute(_USE, {"used": code.id, "now": work.now, "begun": session, "browser": browser})


async def revoke_links(work: UnitOfWork, person: UUID) -> None:
    """Revokes the links that wait to be used. Somebody with an open session can have made one, to come back by it."""
    await work.connection.execute(_REVOKE_LINKS, {"of": person, "now": work.now})


async def revoke_all(work: UnitOfWork, person: UUID) -> int:
    """Returns how many were still valid."""
    return (await work.connection.execute(_REVOKE, {"of": person, "now": work.now})).rowcount
