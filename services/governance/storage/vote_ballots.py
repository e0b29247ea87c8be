"""Ballots in votes with other co-ops: append-only revisions, and the first entries of paper and phone votes."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import Work
from libs.refusals import Conflict
from services.governance.domain.ballot import Taken
from services.governance.domain.vote_ballot import VoteBallot, VoteEntry, VoteRow, kept, read_kept
from services.governance.domain.vote_course import Vote
from services.governance.storage import votes

# The vote is held in share against its end. Another end of the row's own ballot is kept out by its revision.
_PLACE = text("""
select v.id, v.observer, v.taken_at, v.closes_at, v.state, v.join_number, v.frozen_by, v.opened, v.ended_at, v.outcome_hash,
  v.revision as outcome_revision, v.passes, v.contested, v.disputed_why,
  r.person, r.pseudonym, r.voting_group, r.salt, r.commitment, r.revision, r.voted_at, r.withdrawn, r.lost_at
from vote v left join vote_row r on r.vote = v.id and r.person = :person where v.id = :vote for share of v""")
_ADD = text("""
with moved as (
  update vote_row set revision = :revision, voted_at = :recorded_at, withdrawn = :withdrawn
  where vote = :vote and person = :person and revision = :revision - 1 returning 1)
insert into vote_ballot (vote, person, revision, choice, taken, recorded_at, leaf, recorders)
select :vote, :person, :revision, :choice, :taken, :recorded_at, :leaf, :recorders from moved""")
_LATEST = text("""
select b.revision, b.choice, b.taken, b.recorded_at, b.recorders, r.pseudonym
from vote_ballot b join vote_row r on r.vote = b.vote and r.person = b.person
where b.vote = :vote and b.person = :person order by b.revision desc limit 1""")
_ENTER = text("""
insert into vote_ballot_entry (id, vote, person, choice, taken, recorder, recorded_at, revision)
values (:id, :vote, :person, :choice, :taken, :recorder, :recorded_at, :revision)
on conflict (vote, person) do update set id = :id, choice = :choice, taken = :taken, recorder = :recorder,
  recorded_at = :recorded_at, revision = :revision""")
_ENTRY = text("select * from vote_ballot_entry where id = :id for update")
_DROP_ENTRY = text("delete from vote_ballot_entry where id = :id")
_ENTRIES = text("""
select * from vote_ballot_entry where (cast(:vote as text) is null or vote = :vote) and (cast(:after as uuid) is null or id > :after)
order by id limit :limit""")


async def place(work: Work, vote: str, person: UUID) -> tuple[Vote, VoteRow | None] | None:
    """The vote, held against its end until we commit, and the person's row on our roll."""
    row = (await work.connection.execute(_PLACE, {"vote": vote, "person": person})).first()
    return (await votes.vote_of(work, row), votes.row_of(vote, row)) if row else None


async def add(work: Work, ballot: VoteBallot) -> None:
    """Raises Conflict BALLOT_STALE when another ballot of this row came in between."""
    added = await work.connection.execute(
        _ADD,
        {
            "vote": ballot.vote,
            "person": ballot.person,
            "revision": ballot.revision,
            "choice": kept(ballot.choice) if ballot.choice is not None else None,
            "withdrawn": ballot.choice is None,
            "taken": ballot.taken.value,
            "recorded_at": ballot.recorded_at,
            "leaf": ballot.leaf,
            "recorders": list(ballot.recorders),
        },
    )
    if added.rowcount != 1:
        raise Conflict("BALLOT_STALE")


async def latest(work: Work, vote: str, person: UUID) -> VoteBallot | None:
    """The one that counts, if the caller may see it."""
    row = (await work.connection.execute(_LATEST, {"vote": vote, "person": person})).first()
    if row is None:
        return None
    return VoteBallot(
        vote=vote,
        person=person,
        pseudonym=row.pseudonym,
        choice=read_kept(row.choice) if row.choice is not None else None,
        revision=row.revision,
        taken=Taken(row.taken),
        recorded_at=row.recorded_at,
        recorders=tuple(row.recorders),
    )


async def enter(work: Work, entry: VoteEntry) -> None:
    """Keeps a first entry; entering again for the same person replaces it."""
    await work.connection.execute(
        _ENTER,
        {
            "id": entry.id,
            "vote": entry.vote,
            "person": entry.person,
            "choice": kept(entry.choice),
            "taken": entry.taken.value,
            "recorder": entry.recorder,
            "recorded_at": entry.recorded_at,
            "revision": entry.revision,
        },
    )


async def entry(work: Work, entry_id: UUID) -> VoteEntry | None:
    row = (await work.connection.execute(_ENTRY, {"id": entry_id})).first()
    return _entry(row) if row else None


async def drop_entry(work: Work, entry_id: UUID) -> None:
    await work.connection.execute(_DROP_ENTRY, {"id": entry_id})


async def entries(work: Work, vote: str | None, after: UUID | None, limit: int) -> list[VoteEntry]:
    rows = await work.connection.execute(_ENTRIES, {"vote": vote, "after": after, "limit": limit})
    return [_entry(row) for row in rows.all()]


def _entry(row: Row[Any]) -> VoteEntry:
    return VoteEntry(
        id=row.id,
        vote=row.vote,
        person=row.person,
        choice=read_kept(row.choice),
        taken=Taken(row.taken),
        recorder=row.recorder,
        recorded_at=row.recorded_at,
        revision=row.revision,
    )
