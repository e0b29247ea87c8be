"""A matching day: members who look for support and members who give it rank one another in private, and are paired all at once.

| state      | a secretary             | who takes part, each for themselves | refused with                           |
|------------|-------------------------|-------------------------------------|----------------------------------------|
| (none)     | announces one: open     |                                     | NO_MATCHING_DAYS, ONE_DAY_AT_A_TIME    |
| open       | calls it off            | takes part, ranks, withdraws        |                                        |
| closed     | calls it off            |                                     | MATCHING_DAY_CLOSED                    |
| run        |                         | says yes or no to who is proposed   | MATCHING_DAY_CLOSED, MATCHING_DAY_OVER |
| called off |                         |                                     | MATCHING_DAY_CLOSED, MATCHING_DAY_OVER |

- The seed of the draw is a secret, whose SHA-256 is published when the day is announced, and below it the numbers of all who take part,
  which are drawn as they join. So nobody who knows the secret early knows the numbers, and who gets a number does not know the secret.
- What somebody handed in is one line of the file of the day, under numbers. Its hash, with a salt of their own, is published after the run:
  each can check that their own line was used, and nobody can guess the line of another. ADR 64, docs/formats/matching-day.md.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import MatchingDayState
from libs.refusals import FailedPrecondition, invalid
from libs.rulebook import MatchingRules
from libs.texts.words import check_words
from services.matching.domain.introduction import Side
from services.matching.domain.pairing import Chooser

MAX_WORDS = 2000
MAX_ROOM = 20
LONGEST_OPEN = timedelta(days=90)
LONGEST_CLOSED = timedelta(days=7)
ROOM_WORD: Mapping[Side, str] = {Side.PERSON: "wants", Side.WORKER: "places"}
"""As the file of a matching day calls the room of each side."""


@dataclass(frozen=True)
class MatchingDay:
    """`seed` and `entry_hashes` are there once it has run; the secret that begins the seed is stored apart until then."""

    id: UUID
    words: str
    announced_at: datetime
    closes_at: datetime
    runs_at: datetime
    commitment: str
    cancelled_at: datetime | None = None
    run_at: datetime | None = None
    seed: str = ""
    entry_hashes: tuple[str, ...] = ()
    pairs: int = 0

    def state(self, now: datetime) -> MatchingDayState:
        if self.cancelled_at is not None:
            return MatchingDayState.CALLED_OFF
        if self.run_at is not None:
            return MatchingDayState.RUN
        return MatchingDayState.OPEN if now < self.closes_at else MatchingDayState.CLOSED


@dataclass(frozen=True)
class DayEntry:
    """Somebody takes part on one side. `number` stands for them in the file of the day, `salt` hides their line in its hash.

    `line` is what they handed in, as it was used; empty before the run, and for who was left out.
    """

    day: UUID
    person: UUID
    side: Side
    number: str
    salt: str
    room: int
    recount: bool
    joined_at: datetime
    version: int = 1
    line: str = ""


@dataclass(frozen=True)
class DayPlan:
    """What was typed to announce one."""

    words: str
    closes_at: datetime | None
    runs_at: datetime | None


def announce(new_id: UUID, typed: DayPlan, secret: str, now: datetime, rules: MatchingRules) -> MatchingDay:
    """Raises FailedPrecondition NO_MATCHING_DAYS, Invalid DAY_WORDS_MISSING, WORDS_TOO_LONG, MOMENT_MISSING, MOMENT_PAST, DAY_TOO_LONG,
    RUNS_BEFORE_CLOSE or RUNS_TOO_LATE.
    """
    if not rules.matching_days:
        raise FailedPrecondition("NO_MATCHING_DAYS")
    words = check_words("words", typed.words, MAX_WORDS)
    if not words:
        raise invalid("words", "DAY_WORDS_MISSING")
    if typed.closes_at is None:
        raise invalid("closes_at", "MOMENT_MISSING")
    if typed.runs_at is None:
        raise invalid("runs_at", "MOMENT_MISSING")
    if typed.closes_at <= now:
        raise invalid("closes_at", "MOMENT_PAST")
    if typed.closes_at > now + LONGEST_OPEN:
        raise invalid("closes_at", "DAY_TOO_LONG", days=str(LONGEST_OPEN.days))
    if typed.runs_at < typed.closes_at:
        raise invalid("runs_at", "RUNS_BEFORE_CLOSE")
    if typed.runs_at > typed.closes_at + LONGEST_CLOSED:
        raise invalid("runs_at", "RUNS_TOO_LATE", days=str(LONGEST_CLOSED.days))
    return MatchingDay(new_id, words, now, typed.closes_at, typed.runs_at, commitment_of(secret))


def require_open(day: MatchingDay, now: datetime) -> None:
    """Raises FailedPrecondition MATCHING_DAY_CLOSED."""
    if day.state(now) is not MatchingDayState.OPEN:
        raise FailedPrecondition("MATCHING_DAY_CLOSED")


def require_not_over(day: MatchingDay, now: datetime) -> None:
    """Raises FailedPrecondition MATCHING_DAY_OVER once it was run or called off."""
    if day.state(now) in {MatchingDayState.RUN, MatchingDayState.CALLED_OFF}:
        raise FailedPrecondition("MATCHING_DAY_OVER")


def check_room(room: int) -> int:
    """Raises Invalid ROOM_OUT_OF_RANGE."""
    if not 1 <= room <= MAX_ROOM:
        raise invalid("room", "ROOM_OUT_OF_RANGE", at_most=str(MAX_ROOM))
    return room


def check_ranks(groups: Sequence[Sequence[UUID]], choices: Collection[UUID]) -> Sequence[Sequence[UUID]]:
    """Groups without empty ones. Raises Invalid RANKED_TWICE or NOT_TO_RANK, for who takes part no more as for who never did."""
    ranked = [person for group in groups for person in group]
    if len(set(ranked)) != len(ranked):
        raise invalid("ranks", "RANKED_TWICE")
    if not set(ranked) <= set(choices):
        raise invalid("ranks", "NOT_TO_RANK")
    return [group for group in groups if group]


def commitment_of(secret: str) -> str:
    """Published when a day is announced: SHA-256 of the secret, in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seed_of(secret: str, numbers: Iterable[str]) -> str:
    """The secret, and below it the numbers of all who took part, sorted; lines end with a line feed between them."""
    return "\n".join([secret, *sorted(numbers)])


