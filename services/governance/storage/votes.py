"""Stores federated votes: their terms, for ever, and the state of each in this co-op."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Uuid, and_, bindparam, exists, func, null, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from kith.governance.v1.enums import MotionFilter, VoteState
from libs.boards.vote_terms import VoteTerms, read_terms
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PagedStatement, PageRequest
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.governance.domain.vote_ballot import VoteRow
from services.governance.domain.vote_lifecycle import Vote
from services.governance.storage import vote_rolls
from services.governance.storage.tables import decision, vote, vote_attestation, vote_group, vote_row, vote_word

_CACHE: dict[str, VoteTerms] = {}
_CACHE_SIZE = 64

VOTE_COLUMNS = (
    *(column for column in vote.c if column.name not in ("terms", "question", "revision")),
    vote.c.revision.label("outcome_revision"),
)
"""For `vote_from_row`: the revision of the outcome has a name of its own beside that of a ballot."""
_read_vote = row_mapper(Vote, stored_state="state", revision="outcome_revision")

_ADD = postgresql.insert(vote).on_conflict_do_nothing()
_TERMS = select(vote.c.terms).where(vote.c.id == bindparam("vote"))
_LOCKED = select(*VOTE_COLUMNS).where(vote.c.id == bindparam("vote")).with_for_update()
_SAVE = update(vote).where(vote.c.id == bindparam("saved"))
_ADD_DECLARATION = postgresql.insert(vote_word).on_conflict_do_nothing()
_ADD_ATTESTATION = postgresql.insert(vote_attestation).on_conflict_do_nothing()
_COUNT_ATTESTATIONS = select(func.count()).where(vote_attestation.c.vote == bindparam("vote"))


def _for_caller(person: ColumnElement[Any]) -> Select[Any]:
    group = func.jsonb_object_agg(vote_group.c.voting_group, func.jsonb_build_array(vote_group.c.size, vote_group.c.small), type_=JSONB)
    attestations = select(func.count()).where(vote_attestation.c.vote == vote.c.id)
    final_decision = select(decision.c.id).where(decision.c.vote == vote.c.id).order_by(decision.c.number.desc()).limit(1)
    return select(
        *VOTE_COLUMNS,
        vote_row,
        # Every member may see this number, but not the rows behind it.
        func.vote_ballots(vote.c.id, type_=BigInteger).label("ballots"),
        attestations.scalar_subquery().label("attested"),
        exists().where(vote_attestation.c.vote == vote.c.id, vote_attestation.c.person == person).label("i_attested"),
        select(group).where(vote_group.c.vote == vote.c.id).scalar_subquery().label("groups"),
        select(decision.c.id).where(decision.c.number == vote.c.join_number).scalar_subquery().label("join_decision"),
        final_decision.scalar_subquery().label("decision"),
    ).outerjoin(vote_row, and_(vote_row.c.vote == vote.c.id, vote_row.c.person == person))


_FOR_CALLER = _for_caller(bindparam("me", type_=Uuid))
_GET_FOR_CALLER = _FOR_CALLER.where(vote.c.id == bindparam("wanted"))
_NEEDS_MY_VOICE = _FOR_CALLER.where(
    vote.c.state == VoteState.OPEN.value,
    vote.c.closes_at >= NOW,
    vote_row.c.person != null(),
    or_(vote_row.c.voted_at == null(), vote_row.c.withdrawn, vote_row.c.lost_at >= vote_row.c.voted_at),
)
_LISTS: dict[MotionFilter | None, PagedStatement] = {
    None: PagedStatement(_FOR_CALLER, by=(vote.c.taken_at, vote.c.id), descending=True),
    MotionFilter.NEEDS_MY_VOICE: PagedStatement(_NEEDS_MY_VOICE, by=(vote.c.closes_at, vote.c.id)),
    MotionFilter.OPEN: PagedStatement(_FOR_CALLER.where(vote.c.ended_at == null()), by=(vote.c.closes_at, vote.c.id)),
    MotionFilter.CLOSED: PagedStatement(_FOR_CALLER.where(vote.c.ended_at != null()), by=(vote.c.ended_at, vote.c.id), descending=True),
}


@dataclass(frozen=True)
class VoteForCaller:
    """A vote as the caller sees it: our own roll in numbers, and the caller's row on it (None = not on it)."""

    vote: Vote
    state: VoteState
    roll_row: VoteRow | None
    groups: Mapping[str, tuple[int, bool]]
    """group -> (rows, fewer than k)."""
    ballots: int
    attested: int
    i_attested: bool
    join_decision: UUID | None
    decision: UUID | None
    ready_from: datetime | None = None
    """When our own rules let us declare ready; only set by GetVote, while that is still to come."""


