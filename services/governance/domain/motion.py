"""Rules for motions: a question put to the members, from notice to result.

    announced --(opens_at)--> open --(closes_at)--> counting --(counted)--> passed | not passed

The first two transitions need no job: the state follows from the times, so a ballot is accepted or refused on time even if a job is late.
The roll is frozen at the notice; people who join later have no vote on this motion. A running motion keeps the rulebook it was announced
under.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.governance.v1.enums import MotionState
from libs.refusals import FailedPrecondition, FieldProblem, Invalid, invalid
from libs.rulebook import ResolutionType, Rulebook, RulebookMistakes, read_rulebook

TITLE_MAX_LENGTH = 200
LINE_MAX_LENGTH = 200
TEXT_MAX_LENGTH = 20_000
MAX_TIME_AHEAD = timedelta(days=3 * 366)
"""Nobody announces a vote further ahead; such a date is a typing mistake in the year."""
_LAST_CALL = timedelta(days=1)


@dataclass(frozen=True)
class MotionWording:
    """What members read: the question, what it is about, what each answer means, and its Easy Read version."""

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
    wording: MotionWording
    resolution_type: str
    rulebook_hash: str
    announced_by: UUID
    announced_at: datetime
    opens_at: datetime
    closes_at: datetime
    proposed_rulebook: str = ""
    closed_at: datetime | None = None
    passes: bool | None = None

    def state(self, now: datetime) -> MotionState:
        if self.passes is not None:
            return MotionState.PASSED if self.passes else MotionState.NOT_PASSED
        if now < self.opens_at:
            return MotionState.ANNOUNCED
        return MotionState.OPEN if now < self.closes_at else MotionState.COUNTING


@dataclass(frozen=True)
class MotionNotice:
    """What the people on the roll are to be told, and from when on. It is of no use any more once the voting has closed."""

    kind: str
    due_at: datetime


def notices_of(motion: Motion) -> tuple[MotionNotice, ...]:
    """One when the voting opens, and one a day before it closes; if it is open for a day or less, the first says it all."""
    opened, closing = MotionNotice("motion_opened", motion.opens_at), MotionNotice("motion_closing", motion.closes_at - _LAST_CALL)
    return (opened, closing) if closing.due_at > opened.due_at else (opened,)


def check_wording(title: str, text: str, easy_title: str, easy_text: str, for_means: str, against_means: str) -> MotionWording:
    """Trim and check a motion's wording. Raises Invalid naming every field that is missing or too long."""
    wording = MotionWording(
        *(unicodedata.normalize("NFC", value).strip() for value in (title, text, easy_title, easy_text, for_means, against_means))
    )
    problems = [
        *_missing_problem("title", wording.title, "TITLE_MISSING"),
        *_text_problem("title", wording.title, TITLE_MAX_LENGTH, "TITLE_TOO_LONG", "TITLE_UNPRINTABLE"),
        *_missing_problem("text", wording.text, "TEXT_MISSING"),
        *_text_problem("text", wording.text, TEXT_MAX_LENGTH, "TEXT_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_text_problem("easy_title", wording.easy_title, TITLE_MAX_LENGTH, "EASY_TITLE_TOO_LONG", "TITLE_UNPRINTABLE"),
        *_text_problem("easy_text", wording.easy_text, TEXT_MAX_LENGTH, "EASY_TEXT_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_text_problem("for_means", wording.for_means, LINE_MAX_LENGTH, "FOR_MEANS_TOO_LONG", "TEXT_UNPRINTABLE"),
        *_text_problem("against_means", wording.against_means, LINE_MAX_LENGTH, "AGAINST_MEANS_TOO_LONG", "TEXT_UNPRINTABLE"),
    ]
    if problems:
        raise Invalid(problems[0].reason, *problems)
    return wording


def require_resolution_type(rulebook: Rulebook, key: str, proposed_rulebook: str) -> ResolutionType:
    """Return the resolution type of that key. Raises Invalid or FailedPrecondition where it cannot decide this motion."""
    resolution_type = rulebook.resolution(key)
    if resolution_type is None:
        raise invalid("resolution_type", "RESOLUTION_TYPE_UNKNOWN", known=", ".join(known_type.key for known_type in rulebook.resolutions))
    if resolution_type.second_meeting is not None:
        raise FailedPrecondition("TWO_MEETINGS_NEEDED", resolution_type=resolution_type.key)
    if proposed_rulebook and not resolution_type.changes_rulebook:
        raise invalid("resolution_type", "CANNOT_CHANGE_RULEBOOK", resolution_type=resolution_type.key)
    return resolution_type


def voting_times(kind: ResolutionType, opens_at: datetime | None, closes_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Return when voting opens and closes, by the rulebook's notice and open hours. Raises Invalid with the dates it would allow."""
    if opens_at is not None and opens_at - now > MAX_TIME_AHEAD:
        raise invalid("opens_at", "TIME_MALFORMED")
    earliest = now + kind.notice
    opens = opens_at or earliest
    if opens < earliest:
        raise invalid("opens_at", "NOTICE_TOO_SHORT", days=str(kind.notice_days), earliest=earliest.isoformat())
    soonest = opens + kind.minimum_open
    if closes_at < soonest:
        raise invalid("closes_at", "OPEN_TOO_SHORT", hours=str(kind.minimum_open_hours), earliest=soonest.isoformat())
    latest = opens + kind.maximum_open
    if closes_at > latest:
        raise invalid("closes_at", "OPEN_TOO_LONG", days=str(kind.maximum_open_days), latest=latest.isoformat())
    return opens, closes_at


def require_roll_not_empty(eligible: Mapping[str, int]) -> None:
    """Refuse a motion that nobody may vote on. Raises FailedPrecondition ROLL_EMPTY."""
    if not sum(eligible.values()):
        raise FailedPrecondition("ROLL_EMPTY")


def require_open(motion: Motion, now: datetime) -> None:
    """Check that voting is open; the close is exclusive: a ballot at that instant is late.

    Raises FailedPrecondition BALLOT_NOT_OPEN or BALLOT_CLOSED.
    """
    state = motion.state(now)
    if state is MotionState.ANNOUNCED:
        raise FailedPrecondition("BALLOT_NOT_OPEN", opens_at=motion.opens_at.isoformat())
    if state is not MotionState.OPEN:
        raise FailedPrecondition("BALLOT_CLOSED", closed_at=motion.closes_at.isoformat())


def _missing_problem(field: str, value: str, reason: str) -> list[FieldProblem]:
    return [] if value else [FieldProblem(field, reason)]


def _text_problem(field: str, value: str, most: int, too_long: str, unprintable: str) -> list[FieldProblem]:
    if len(value) > most:
        return [FieldProblem(field, too_long)]
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in value):
        return [FieldProblem(field, unprintable)]
    return []


def parse_proposed_rulebook(content: str) -> Rulebook:
    """Parse a rulebook. Raises Invalid RULEBOOK_HAS_MISTAKES; each problem's field is its line, its reason the parser's sentence."""
    try:
        return read_rulebook(content)
    except RulebookMistakes as error:
        problems = [FieldProblem(f"line {mistake.line}", f"{mistake.problem} {mistake.suggestion}".strip()) for mistake in error.mistakes]
        raise Invalid("RULEBOOK_HAS_MISTAKES", *problems) from error