def ranks_in_numbers(ranks: Sequence[Sequence[UUID]], numbers: Mapping[UUID, str]) -> list[list[str]]:
    """As the file has them: numbers in place of ids, each group sorted; without who has none, and without empty groups."""
    groups = [sorted(numbers[person] for person in group if person in numbers) for group in ranks]
    return [group for group in groups if group]


def line_of(entry: DayEntry, ranks: Sequence[Sequence[str]]) -> str:
    """The entry in the file of the day: JSON with sorted keys and without spaces."""
    fields = {"id": entry.number, ROOM_WORD[entry.side]: entry.room, "ranks": ranks}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def hash_of(line: str, salt: str) -> str:
    """SHA-256 of the line, a line feed and the salt, in hexadecimal digits."""
    return hashlib.sha256(f"{line}\n{salt}".encode()).hexdigest()


def chooser_of(line: str) -> Chooser:
    """The line as `pairing.pair` takes it."""
    fields = json.loads(line)
    room = next(fields[word] for word in ROOM_WORD.values() if word in fields)
    return Chooser(fields["id"], room, fields["ranks"])


def own_file(day: MatchingDay, entry: DayEntry) -> str:
    """What somebody checks their own entry with: what was published, and their own line with its salt."""
    fields = {
        "commitment": day.commitment,
        "seed": day.seed,
        "entry_hashes": list(day.entry_hashes),
        "own": {"line": entry.line, "salt": entry.salt},
    }
    return json.dumps(fields, indent=1)


def recount_file(day: MatchingDay, entries: Sequence[DayEntry]) -> str:
    """The file for `kith pairs`, under numbers.

    Raises FailedPrecondition NO_RECOUNT unless everybody who took part agreed, and nobody's entry is gone.
    """
    used = [entry for entry in entries if entry.line]
    complete = sorted(hash_of(entry.line, entry.salt) for entry in used) == sorted(day.entry_hashes)
    if day.run_at is None or not complete or not all(entry.recount for entry in used):
        raise FailedPrecondition("NO_RECOUNT")
    lines = {side: [json.loads(entry.line) for entry in used if entry.side is side] for side in Side}
    return json.dumps({"seed": day.seed, "persons": lines[Side.PERSON], "workers": lines[Side.WORKER]}, indent=1)
