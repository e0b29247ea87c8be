"""Requests to sign in again, and who confirmed them. Keys and numbers are stored as keyed hashes (`mark`) only."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql

from libs.database.columns import MOMENT, NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.identity.domain.password_attempts import Failures
from services.identity.domain.recovery import READY_FOR, RecoveryRequest
from services.identity.storage.sign_in_tables import recovery_helper, recovery_request, recovery_vouch
from services.identity.storage.tables import contact, person

_IS_OPEN = and_(recovery_request.c.closed_at.is_(None), recovery_request.c.expires_at > NOW)
_ADD = insert(recovery_request)
_FIND = select(recovery_request).where(recovery_request.c.key_mark == bindparam("mark"))
_BY_NUMBER = (
    select(recovery_request)
    .where(_IS_OPEN, recovery_request.c.person == bindparam("of"), recovery_request.c.number_mark == bindparam("mark"))
    .order_by(recovery_request.c.asked_at.desc())
    .limit(1)
    .with_for_update()
)
_LAST_ASKED = select(func.max(recovery_request.c.asked_at)).where(recovery_request.c.person == bindparam("of"))
# Confirmed in time, it may be used for a while after that.
_MAY_GO_ON = and_(recovery_request.c.closed_at.is_(None), recovery_request.c.expires_at > bindparam("ready_since", type_=MOMENT))
_COUNT_OPEN = select(func.count()).where(_MAY_GO_ON, recovery_request.c.person == bindparam("of"))
_CLOSE = update(recovery_request).where(_MAY_GO_ON, recovery_request.c.person == bindparam("of")).values(closed_at=NOW)
_USE = update(recovery_request).where(recovery_request.c.id == bindparam("request")).values(closed_at=NOW, used_session=bindparam("begun"))
_VOUCH = postgresql.insert(recovery_vouch).on_conflict_do_nothing()
# Two entries of one person are one; nobody vouches for themself; help that ended does not count.
_WHO = func.coalesce(person.c.merged_into, person.c.id)
_VOUCHED = (
    select(_WHO.label("who"), func.min(recovery_vouch.c.at).label("at"))
    .select_from(
        recovery_vouch.join(recovery_helper, recovery_helper.c.id == recovery_vouch.c.help)
        .join(recovery_request, recovery_request.c.id == recovery_vouch.c.request)
        .join(person, person.c.id == recovery_helper.c.helper)
    )
    .where(
        recovery_vouch.c.request == bindparam("request"),
        recovery_helper.c.ended_at.is_(None),
        recovery_helper.c.person == recovery_request.c.person,
        recovery_request.c.person != _WHO,
    )
    .group_by(_WHO)
)
_BY_WHO = (
    select(_WHO)
    .select_from(person.join(contact, contact.c.person == person.c.id))
    .where(
        person.c.erased_at.is_(None),
        or_(
            person.c.name_key == bindparam("name"),
            and_(bindparam("email") != "", contact.c.email_key == bindparam("email")),
            and_(bindparam("phone") != "", contact.c.phone_key == bindparam("phone")),
        ),
    )
    .distinct()
    .limit(2)
)
_COUNT = select(func.count(), func.max(recovery_request.c.asked_at)).where(recovery_request.c.asked_at > bindparam("since", type_=MOMENT))
_LOCK = text("select pg_advisory_xact_lock(hashtext('request_recovery'))")
_DELETE_OLD = delete(recovery_request).where(recovery_request.c.expires_at < bindparam("before"))

_to_request = row_mapper(RecoveryRequest)


@dataclass(frozen=True)
class RequestMarks:
    """Keyed hashes of what a request is recognised by."""

    key_mark: bytes
    number_mark: bytes
    account_mark: bytes
    client_mark: bytes


async def lock_asking(work: UnitOfWork) -> None:
    """Another request waits until the transaction ends, so that each one is counted."""
    await work.connection.execute(_LOCK)


async def find_person(work: UnitOfWork, name_key: str, email_key: str, phone_key: str) -> UUID | None:
    """The one person in use who has this name, e-mail address or telephone number; None if nobody or several have."""
    values = {"name": name_key, "email": email_key, "phone": phone_key}
    persons = list((await work.connection.execute(_BY_WHO, values)).scalars())
    return persons[0] if len(persons) == 1 else None


async def add(work: UnitOfWork, request: RecoveryRequest, marks: RequestMarks) -> None:
    await work.connection.execute(_ADD, values_of(request) | values_of(marks))


async def find(work: UnitOfWork, key_mark: bytes) -> RecoveryRequest | None:
    row = (await work.connection.execute(_FIND, {"mark": key_mark})).first()
    return _to_request(row) if row else None


async def find_by_number(work: UnitOfWork, of: UUID, number_mark: bytes) -> RecoveryRequest | None:
    """The person's open request with this number, locked until the transaction ends."""
    row = (await work.connection.execute(_BY_NUMBER, {"of": of, "mark": number_mark, "now": work.now})).first()
    return _to_request(row) if row else None


async def last_asked(work: UnitOfWork, of: UUID) -> datetime | None:
    """When somebody asked for this person last."""
    at: datetime | None = (await work.connection.execute(_LAST_ASKED, {"of": of})).scalar()
    return at


async def count_open(work: UnitOfWork, of: UUID) -> int:
    return int((await work.connection.execute(_COUNT_OPEN, {"of": of, "ready_since": work.now - READY_FOR})).scalar_one())


async def vouch(work: UnitOfWork, request: UUID, help_id: UUID) -> bool:
    """Whether it is the first time."""
    return bool((await work.connection.execute(_VOUCH, {"request": request, "help": help_id, "at": work.now})).rowcount)


async def vouched_by(work: UnitOfWork, request: UUID) -> dict[UUID, datetime]:
    """The different people who confirmed and still may, and when each did. For a system caller, who sees all helpers."""
    return {row.who: row.at for row in await work.connection.execute(_VOUCHED, {"request": request})}


async def close_all(work: UnitOfWork, of: UUID) -> int:
    """Closes the person's open requests; returns how many."""
    return (await work.connection.execute(_CLOSE, {"of": of, "now": work.now, "ready_since": work.now - READY_FOR})).rowcount


async def use(work: UnitOfWork, request: UUID, session: UUID) -> None:
    await work.connection.execute(_USE, {"request": request, "now": work.now, "begun": session})


async def asked_since(work: UnitOfWork, since: datetime, *, account: bytes | None = None, client: bytes | None = None) -> Failures:
    """How often somebody asked since then, for this name and from this client, where they are given."""
    conditions: list[ColumnElement[bool]] = []
    if account is not None:
        conditions.append(recovery_request.c.account_mark == account)
    if client is not None:
        conditions.append(recovery_request.c.client_mark == client)
    count, last = (await work.connection.execute(_COUNT.where(*conditions), {"since": since})).one()
    return Failures(count, last)


async def delete_old(work: UnitOfWork, before: datetime) -> int:
    """Deletes requests that expired before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": before})).rowcount
