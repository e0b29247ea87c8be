"""Holds on people, and which kinds of them the rulebook has not shown."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, func, insert, or_, select, update

from kith.identity.v1.enums import HoldKind
from libs.access import holds
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.rulebook import default_retention
from services.identity.domain.person_hold import PersonHold
from services.identity.storage.tables import hold_not_shown, person_hold

_RULEBOOK = ""
"""A row with this key says that a rulebook was adopted that has rules for holds."""
_IN_FORCE = person_hold.c.released_at.is_(None)
_ADD = insert(person_hold)
# A secretary has a hold on themself shown as everybody has: their hat does not open what they must not hear of.
_FOR_CALLER = or_(person_hold.c.shown, person_hold.c.person.is_distinct_from(bindparam("caller", type_=Uuid)))
_LOCK = select(person_hold).where(person_hold.c.id == bindparam("wanted"), _IN_FORCE, _FOR_CALLER).with_for_update()
_RELEASE = (
    update(person_hold)
    .where(person_hold.c.id == bindparam("wanted"))
    .values(released_by=bindparam("by"), released_at=bindparam("at", type_=MOMENT))
)
_MOVE = update(person_hold).where(person_hold.c.person == bindparam("other"), _IN_FORCE).values(person=bindparam("kept"))
_OF = select(person_hold).where(person_hold.c.person == bindparam("person"), _IN_FORCE)
_ANY = select(person_hold.c.id).where(among(person_hold.c.person, "persons"), _IN_FORCE).limit(1)
_SET_REVIEW_DAY = update(person_hold).where(person_hold.c.id == bindparam("wanted")).values(review_on=bindparam("day"), reminded_at=None)
_TO_REVIEW = (_IN_FORCE, person_hold.c.reminded_at.is_(None))
_REMIND = (
    update(person_hold)
    .where(*_TO_REVIEW, person_hold.c.review_on <= bindparam("today"))
    .values(reminded_at=bindparam("at", type_=MOMENT))
    .returning(person_hold)
)
_NEXT_REVIEW = select(func.min(person_hold.c.review_on)).where(*_TO_REVIEW)
_NOT_SHOWN = select(hold_not_shown.c.kind)

_to_hold = row_mapper(PersonHold)


async def add(work: UnitOfWork, hold: PersonHold, entries: Collection[UUID]) -> None:
    """`entries` are the person's id and those of the entries that were merged into theirs."""
    await work.connection.execute(_ADD, values_of(hold))
    await holds.hold(work, hold.id, entries)


async def move(work: UnitOfWork, kept: UUID, other: UUID, entries: Collection[UUID]) -> list[PersonHold]:
    """An entry is merged into another: its holds that are in force are on the kept one from now on.

    Returns all holds on the kept one. They protect these entries, which are all of the person's.
    """
    await work.connection.execute(_MOVE, {"kept": kept, "other": other})
    moved = [_to_hold(row) for row in await work.connection.execute(_OF, {"person": kept})]
    for hold in moved:
        await holds.hold(work, hold.id, entries)
    return moved


async def lock(work: UnitOfWork, hold: UUID) -> PersonHold | None:
    """One that is in force and that the caller may know of, locked until the transaction ends."""
    row = (await work.connection.execute(_LOCK, {"wanted": hold, "caller": work.caller.person})).first()
    return _to_hold(row) if row else None


async def release(work: UnitOfWork, hold: PersonHold) -> None:
    await work.connection.execute(_RELEASE, {"wanted": hold.id, "by": work.caller.id, "at": work.now})
    await holds.release(work, hold.id)


async def set_review_day(work: UnitOfWork, hold: PersonHold, day: date) -> PersonHold:
    """Nobody was reminded of that day yet."""
    await work.connection.execute(_SET_REVIEW_DAY, {"wanted": hold.id, "day": day})
    return replace(hold, review_on=day, reminded_at=None)


async def any_in_force(work: UnitOfWork, persons: Collection[UUID]) -> bool:
    """Whether one of these entries is held, shown or not."""
    return (await work.connection.execute(_ANY, {"persons": list(persons)})).first() is not None


async def mark_reminded(work: UnitOfWork, today: date) -> list[PersonHold]:
    """Those to look at by this day of which nobody was reminded: from now on they were."""
    return [_to_hold(row) for row in await work.connection.execute(_REMIND, {"today": today, "at": work.now})]


async def next_review_day(work: UnitOfWork) -> date | None:
    """Of those that nobody was reminded of."""
    day: date | None = (await work.connection.execute(_NEXT_REVIEW)).scalar()
    return day


async def list_page(work: UnitOfWork, person: UUID | None, page: PageRequest) -> Page[PersonHold]:
    """Those in force, as far as the caller may see them: of one person or of everybody, the first to look at first."""
    statement = select(person_hold).where(_IN_FORCE, _FOR_CALLER).params(caller=work.caller.person)
    name = f"list_holds {person or ''}"
    if person is not None:
        statement = statement.where(person_hold.c.person == person)
    return (await paginate(work, statement, page, by=(person_hold.c.review_on, person_hold.c.id), name=name)).map(_to_hold)


async def is_shown(work: UnitOfWork, kind: HoldKind) -> bool:
    """Whether the rulebook in force lets the person see a hold of this kind."""
    stored = set((await work.connection.execute(_NOT_SHOWN)).scalars())
    return kind.value not in (stored or {hidden.value for hidden in default_retention().holds_not_shown})


async def follow_rulebook(work: UnitOfWork, not_shown: Sequence[str]) -> None:
    """Which kinds the rulebook that came into force has not shown."""
    await work.connection.execute(delete(hold_not_shown))
    await work.connection.execute(insert(hold_not_shown), [{"kind": kind} for kind in {_RULEBOOK, *not_shown}])
