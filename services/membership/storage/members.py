"""Members, their standings and their entries in the legal register."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from services.membership.domain import member_number
from services.membership.domain.admission import Admission
from services.membership.domain.standing import Change, Timeline

_HOLD = text("select n from next_number for update")
_NEXT_NUMBER = text("update next_number set n = :n")
_TAKEN = text("select number_order from member where number_order = any(:orders)")
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
_DROP_SINCE = text("delete from standing_change where person = :person and from_day >= :day")
_NEW_VERSION = text("update member set version = version + 1 where person = :person")
_ONE = text("""
select m.person, m.number, m.version, e.name, e.address
from member m join register_entry e on e.person = m.person where m.person = :person""")
_ONE_HELD = text("select version from member where person = :person for update")
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
order by m.number_order limit :limit""")
_SIZES = text(f"select s.member_class, count(*) as members {_AS_OF} group by 1 order by 1")


@dataclass(frozen=True)
class Member:
    """As the register has them."""

    person: UUID
    number: str
    register_name: str
    register_address: str
    version: int
    timeline: Timeline


async def hold_register(work: Work) -> int:
    """The next free number. Until the work ends nobody else admits, changes a class or follows new rules."""
    return int((await work.connection.execute(_HOLD)).scalar_one())


async def set_next_number(work: Work, number: int) -> None:
    await work.connection.execute(_NEXT_NUMBER, {"n": number})


async def taken(work: Work, numbers: Iterable[str]) -> set[str]:
    found = await work.connection.execute(_TAKEN, {"orders": [member_number.order(one) for one in numbers]})
    return {row.number_order for row in found}


async def numbers(work: Work, persons: Collection[UUID]) -> dict[UUID, str]:
    found = await work.connection.execute(_NUMBERS, {"persons": list(persons)})
    return {row.person: row.number for row in found}


async def timelines(work: Work, persons: Collection[UUID]) -> dict[UUID, Timeline]:
    changes: dict[UUID, list[Change]] = {}
    for row in await work.connection.execute(_CHANGES, {"persons": list(persons)}):
        changes.setdefault(row.person, []).append(Change(row.from_day, row.member_class, row.may_vote, row.reason))
    return {person: Timeline(tuple(found)) for person, found in changes.items()}


async def timeline(work: Work, person: UUID) -> Timeline:
    return (await timelines(work, [person])).get(person, Timeline())


async def ever_in(work: Work, classes: Collection[str]) -> list[UUID]:
    """Who stands, stood or will stand in one of these."""
    found = await work.connection.execute(_IN_CLASSES, {"classes": list(classes)})
    return sorted(row.person for row in found)


async def admit(work: Work, admissions: Sequence[Admission]) -> None:
    rows = [
        {
            "person": one.person,
            "number": one.number,
            "number_order": member_number.order(one.number),
            "name": one.register_name,
            "address": one.register_address,
            "from_day": one.day,
            "member_class": one.member_class,
            "may_vote": one.may_vote,
            "reason": "",
            "by": work.caller.id,
            "now": work.now,
        }
        for one in admissions
    ]
    back = {one.person for one in admissions if one.returning}
    if new := [row for row in rows if row["person"] not in back]:
        await work.connection.execute(_ADD_MEMBER, new)
    for returning in admissions:
        if returning.returning:
            await work.connection.execute(_DROP_SINCE, {"person": returning.person, "day": returning.day})
            await work.connection.execute(_NEW_VERSION, {"person": returning.person})
    await work.connection.execute(_ADD_ENTRY, rows)
    await work.connection.execute(_ADD_CHANGE, rows)


async def find(work: Work, person: UUID) -> Member | None:
    row = (await work.connection.execute(_ONE, {"person": person})).first()
    if row is None:
        return None
    return Member(row.person, row.number, row.name, row.address, row.version, await timeline(work, person))


async def held_version(work: Work, person: UUID) -> int | None:
    """The member's version, theirs until the work ends; None for nobody."""
    return (await work.connection.execute(_ONE_HELD, {"person": person})).scalar()


async def save(work: Work, person: UUID, before: Timeline, after: Timeline) -> tuple[Change, ...]:
    """Writes what is different and gives it: every change from the first day that differs, by day."""
    days = [one.from_day for one in {*before.changes} ^ {*after.changes}]
    if not days:
        return ()
    first = min(days)
    await work.connection.execute(_DROP_SINCE, {"person": person, "day": first})
    new = after.since(first)
    await work.connection.execute(
        _ADD_CHANGE,
        [
            {
                "person": person,
                "from_day": one.from_day,
                "member_class": one.member_class,
                "may_vote": one.may_vote,
                "reason": one.reason,
                "by": work.caller.id,
                "now": work.now,
            }
            for one in new
        ],
    )
    await work.connection.execute(_NEW_VERSION, {"person": person})
    return new


async def page(work: Work, day: date, member_class: str, after: str, limit: int, *, only: str = "") -> list[Member]:
    """Who is a member on that day, by number, from behind `after`; or `only` whoever has one number (both are a number's order)."""
    values = {"day": day, "member_class": member_class, "after": after, "limit": limit, "only": only}
    rows = (await work.connection.execute(_PAGE, values)).all()
    lines = await timelines(work, [row.person for row in rows])
    return [Member(row.person, row.number, row.name, row.address, row.version, lines[row.person]) for row in rows]


async def sizes(work: Work, day: date) -> dict[str, int]:
    found = await work.connection.execute(_SIZES, {"day": day})
    return {row.member_class: int(row.members) for row in found}
