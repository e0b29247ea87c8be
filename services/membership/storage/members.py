"""Members, their standings and their entries in the legal register."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Row, and_, bindparam, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.membership.domain import member_number
from services.membership.domain.admission import Admission
from services.membership.domain.membership_merge import MERGED
from services.membership.domain.membership_timeline import MembershipChange, MembershipTimeline
from services.membership.storage.tables import member, next_number, register_entry, standing_change

_LOCK_REGISTER = select(next_number.c.n).with_for_update()
_NEXT_NUMBER = update(next_number).values(n=bindparam("next_number"))
_TAKEN_NUMBERS = select(member.c.number_order).where(among(member.c.number_order, "orders"))
_NUMBERS = select(member.c.person, member.c.number).where(among(member.c.person, "persons"))
_CHANGES = (
    select(standing_change).where(among(standing_change.c.person, "persons")).order_by(standing_change.c.person, standing_change.c.from_day)
)
_IN_CLASSES = (
    select(standing_change.c.person).where(among(standing_change.c.member_class, "classes")).distinct().order_by(standing_change.c.person)
)
_ADD_MEMBERS = insert(member)
_INSERT_ENTRY = insert(register_entry)
_SAVE_ENTRIES = _INSERT_ENTRY.on_conflict_do_update(
    index_elements=[register_entry.c.person],
    set_={name: _INSERT_ENTRY.excluded[name] for name in ("name", "address", "entered_at")},
)
_ADD_CHANGES = insert(standing_change)
_DELETE_FROM_DAY = delete(standing_change).where(
    standing_change.c.person == bindparam("person"), standing_change.c.from_day >= bindparam("day")
)
_CORRECT_ENTRY = update(register_entry).where(register_entry.c.person == bindparam("corrected"))
_NEW_VERSION = update(member).where(member.c.person == bindparam("changed")).values(version=member.c.version + 1)
_MEMBER = (
    select(member.c.person, member.c.number, member.c.version, register_entry.c.name, register_entry.c.address)
    .join(register_entry, register_entry.c.person == member.c.person)
    .where(member.c.person == bindparam("person"))
)
_ENTRY = select(register_entry.c.name, register_entry.c.address).where(register_entry.c.person == bindparam("person"))
_LOCK_VERSION = select(member.c.version).where(member.c.person == bindparam("person")).with_for_update()
_STANDING = (
    select(standing_change.c.member_class)
    .where(standing_change.c.person == member.c.person, standing_change.c.from_day <= bindparam("day"))
    .order_by(standing_change.c.from_day.desc())
    .limit(1)
    .lateral("standing")
)
# On its last day a merged entry is one person with the entry that was kept, which is a member on that day: the list has them once.
_IS_MERGED_THAT_DAY = exists().where(
    standing_change.c.person == member.c.person,
    standing_change.c.from_day == bindparam("day", type_=Date) + literal(1, Integer),
    standing_change.c.reason == MERGED,
)
# The class is empty after the end of a membership.
_MEMBERS_ON_DAY = member.join(_STANDING, and_(_STANDING.c.member_class != "", ~_IS_MERGED_THAT_DAY))
# Who may see numbers but no entries (a scrutineer) gets the row without its name and address.
_REGISTER = select(
    member,
    func.coalesce(register_entry.c.name, "").label("name"),
    func.coalesce(register_entry.c.address, "").label("address"),
).select_from(_MEMBERS_ON_DAY.outerjoin(register_entry, register_entry.c.person == member.c.person))
_COUNT_BY_CLASS = (
    select(_STANDING.c.member_class, func.count().label("members"))
    .select_from(_MEMBERS_ON_DAY)
    .group_by(_STANDING.c.member_class)
    .order_by(_STANDING.c.member_class)
)

_to_change = row_mapper(MembershipChange)


@dataclass(frozen=True)
class Member:
    """A member with their entry in the register, looked up for `day`."""

    person: UUID
    number: str
    register_name: str
    register_address: str
    version: int
    timeline: MembershipTimeline
    day: date


async def lock_register(work: UnitOfWork) -> int:
    """Returns the next free number. Until the transaction ends, nobody else can admit, change a class or apply new rules."""
    return int((await work.connection.execute(_LOCK_REGISTER)).scalar_one())


async def set_next_number(work: UnitOfWork, number: int) -> None:
    await work.connection.execute(_NEXT_NUMBER, {"next_number": number})


async def find_taken_numbers(work: UnitOfWork, numbers: Iterable[str]) -> set[str]:
    orders = [member_number.sort_key(number) for number in numbers]
    return set((await work.connection.execute(_TAKEN_NUMBERS, {"orders": orders})).scalars())


async def get_numbers(work: UnitOfWork, persons: Collection[UUID]) -> dict[UUID, str]:
    return {row.person: row.number for row in await work.connection.execute(_NUMBERS, {"persons": list(persons)})}


async def get_timelines(work: UnitOfWork, persons: Collection[UUID]) -> dict[UUID, MembershipTimeline]:
    changes: dict[UUID, list[MembershipChange]] = {}
    for row in await work.connection.execute(_CHANGES, {"persons": list(persons)}):
        changes.setdefault(row.person, []).append(_to_change(row))
    return {person: MembershipTimeline(tuple(persons_changes)) for person, persons_changes in changes.items()}


async def get_timeline(work: UnitOfWork, person: UUID) -> MembershipTimeline:
    return (await get_timelines(work, [person])).get(person, MembershipTimeline())


async def find_ever_in_classes(work: UnitOfWork, classes: Collection[str]) -> list[UUID]:
    """Everybody who is, was or will be in one of these classes."""
    return list((await work.connection.execute(_IN_CLASSES, {"classes": list(classes)})).scalars())


async def add_admissions(work: UnitOfWork, admissions: Sequence[Admission]) -> None:
    if new := [_member_values(admission) for admission in admissions if not admission.returning]:
        await work.connection.execute(_ADD_MEMBERS, new)
    for admission in admissions:
        if admission.returning:
            await work.connection.execute(_DELETE_FROM_DAY, {"person": admission.person, "day": admission.day})
            await work.connection.execute(_NEW_VERSION, {"changed": admission.person})
    await work.connection.execute(_SAVE_ENTRIES, [_entry_values(work, admission) for admission in admissions])
    changes = [
        _change_values(work, admission.person, MembershipChange(admission.day, admission.member_class, admission.may_vote))
        for admission in admissions
    ]
    await work.connection.execute(_ADD_CHANGES, changes)


async def find(work: UnitOfWork, person: UUID, day: date) -> Member | None:
    row = (await work.connection.execute(_MEMBER, {"person": person})).first()
    return _to_member(row, await get_timeline(work, person), day) if row else None


async def get_entry(work: UnitOfWork, person: UUID) -> tuple[str, str]:
    """Name and address in the register of somebody who is or was a member."""
    row = (await work.connection.execute(_ENTRY, {"person": person})).one()
    return row.name, row.address


async def lock_version(work: UnitOfWork, person: UUID) -> int | None:
    """Returns the member's version and locks the row until the transaction ends; None when there is no such member."""
    return (await work.connection.execute(_LOCK_VERSION, {"person": person})).scalar()


