"""Projections of other services' events: which persons exist, and which classes the rulebook has."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_ADD_PERSON = text("insert into known_person (person) values (:person) on conflict do nothing")
_FIND_KNOWN = text("select person from known_person where person = any(:persons)")
_CLASSES = text("select key, votes from member_class order by key")
_DELETE_CLASSES = text("delete from member_class")
_ADD_CLASS = text("insert into member_class (key, votes, rulebook_hash) values (:key, :votes, :hash)")
_RECORD_ADOPTION = text("insert into rulebook_followed (fact, rulebook_hash, from_day) values (:fact, :hash, :day) on conflict do nothing")


async def add_person(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_ADD_PERSON, {"person": person})


async def find_known_persons(work: UnitOfWork, persons: Collection[UUID]) -> set[UUID]:
    """Which of these persons identity has published."""
    rows = await work.connection.execute(_FIND_KNOWN, {"persons": list(persons)})
    return {row.person for row in rows}


async def get_classes(work: UnitOfWork) -> dict[str, bool]:
    """Every class of the rulebook in force, and whether it votes; empty before there is one."""
    return {row.key: row.votes for row in await work.connection.execute(_CLASSES)}


async def replace_classes(work: UnitOfWork, votes: Mapping[str, bool], rulebook_hash: str) -> None:
    await work.connection.execute(_DELETE_CLASSES)
    await work.connection.execute(_ADD_CLASS, [{"key": key, "votes": right, "hash": rulebook_hash} for key, right in votes.items()])


async def record_adoption(work: UnitOfWork, event_id: UUID, rulebook_hash: str, from_day: date) -> bool:
    """True the first time this adoption arrives. It is our own state: a rebuild receives the event again and must not act on it again."""
    return (await work.connection.execute(_RECORD_ADOPTION, {"fact": event_id, "hash": rulebook_hash, "day": from_day})).rowcount > 0
