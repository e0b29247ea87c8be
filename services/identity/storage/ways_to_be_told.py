"""Rows of how persons want to be told, and of the sign-in links they asked for by mail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.access.access_tables import acting_right, acts_now
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.identity.domain.link_pace import LinkRequests
from services.identity.domain.ways_to_be_told import SCOPE, WaysToBeTold
from services.identity.storage.sign_in_tables import link_request
from services.identity.storage.tables import contact, person, ways_to_be_told

_FIND = select(ways_to_be_told).where(ways_to_be_told.c.person == bindparam("of"))
_INSERT = insert(ways_to_be_told)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=["person"],
    set_={column.name: _INSERT.excluded[column.name] for column in ways_to_be_told.c if column.name != "person"},
)
_HELPERS = (
    select(acting_right.c.holder).where(acting_right.c.subject == bindparam("of"), acting_right.c.scope == SCOPE, acts_now()).distinct()
)
_BY_EMAIL = (
    select(contact.c.person)
    .join(person, person.c.id == contact.c.person)
    .where(contact.c.email_key == bindparam("email_key"), contact.c.email_key != "", person.c.merged_into.is_(None))
    .order_by(contact.c.person)
)
_SINCE = link_request.c.at > bindparam("since", type_=MOMENT)
_COUNT = select(
    func.count().filter(link_request.c.client_mark == bindparam("client")),
    func.count().filter(link_request.c.address_mark == bindparam("address"), link_request.c.sent > 0),
    func.coalesce(func.sum(link_request.c.sent), 0),
).where(_SINCE)
_DELETE_OLD = delete(link_request).where(link_request.c.at < bindparam("before", type_=MOMENT))

_to_ways = row_mapper(WaysToBeTold)


async def find(work: UnitOfWork, of: UUID) -> WaysToBeTold:
    """The person's choice, or what holds before the first. Who changes it locks the person: before the first there is no row to lock."""
    row = (await work.connection.execute(_FIND, {"of": of})).first()
    return _to_ways(row) if row else WaysToBeTold()


async def save(work: UnitOfWork, of: UUID, ways: WaysToBeTold) -> None:
    changed = {"person": of, "changed_at": work.now, "changed_by": work.caller.id}
    await work.connection.execute(_SAVE, values_of(ways) | changed)


async def list_helpers(work: UnitOfWork, of: UUID) -> frozenset[UUID]:
    """Who may act for the person in notices now."""
    return frozenset((await work.connection.execute(_HELPERS, {"of": of, "now": work.now})).scalars())


async def list_by_email(work: UnitOfWork, email_key: str) -> list[UUID]:
    """Persons in use who have this address; several where a household shares one."""
    return list((await work.connection.execute(_BY_EMAIL, {"email_key": email_key})).scalars())


async def count_link_requests(work: UnitOfWork, address: bytes, client: bytes, since: datetime) -> LinkRequests:
    row = (await work.connection.execute(_COUNT, {"address": address, "client": client, "since": since})).one()
    return LinkRequests(*map(int, row))


async def add_link_request(work: UnitOfWork, address: bytes, client: bytes, sent: int) -> None:
    values = {"id": work.new_id(), "address_mark": address, "client_mark": client, "at": work.now, "sent": sent}
    await work.connection.execute(insert(link_request), values)


async def delete_old_link_requests(work: UnitOfWork, before: datetime) -> int:
    """Deletes requests from before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": before})).rowcount
