"""A call-out: a person says openly what support they look for, until a day; who would like to meet says yes as in every introduction.

| what                                   | who                               | refused with                           |
|----------------------------------------|-----------------------------------|----------------------------------------|
| write one                              | the person, who acts for them     | CALL_OUT_NEEDS_PROFILE, TOO_MANY_CALL_OUTS |
| end it, which deletes its words        | the person, who acts for them     | CALL_OUT_UNKNOWN                       |
| read it, until its last day            | every member                      |                                        |
| say that one would like to meet        | a member with an offer            | what a first yes is refused with (`introduction.py`) |

Words about somebody else's health are asked about once (`words.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.refusals import FailedPrecondition, invalid
from libs.texts.words import check_words
from services.matching.domain.words import ask_about_others_health

MAX_WORDS = 2000
MAX_OPEN = 3
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class CallOut:
    """Open until the end of `until_day`."""

    id: UUID
    person: UUID
    words: str
    until_day: date
    written_at: datetime


def check_call_out_words(typed: str, *, others_agreed: bool) -> str:
    """Trimmed, in one Unicode form. Raises Invalid CALL_OUT_EMPTY, WORDS_TOO_LONG or OTHERS_HEALTH."""
    words = check_words("words", typed, MAX_WORDS)
    if not words:
        raise invalid("words", "CALL_OUT_EMPTY")
    ask_about_others_health(words, others_agreed=others_agreed)
    return words


def check_last_day(until: date | None, today: date) -> date:
    """Raises Invalid DATE_MALFORMED, DAY_PAST or CALL_OUT_TOO_LONG."""
    if until is None:
        raise invalid("until_day", "DATE_MALFORMED")
    if until < today:
        raise invalid("until_day", "DAY_PAST")
    if until > today + LONGEST:
        raise invalid("until_day", "CALL_OUT_TOO_LONG", days=str(LONGEST.days))
    return until


def require_room(open_ones: int) -> None:
    """Raises FailedPrecondition TOO_MANY_CALL_OUTS."""
    if open_ones >= MAX_OPEN:
        raise FailedPrecondition("TOO_MANY_CALL_OUTS", at_most=str(MAX_OPEN))
