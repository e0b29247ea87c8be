"""How much notice our own rules want before a vote with other co-ops, and how long they let it be open.

For a motion of our own the rulebook's resolution type says it, and the motion says when voting opens. Terms know no opening: voting opens
when the last co-op says ready, at `open_latest` or never. So the three limits are held like this:

- `notice_days` run from the day on which the terms came, from when every member can read them, and no co-op says ready before its own
  have run. Voting opens when all are ready: it opens before nobody's notice is over.
- `minimum_open_hours` lie between `open_latest` and the close, so that even the latest opening leaves them.
- `maximum_open_days`: no co-op says ready earlier than so long before the close.

A convener drafts by the type it names; every co-op that joins holds the same by the type, and under the rulebook, of the motion by which
its members decided to take part. What would leave no moment to say ready is refused at once.
"""

from datetime import datetime, timedelta

from libs.refusals import NotNow, invalid
from libs.rulebook import ResolutionType
from services.governance.domain.vote_course import Vote

KEYS_COME = timedelta(days=1)
"""Between the drafting and the terms, where there is notice to give: the other co-ops make their keys first."""


def check_times(kind: ResolutionType, open_latest: datetime, close: datetime, now: datetime) -> None:
    """At the drafting. Raises Invalid VOTE_NOTICE_TOO_SHORT, VOTE_OPEN_TOO_SHORT or VOTE_OPEN_TOO_LONG, with the time that would do."""
    if kind.notice_days and open_latest < now + _notice(kind) + KEYS_COME:
        earliest = now + _notice(kind) + KEYS_COME
        raise invalid("open_latest", "VOTE_NOTICE_TOO_SHORT", days=str(kind.notice_days), earliest=earliest.isoformat())
    if close < open_latest + _shortest(kind):
        earliest = open_latest + _shortest(kind)
        raise invalid("closes_at", "VOTE_OPEN_TOO_SHORT", hours=str(kind.minimum_open_hours), earliest=earliest.isoformat())
    if close > open_latest + _longest(kind):
        latest = open_latest + _longest(kind)
        raise invalid("closes_at", "VOTE_OPEN_TOO_LONG", days=str(kind.maximum_open_days), latest=latest.isoformat())


def require_room(vote: Vote, kind: ResolutionType) -> None:
    """At the joining: whether the terms leave room for our own notice and hours. Who only witnesses asks its members nothing.

    Raises NotNow JOIN_NOTICE_TOO_SHORT, JOIN_OPEN_TOO_SHORT or JOIN_OPEN_TOO_LONG.
    """
    if vote.observer:
        return
    if vote.open_latest < vote.taken_at + _notice(kind):
        raise NotNow("JOIN_NOTICE_TOO_SHORT", days=str(kind.notice_days), open_latest=vote.open_latest.isoformat())
    if vote.close < vote.open_latest + _shortest(kind):
        raise NotNow("JOIN_OPEN_TOO_SHORT", hours=str(kind.minimum_open_hours))
    if vote.close > vote.open_latest + _longest(kind):
        raise NotNow("JOIN_OPEN_TOO_LONG", days=str(kind.maximum_open_days))


def ready_from(vote: Vote, kind: ResolutionType) -> datetime:
    """From when we may say ready."""
    return max(vote.taken_at + _notice(kind), vote.close - _longest(kind))


def require_time_to_be_ready(vote: Vote, kind: ResolutionType, now: datetime) -> None:
    """Raises NotNow READY_BEFORE_NOTICE or READY_TOO_EARLY."""
    earliest = ready_from(vote, kind)
    if now < vote.taken_at + _notice(kind):
        raise NotNow("READY_BEFORE_NOTICE", days=str(kind.notice_days), earliest=earliest.isoformat())
    if now < earliest:
        raise NotNow("READY_TOO_EARLY", days=str(kind.maximum_open_days), earliest=earliest.isoformat())


def _notice(kind: ResolutionType) -> timedelta:
    return timedelta(days=kind.notice_days)


def _shortest(kind: ResolutionType) -> timedelta:
    return timedelta(hours=kind.minimum_open_hours)


def _longest(kind: ResolutionType) -> timedelta:
    return timedelta(days=kind.maximum_open_days)
