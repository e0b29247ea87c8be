"""Entries of persons that were merged into others."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.identity.domain.person_merge import MergeCandidate
from services.identity.storage.tables import contact, merge_to_follow, person, person_merge

# In the order of ids, so that two merges of the same entries wait for each other and not both for ever.
_LOCK = select(person.c.id).where(among(person.c.id, "ids")).order_by(person.c.id).with_for_update(key_share=True)
_CANDIDATES = (
    select(person.c.id, person.c.merged_into, contact.c.email, contact.c.phone)
    .select_from(person.join(contact, contact.c.person == person.c.id))
    .where(among(person.c.id, "ids"), person.c.erased_at.is_(None))
)
_MERGED_AMONG = select(person.c.id).where(among(person.c.id, "ids"), among(person.c.merged_into, "ids"))
_MERGED_INTO = select(person.c.merged_into).where(person.c.id == bindparam("id"))
_ADD = insert(person_merge)
_ADD_TO_FOLLOW = insert(merge_to_follow)
_TO_FOLLOW = select(merge_to_follow.c.other).order_by(merge_to_follow.c.other).limit(1).with_for_update(skip_locked=True)
_FOLLOWED = delete(merge_to_follow).where(merge_to_follow.c.other == bindparam("of"))
_COUNT_TO_FOLLOW = select(func.count().label("merges")).select_from(merge_to_follow)
_MARK = (
    update(person)
    .where((person.c.id == bindparam("other")) | (person.c.merged_into == bindparam("other")))
    .values(merged_into=bindparam("kept"), version=person.c.version + 1)
)
_NEW_VERSION = update(person).where(person.c.id == bindparam("changed")).values(version=person.c.version + 1)
_OTHERS = contact.alias("others")
_SET_CONTACT = update(contact).where(contact.c.person == bindparam("to"))

_to_candidate = row_mapper(MergeCandidate)


async def lock_candidates(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, MergeCandidate]:
    """Those of the entries that exist, locked until the transaction ends."""
    await work.connection.execute(_LOCK, {"ids": list(ids)})
    return {row.id: _to_candidate(row) for row in await work.connection.execute(_CANDIDATES, {"ids": list(ids)})}


async def merged_into(work: UnitOfWork, entry: UUID) -> UUID | None:
    """The entry that is used instead; None for an entry in use."""
    into: UUID | None = (await work.connection.execute(_MERGED_INTO, {"id": entry})).scalar()
    return into


async def merged_among(work: UnitOfWork, entries: Collection[UUID]) -> set[UUID]:
    """Those of these entries that were merged into another of them."""
    return set((await work.connection.execute(_MERGED_AMONG, {"ids": list(entries)})).scalars())


async def save(work: UnitOfWork, kept: UUID, other: UUID, reason: str, moved: Collection[str]) -> None:
    """Marks the other entry, and what was merged into it, as merged into the kept one; moves these contact details."""
    row = {"other": other, "kept": kept, "reason": reason, "merged_by": work.caller.id, "merged_at": work.now}
    await work.connection.execute(_ADD, row)
    await work.connection.execute(_ADD_TO_FOLLOW, {"other": other})
    await work.connection.execute(_MARK, {"other": other, "kept": kept})
    await work.connection.execute(_NEW_VERSION, {"changed": kept})
    if moved:
        columns = [_OTHERS.c[name] for field in sorted(moved) for name in (field, f"{field}_key")]
        values = {column.name: select(column).where(_OTHERS.c.person == bindparam("of")).scalar_subquery() for column in columns}
        await work.connection.execute(_SET_CONTACT.values(values), {"to": kept, "of": other})


async def take_next_to_follow(work: UnitOfWork) -> tuple[UUID, UUID] | None:
    """The entry in use and one whose records are still to be moved to it; they count as moved with this transaction."""
    other = (await work.connection.execute(_TO_FOLLOW)).scalar()
    kept = await merged_into(work, other) if other else None
    if other is None or kept is None:
        return None
    await work.connection.execute(_FOLLOWED, {"of": other})
    return kept, other


async def count_to_follow(work: UnitOfWork) -> int:
    return int((await work.connection.execute(_COUNT_TO_FOLLOW)).scalar_one())
