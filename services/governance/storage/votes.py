"""Stores federated votes: their terms, for ever, and the state of each in this co-op."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.boards.terms import Terms, read_terms
from libs.database.engine import UnitOfWork
from services.governance.domain.vote_ballot import VoteRollRow
from services.governance.domain.vote_lifecycle import Vote, VoteState
from services.governance.storage.motions import ListFilter

_CACHE: dict[str, Terms] = {}
_CACHE_SIZE = 64

_ADD = text("""
insert into vote (id, terms, question, observer, taken_at, closes_at, state)
values (:id, :terms, :question, :observer, :at, :closes_at, 'proposed') on conflict do nothing""")
_COLUMNS = """v.id, v.observer, v.taken_at, v.closes_at, v.state, v.join_number, v.frozen_by, v.opened, v.ended_at, v.outcome_hash,
v.revision as outcome_revision, v.passes, v.contested, v.disputed_why"""
_TERMS = text("select terms from vote where id = :id")
_LOCKED = text(f"select {_COLUMNS} from vote v where v.id = :id for update")  # noqa: S608 - column names of our own
_MARK_JOINED = text("update vote set state = 'joined', join_number = :number where id = :id")
_MARK_ROLL_FROZEN = text("update vote set state = 'roll_frozen', frozen_by = :by where id = :id")
_MARK_OPEN = text("update vote set opened = true, state = 'open' where id = :id")
_SET_STATE = text(
    "update vote set state = :state, ended_at = case when :ended then coalesce(ended_at, :at) else ended_at end where id = :id"
)
_MARK_FINAL = text("""
update vote set state = 'final', ended_at = coalesce(ended_at, :at), outcome_hash = :hash, revision = :revision,
  passes = :passes, contested = :contested, disputed_why = '' where id = :id""")
_MARK_CONTESTED = text("update vote set contested = true where id = :id")
_MARK_DISPUTED = text("update vote set state = 'disputed', disputed_why = :why, ended_at = coalesce(ended_at, :at) where id = :id")
_ADD_DECLARATION = text("""
insert into vote_word (vote, about, revision, decision, at) values (:vote, :about, :revision, :decision, :at) on conflict do nothing""")
_ADD_ATTESTATION = text("insert into vote_attestation (vote, person, at) values (:vote, :person, :at) on conflict do nothing")
_COUNT_ATTESTATIONS = text("select count(*) from vote_attestation where vote = :vote")

_FOR_CALLER = f"""
select {_COLUMNS}, r.person, r.pseudonym, r.voting_group, r.salt, r.commitment, r.revision, r.voted_at, r.withdrawn, r.lost_at,
  vote_ballots(v.id) as ballots, j.id as join_decision, f.id as final_decision,
  (select count(*) from vote_attestation where vote = v.id) as attested,
  exists (select from vote_attestation where vote = v.id and person = :me) as i_attested,
  (select coalesce(jsonb_object_agg(voting_group, jsonb_build_array(size, small)), '{{}}') from vote_group where vote = v.id) as groups
from vote v
left join vote_row r on r.vote = v.id and r.person = :me
left join decision j on j.number = v.join_number
left join lateral (select id from decision where vote = v.id order by number desc limit 1) f on true"""  # noqa: S608 - as above
_GET_FOR_CALLER = text(f"{_FOR_CALLER} where v.id = :id")
# Keyset paging: a page starts after the (time, id) of the last row shown.
_LISTS = {
    ListFilter.ALL: text(f"""{_FOR_CALLER}
where cast(:at as timestamptz) is null or (v.taken_at, v.id) < (:at, :id)
order by v.taken_at desc, v.id desc limit :limit"""),
    ListFilter.NEEDS_MY_VOICE: text(f"""{_FOR_CALLER}
where v.state = 'open' and v.closes_at >= :now
and r.person is not null and (r.voted_at is null or r.withdrawn or r.lost_at >= r.voted_at)
and (cast(:at as timestamptz) is null or (v.closes_at, v.id) > (:at, :id)) order by v.closes_at, v.id limit :limit"""),
    ListFilter.OPEN: text(f"""{_FOR_CALLER}
where v.ended_at is null
and (cast(:at as timestamptz) is null or (v.closes_at, v.id) > (:at, :id)) order by v.closes_at, v.id limit :limit"""),
    ListFilter.CLOSED: text(f"""{_FOR_CALLER}
where v.ended_at is not null
and (cast(:at as timestamptz) is null or (v.ended_at, v.id) < (:at, :id)) order by v.ended_at desc, v.id desc limit :limit"""),
}


@dataclass(frozen=True)
class VoteForCaller:
    """A vote as the caller sees it: our own roll in numbers, and the caller's row on it (None = not on it)."""

    vote: Vote
    roll_row: VoteRollRow | None
    groups: Mapping[str, tuple[int, bool]]
    """group -> (rows, fewer than k)."""
    ballots: int
    attested: int
    i_attested: bool
    join_decision: UUID | None
    decision: UUID | None
    ready_from: datetime | None = None
    """When our own rules let us declare ready; only set by GetVote, while that is still to come."""

    def key(self, list_filter: ListFilter) -> datetime:
        """Return the time by which lists of this kind are ordered."""
        if list_filter is ListFilter.ALL:
            return self.vote.taken_at
        return self.vote.close if list_filter is not ListFilter.CLOSED else self.vote.ended_at or self.vote.taken_at


