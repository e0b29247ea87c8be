"""States of a federated vote in this co-op, from terms to outcome. Federation reports what the boards prove.

proposed -> joined -> roll frozen -> ready -> open (-> closed, by the clock) -> final | disputed | void | annulled
joined, roll frozen -> withdrawn

`closed` follows from the clock and is never stored. The transitions that federation's events cause (`open_vote`, `conclude`, ...) are
idempotent: an event that changes nothing any more returns the vote as it was.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kith.governance.v1.enums import VoteState
from libs.boards.documents import Settlement
from libs.boards.vote_terms import VoteTerms
from libs.refusals import FailedPrecondition, invalid
from services.governance.domain.decision import DecisionEffect

SCRUTINEERS_NEEDED = 2
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


ENDED_STATES = (VoteState.FINAL, VoteState.DISPUTED, VoteState.VOID, VoteState.WITHDRAWN, VoteState.ANNULLED)


@dataclass(frozen=True)
class Vote:
    """One federated vote. `observer`: this co-op only witnesses it."""

    id: str
    terms: VoteTerms
    observer: bool
    taken_at: datetime
    stored_state: VoteState
    join_number: int | None = None
    frozen_by: UUID | None = None
    opened: bool = False
    ended_at: datetime | None = None
    outcome_hash: str = ""
    revision: int = 0
    passes: bool | None = None
    contested: bool = False
    disputed_why: str = ""

    @property
    def open_latest(self) -> datetime:
        return utc_time(self.terms.open_latest)

    @property
    def close(self) -> datetime:
        return utc_time(self.terms.close)

    def state(self, now: datetime) -> VoteState:
        return VoteState.CLOSED if self.stored_state is VoteState.OPEN and now > self.close else self.stored_state


def utc_time(seconds: int) -> datetime:
    """Convert Unix seconds. Raises Invalid TIMES_WRONG for a date outside the calendar."""
    try:
        time = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise invalid("terms", "TIMES_WRONG") from None
    if time > _LATEST:
        raise invalid("terms", "TIMES_WRONG")
    return time


def require_participant(vote: Vote) -> None:
    """Refuse an observer. Raises FailedPrecondition VOTE_ONLY_WITNESSED."""
    if vote.observer:
        raise FailedPrecondition("VOTE_ONLY_WITNESSED")


def require_before_opening(vote: Vote, now: datetime) -> None:
    """Check that co-ops may still become ready. Raises FailedPrecondition VOTE_TOO_LATE."""
    if now > vote.open_latest:
        raise FailedPrecondition("VOTE_TOO_LATE", open_latest=vote.open_latest.isoformat())


def require_may_join(vote: Vote, now: datetime) -> None:
    """Check that this co-op may join. An observer joins too, by a decision of its own, so that the end of its witnessing is known."""
    _require_state(vote, VoteState.PROPOSED)
    require_before_opening(vote, now)


def require_may_withdraw(vote: Vote) -> None:
    """Check that this co-op may withdraw: only before it declares ready."""
    require_participant(vote)
    _require_state(vote, VoteState.JOINED, VoteState.ROLL_FROZEN)


def require_may_freeze(vote: Vote, now: datetime) -> None:
    """Check that this co-op may freeze its roll."""
    require_participant(vote)
    if vote.stored_state is VoteState.ROLL_FROZEN:
        raise FailedPrecondition("ROLL_FROZEN_ALREADY")
    _require_state(vote, VoteState.JOINED)
    require_before_opening(vote, now)


def require_may_attest(vote: Vote) -> None:
    """Check that scrutineers may attest the roll."""
    require_participant(vote)
    _require_state(vote, VoteState.ROLL_FROZEN, VoteState.READY, VoteState.OPEN)


def require_may_be_ready(vote: Vote, scrutineers: int, now: datetime) -> None:
    """Check that the roll is frozen and enough scrutineers have attested it."""
    require_participant(vote)
    _require_state(vote, VoteState.ROLL_FROZEN)
    if scrutineers < SCRUTINEERS_NEEDED:
        raise FailedPrecondition("SCRUTINEERS_MISSING", have=str(scrutineers), needed=str(SCRUTINEERS_NEEDED))
    require_before_opening(vote, now)


def require_open(vote: Vote, now: datetime) -> None:
    """Check that voting is open; a ballot exactly at the close still counts. Raises FailedPrecondition BALLOT_NOT_OPEN or BALLOT_CLOSED."""
    state = vote.state(now)
    if now > vote.close or state in ENDED_STATES:
        raise FailedPrecondition("BALLOT_CLOSED", closed_at=vote.close.isoformat())
    if state is not VoteState.OPEN:
        raise FailedPrecondition("BALLOT_NOT_OPEN", opens_at=vote.open_latest.isoformat())


def require_may_object(vote: Vote, now: datetime) -> None:
    """Check that `now` is in the objection window after T, the time from which the vote is concluded."""
    require_participant(vote)
    concluded = utc_time(vote.terms.concluded_from)
    if not vote.opened or not concluded < now <= concluded + timedelta(seconds=vote.terms.window):
        raise FailedPrecondition("OBJECTION_NOT_NOW", concluded=concluded.isoformat())


def require_may_settle(vote: Vote, settlement: Settlement, now: datetime) -> None:
    """Check a settlement. Raises FailedPrecondition SETTLEMENT_NOT_NOW before T, Invalid SETTLEMENT_WRONG for another vote or revision."""
    require_participant(vote)
    concluded = utc_time(vote.terms.concluded_from)
    if not vote.opened or now <= concluded:
        raise FailedPrecondition("SETTLEMENT_NOT_NOW", concluded=concluded.isoformat())
    participants = set(vote.terms.participants)
    co_ops_with_cut = {co_op for co_op, _ in settlement.cuts}
    cuts_complete = not settlement.cuts or participants <= co_ops_with_cut <= vote.terms.by_id.keys()
    if (
        settlement.vote != vote.id
        or settlement.revision <= vote.revision
        or not cuts_complete
        or not set(settlement.without) <= participants
    ):
        raise invalid("settlement", "SETTLEMENT_WRONG")


def open_vote(vote: Vote) -> Vote:
    """Open the vote for ballots: all rolls are ready and agreed. For an observer it opens whether or not it has joined."""
    states = (VoteState.PROPOSED, VoteState.JOINED) if vote.observer else ()
    if vote.stored_state in (VoteState.ROLL_FROZEN, VoteState.READY, *states):
        return replace(vote, stored_state=VoteState.OPEN, opened=True)
    return vote


def conclude(vote: Vote, revision: int, outcome_hash: str, now: datetime, *, passes: bool, contested: bool) -> Vote:
    """Make an outcome final; only now it has effects. Each revision becomes final once.

    A known outcome also ends a dispute: when events are replayed, the dispute and then the final outcome arrive again.
    """
    if revision > vote.revision or (revision == vote.revision and vote.stored_state is VoteState.DISPUTED):
        vote = replace(
            end(vote, VoteState.FINAL, now), revision=revision, outcome_hash=outcome_hash, passes=passes, contested=False, disputed_why=""
        )
    return contest(vote) if contested else vote


def contest(vote: Vote) -> Vote:
    """Mark the vote as contested by an objection or proof of misconduct; it stays final."""
    return replace(vote, contested=True)


def dispute(vote: Vote, why: str, now: datetime) -> Vote:
    """Mark the vote as disputed: no outcome has enough signatures, or two have, and people must decide."""
    if vote.stored_state in (VoteState.ANNULLED, VoteState.VOID, VoteState.WITHDRAWN):
        return vote
    return replace(end(vote, VoteState.DISPUTED, now), disputed_why=why)


def void(vote: Vote, now: datetime) -> Vote:
    """Void the vote, because not every co-op was ready in time."""
    return vote if vote.stored_state in ENDED_STATES else end(vote, VoteState.VOID, now)


def annul(vote: Vote, now: datetime) -> Vote:
    """Annul the vote after the participants settled that it does not count."""
    return end(vote, VoteState.ANNULLED, now)


def end(vote: Vote, state: VoteState, now: datetime) -> Vote:
    """Put the vote into a state in which it has ended; the time is that of the first end."""
    return replace(vote, stored_state=state, ended_at=vote.ended_at or now)


def decided(before: Vote, after: Vote) -> tuple[bool, DecisionEffect] | None:
    """Return (passed, effect) of the decision that our co-op logs with this change, or None.

    A later revision, after a settlement, is a decision of its own; so is annulling what had been final. An observer decides nothing.
    """
    if after.observer:
        return None
    if after.revision > before.revision:
        return bool(after.passes), DecisionEffect.OUTCOME_REPLACED if before.revision else DecisionEffect.NONE
    if before.revision and after.stored_state is VoteState.ANNULLED and before.stored_state is not VoteState.ANNULLED:
        return False, DecisionEffect.VOTE_ANNULLED
    return None


def _require_state(vote: Vote, *states: VoteState) -> None:
    if vote.stored_state not in states:
        raise FailedPrecondition("VOTE_NOT_AT_THIS", state=vote.stored_state.value)
