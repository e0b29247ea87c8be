"""Members, their standings and their entries in the legal register."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.membership.domain import member_number
from services.membership.domain.admission import Admission
from services.membership.domain.membership_timeline import MembershipChange, MembershipTimeline

_LOCK_REGISTER = text("select n from next_number for update")
_NEXT_NUMBER = text("update next_number set n = :n")
_TAKEN_NUMBERS = text("select number_order from member where number_order = any(:orders)")
_NUMBERS = text("select person, number from member where person = any(:persons)")
_CHANGES = text("""
select person, from_day, member_class, may_vote, reason from standing_change where person = any(:persons) order by person, from_day""")
_IN_CLASSES = text("select distinct person from standing_change where member_class = any(:classes)")
_ADD_MEMBER = text("insert into member (person, number, number_order, version) values (:person, :number, :number_order, 1)")
_ADD_ENTRY = text("""
insert into register_entry (person, name, address, entered_at) values (:person, :name, :address, :now)
on conflict (person) do update set name = :name, address = :address, entered_at = :now""")
_ADD_CHANGE = text("""
insert into standing_change (person, from_day, member_class, may_vote, reason, entered_by, entered_at)
values (:person, :from_day, :member_class, :may_vote, :reason, :by, :now)""")
_DELETE_FROM_DAY = text("delete from standing_change where person = :person and from_day >= :day")
_NEW_VERSION = text("update member set version = version + 1 where person = :person")
_FIND = text("""
select m.person, m.number, m.version, e.name, e.address
from member m join register_entry e on e.person = m.person where m.person = :person""")
_LOCK_VERSION = text("select version from member where person = :person for update")
_AS_OF = """
from member m
join lateral (
  select member_class, may_vote from standing_change where person = m.person and from_day <= :day order by from_day desc limit 1
) s on s.member_class <> ''"""
# Who may see numbers but no entries (a scrutineer) gets the row without its name and address.
_PAGE = text(f"""
select m.person, m.number, m.number_order, m.version, coalesce(e.name, '') as name, coalesce(e.address, '') as address,
  s.member_class, s.may_vote {_AS_OF}
left join register_entry e on e.person = m.person
where m.number_order > :after and (:member_class = '' or s.member_class = :member_class) and (:only = '' or m.number_order = :only)
  and (cardinality(cast(:persons as uuid[])) = 0 or m.person = any(:persons))
order by m.number_order limit :limit""")
_COUNT_BY_CLASS = text(f"select s.member_class, count(*) as members {_AS_OF} group by 1 order by 1")


@dataclass(frozen=True)
class Member:
    """A member with their entry in the register."""

    person: UUID
    number: str
    register_name: str
    register_address: str
    version: int
    timeline: MembershipTimeline


async def lock_register(work: UnitOfWork) -> int:
    """Returns the next free number. Until the transaction ends, nobody else can admit, change a class or apply new rules."""
    return int((await work.connection.execute(_LOCK_REGISTER)).scalar_one())


async def set_next_number(work: UnitOfWork, number: int) -> None:
    await work.connection.execute(_NEXT_NUMBER, {"n": number})


async def find_taken_numbers(work: UnitOfWork, numbers: Iterable[str]) -> set[str]:
    rows = await work.connection.execute(_TAKEN_NUMBERS, {"orders": [member_number.sort_key(number) for number in numbers]})
    return {row.number_order for row in rows}


async def get_numbers(work: UnitOfWork, persons: Collection[UUID]) -> dict[UUID, str]:
    rows = await work.connection.execute(_NUMBERS, {"persons": list(persons)})
    return {row.person: row.number for row in rows}


async def get_timelines(work: UnitOfWork, persons: Collection[UUID]) -> dict[UUID, MembershipTimeline]:
    changes: dict[UUID, list[MembershipChange]] = {}
    for row in await work.connection.execute(_CHANGES, {"persons": list(persons)}):
        changes.setdefault(row.person, []).append(MembershipChange(row.from_day, row.member_class, row.may_vote, row.reason))
    return {person: MembershipTimeline(tuple(persons_changes)) for person, persons_changes in changes.items()}


async def get_timeline(work: UnitOfWork, person: UUID) -> MembershipTimeline:
    return (await get_timelines(work, [person])).get(person, MembershipTimeline())


async def find_ever_in_classes(work: UnitOfWork, classes: Collection[str]) -> list[UUID]:
    """Everybody who is, was or will be in one of these classes."""
    rows = await work.connection.execute(_IN_CLASSES, {"classes": list(classes)})
    return sorted(row.person for row in rows)


async def add_admissions(work: UnitOfWork, admissions: Sequence[Admission]) -> None:
    rows = [
        {
            "person": admission.person,
            "number": admission.number,
            "number_order": member_number.sort_key(admission.number),
            "name": admission.register_name,
            "address": admission.register_address,
            "from_day": admission.day,
            "member_class": admission.member_class,
            "may_vote": admission.may_vote,
            "reason": "",
            "by": work.caller.id,
            "now": work.now,
        }
        for admission in admissions
    ]
    returning_persons = {admission.person for admission in admissions if admission.returning}
    if new := [row for row in rows if row["person"] not in returning_persons]:
        await work.connection.execute(_ADD_MEMBER, new)
    for admission in admissions:
        if admission.returning:
            await work.connection.execute(_DELETE_FROM_DAY, {"person": admission.person, "day": admission.day})
            await work.connection.execute(_NEW_VERSION, {"person": admission.person})
    await work.connection.execute(_ADD_ENTRY, rows)
    await work.connection.execute(_ADD_CHANGE, rows)


async def find(work: UnitOfWork, person: UUID) -> Member | None:
    row = (await work.connection.execute(_FIND, {"person": person})).first()
    if row is None:
        return None
    return Member(row.person, row.number, row.name, row.address, row.version, await get_timeline(work, person))


async def lock_version(work: UnitOfWork, person: UUID) -> int | None:
    """Returns the member's version and locks the row until the transaction ends; None when there is no such member."""
    return (await work.connection.execute(_LOCK_VERSION, {"person": person})).scalar()


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
    await work.connection.execute(
        _ADD_CHANGE,
        [
            {
                "person": person,
                "from_day": change.from_day,
                "member_class": change.member_class,
                "may_vote": change.may_vote,
                "reason": change.reason,
                "by": work.caller.id,
                "now": work.now,
            }
            for change in new
        ],
    )
    await work.connection.execute(_NEW_VERSION, {"person": person})
    return new


async def list_page(
    work: UnitOfWork, day: date, member_class: str, after: str, limit: int, *, only: str = "", persons: Sequence[UUID] = ()
) -> list[Member]:
    """Members on that day by number, after `after`; with `only`, just the one with that number (both are sort keys)."""
    values = {"day": day, "member_class": member_class, "after": after, "limit": limit, "only": only, "persons": list(persons)}
    rows = (await work.connection.execute(_PAGE, values)).all()
    timelines = await get_timelines(work, [row.person for row in rows])
    return [Member(row.person, row.number, row.name, row.address, row.version, timelines[row.person]) for row in rows]


async def count_by_class(work: UnitOfWork, day: date) -> dict[str, int]:
    rows = await work.connection.execute(_COUNT_BY_CLASS, {"day": day})
    return {row.member_class: int(row.members) for row in rows}
