"""Rules for the notice before a federated vote and for how long it is open, by our own rulebook.

For our own motions the rulebook's resolution type sets the limits, and the motion sets when voting opens. Terms have no opening time:
voting opens when the last co-op declares ready, by `open_latest` or never. So the three limits work like this:

- `notice_days` run from the arrival of the terms, when every member can read them, and no co-op declares ready before its own notice has
  run. Voting opens when all are ready, so it never opens before a co-op's notice is over.
- `minimum_open_hours` lie between `open_latest` and the close, so that even the latest opening leaves enough time.
- `maximum_open_days`: no co-op declares ready earlier than this long before the close.

A convener drafts by the resolution type it names. Every co-op that joins applies the limits of the resolution type and rulebook of the
motion by which its members decided to take part. Terms that would leave no time to declare ready are refused at once.
"""

from datetime import datetime, timedelta

from libs.refusals import FailedPrecondition, invalid
from libs.rulebook import ResolutionType
from services.governance.domain.vote_lifecycle import Vote

KEY_COLLECTION_TIME = timedelta(days=1)
"""Time allowed between the draft and the terms, where notice is required: the other co-ops must create their keys first."""


def check_draft_times(resolution_type: ResolutionType, open_latest: datetime, close: datetime, now: datetime) -> None:
    """Check the times of a draft.

    Raises Invalid VOTE_NOTICE_TOO_SHORT, VOTE_OPEN_TOO_SHORT or VOTE_OPEN_TOO_LONG, with the time that would be allowed.
    """
    earliest = now + resolution_type.notice + KEY_COLLECTION_TIME
    if resolution_type.notice_days and open_latest < earliest:
        raise invalid("open_latest", "VOTE_NOTICE_TOO_SHORT", days=str(resolution_type.notice_days), earliest=earliest.isoformat())
    earliest = open_latest + resolution_type.minimum_open
    if close < earliest:
        raise invalid("closes_at", "VOTE_OPEN_TOO_SHORT", hours=str(resolution_type.minimum_open_hours), earliest=earliest.isoformat())
    latest = open_latest + resolution_type.maximum_open
    if close > latest:
        raise invalid("closes_at", "VOTE_OPEN_TOO_LONG", days=str(resolution_type.maximum_open_days), latest=latest.isoformat())


def require_time_to_join(vote: Vote, resolution_type: ResolutionType) -> None:
    """Check when joining that the terms leave enough time for our own notice and voting hours. An observer's members do not vote.

    Raises FailedPrecondition JOIN_NOTICE_TOO_SHORT, JOIN_OPEN_TOO_SHORT or JOIN_OPEN_TOO_LONG.
    """
    if vote.observer:
        return
    if vote.open_latest < vote.taken_at + resolution_type.notice:
        raise FailedPrecondition("JOIN_NOTICE_TOO_SHORT", days=str(resolution_type.notice_days), open_latest=vote.open_latest.isoformat())
    if vote.close < vote.open_latest + resolution_type.minimum_open:
        raise FailedPrecondition("JOIN_OPEN_TOO_SHORT", hours=str(resolution_type.minimum_open_hours))
    if vote.close > vote.open_latest + resolution_type.maximum_open:
        raise FailedPrecondition("JOIN_OPEN_TOO_LONG", days=str(resolution_type.maximum_open_days))


def earliest_ready_time(vote: Vote, resolution_type: ResolutionType) -> datetime:
    """Return the earliest time at which we may declare ready."""
    return max(vote.taken_at + resolution_type.notice, vote.close - resolution_type.maximum_open)


def require_time_to_be_ready(vote: Vote, resolution_type: ResolutionType, now: datetime) -> None:
    """Check that we may declare ready now. Raises FailedPrecondition READY_BEFORE_NOTICE or READY_TOO_EARLY."""
    earliest = earliest_ready_time(vote, resolution_type)
    if now < vote.taken_at + resolution_type.notice:
        raise FailedPrecondition("READY_BEFORE_NOTICE", days=str(resolution_type.notice_days), earliest=earliest.isoformat())
    if now < earliest:
        raise FailedPrecondition("READY_TOO_EARLY", days=str(resolution_type.maximum_open_days), earliest=earliest.isoformat())
