"""A post on the board of peers and neighbours: a member offers help or asks for it, in their own words, until a day.

| what                      | who              | refused with                              |
|---------------------------|------------------|-------------------------------------------|
| write one                 | a member         | MEMBERS_ONLY, TOO_MANY_POSTS, words, day  |
| withdraw it, words and all | who wrote it     | POST_UNKNOWN                              |
| read it, until its day    | every member     |                                           |
| answer it                 | another member   | POST_UNKNOWN, ALREADY_PEERS               |

The help is of neighbours: nobody is paid for it, and no kind of it needs papers. What somebody has lived through they say only if they
want to. A post is asked about somebody else's health as a call-out is.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.refusals import FailedPrecondition, invalid
from libs.texts.words import check_words
from services.matching.domain.words import ask_about_others_health

MAX_OPEN = 5
OPEN_FOR = timedelta(days=90)
MAX_WORDS, MAX_EXPERIENCE, MAX_LINE = 1000, 500, 120
MAX_SEARCHED, _MAX_SEARCH_LETTERS = 6, 80
_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True)
class PeerPost:
    """Open until the end of `until_day`."""

    id: UUID
    person: UUID
    side: PeerPostSide
    kind: PeerHelpKind
    words: str
    experience: str
    place: str
    times: str
    until_day: date
    written_at: datetime


@dataclass(frozen=True)
class PeerPostWords:
    """What was typed; `others_agreed` if somebody else whose health it tells of knows and agrees."""

    side: PeerPostSide
    kind: PeerHelpKind
    words: str
    experience: str
    place: str
    times: str
    until_day: date | None
    others_agreed: bool


def write(new_id: UUID, person: UUID, typed: PeerPostWords, now: datetime, today: date) -> PeerPost:
    """Raises Invalid POST_EMPTY, WORDS_TOO_LONG, OTHERS_HEALTH, DAY_PAST or POST_TOO_LONG."""
    words = check_words("words", typed.words, MAX_WORDS)
    if not words:
        raise invalid("words", "POST_EMPTY")
    experience = check_words("experience", typed.experience, MAX_EXPERIENCE)
    place, times = check_words("place", typed.place, MAX_LINE), check_words("times", typed.times, MAX_LINE)
    ask_about_others_health(words, experience, place, times, others_agreed=typed.others_agreed)
    until = _check_last_day(typed.until_day, today)
    return PeerPost(new_id, person, typed.side, typed.kind, words, experience, place, times, until, now)


def require_room(open_ones: int) -> None:
    """Raises FailedPrecondition TOO_MANY_POSTS."""
    if open_ones >= MAX_OPEN:
        raise FailedPrecondition("TOO_MANY_POSTS", at_most=str(MAX_OPEN))


def searched_words(typed: str) -> tuple[str, ...]:
    """The words to look for, in lower case without accents, each once; the first few are enough. Raises Invalid WORDS_TOO_LONG."""
    words = unicodedata.normalize("NFD", check_words("words", typed, _MAX_SEARCH_LETTERS)).replace("\0", " ")
    return tuple(dict.fromkeys(_ACCENTS.sub("", words).lower().split()))[:MAX_SEARCHED]


def _check_last_day(until: date | None, today: date) -> date:
    last = today + OPEN_FOR
    if until is None:
        return last
    if until < today:
        raise invalid("until_day", "DAY_PAST")
    if until > last:
        raise invalid("until_day", "POST_TOO_LONG", days=str(OPEN_FOR.days))
    return until
