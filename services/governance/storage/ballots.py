"""Stores ballots as append-only revisions, and the first entries of paper and phone votes that wait for a second person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict
from services.governance.domain.ballot import Ballot, BallotChannel, BallotEntry

# One statement raises the roll row's revision and adds the ballot: no ballot without its revision, no revision twice.
_ADD = text("""
with moved as (update roll set revision = :revision where motion = :motion and person = :person and revision = :revision - 1 returning 1)
insert into ballot (motion, person, revision, id, member_class, choice, taken, recorded_at, recorders)
select :motion, :person, :revision, :id, :member_class, :choice, :taken, :recorded_at, :recorders from moved""")
_LATEST = text("""
select id, motion, person, member_class, choice, revision, taken, recorded_at, recorders from ballot
where motion = :motion and person = :person order by revision desc limit 1""")
_COUNT = text("""
select member_class, choice, count(*) as ballots from (
  select distinct on (person) member_class, choice from ballot where motion = :motion order by person, revision desc) as last
group by member_class, choice""")
_SAVE_ENTRY = text("""
insert into ballot_entry (id, motion, person, choice, taken, recorder, recorded_at, revision)
values (:id, :motion, :person, :choice, :taken, :recorder, :recorded_at, :revision)
on conflict (motion, person) do update set id = :id, choice = :choice, taken = :taken, recorder = :recorder,
  recorded_at = :recorded_at, revision = :revision""")
_ENTRY = text("select * from ballot_entry where id = :id for update")
_DELETE_ENTRY = text("delete from ballot_entry where id = :id")
_ENTRIES = text("""
select * from ballot_entry where (cast(:motion as uuid) is null or motion = :motion) and (cast(:after as uuid) is null or id > :after)
order by id limit :limit""")


async def add(work: UnitOfWork, ballot: Ballot) -> None:
    """Add a ballot. Raises Conflict BALLOT_STALE when the person's ballot has changed in between."""
    added = await work.connection.execute(
        _ADD,
        {
            "motion": ballot.motion,
            "person": ballot.person,
            "revision": ballot.revision,
            "id": ballot.id,
            "member_class": ballot.member_class,
            "choice": ballot.choice,
            "taken": ballot.taken.value,
            "recorded_at": ballot.recorded_at,
            "recorders": list(ballot.recorders),
        },
    )
    if added.rowcount != 1:
        raise Conflict("BALLOT_STALE")


async def get_latest(work: UnitOfWork, motion: UUID, person: UUID) -> Ballot | None:
    """Return the ballot that counts, if the caller may see it."""
    row = (await work.connection.execute(_LATEST, {"motion": motion, "person": person})).first()
    return _ballot_from_row(row) if row else None


async def count_latest(work: UnitOfWork, motion: UUID) -> dict[str, dict[str, int]]:
    """Count everybody's latest ballot: class -> choice -> number. Row-level security lets only the closing job see them all."""
    votes: dict[str, dict[str, int]] = {}
    for row in (await work.connection.execute(_COUNT, {"motion": motion})).all():
        votes.setdefault(row.member_class, {})[row.choice] = row.ballots
    return votes


async def save_entry(work: UnitOfWork, entry: BallotEntry) -> None:
    """Save a first entry; a new entry for the same person replaces it."""
    await work.connection.execute(
        _SAVE_ENTRY,
        {
            "id": entry.id,
            "motion": entry.motion,
            "person": entry.person,
            "choice": entry.choice,
            "taken": entry.taken.value,
            "recorder": entry.recorder,
            "recorded_at": entry.recorded_at,
            "revision": entry.revision,
        },
    )


async def get_locked_entry(work: UnitOfWork, entry_id: UUID) -> BallotEntry | None:
    row = (await work.connection.execute(_ENTRY, {"id": entry_id})).first()
    return _entry_from_row(row) if row else None


async def delete_entry(work: UnitOfWork, entry_id: UUID) -> None:
    await work.connection.execute(_DELETE_ENTRY, {"id": entry_id})


async def list_entries(work: UnitOfWork, motion: UUID | None, after: UUID | None, limit: int) -> list[BallotEntry]:
    rows = await work.connection.execute(_ENTRIES, {"motion": motion, "after": after, "limit": limit})
    return [_entry_from_row(row) for row in rows.all()]


def _ballot_from_row(row: Row[Any]) -> Ballot:
    return Ballot(
        id=row.id,
        motion=row.motion,
        person=row.person,
        member_class=row.member_class,
        choice=row.choice,
        revision=row.revision,
        taken=BallotChannel(row.taken),
        recorded_at=row.recorded_at,
        recorders=tuple(row.recorders),
    )


def _entry_from_row(row: Row[Any]) -> BallotEntry:
    return BallotEntry(
        id=row.id,
        motion=row.motion,
        person=row.person,
        choice=row.choice,
        taken=BallotChannel(row.taken),
        recorder=row.recorder,
        recorded_at=row.recorded_at,
        revision=row.revision,
    )
