"""Records opened in an emergency: the access itself, which the rule for reading looks at, and why and by whom it was looked into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from libs.access.access_tables import emergency_access
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.sealing import PersonSealer
from services.identity.domain.emergency_access import EmergencyAccess
from services.identity.storage.tables import emergency_reason

_ADD = insert(emergency_access)
_ADD_REASON = insert(emergency_reason)
_WITH_REASON = select(
    emergency_access, emergency_reason.c.sealed, emergency_reason.c.reviewed_by, emergency_reason.c.reviewed_at
).join_from(emergency_access, emergency_reason, emergency_access.c.id == emergency_reason.c.access)
_FIND = _WITH_REASON.where(emergency_access.c.id == bindparam("id")).with_for_update(of=emergency_reason)
_REVIEW = (
    update(emergency_reason)
    .where(emergency_reason.c.access == bindparam("of"))
    .values(reviewed_by=bindparam("by"), reviewed_at=bindparam("at", type_=MOMENT))
)
_COUNT = (
    select(func.count())
    .select_from(emergency_access)
    .where(emergency_access.c.reader == bindparam("reader"), emergency_access.c.opened_at > bindparam("since", type_=MOMENT))
)
_to_access = row_mapper(EmergencyAccess)


@dataclass(frozen=True)
class ExplainedAccess:
    """An access and why it was opened; empty if the person was erased."""

    access: EmergencyAccess
    reason: str


async def count_since(work: UnitOfWork, reader: UUID, since: datetime) -> int:
    return int((await work.connection.execute(_COUNT, {"reader": reader, "since": since})).scalar_one())


async def add(work: UnitOfWork, access: EmergencyAccess, reason: str, sealer: PersonSealer) -> None:
    await work.connection.execute(_ADD, values_of(access, "reviewed_by", "reviewed_at"))
    sealed = await sealer.seal(work, access.subject, reason.encode(), place_of(access.id))
    await work.connection.execute(_ADD_REASON, {"access": access.id, "reader": access.reader, "subject": access.subject, "sealed": sealed})


async def find(work: UnitOfWork, access: UUID) -> EmergencyAccess | None:
    """Locked until the transaction ends."""
    row = (await work.connection.execute(_FIND, {"id": access})).first()
    return _to_access(row) if row else None


async def save_review(work: UnitOfWork, access: EmergencyAccess) -> None:
    await work.connection.execute(_REVIEW, {"of": access.id, "by": access.reviewed_by, "at": access.reviewed_at})


async def list_page(work: UnitOfWork, subject: UUID | None, page: PageRequest, sealer: PersonSealer) -> Page[ExplainedAccess]:
    """Those about one person or about all, the latest first."""
    statement = _WITH_REASON if subject is None else _WITH_REASON.where(emergency_access.c.subject == subject)
    by = (emergency_access.c.opened_at, emergency_access.c.id)
    rows = await paginate(work, statement, page, by=by, name=f"list_emergency_access {subject or ''}", descending=True)
    accesses = [_to_access(row) for row in rows.items]
    return Page(await _explain(work, accesses, [bytes(row.sealed) for row in rows.items], sealer), rows.next_token)


async def _explain(
    work: UnitOfWork, accesses: Sequence[EmergencyAccess], sealed: Sequence[bytes], sealer: PersonSealer
) -> list[ExplainedAccess]:
    ciphers = await sealer.ciphers(work, {access.subject for access in accesses})
    return [
        ExplainedAccess(access, ciphers[access.subject].open(text, place_of(access.id)).decode() if access.subject in ciphers else "")
        for access, text in zip(accesses, sealed, strict=True)
    ]


def place_of(access: UUID) -> str:
    """What a reason is sealed for."""
    return f"emergency reason {access}"
