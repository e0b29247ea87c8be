"""Entries of persons that were merged into others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select, update

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.identity.domain.person_merge import MergeCandidate
from services.identity.storage.tables import contact, merge_to_follow, person, person_merge

TRY_AGAIN_AFTER = timedelta(minutes=1)
"""A merge that could not be followed."""

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
_TRIED = merge_to_follow.c.tried_at
_TO_FOLLOW = (
    select(merge_to_follow.c.other)
    .where(or_(_TRIED.is_(None), bindparam("tried_until", type_=MOMENT) >= _TRIED))
    .order_by(_TRIED.nulls_first(), merge_to_follow.c.other)
)
_FOLLOWED = (
    delete(merge_to_follow)
    .where(merge_to_follow.c.other == bindparam("of"))
    .returning(merge_to_follow.c.kept_has_team, merge_to_follow.c.other_has_team)
)
_SET_TRIED = update(merge_to_follow).where(merge_to_follow.c.other == bindparam("of")).values(tried_at=bindparam("at", type_=MOMENT))
_NEXT_TO_FOLLOW = select(_TRIED).order_by(_TRIED.nulls_first()).limit(1)
_KEPT_GETS_TEAM = (
    update(merge_to_follow)
    .where(merge_to_follow.c.other.in_(select(person.c.id).where(person.c.merged_into == bindparam("into"))))
    .values(kept_has_team=True)
)
_MARK = (
    update(person)
    .where((person.c.id == bindparam("other")) | (person.c.merged_into == bindparam("other")))
    .values(merged_into=bindparam("kept"), version=person.c.version + 1)
)
_NEW_VERSION = update(person).where(person.c.id == bindparam("changed")).values(version=person.c.version + 1)
_OTHERS = contact.alias("others")
_SET_CONTACT = update(contact).where(contact.c.person == bindparam("to"))

_to_candidate = row_mapper(MergeCandidate)


@dataclass(frozen=True)
class HadTeams:
    """Which of the two entries had a team of its own when they were merged: its members see what the entry shares with its team."""

    kept: bool
    other: bool


@dataclass(frozen=True)
class MergeToFollow:
    """A merge whose records are still to be moved. `kept` is the entry in use."""

    kept: UUID
    other: UUID
    had_teams: HadTeams


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


async def save(work: UnitOfWork, kept: UUID, other: UUID, reason: str, moved: Collection[str], had_teams: HadTeams) -> None:
    """Marks the other entry, and what was merged into it, as merged into the kept one; moves these contact details."""
    # Entries merged before, whose records are still to be moved: the team that comes to them now was shown nothing of theirs either.
    for entry, is_joined_by_a_team in ((kept, had_teams.other), (other, had_teams.kept)):
        if is_joined_by_a_team:
            await work.connection.execute(_KEPT_GETS_TEAM, {"into": entry})
    row = {"other": other, "kept": kept, "reason": reason, "merged_by": work.caller.id, "merged_at": work.now}
    await work.connection.execute(_ADD, row)
    to_follow = {"other": other, "kept_has_team": had_teams.kept, "other_has_team": had_teams.other}
    await work.connection.execute(_ADD_TO_FOLLOW, to_follow)
    await work.connection.execute(_MARK, {"other": other, "kept": kept})
    await work.connection.execute(_NEW_VERSION, {"changed": kept})
    if moved:
        columns = [_OTHERS.c[name] for field in sorted(moved) for name in (field, f"{field}_key")]
        values = {column.name: select(column).where(_OTHERS.c.person == bindparam("of")).scalar_subquery() for column in columns}
        await work.connection.execute(_SET_CONTACT.values(values), {"to": kept, "of": other})


async def list_to_follow(work: UnitOfWork) -> list[UUID]:
    """The entries whose records are still to be moved, but for those that were tried a moment ago."""
    rows = await work.connection.execute(_TO_FOLLOW, {"tried_until": work.now - TRY_AGAIN_AFTER})
    return list(rows.scalars())


async def take_to_follow(work: UnitOfWork, other: UUID) -> MergeToFollow | None:
    """The merge of this entry, which counts as followed with this transaction. None if it cannot be taken in this moment.

    Locks both entries before the row, as merging does.
    """
    kept = await merged_into(work, other)
    if kept is None:
        return None
    await work.connection.execute(_LOCK, {"ids": [kept, other]})
    if await merged_into(work, other) != kept:
        return None  # the kept one was merged just now
    row = (await work.connection.execute(_FOLLOWED, {"of": other})).first()
    return MergeToFollow(kept, other, HadTeams(row.kept_has_team, row.other_has_team)) if row else None


async def set_tried(work: UnitOfWork, other: UUID) -> None:
    """It could not be followed now, and is tried again after a while."""
    await work.connection.execute(_SET_TRIED, {"of": other, "at": work.now})


async def next_to_follow(work: UnitOfWork) -> datetime | None:
    """When the next one is to be tried."""
    row = (await work.connection.execute(_NEXT_TO_FOLLOW)).first()
    if row is None:
        return None
    return row.tried_at + TRY_AGAIN_AFTER if row.tried_at else work.now
