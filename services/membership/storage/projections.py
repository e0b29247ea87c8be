"""Projections of other services' events: which persons exist, and which classes the rulebook has."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from services.membership.storage.tables import known_person, member_class, rulebook_followed

_ADD_PERSON = insert(known_person).on_conflict_do_nothing()
_FIND_KNOWN = select(known_person.c.person).where(among(known_person.c.person, "persons"))
_CLASSES = select(member_class.c.key, member_class.c.votes).order_by(member_class.c.key)
_DELETE_CLASSES = delete(member_class)
_ADD_CLASSES = insert(member_class)
_RECORD_ADOPTION = insert(rulebook_followed).on_conflict_do_nothing()


async def add_person(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_ADD_PERSON, {"person": person})


async def find_known_persons(work: UnitOfWork, persons: Collection[UUID]) -> set[UUID]:
    """Which of these persons identity has published."""
    return set((await work.connection.execute(_FIND_KNOWN, {"persons": list(persons)})).scalars())


async def get_classes(work: UnitOfWork) -> dict[str, bool]:
    """Every class of the rulebook in force, and whether it votes; empty before there is one."""
    return {row.key: row.votes for row in await work.connection.execute(_CLASSES)}


async def replace_classes(work: UnitOfWork, votes: Mapping[str, bool], rulebook_hash: str) -> None:
    await work.connection.execute(_DELETE_CLASSES)
    rows = [{"key": key, "votes": right, "rulebook_hash": rulebook_hash} for key, right in votes.items()]
    await work.connection.execute(_ADD_CLASSES, rows)


async def record_adoption(work: UnitOfWork, event_id: UUID, rulebook_hash: str, from_day: date) -> bool:
    """True the first time this adoption arrives. It is our own state: a rebuild receives the event again and must not act on it again."""
    row = {"fact": event_id, "rulebook_hash": rulebook_hash, "from_day": from_day}
    return (await work.connection.execute(_RECORD_ADOPTION, row)).rowcount > 0