async def correct_entry(work: UnitOfWork, person: UUID, name: str, address: str) -> None:
    """Replaces the name and the address in the register, and raises the member's version."""
    await work.connection.execute(_CORRECT_ENTRY.values(name=name, address=address, entered_at=work.now), {"corrected": person})
    await work.connection.execute(_NEW_VERSION, {"changed": person})


async def save_timeline(
    work: UnitOfWork, person: UUID, before: MembershipTimeline, after: MembershipTimeline
) -> tuple[MembershipChange, ...]:
    """Writes the difference and returns it: every change from the first day that differs, by day."""
    days = [change.from_day for change in {*before.changes} ^ {*after.changes}]
    if not days:
        return ()
    first = min(days)
    await work.connection.execute(_DELETE_FROM_DAY, {"person": person, "day": first})
    new = after.changes_from(first)
    await work.connection.execute(_ADD_CHANGES, [_change_values(work, person, change) for change in new])
    await work.connection.execute(_NEW_VERSION, {"changed": person})
    return new


async def list_page(
    work: UnitOfWork, day: date, member_class: str, number: str, persons: Sequence[UUID], page: PageRequest
) -> Page[Member]:
    """Members on that day by number, each person once; if given, only those in the class, with the number, and only these persons."""
    register, order = _REGISTER, member_number.sort_key(number)
    if member_class:
        register = register.where(_STANDING.c.member_class == member_class)
    if order:
        register = register.where(member.c.number_order == order)
    if persons:
        register = register.where(member.c.person.in_(persons))
    name = f"list_members {day.isoformat()} {member_class} {order} {' '.join(sorted(map(str, persons)))}"
    # `params` copies the statement: filters on the parts of the original come before it.
    rows = await paginate(work, register.params(day=day), page, by=(member.c.number_order,), name=name)
    timelines = await get_timelines(work, [row.person for row in rows.items])
    return rows.map(lambda row: _to_member(row, timelines[row.person], day))


async def count_by_class(work: UnitOfWork, day: date) -> dict[str, int]:
    rows = await work.connection.execute(_COUNT_BY_CLASS, {"day": day})
    return {row.member_class: int(row.members) for row in rows}


def _member_values(admission: Admission) -> dict[str, object]:
    order = member_number.sort_key(admission.number)
    return {"person": admission.person, "number": admission.number, "number_order": order, "version": 1}


def _entry_values(work: UnitOfWork, admission: Admission) -> dict[str, object]:
    return {
        "person": admission.person,
        "name": admission.register_name,
        "address": admission.register_address,
        "entered_at": work.now,
    }


def _change_values(work: UnitOfWork, person: UUID, change: MembershipChange) -> dict[str, object]:
    return values_of(change) | {"person": person, "entered_by": work.caller.id, "entered_at": work.now}


def _to_member(row: Row[Any], timeline: MembershipTimeline, day: date) -> Member:
    return Member(row.person, row.number, row.name, row.address, row.version, timeline, day)
