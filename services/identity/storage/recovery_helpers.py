"""Who may vouch for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, insert, or_, select, text, update

from libs.database.columns import MOMENT, NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.identity.domain.password_attempts import Failures
from services.identity.storage.sign_in_tables import recovery_helper, recovery_request

_IS_LIVE = recovery_helper.c.ended_at.is_(None)
_ASKED = exists().where(
    recovery_request.c.person == recovery_helper.c.person,
    recovery_request.c.closed_at.is_(None),
    recovery_request.c.expires_at > NOW,
)
_LIVE = select(recovery_helper, _ASKED.label("is_wanted")).where(_IS_LIVE).order_by(recovery_helper.c.named_at, recovery_helper.c.id)
_OF_PERSON = _LIVE.where(recovery_helper.c.person == bindparam("of"))
_OF_HELPER = _LIVE.where(recovery_helper.c.helper == bindparam("by"))
_FIND_LOCKED = (
    select(recovery_helper)
    .where(_IS_LIVE, recovery_helper.c.person == bindparam("of"), recovery_helper.c.helper == bindparam("by"))
    .with_for_update()
)
_ADD = insert(recovery_helper)
_CHANGE = update(recovery_helper).where(recovery_helper.c.id == bindparam("help"))
_ACCEPT = _CHANGE.values(accepted_at=NOW)
_END = _CHANGE.values(ended_at=NOW, ended_why=bindparam("why"))
_COUNT_WRONG = _CHANGE.values(wrong_numbers=bindparam("count"), wrong_at=NOW)
_END_SEVERAL = (
    update(recovery_helper)
    .where(_IS_LIVE)
    .values(ended_at=NOW, ended_why=bindparam("why"))
    .returning(recovery_helper.c.person, recovery_helper.c.helper)
)
_END_OF_LEAVER = _END_SEVERAL.where(
    recovery_helper.c.helper == bindparam("of"), recovery_helper.c.named_at <= bindparam("by", type_=MOMENT)
)
_END_OF_ENTRY = _END_SEVERAL.where(or_(recovery_helper.c.helper == bindparam("of"), recovery_helper.c.person == bindparam("of")))
# Two namings at the same moment: the second sees the first.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(cast(:person as text), 15))")


@dataclass(frozen=True)
class RecoveryHelper:
    """One person may vouch for another, if they accepted."""

    id: UUID
    person: UUID
    helper: UUID
    accepted_at: datetime | None
    wrong_numbers: int
    wrong_at: datetime | None
    is_wanted: bool = False
    """Somebody asks to sign in as the person now."""

    @property
    def wrong(self) -> Failures:
        """Wrong numbers that they typed."""
        return Failures(self.wrong_numbers, self.wrong_at)


_to_helper = row_mapper(RecoveryHelper)


async def lock_naming(work: UnitOfWork, of: UUID) -> None:
    """Another naming or accepting that concerns this person waits until the transaction ends."""
    await work.connection.execute(_LOCK, {"person": str(of)})


async def helpers_of(work: UnitOfWork, of: UUID) -> list[RecoveryHelper]:
    """The person's helpers, whether they accepted or not."""
    return list(map(_to_helper, await work.connection.execute(_OF_PERSON, {"of": of, "now": work.now})))


async def helped_by(work: UnitOfWork, helper: UUID) -> list[RecoveryHelper]:
    """Whom this person helps, or is asked to."""
    return list(map(_to_helper, await work.connection.execute(_OF_HELPER, {"by": helper, "now": work.now})))


async def find_locked(work: UnitOfWork, of: UUID, helper: UUID) -> RecoveryHelper | None:
    row = (await work.connection.execute(_FIND_LOCKED, {"of": of, "by": helper})).first()
    return _to_helper(row) if row else None


async def add(work: UnitOfWork, of: UUID, helper: UUID) -> None:
    await work.connection.execute(_ADD, {"id": work.new_id(), "person": of, "helper": helper, "named_at": work.now})


async def accept(work: UnitOfWork, help_id: UUID) -> None:
    await work.connection.execute(_ACCEPT, {"help": help_id, "now": work.now})


async def end(work: UnitOfWork, help_id: UUID, why: str) -> None:
    await work.connection.execute(_END, {"help": help_id, "now": work.now, "why": why})


async def count_wrong_number(work: UnitOfWork, help_id: UUID, count: int) -> None:
    await work.connection.execute(_COUNT_WRONG, {"help": help_id, "now": work.now, "count": count})


async def end_of_leaver(work: UnitOfWork, helper: UUID, named_by: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Ends what the helper does for others, as far as they were named by then. Returns each person and helper."""
    values = {"of": helper, "by": named_by, "now": work.now, "why": "left"}
    return [(row.person, row.helper) for row in await work.connection.execute(_END_OF_LEAVER, values)]


async def end_of_entry(work: UnitOfWork, entry: UUID, why: str = "merged") -> Sequence[tuple[UUID, UUID]]:
    """Ends the help for and by an entry that was merged, or erased. Returns each person and helper."""
    rows = await work.connection.execute(_END_OF_ENTRY, {"of": entry, "now": work.now, "why": why})
    return [(row.person, row.helper) for row in rows]
