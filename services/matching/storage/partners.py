"""Rows of partners, of who speaks for them, and of what happened with them."""

from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.partner import Partner, PartnerEntry, PartnerPlace
from services.matching.storage.partner_tables import partner, partner_entry, partner_place

_FIND = select(partner).where(partner.c.id == bindparam("of"))
_LOCK = _FIND.with_for_update()
_ADD = insert(partner)
_SAVE = update(partner).where(partner.c.id == bindparam("saved"))
_LIVE = partner_place.c.ended_at.is_(None)
_PLACE = select(partner_place).where(partner_place.c.partner == bindparam("of"), partner_place.c.person == bindparam("who"), _LIVE)
_PLACES = select(partner_place).where(partner_place.c.partner == bindparam("of"), _LIVE).order_by(partner_place.c.given_at)
_INSERT_PLACE = upsert(partner_place)
_GIVE_PLACE = _INSERT_PLACE.on_conflict_do_update(
    index_elements=["partner", "person"], set_={name: _INSERT_PLACE.excluded[name] for name in ("given_at", "ended_at")}
)
_END_PLACE = (
    update(partner_place)
    .where(partner_place.c.partner == bindparam("of"), partner_place.c.person == bindparam("who"), _LIVE)
    .values(ended_at=bindparam("at", type_=MOMENT))
)
_ADD_ENTRY = insert(partner_entry)

_to_partner, _to_place, _to_entry = row_mapper(Partner), row_mapper(PartnerPlace), row_mapper(PartnerEntry)


async def get(work: UnitOfWork, of: UUID, *, lock: bool = False) -> Partner:
    """Raises NotFound PARTNER_UNKNOWN."""
    row = (await work.connection.execute(_LOCK if lock else _FIND, {"of": of})).first()
    if row is None:
        raise NotFound("PARTNER_UNKNOWN")
    return _to_partner(row)


async def add(work: UnitOfWork, new: Partner) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: Partner) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id") | {"saved": changed.id})


async def list_all(work: UnitOfWork, page: PageRequest, *, of: UUID | None) -> Page[Partner]:
    """In the order of their titles; only those that this person speaks for, if one is named."""
    rows = select(partner)
    if of is not None:
        rows = rows.where(partner.c.id.in_(select(partner_place.c.partner).where(partner_place.c.person == of, _LIVE)))
    return (await paginate(work, rows, page, by=(partner.c.title, partner.c.id), name=f"list_partners {of or ''}")).map(_to_partner)


async def find_place(work: UnitOfWork, of: UUID, who: UUID) -> PartnerPlace | None:
    """The place that this person has now, for them and for a secretary (row-level security)."""
    row = (await work.connection.execute(_PLACE, {"of": of, "who": who})).first()
    return _to_place(row) if row else None


async def list_places(work: UnitOfWork, of: UUID) -> list[PartnerPlace]:
    """Those of now, in the order in which they were given."""
    return list(map(_to_place, await work.connection.execute(_PLACES, {"of": of})))


async def give_place(work: UnitOfWork, place: PartnerPlace) -> None:
    """Also to who had one before."""
    await work.connection.execute(_GIVE_PLACE, values_of(place))


async def end_place(work: UnitOfWork, of: UUID, who: UUID) -> bool:
    """False if they have none."""
    return (await work.connection.execute(_END_PLACE, {"of": of, "who": who, "at": work.now})).rowcount > 0


async def add_entry(work: UnitOfWork, entry: PartnerEntry) -> None:
    await work.connection.execute(_ADD_ENTRY, values_of(entry))


async def list_entries(work: UnitOfWork, of: UUID, page: PageRequest) -> Page[PartnerEntry]:
    """The newest first."""
    rows = select(partner_entry).where(partner_entry.c.partner == of)
    return (await paginate(work, rows, page, by=(partner_entry.c.id,), name=f"partner_entries {of}", descending=True)).map(_to_entry)
