"""Rows of referrals, and of their timelines."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from kith.matching.v1.enums import ReferralDirection
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.referral import OPEN, WAITING, Referral, ReferralEntry
from services.matching.storage.partner_tables import partner, referral, referral_entry

_FIND = select(referral).where(referral.c.id == bindparam("of"))
_LOCK = _FIND.with_for_update()
_ADD = insert(referral)
_SAVE = update(referral).where(referral.c.id == bindparam("saved"))
_IS_OPEN = referral.c.state.in_([state.value for state in OPEN])
_COUNT_SENT = (
    select(func.count())
    .select_from(referral)
    .where(referral.c.person == bindparam("of"), referral.c.direction == ReferralDirection.OUT.value, _IS_OPEN)
)
IS_WAITING = referral.c.state.in_([state.value for state in WAITING])
_WAITING = select(referral).where(IS_WAITING).order_by(referral.c.answer_by, referral.c.id).limit(200)
_ADD_ENTRY = insert(referral_entry)
_ENTRIES = select(referral_entry).where(referral_entry.c.referral == bindparam("of")).order_by(referral_entry.c.id)

_to_referral, _to_entry = row_mapper(Referral), row_mapper(ReferralEntry)


@dataclass(frozen=True)
class WantedReferrals:
    """Of a partner, about a person, of a direction, and only those that are open; what is None or false does not matter."""

    partner: UUID | None = None
    person: UUID | None = None
    direction: ReferralDirection | None = None
    open: bool = False


async def get(work: UnitOfWork, of: UUID, *, lock: bool = False) -> Referral:
    """For the sides that it concerns (row-level security). Raises NotFound REFERRAL_UNKNOWN, as for one that is not there."""
    row = (await work.connection.execute(_LOCK if lock else _FIND, {"of": of})).first()
    if row is None:
        raise NotFound("REFERRAL_UNKNOWN")
    return _to_referral(row)


async def list_seen(work: UnitOfWork, wanted: WantedReferrals, page: PageRequest) -> Page[tuple[Referral, str]]:
    """Those among them that the caller may see, each with what its partner is called, the newest first."""
    rows = select(referral, partner.c.title).join(partner, partner.c.id == referral.c.partner)
    if wanted.partner is not None:
        rows = rows.where(referral.c.partner == wanted.partner)
    if wanted.person is not None:
        rows = rows.where(referral.c.person == wanted.person)
    if wanted.direction is not None:
        rows = rows.where(referral.c.direction == wanted.direction.value)
    if wanted.open:
        rows = rows.where(_IS_OPEN)
    name = f"list_referrals {wanted.partner} {wanted.person} {wanted.direction} {wanted.open}"
    found = await paginate(work, rows, page, by=(referral.c.id,), name=name, descending=True)
    return found.map(lambda row: (_to_referral(row), row.title))


async def list_waiting(work: UnitOfWork) -> list[Referral]:
    """Those that wait for an answer and that the caller may see, at most 200; the one to be answered first comes first."""
    return list(map(_to_referral, await work.connection.execute(_WAITING)))


async def count_sent(work: UnitOfWork, person: UUID) -> int:
    """How many referrals to partners this person has open."""
    return int((await work.connection.execute(_COUNT_SENT, {"of": person})).scalar_one())


async def add(work: UnitOfWork, new: Referral) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def save(work: UnitOfWork, changed: Referral) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id") | {"saved": changed.id})


async def add_entry(work: UnitOfWork, entry: ReferralEntry) -> None:
    await work.connection.execute(_ADD_ENTRY, values_of(entry))


async def list_entries(work: UnitOfWork, of: UUID) -> list[ReferralEntry]:
    """Those that the caller's side is told of, the oldest first."""
    return list(map(_to_entry, await work.connection.execute(_ENTRIES, {"of": of})))
