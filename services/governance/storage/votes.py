"""Votes with other co-ops: their terms, for ever, and how far each has come at home."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.boards.terms import Terms, read_terms
from libs.database.engine import Work
from services.governance.domain.vote_ballot import VoteRow
from services.governance.domain.vote_course import State, Vote
from services.governance.storage.motions import Filter

_KNOWN: dict[str, Terms] = {}
_KNOWN_MOST = 64

_ADD = text("""
insert into vote (id, terms, question, observer, taken_at, closes_at, state)
values (:id, :terms, :question, :observer, :at, :closes_at, 'proposed') on conflict do nothing""")
_COLUMNS = """v.id, v.observer, v.taken_at, v.closes_at, v.state, v.join_number, v.frozen_by, v.opened, v.ended_at, v.outcome_hash,
v.revision as outcome_revision, v.passes, v.contested, v.disputed_why"""
_TERMS = text("select terms from vote where id = :id")
_LOCKED = text(f"select {_COLUMNS} from vote v where v.id = :id for update")  # noqa: S608 - column names of our own
_JOINED = text("update vote set state = 'joined', join_number = :number where id = :id")
_FROZEN = text("update vote set state = 'roll_frozen', frozen_by = :by where id = :id")
_OPENED = text("update vote set opened = true, state = 'open' where id = :id")
_STATE = text("update vote set state = :state, ended_at = case when :ended then coalesce(ended_at, :at) else ended_at end where id = :id")
_FINAL = text("""
update vote set state = 'final', ended_at = coalesce(ended_at, :at), outcome_hash = :hash, revision = :revision,
  passes = :passes, contested = :contested, disputed_why = '' where id = :id""")
_CONTESTED = text("update vote set contested = true where id = :id")
_DISPUTED = text("update vote set state = 'disputed', disputed_why = :why, ended_at = coalesce(ended_at, :at) where id = :id")
_SAY = text("""
insert into vote_word (vote, about, revision, decision, at) values (:vote, :about, :revision, :decision, :at) on conflict do nothing""")
_ATTEST = text("insert into vote_attestation (vote, person, at) values (:vote, :person, :at) on conflict do nothing")
_ATTESTED = text("select count(*) from vote_attestation where vote = :vote")

_SEEN = f"""
select {_COLUMNS}, r.person, r.pseudonym, r.voting_group, r.salt, r.commitment, r.revision, r.voted_at, r.withdrawn, r.lost_at,
  vote_ballots(v.id) as ballots, j.id as join_decision, f.id as final_decision,
  (select count(*) from vote_attestation where vote = v.id) as attested,
  exists (select from vote_attestation where vote = v.id and person = :me) as i_attested,
  (select coalesce(jsonb_object_agg(voting_group, jsonb_build_array(size, small)), '{{}}') from vote_group where vote = v.id) as groups
from vote v
left join vote_row r on r.vote = v.id and r.person = :me
left join decision j on j.number = v.join_number
left join lateral (select id from decision where vote = v.id order by number desc limit 1) f on true"""  # noqa: S608 - as above
_ONE = text(f"{_SEEN} where v.id = :id")
# Keyset pages: a list goes on after the (time, id) of the last row shown.
_LISTS = {
    Filter.ALL: text(f"""{_SEEN} where cast(:at as timestamptz) is null or (v.taken_at, v.id) < (:at, :id)
order by v.taken_at desc, v.id desc limit :limit"""),
    Filter.NEEDS_MY_VOICE: text(f"""{_SEEN} where v.state = 'open' and v.closes_at >= :now
and r.person is not null and (r.voted_at is null or r.withdrawn or r.lost_at >= r.voted_at)
and (cast(:at as timestamptz) is null or (v.closes_at, v.id) > (:at, :id)) order by v.closes_at, v.id limit :limit"""),
    Filter.OPEN: text(f"""{_SEEN} where v.ended_at is null
and (cast(:at as timestamptz) is null or (v.closes_at, v.id) > (:at, :id)) order by v.closes_at, v.id limit :limit"""),
    Filter.CLOSED: text(f"""{_SEEN} where v.ended_at is not null
