"""An ask to other co-ops: somebody here looks for somebody who fits, and no other co-op learns who.

| what                                | who                                    | refused with                                   |
|-------------------------------------|----------------------------------------|------------------------------------------------|
| ask the co-ops that were chosen     | the person, who acts for them          | a word, NO_CO_OP_CHOSEN, TOO_MANY_ASKS, ASKS_TODAY |
| withdraw it                         | the same                               | ASK_UNKNOWN                                    |
| reply to another co-op's ask        | a member with an open offer that fits  | ASK_UNKNOWN, ASK_DOES_NOT_FIT, ENOUGH_REPLIED  |
| take the reply back                 | who replied                            | ASK_REPLY_UNKNOWN                              |
| say yes or no to a reply            | who asked                              | ASK_REPLY_UNKNOWN                              |

A reply says that somebody would like to be put in touch. A yes to it makes a reference, by which people of both co-ops speak of it; what
they say then is theirs. A no is sent to nobody. An ask ends by itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.asks.area import Area
from libs.asks.documents import MAX_LANGUAGES, MAX_SKILLS, Ask
from libs.asks.vocabulary import BLOCKS, DAYS, LANGUAGES, PARTS, SKILL
from libs.boards import document_fields
from libs.places import Place, normalise
from libs.refusals import FailedPrecondition, NotFound, invalid
from libs.rulebook import MatchingRules
from services.matching.domain.support_profile import GettingSupport
from services.matching.domain.weekly_hours import DAY_MINUTES, WeeklyTime

MAX_OPEN = 2
"""Of one person: all members share what a co-op may ask in a day."""
TOLD_FOR = timedelta(days=92)
"""How long the same question gets the same answer: as long as any ask may be open."""
_MAX_CO_OPS = 100
_WEEK = len(DAYS) * DAY_MINUTES


@dataclass(frozen=True)
class AskWords:
    """What a person chose. The district stays in their co-op."""

    skills: tuple[str, ...]
    languages: tuple[str, ...]
    blocks: tuple[str, ...]
    district: str


@dataclass(frozen=True)
class CoOpAsk:
    """An ask of a person here. `id` is random, so that nobody can tell from it when or by whom it was made."""

    id: str
    person: UUID
    co_ops: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    blocks: tuple[str, ...]
    district: str
    north: int
    east: int
    asked_at: datetime
    until: datetime
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until


@dataclass(frozen=True)
class AskCount:
    """What a co-op answered; 0 is none or a few."""

    ask: str
    co_op: str
    person: UUID
    at_least: int


@dataclass(frozen=True)
class AskReply:
    """Somebody of another co-op would like to be put in touch. `answer` is what the person here said, if they have."""

    id: str
    ask: str
    co_op: str
    person: UUID
    came_at: datetime
    answer: bool | None = None
    reference: str = ""
    agreed_at: datetime | None = None


@dataclass(frozen=True)
class ReceivedAsk:
    """Another co-op's ask, and what it was told."""

    co_op: str
    id: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    blocks: tuple[str, ...]
    north: int
    east: int
    until: datetime
    at_least: int

    @property
    def wanted(self) -> GettingSupport:
        """As if somebody in the middle of its square looked for support."""
        return wanted_of(Ask(self.id, self.skills, self.languages, self.blocks, Area(self.north, self.east), 0))


@dataclass(frozen=True)
class OwnReply:
    """A member here would like to be put in touch about another co-op's ask. `until` is when the ask ends."""

    id: str
    co_op: str
    ask: str
    worker: UUID
    replied_at: datetime
    until: datetime
    reference: str = ""
    agreed_at: datetime | None = None


