"""Rows of which visits people chose to have watched over: all of theirs, those of a series, or one. The narrower one counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.storage.tables import visit, watch_choice
from services.scheduling.storage.visits import TAKES_PLACE
from services.scheduling.storage.watch_duties import WATCH

_WHOLE = and_(watch_choice.c.series.is_(None), watch_choice.c.visit.is_(None))
_OF_PERSON = watch_choice.c.person == bindparam("person")
_INSERT = insert(watch_choice).on_conflict_do_nothing()


@dataclass(frozen=True)
class WatchChoice:
    """Made by the person, or by who acts for them; for visits that start after `since`."""

    id: UUID
    person: UUID
    series: UUID | None
    visit: UUID | None
    watched: bool
    set_by: UUID
    since: datetime


_to_choice = row_mapper(WatchChoice)


async def find(work: UnitOfWork, person: UUID, series: UUID | None, visit_id: UUID | None) -> WatchChoice | None:
    """The choice that was made for this alone."""
    row = (await work.connection.execute(select(watch_choice).where(_OF_PERSON, _is_about(series, visit_id)), {"person": person})).first()
    return _to_choice(row) if row else None


async def choose(work: UnitOfWork, choice: WatchChoice) -> None:
    """Who has chosen the same already, has chosen it since then."""
    before = await find(work, choice.person, choice.series, choice.visit)
    if before is not None and before.watched == choice.watched:
        return
    await work.connection.execute(delete(watch_choice).where(_OF_PERSON, _is_about(choice.series, choice.visit)), {"person": choice.person})
    await work.connection.execute(_INSERT, values_of(choice))
    work.wakes.add(WATCH)


async def follow_series(work: UnitOfWork, person: UUID, before: UUID, after: UUID) -> None:
    """A series takes the place of another one: what was chosen for that one counts for it."""
    choice = await find(work, person, before, None)
    if choice is not None and await find(work, person, after, None) is None:
        changed = {**values_of(choice), "id": work.new_id(), "series": after}
        await work.connection.execute(_INSERT, changed)


async def is_any_watched(work: UnitOfWork) -> bool:
    """Of the visits that go on or are to come."""
    is_any = select(exists(watched_visits().where(visit.c.state.in_(TAKES_PLACE), visit.c.ends > NOW)))
    return bool((await work.connection.execute(is_any, {"now": work.now})).scalar_one())


def watched_visits() -> "Select[tuple[object, ...]]":
    """Visits that are watched over, by the narrowest choice that was made before they start."""
    of_visit, of_series, of_person = (watch_choice.alias(name) for name in ("of_visit", "of_series", "of_person"))
    joined = (
        visit.outerjoin(of_visit, of_visit.c.visit == visit.c.id)
        .outerjoin(of_series, of_series.c.series == visit.c.series)
        .outerjoin(of_person, and_(of_person.c.person == visit.c.person, of_person.c.series.is_(None), of_person.c.visit.is_(None)))
    )

    def narrowest(name: str) -> ColumnElement[Any]:
        return func.coalesce(of_visit.c[name], of_series.c[name], of_person.c[name])

    return select(visit).select_from(joined).where(narrowest("watched"), narrowest("since") <= visit.c.starts)


def _is_about(series: UUID | None, visit_id: UUID | None) -> ColumnElement[bool]:
    if visit_id is not None:
        return watch_choice.c.visit == visit_id
    return watch_choice.c.series == series if series is not None else _WHOLE
