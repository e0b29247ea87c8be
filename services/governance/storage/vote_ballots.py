"""Stores ballots of federated votes as append-only revisions, and the first entries of paper and phone votes."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict
from services.governance.domain.ballot import BallotChannel
from services.governance.domain.vote_ballot import VoteBallot, VoteBallotEntry, VoteRollRow, decode_choice, encode_choice
from services.governance.domain.vote_lifecycle import Vote
from services.governance.storage import votes

# The share lock keeps the vote from ending before we commit. The row's revision guards against a concurrent ballot of the same row.
_VOTE_AND_ROLL_ROW = text("""
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
_SAVE_ENTRY = text("""
insert into vote_ballot_entry (id, vote, person, choice, taken, recorder, recorded_at, revision)
values (:id, :vote, :person, :choice, :taken, :recorder, :recorded_at, :revision)
on conflict (vote, person) do update set id = :id, choice = :choice, taken = :taken, recorder = :recorder,
  recorded_at = :recorded_at, revision = :revision""")
_ENTRY = text("select * from vote_ballot_entry where id = :id for update")
_DELETE_ENTRY = text("delete from vote_ballot_entry where id = :id")
_ENTRIES = text("""
select * from vote_ballot_entry where (cast(:vote as text) is null or vote = :vote) and (cast(:after as uuid) is null or id > :after)
order by id limit :limit""")


async def get_vote_and_roll_row(work: UnitOfWork, vote: str, person: UUID) -> tuple[Vote, VoteRollRow | None] | None:
    """Return the vote, locked so that it cannot end before we commit, and the person's row on our roll."""
    row = (await work.connection.execute(_VOTE_AND_ROLL_ROW, {"vote": vote, "person": person})).first()
    return (await votes.vote_from_row(work, row), votes.roll_row_from_row(vote, row)) if row else None


async def add(work: UnitOfWork, ballot: VoteBallot) -> None:
    """Add a ballot. Raises Conflict BALLOT_STALE when the row's ballot has changed in between."""
    added = await work.connection.execute(
        _ADD,
        {
            "vote": ballot.vote,
            "person": ballot.person,
            "revision": ballot.revision,
            "choice": encode_choice(ballot.choice) if ballot.choice is not None else None,
            "withdrawn": ballot.choice is None,
            "taken": ballot.taken.value,
            "recorded_at": ballot.recorded_at,
            "leaf": ballot.leaf,
            "recorders": list(ballot.recorders),
        },
    )
    if added.rowcount != 1:
        raise Conflict("BALLOT_STALE")


async def get_latest(work: UnitOfWork, vote: str, person: UUID) -> VoteBallot | None:
    """Return the ballot that counts, if the caller may see it."""
    row = (await work.connection.execute(_LATEST, {"vote": vote, "person": person})).first()
    if row is None:
        return None
    return VoteBallot(
        vote=vote,
        person=person,
        pseudonym=row.pseudonym,
        choice=decode_choice(row.choice) if row.choice is not None else None,
        revision=row.revision,
        taken=BallotChannel(row.taken),
        recorded_at=row.recorded_at,
        recorders=tuple(row.recorders),
    )


async def save_entry(work: UnitOfWork, entry: VoteBallotEntry) -> None:
    """Save a first entry; a new entry for the same person replaces it."""
    await work.connection.execute(
        _SAVE_ENTRY,
        {
            "id": entry.id,
            "vote": entry.vote,
            "person": entry.person,
            "choice": encode_choice(entry.choice),
            "taken": entry.taken.value,
            "recorder": entry.recorder,
            "recorded_at": entry.recorded_at,
            "revision": entry.revision,
        },
    )


async def get_locked_entry(work: UnitOfWork, entry_id: UUID) -> VoteBallotEntry | None:
    row = (await work.connection.execute(_ENTRY, {"id": entry_id})).first()
    return _entry_from_row(row) if row else None


async def delete_entry(work: UnitOfWork, entry_id: UUID) -> None:
    await work.connection.execute(_DELETE_ENTRY, {"id": entry_id})


async def list_entries(work: UnitOfWork, vote: str | None, after: UUID | None, limit: int) -> list[VoteBallotEntry]:
    rows = await work.connection.execute(_ENTRIES, {"vote": vote, "after": after, "limit": limit})
    return [_entry_from_row(row) for row in rows.all()]


def _entry_from_row(row: Row[Any]) -> VoteBallotEntry:
    return VoteBallotEntry(
        id=row.id,
        vote=row.vote,
        person=row.person,
        choice=decode_choice(row.choice),
        taken=BallotChannel(row.taken),
        recorder=row.recorder,
        recorded_at=row.recorded_at,
        revision=row.revision,
    )