and (cast(:at as timestamptz) is null or (v.ended_at, v.id) < (:at, :id)) order by v.ended_at desc, v.id desc limit :limit"""),
}


@dataclass(frozen=True)
class SeenVote:
    """A vote as one person sees it: its own roll in numbers, and their place on it (None = not on it)."""

    vote: Vote
    mine: VoteRow | None
    groups: Mapping[str, tuple[int, bool]]
    """group -> (rows, fewer than k)."""
    ballots: int
    attested: int
    i_attested: bool
    join_decision: UUID | None
    decision: UUID | None
    ready_from: datetime | None = None
    """When our own rules let us say ready; only where one vote is looked at and that is still to come."""

    def key(self, by: Filter) -> datetime:
        """What lists of this kind are ordered by."""
        if by is Filter.ALL:
            return self.vote.taken_at
        return self.vote.close if by is not Filter.CLOSED else self.vote.ended_at or self.vote.taken_at


async def add(work: Work, terms: Terms, closes_at: datetime, *, observer: bool) -> None:
    """Once; terms that are there stay as they are."""
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


async def locked(work: Work, vote: str) -> Vote | None:
    """The vote, held alone until the work ends."""
    row = (await work.connection.execute(_LOCKED, {"id": vote})).first()
    return await vote_of(work, row) if row else None


async def joined(work: Work, vote: str, number: int) -> None:
    await work.connection.execute(_JOINED, {"id": vote, "number": number})


async def frozen(work: Work, vote: str) -> None:
    await work.connection.execute(_FROZEN, {"id": vote, "by": work.caller.person})


async def opened(work: Work, vote: str) -> None:
    await work.connection.execute(_OPENED, {"id": vote})


async def move(work: Work, vote: str, state: State, *, ended: bool = False) -> None:
    await work.connection.execute(_STATE, {"id": vote, "state": state.value, "ended": ended, "at": work.now})


async def final(work: Work, vote: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    said = {"id": vote, "at": work.now, "hash": outcome_hash, "revision": revision, "passes": passes, "contested": contested}
    await work.connection.execute(_FINAL, said)


async def contested(work: Work, vote: str) -> None:
    await work.connection.execute(_CONTESTED, {"id": vote})


async def disputed(work: Work, vote: str, why: str) -> None:
    await work.connection.execute(_DISPUTED, {"id": vote, "why": why, "at": work.now})


async def say(work: Work, vote: str, about: str, revision: int, decision: int) -> bool:
    """Keeps that this co-op said it; False when it had said it before."""
    said = {"vote": vote, "about": about, "revision": revision, "decision": decision, "at": work.now}
    return (await work.connection.execute(_SAY, said)).rowcount == 1


async def attest(work: Work, vote: str, person: UUID) -> bool:
    """False when this person had done so before."""
    return (await work.connection.execute(_ATTEST, {"vote": vote, "person": person, "at": work.now})).rowcount == 1


async def attested(work: Work, vote: str) -> int:
    """By how many scrutineers."""
    return int((await work.connection.execute(_ATTESTED, {"vote": vote})).scalar() or 0)


async def seen(work: Work, vote: str) -> SeenVote | None:
    """As the caller sees it."""
    row = (await work.connection.execute(_ONE, {"id": vote, "me": work.caller.person})).first()
    return await _seen(work, row) if row else None


async def page(work: Work, by: Filter, after: tuple[datetime, str] | None, limit: int) -> list[SeenVote]:
    at, last = after or (None, None)
    asked: dict[str, object] = {"me": work.caller.person, "at": at, "id": last, "limit": limit}
    if by is Filter.NEEDS_MY_VOICE:
        asked["now"] = work.now
    return [await _seen(work, row) for row in (await work.connection.execute(_LISTS[by], asked)).all()]


async def terms_of(work: Work, vote: str) -> Terms:
    """Reading takes milliseconds, and what has this id never changes. Raises LookupError."""
    known = _KNOWN.get(vote)
    if known is None:
        data = (await work.connection.execute(_TERMS, {"id": vote})).scalar()
        if data is None:
            raise LookupError(vote)
        known = read_terms(bytes(data))
        if len(_KNOWN) < _KNOWN_MOST:
            _KNOWN[vote] = known
    return known


async def vote_of(work: Work, row: Row[Any]) -> Vote:
    """The vote in a row that has its columns."""
    return Vote(
        id=row.id,
        terms=await terms_of(work, row.id),
        observer=row.observer,
        taken_at=row.taken_at,
        kept_state=State(row.state),
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


def row_of(vote: str, row: Row[Any]) -> VoteRow | None:
    """The place on the roll in a row that has its columns; None where there is none."""
    if row.person is None:
        return None
    return VoteRow(
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


async def _seen(work: Work, row: Row[Any]) -> SeenVote:
    return SeenVote(
        vote=await vote_of(work, row),
        mine=row_of(row.id, row),
        groups={name: (int(size), bool(small)) for name, (size, small) in sorted(row.groups.items())},
        ballots=row.ballots,
        attested=row.attested,
        i_attested=row.i_attested,
        join_decision=row.join_decision,
        decision=row.final_decision,
    )