def check_words(words: AskWords, skills: Collection[str], districts: Mapping[str, Area]) -> tuple[AskWords, Area]:
    """The words as they are stored, and the square that leaves; `skills` are the keys of the rulebook's credentials.

    Raises Invalid SKILL_UNKNOWN, LANGUAGE_UNKNOWN, BLOCK_MISSING, BLOCK_UNKNOWN, LIST_TOO_LONG, DISTRICT_MISSING or DISTRICT_UNKNOWN.
    """
    if unknown := [skill for skill in words.skills if skill not in skills or not SKILL.fullmatch(skill)]:
        raise invalid("skills", "SKILL_UNKNOWN", skill=unknown[0])
    if not LANGUAGES.issuperset(words.languages):
        raise invalid("languages", "LANGUAGE_UNKNOWN")
    if not words.blocks:
        raise invalid("blocks", "BLOCK_MISSING")
    if not set(BLOCKS).issuperset(words.blocks):
        raise invalid("blocks", "BLOCK_UNKNOWN")
    district = normalise(words.district)
    if not district:
        raise invalid("district", "DISTRICT_MISSING")
    if district not in districts:
        raise invalid("district", "DISTRICT_UNKNOWN")
    once = AskWords(_once(words.skills), _once(words.languages), _once(words.blocks), district)
    for field, chosen, most in (("skills", once.skills, MAX_SKILLS), ("languages", once.languages, MAX_LANGUAGES)):
        if len(chosen) > most:
            raise invalid(field, "LIST_TOO_LONG", at_most=str(most))
    return once, districts[district]


def _once(chosen: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(chosen)))


def ask(new_id: str, person: UUID, checked: tuple[AskWords, Area], co_ops: Collection[str], now: datetime, days: int) -> CoOpAsk:
    """Raises Invalid NO_CO_OP_CHOSEN."""
    chosen = tuple(sorted(set(co_ops)))
    if not 1 <= len(chosen) <= _MAX_CO_OPS or not all(map(document_fields.CO_OP.fullmatch, chosen)):
        raise invalid("co_ops", "NO_CO_OP_CHOSEN")
    words, area = checked
    until = end_of(now, days)
    return CoOpAsk(new_id, person, chosen, words.skills, words.languages, words.blocks, words.district, area.north, area.east, now, until)


def end_of(now: datetime, days: int) -> datetime:
    """A whole second, as letters have it."""
    return (now + timedelta(days=days)).replace(microsecond=0)


def require_room(open_ones: int, of_today: int, rules: MatchingRules) -> None:
    """`of_today` are those of all members within a day. Raises FailedPrecondition TOO_MANY_ASKS or ASKS_TODAY."""
    if open_ones >= MAX_OPEN:
        raise FailedPrecondition("TOO_MANY_ASKS", at_most=str(MAX_OPEN))
    if of_today >= rules.asks_a_day:
        raise FailedPrecondition("ASKS_TODAY", at_most=str(rules.asks_a_day))


def wanted_of(asked: Ask) -> GettingSupport:
    """As what somebody who looks for support in the middle of the square would say: it is counted by the same conditions."""
    return GettingSupport(
        postcode="",
        place=Place(*asked.area.middle),
        times=tuple(time for block in asked.blocks for time in times_of(block)),
        needed_skills=asked.skills,
        needed_languages=asked.languages,
        needed_gender="",
        wished_languages=(),
        wished_tags=(),
        open=True,
    )


def times_of(block: str) -> tuple[WeeklyTime, ...]:
    """The times of a block of the week. A night is two: until midnight, and from then on the next day."""
    day, part = block.split("_")
    midnight = DAYS.index(day) * DAY_MINUTES
    begins, ends = PARTS[part]
    if ends <= DAY_MINUTES:
        return (WeeklyTime(midnight + begins, midnight + ends),)
    next_day = (midnight + DAY_MINUTES) % _WEEK
    return WeeklyTime(midnight + begins, midnight + DAY_MINUTES), WeeklyTime(next_day, next_day + ends - DAY_MINUTES)


def answer(reply: AskReply, found: CoOpAsk | None, now: datetime, reference: str, *, yes: bool) -> AskReply:
    """With `reference` after a yes, or the one that it has. A no after a yes takes it away again.

    Raises NotFound ASK_REPLY_UNKNOWN for a yes when the ask is over.
    """
    if not yes:
        return replace(reply, answer=False, reference="", agreed_at=None)
    if reply.reference:
        return reply
    if reply.answer is False or found is None or not found.is_open(now):
        raise NotFound("ASK_REPLY_UNKNOWN")
    return replace(reply, answer=True, reference=reference, agreed_at=now)
