"""A motion: a question put to the members, from notice to result.

    announced --(opens_at)--> open --(closes_at)--> counting --(counted)--> passed | not passed

The first two arrows are the clock's alone: the state is read from the times, so no job has to be on time for a ballot to be taken or
refused. The roll is frozen at the notice; whoever joins later has no vote on this one. A running motion keeps the rulebook it was
announced under.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.refusals import FieldProblem, Invalid, NotNow, invalid
from libs.rulebook import ResolutionType, Rulebook

TITLE_MOST = 200
LINE_MOST = 200
TEXT_MOST = 20_000
FARTHEST = timedelta(days=3 * 366)
"""Nobody announces a vote further ahead; what asks for it is a slip of the hand in the year."""


class State(StrEnum):
    """Where a motion stands."""

    ANNOUNCED = "announced"
    OPEN = "open"
    COUNTING = "counting"
    PASSED = "passed"
    NOT_PASSED = "not_passed"


@dataclass(frozen=True)
class Wording:
    """What members read: the question, what it is about, and what each answer means; the Easy Read twin beside it."""

    title: str
    text: str
    easy_title: str
    easy_text: str
    for_means: str
    against_means: str


@dataclass(frozen=True)
class Motion:
    """One motion. `passes` and `closed_at` are set by the count."""

    id: UUID
    wording: Wording
    resolution_type: str
    rulebook_hash: str
    announced_by: UUID
    announced_at: datetime
    opens_at: datetime
    closes_at: datetime
    proposed_rulebook: str = ""
    closed_at: datetime | None = None
    passes: bool | None = None

    def state(self, now: datetime) -> State:
        if self.passes is not None:
            return State.PASSED if self.passes else State.NOT_PASSED
        if now < self.opens_at:
            return State.ANNOUNCED
        return State.OPEN if now < self.closes_at else State.COUNTING


def wording(title: str, text: str, easy_title: str, easy_text: str, for_means: str, against_means: str) -> Wording:
    """Trimmed and checked. Raises Invalid naming every field that is missing or too long."""
    given = Wording(*(unicodedata.normalize("NFC", one).strip() for one in (title, text, easy_title, easy_text, for_means, against_means)))
    problems = [
        *_missing("title", given.title, "TITLE_MISSING"),
        *_line("title", given.title, TITLE_MOST, "TITLE_TOO_LONG", "TITLE_UNPRINTABLE"),
        *_missing("text", given.text, "TEXT_MISSING"),
        *_line("text", given.text, TEXT_MOST, "TEXT_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_line("easy_title", given.easy_title, TITLE_MOST, "EASY_TITLE_TOO_LONG", "TITLE_UNPRINTABLE"),
        *_line("easy_text", given.easy_text, TEXT_MOST, "EASY_TEXT_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_line("for_means", given.for_means, LINE_MOST, "FOR_MEANS_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_line("against_means", given.against_means, LINE_MOST, "AGAINST_MEANS_TOO_LONG", "TEXT_UNPRINTABLE"),
    ]
    if problems:
        raise Invalid(problems[0].reason, *problems)
    return given


def resolution_of(rulebook: Rulebook, key: str, proposed_rulebook: str) -> ResolutionType:
    """The resolution type to decide by. Raises Invalid or NotNow where this motion cannot be decided by it."""
    found = rulebook.resolution(key)
    if found is None:
        raise invalid("resolution_type", "RESOLUTION_TYPE_UNKNOWN", known=", ".join(one.key for one in rulebook.resolutions))
    if found.second_meeting is not None:
        raise NotNow("TWO_MEETINGS_NEEDED", resolution_type=found.key)
    if proposed_rulebook and not found.changes_rulebook:
        raise invalid("resolution_type", "CANNOT_CHANGE_RULEBOOK", resolution_type=found.key)
    return found


def times(kind: ResolutionType, opens_at: datetime | None, closes_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """When voting begins and ends, by the rulebook's notice and open hours. Raises Invalid with the dates that would do."""
    if opens_at is not None and opens_at - now > FARTHEST:
        raise invalid("opens_at", "TIME_MALFORMED")
    earliest = now + timedelta(days=kind.notice_days)
    opens = opens_at or earliest
    if opens < earliest:
        raise invalid("opens_at", "NOTICE_TOO_SHORT", days=str(kind.notice_days), earliest=earliest.isoformat())
    soonest = opens + timedelta(hours=kind.minimum_open_hours)
    if closes_at < soonest:
        raise invalid("closes_at", "OPEN_TOO_SHORT", hours=str(kind.minimum_open_hours), earliest=soonest.isoformat())
    latest = opens + timedelta(days=kind.maximum_open_days)
    if closes_at > latest:
        raise invalid("closes_at", "OPEN_TOO_LONG", days=str(kind.maximum_open_days), latest=latest.isoformat())
    return opens, closes_at


def require_roll(eligible: Mapping[str, int]) -> None:
    """A motion nobody may vote on is not put. Raises NotNow ROLL_EMPTY."""
    if not sum(eligible.values()):
        raise NotNow("ROLL_EMPTY")


def require_open(motion: Motion, now: datetime) -> None:
    """Raises NotNow BALLOT_NOT_OPEN or BALLOT_CLOSED. The close is exclusive: a ballot at that instant is late."""
    state = motion.state(now)
    if state is State.ANNOUNCED:
        raise NotNow("BALLOT_NOT_OPEN", opens_at=motion.opens_at.isoformat())
    if state is not State.OPEN:
        raise NotNow("BALLOT_CLOSED", closed_at=motion.closes_at.isoformat())


def _missing(field: str, value: str, reason: str) -> list[FieldProblem]:
    return [] if value else [FieldProblem(field, reason)]


def _line(field: str, value: str, most: int, too_long: str, unprintable: str) -> list[FieldProblem]:
    if len(value) > most:
        return [FieldProblem(field, too_long)]
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in value):
        return [FieldProblem(field, unprintable)]
    return []
