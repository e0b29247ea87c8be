"""Ballots: append-only revisions, and the first entries of paper and phone votes that wait for a second person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import Work
from libs.refusals import Conflict
from services.governance.domain.ballot import Ballot, Entry, Taken

# The roll row moves and the ballot is added by one statement: no ballot without its revision, no revision twice.
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
_ENTER = text("""
insert into ballot_entry (id, motion, person, choice, taken, recorder, recorded_at, revision)
values (:id, :motion, :person, :choice, :taken, :recorder, :recorded_at, :revision)
on conflict (motion, person) do update set id = :id, choice = :choice, taken = :taken, recorder = :recorder,
  recorded_at = :recorded_at, revision = :revision""")
_ENTRY = text("select * from ballot_entry where id = :id for update")
_DROP_ENTRY = text("delete from ballot_entry where id = :id")
_ENTRIES = text("""
select * from ballot_entry where (cast(:motion as uuid) is null or motion = :motion) and (cast(:after as uuid) is null or id > :after)
order by id limit :limit""")


async def add(work: Work, ballot: Ballot) -> None:
    """Raises Conflict BALLOT_STALE when another ballot of this person came in between."""
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


async def latest(work: Work, motion: UUID, person: UUID) -> Ballot | None:
    """The one that counts, if the caller may see it."""
    row = (await work.connection.execute(_LATEST, {"motion": motion, "person": person})).first()
    return _ballot(row) if row else None


async def count(work: Work, motion: UUID) -> dict[str, dict[str, int]]:
    """Everybody's last ballot: class -> choice -> number. Only the closing job sees them all."""
    votes: dict[str, dict[str, int]] = {}
    for row in (await work.connection.execute(_COUNT, {"motion": motion})).all():
        votes.setdefault(row.member_class, {})[row.choice] = row.ballots
    return votes


async def enter(work: Work, entry: Entry) -> None:
    """Keeps a first entry; entering again for the same person replaces it."""
    await work.connection.execute(
        _ENTER,
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


async def entry(work: Work, entry_id: UUID) -> Entry | None:
    row = (await work.connection.execute(_ENTRY, {"id": entry_id})).first()
    return _entry(row) if row else None


async def drop_entry(work: Work, entry_id: UUID) -> None:
    await work.connection.execute(_DROP_ENTRY, {"id": entry_id})


async def entries(work: Work, motion: UUID | None, after: UUID | None, limit: int) -> list[Entry]:
    rows = await work.connection.execute(_ENTRIES, {"motion": motion, "after": after, "limit": limit})
    return [_entry(row) for row in rows.all()]


def _ballot(row: Row[Any]) -> Ballot:
    return Ballot(
        id=row.id,
        motion=row.motion,
        person=row.person,
        member_class=row.member_class,
        choice=row.choice,
        revision=row.revision,
        taken=Taken(row.taken),
        recorded_at=row.recorded_at,
        recorders=tuple(row.recorders),
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        motion=row.motion,
        person=row.person,
        choice=row.choice,
        taken=Taken(row.taken),
        recorder=row.recorder,
        recorded_at=row.recorded_at,
        revision=row.revision,
    )