_read_for_caller = row_mapper(VoteForCaller)


async def add(work: UnitOfWork, terms: VoteTerms, closes_at: datetime, *, observer: bool) -> None:
    """Add a vote; if it exists, it stays as it is."""
    times = {"taken_at": work.now, "closes_at": closes_at}
    values = {"id": terms.vote, "terms": terms.data, "question": terms.question, "observer": observer, "state": VoteState.PROPOSED.value}
    await work.connection.execute(_ADD, values | times)


async def find_locked(work: UnitOfWork, vote_id: str) -> Vote | None:
    """Return the vote, locked until the transaction ends; None where it is unknown."""
    row = (await work.connection.execute(_LOCKED, {"vote": vote_id})).first()
    return await vote_from_row(work, row) if row else None


async def get_locked(work: UnitOfWork, vote_id: str) -> Vote:
    """Return the vote, locked until the transaction ends. Raises NotFound VOTE_UNKNOWN."""
    locked = await find_locked(work, vote_id)
    if locked is None:
        raise NotFound("VOTE_UNKNOWN")
    return locked


async def save(work: UnitOfWork, changed: Vote) -> None:
    """Save how far a vote has come. What the terms say never changes."""
    values = values_of(changed, "id", "terms", "observer", "taken_at", stored_state="state")
    await work.connection.execute(_SAVE, values | {"saved": changed.id})


async def add_declaration(work: UnitOfWork, vote_id: str, about: str, revision: int, decision_number: int) -> bool:
    """Record an objection or settlement that this co-op declared; False when it had declared it before."""
    values = {"vote": vote_id, "about": about, "revision": revision, "decision": decision_number, "at": work.now}
    return (await work.connection.execute(_ADD_DECLARATION, values)).rowcount == 1


async def add_attestation(work: UnitOfWork, vote_id: str, person: UUID) -> bool:
    """Record a scrutineer's attestation; False when this person had attested before."""
    return (await work.connection.execute(_ADD_ATTESTATION, {"vote": vote_id, "person": person, "at": work.now})).rowcount == 1


async def count_attestations(work: UnitOfWork, vote_id: str) -> int:
    """Return how many scrutineers have attested."""
    return int((await work.connection.execute(_COUNT_ATTESTATIONS, {"vote": vote_id})).scalar() or 0)


async def get_for_caller(work: UnitOfWork, vote_id: str) -> VoteForCaller:
    """Return a vote as the caller sees it. Raises NotFound VOTE_UNKNOWN."""
    row = (await work.connection.execute(_GET_FOR_CALLER, {"wanted": vote_id, "me": work.caller.person})).first()
    if row is None:
        raise NotFound("VOTE_UNKNOWN")
    return await _for_caller_from_row(work, row)


async def list_for_caller(work: UnitOfWork, shown: MotionFilter | None, page: PageRequest) -> Page[VoteForCaller]:
    """Return a page of votes: all, or those that the filter shows."""
    rows = await _LISTS[shown].page(work, page, f"votes {shown or 'all'}", {"me": work.caller.person, "now": work.now})
    return Page([await _for_caller_from_row(work, row) for row in rows.items], rows.next_token)


async def load_terms(work: UnitOfWork, vote_id: str) -> VoteTerms:
    """Return a vote's terms, cached: parsing takes milliseconds, and the terms of an id never change. Raises LookupError."""
    terms = _CACHE.get(vote_id)
    if terms is None:
        data = (await work.connection.execute(_TERMS, {"vote": vote_id})).scalar()
        if data is None:
            raise LookupError(vote_id)
        terms = read_terms(bytes(data))
        if len(_CACHE) < _CACHE_SIZE:
            _CACHE[vote_id] = terms
    return terms


async def vote_from_row(work: UnitOfWork, row: Row[Any]) -> Vote:
    """Build the vote from a row of `VOTE_COLUMNS`."""
    return _read_vote(row, terms=await load_terms(work, row.id))


async def _for_caller_from_row(work: UnitOfWork, row: Row[Any]) -> VoteForCaller:
    loaded = await vote_from_row(work, row)
    groups = {name: (int(size), bool(small)) for name, (size, small) in sorted((row.groups or {}).items())}
    return _read_for_caller(row, vote=loaded, state=loaded.state(work.now), groups=groups, roll_row=vote_rolls.optional_row(row))
