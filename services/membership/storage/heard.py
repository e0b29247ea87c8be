"""What other services stated, as far as membership needs it: which persons there are, and which classes the rulebook has."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_KNOW = text("insert into known_person (person) values (:person) on conflict do nothing")
_KNOWN = text("select person from known_person where person = any(:persons)")
_CLASSES = text("select key, votes from member_class order by key")
_NO_CLASSES = text("delete from member_class")
_CLASS = text("insert into member_class (key, votes, rulebook_hash) values (:key, :votes, :hash)")
_FOLLOW = text("insert into rulebook_followed (fact, rulebook_hash, from_day) values (:fact, :hash, :day) on conflict do nothing")


async def know(work: Work, person: UUID) -> None:
    await work.connection.execute(_KNOW, {"person": person})


async def known(work: Work, persons: Collection[UUID]) -> set[UUID]:
    """Which of these identity has told us of."""
    found = await work.connection.execute(_KNOWN, {"persons": list(persons)})
    return {row.person for row in found}


async def classes(work: Work) -> dict[str, bool]:
    """Every class of the rulebook in force, and whether it votes; empty before there is one."""
    return {row.key: row.votes for row in await work.connection.execute(_CLASSES)}


async def set_classes(work: Work, votes: Mapping[str, bool], rulebook_hash: str) -> None:
    await work.connection.execute(_NO_CLASSES)
    await work.connection.execute(_CLASS, [{"key": key, "votes": right, "hash": rulebook_hash} for key, right in votes.items()])


async def follow(work: Work, fact: UUID, rulebook_hash: str, from_day: date) -> bool:
    """True the first time this adoption is heard. Kept as our own state: a rebuild hears it again and must not act on it again."""
    return (await work.connection.execute(_FOLLOW, {"fact": fact, "hash": rulebook_hash, "day": from_day})).rowcount > 0
