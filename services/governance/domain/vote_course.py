"""A vote with other co-ops, from terms to outcome, as it stands at home. What the boards prove is federation's to say.

proposed -> joined -> roll frozen -> ready -> open (-> closed, by the clock) -> final | disputed | void | annulled
joined, roll frozen -> withdrawn
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.boards.papers import Settlement
from libs.boards.terms import Terms
from libs.refusals import NotNow, invalid

SCRUTINEERS_NEEDED = 2
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class State(StrEnum):
    """Where a vote stands at home."""

    PROPOSED = "proposed"
    JOINED = "joined"
    ROLL_FROZEN = "roll_frozen"
    READY = "ready"
    OPEN = "open"
    CLOSED = "closed"
    """Seen by the clock, never kept."""
    FINAL = "final"
    DISPUTED = "disputed"
    VOID = "void"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"


ENDED = (State.FINAL, State.DISPUTED, State.VOID, State.WITHDRAWN, State.ANNULLED)


@dataclass(frozen=True)
class Vote:
    """One vote. `observer`: this co-op only witnesses it."""

    id: str
    terms: Terms
    observer: bool
    taken_at: datetime
    kept_state: State
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
        return moment(self.terms.open_latest)

    @property
    def close(self) -> datetime:
        return moment(self.terms.close)

    def state(self, now: datetime) -> State:
        return State.CLOSED if self.kept_state is State.OPEN and now > self.close else self.kept_state


def moment(seconds: int) -> datetime:
    """Raises Invalid TIMES_WRONG for what no calendar has."""
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise invalid("terms", "TIMES_WRONG") from None
    if found > _LATEST:
        raise invalid("terms", "TIMES_WRONG")
    return found


def require_participant(vote: Vote) -> None:
    """Raises NotNow VOTE_ONLY_WITNESSED."""
    if vote.observer:
        raise NotNow("VOTE_ONLY_WITNESSED")


def require_before_opening(vote: Vote, now: datetime) -> None:
    """Raises NotNow VOTE_TOO_LATE after the last moment for every co-op to be ready."""
    if now > vote.open_latest:
        raise NotNow("VOTE_TOO_LATE", open_latest=vote.open_latest.isoformat())


def require_may_join(vote: Vote, now: datetime) -> None:
    """Who only witnesses joins as well, by a decision of its own: without it nobody could tell when its witnessing has ended."""
    _require(vote, State.PROPOSED)
    require_before_opening(vote, now)


def require_may_withdraw(vote: Vote) -> None:
    """Until one's own ready; after that nobody leaves."""
    require_participant(vote)
    _require(vote, State.JOINED, State.ROLL_FROZEN)


def require_may_freeze(vote: Vote, now: datetime) -> None:
    require_participant(vote)
    if vote.kept_state is State.ROLL_FROZEN:
        raise NotNow("ROLL_FROZEN_ALREADY")
    _require(vote, State.JOINED)
    require_before_opening(vote, now)


def require_may_attest(vote: Vote) -> None:
    require_participant(vote)
    _require(vote, State.ROLL_FROZEN, State.READY, State.OPEN)


def require_may_be_ready(vote: Vote, scrutineers: int, now: datetime) -> None:
    require_participant(vote)
    _require(vote, State.ROLL_FROZEN)
    if scrutineers < SCRUTINEERS_NEEDED:
        raise NotNow("SCRUTINEERS_MISSING", have=str(scrutineers), needed=str(SCRUTINEERS_NEEDED))
    require_before_opening(vote, now)


def require_open(vote: Vote, now: datetime) -> None:
    """A ballot at the very close is taken. Raises NotNow BALLOT_NOT_OPEN or BALLOT_CLOSED."""
    state = vote.state(now)
    if now > vote.close or state in ENDED:
        raise NotNow("BALLOT_CLOSED", closed_at=vote.close.isoformat())
    if state is not State.OPEN:
        raise NotNow("BALLOT_NOT_OPEN", opens_at=vote.open_latest.isoformat())


def require_may_object(vote: Vote, now: datetime) -> None:
    """In the window after T."""
    require_participant(vote)
    concluded = moment(vote.terms.concluded_from)
    if not vote.opened or not concluded < now <= concluded + timedelta(seconds=vote.terms.window):
        raise NotNow("OBJECTION_NOT_NOW", concluded=concluded.isoformat())


def require_may_settle(vote: Vote, settlement: Settlement, now: datetime) -> None:
    """Raises NotNow SETTLEMENT_NOT_NOW before T, Invalid SETTLEMENT_WRONG for one of another vote or revision."""
    require_participant(vote)
    concluded = moment(vote.terms.concluded_from)
    if not vote.opened or now <= concluded:
        raise NotNow("SETTLEMENT_NOT_NOW", concluded=concluded.isoformat())
    participants = set(vote.terms.participants)
    named = {co_op for co_op, _ in settlement.cuts}
    whole = not settlement.cuts or participants <= named <= vote.terms.by_id.keys()
    if settlement.vote != vote.id or settlement.revision <= vote.revision or not whole or not set(settlement.without) <= participants:
        raise invalid("settlement", "SETTLEMENT_WRONG")


def opens(vote: Vote) -> bool:
    """Whether hearing that all are ready opens it here."""
    return vote.kept_state in (State.ROLL_FROZEN, State.READY) or (vote.observer and vote.kept_state in (State.PROPOSED, State.JOINED))


def concludes(vote: Vote, revision: int) -> bool:
    """Whether hearing of this outcome changes anything: each revision is final once."""
    return revision > vote.revision


def settles(vote: Vote, revision: int) -> bool:
    """Heard again after a dispute was heard again, when facts are followed anew: final, as it was, and no second decision."""
    return revision == vote.revision and vote.kept_state is State.DISPUTED


def _require(vote: Vote, *states: State) -> None:
    if vote.kept_state not in states:
        raise NotNow("VOTE_NOT_AT_THIS", state=vote.kept_state.value)