async def add(work: UnitOfWork, terms: Terms, closes_at: datetime, *, observer: bool) -> None:
    """Add a vote; if it exists, it stays as it is."""
    await work.connection.execute(
        _ADD,
        {
            "id": terms.vote,
            "terms": terms.data,
            "question": terms.question,
            "observer": observer,
            "at": work.now,
            "closes_at": closes_at,
        },
    )


async def get_locked(work: UnitOfWork, vote: str) -> Vote | None:
    """Return the vote, locked until the transaction ends."""
    row = (await work.connection.execute(_LOCKED, {"id": vote})).first()
    return await vote_from_row(work, row) if row else None


async def mark_joined(work: UnitOfWork, vote: str, number: int) -> None:
    await work.connection.execute(_MARK_JOINED, {"id": vote, "number": number})


async def mark_roll_frozen(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_MARK_ROLL_FROZEN, {"id": vote, "by": work.caller.person})


async def mark_open(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_MARK_OPEN, {"id": vote})


async def set_state(work: UnitOfWork, vote: str, state: VoteState, *, ended: bool = False) -> None:
    await work.connection.execute(_SET_STATE, {"id": vote, "state": state.value, "ended": ended, "at": work.now})


async def mark_final(work: UnitOfWork, vote: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    parameters = {"id": vote, "at": work.now, "hash": outcome_hash, "revision": revision, "passes": passes, "contested": contested}
    await work.connection.execute(_MARK_FINAL, parameters)


async def mark_contested(work: UnitOfWork, vote: str) -> None:
    await work.connection.execute(_MARK_CONTESTED, {"id": vote})


async def mark_disputed(work: UnitOfWork, vote: str, why: str) -> None:
    await work.connection.execute(_MARK_DISPUTED, {"id": vote, "why": why, "at": work.now})


async def add_declaration(work: UnitOfWork, vote: str, about: str, revision: int, decision: int) -> bool:
    """Record an objection or settlement that this co-op declared; False when it had declared it before."""
    parameters = {"vote": vote, "about": about, "revision": revision, "decision": decision, "at": work.now}
    return (await work.connection.execute(_ADD_DECLARATION, parameters)).rowcount == 1


async def add_attestation(work: UnitOfWork, vote: str, person: UUID) -> bool:
    """Record a scrutineer's attestation; False when this person had attested before."""
    return (await work.connection.execute(_ADD_ATTESTATION, {"vote": vote, "person": person, "at": work.now})).rowcount == 1


async def count_attestations(work: UnitOfWork, vote: str) -> int:
    """Return how many scrutineers have attested."""
    return int((await work.connection.execute(_COUNT_ATTESTATIONS, {"vote": vote})).scalar() or 0)


async def get_for_caller(work: UnitOfWork, vote: str) -> VoteForCaller | None:
    """Return a vote as the caller sees it."""
    row = (await work.connection.execute(_GET_FOR_CALLER, {"id": vote, "me": work.caller.person})).first()
    return await _for_caller_from_row(work, row) if row else None


async def list_page(work: UnitOfWork, list_filter: ListFilter, after: tuple[datetime, str] | None, limit: int) -> list[VoteForCaller]:
    at, last = after or (None, None)
    parameters: dict[str, object] = {"me": work.caller.person, "at": at, "id": last, "limit": limit}
    if list_filter is ListFilter.NEEDS_MY_VOICE:
        parameters["now"] = work.now
    return [await _for_caller_from_row(work, row) for row in (await work.connection.execute(_LISTS[list_filter], parameters)).all()]


async def load_terms(work: UnitOfWork, vote: str) -> Terms:
    """Return a vote's terms, cached: parsing takes milliseconds, and the terms of an id never change. Raises LookupError."""
    terms = _CACHE.get(vote)
    if terms is None:
        data = (await work.connection.execute(_TERMS, {"id": vote})).scalar()
        if data is None:
            raise LookupError(vote)
        terms = read_terms(bytes(data))
        if len(_CACHE) < _CACHE_SIZE:
            _CACHE[vote] = terms
    return terms


async def vote_from_row(work: UnitOfWork, row: Row[Any]) -> Vote:
    """Build the vote from a result row that has its columns."""
    return Vote(
        id=row.id,
        terms=await load_terms(work, row.id),
        observer=row.observer,
        taken_at=row.taken_at,
        stored_state=VoteState(row.state),
        join_number=row.join_number,
        frozen_by=row.frozen_by,
        opened=row.opened,
        ended_at=row.ended_at,
        outcome_hash=row.outcome_hash,
        revision=row.outcome_revision,
        passes=row.passes,
        contested=row.contested,
        disputed_why=row.disputed_why,
    )


def roll_row_from_row(vote: str, row: Row[Any]) -> VoteRollRow | None:
    """Build the roll row from a result row that has its columns; None where there is none."""
    if row.person is None:
        return None
    return VoteRollRow(
        vote=vote,
        person=row.person,
        pseudonym=row.pseudonym,
        group=row.voting_group,
        salt=bytes(row.salt),
        commitment=bytes(row.commitment),
        revision=row.revision,
        voted_at=row.voted_at,
        withdrawn=row.withdrawn,
        lost_at=row.lost_at,
    )


async def _for_caller_from_row(work: UnitOfWork, row: Row[Any]) -> VoteForCaller:
    return VoteForCaller(
        vote=await vote_from_row(work, row),
        roll_row=roll_row_from_row(row.id, row),
        groups={name: (int(size), bool(small)) for name, (size, small) in sorted(row.groups.items())},
        ballots=row.ballots,
        attested=row.attested,
        i_attested=row.i_attested,
        join_decision=row.join_decision,
        decision=row.final_decision,
    )
