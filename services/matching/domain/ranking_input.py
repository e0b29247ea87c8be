"""What a ranking is made from: one person, the team they have, and workers. The file that holds it: docs/formats/rank.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from libs.great_circle import Place

Span: TypeAlias = tuple[int, int]
"""From which minute of the week (Monday 0:00 is 0) until just before which. Spans may overlap; together they mean their union."""

WEEK_MINUTES = 7 * 24 * 60


@dataclass(frozen=True)
class Conditions:
    """What the person must have of every worker. No gender is no condition."""

    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    gender: str | None = None


@dataclass(frozen=True)
class SupportedPerson:
    """The person who looks for support. `never` holds the ids of workers they do not want."""

    id: str
    place: Place
    wants: tuple[Span, ...]
    must: Conditions = Conditions()
    wished_languages: frozenset[str] = frozenset()
    wished_tags: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TeamMember:
    """Somebody on the person's team: when they are free for the person, and what they can do."""

    id: str
    free: tuple[Span, ...]
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Worker:
    """A worker who may be suggested.

    `skills` maps each skill to the last day of its evidence, or None where that never ends; `missing` names checks that are not complete;
    `never` holds the ids of people they do not want to support; `minutes_left` are those of a week that they still want to work.
    """

    id: str
    place: Place
    reach_km: float
    free: tuple[Span, ...]
    minutes_left: int
    skills: Mapping[str, date | None]
    languages: frozenset[str] = frozenset()
    gender: str | None = None
    wished_tags: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RankingInput:
    """A whole question: who suits this person on this day? Ids of workers and of team members are unique; the order means nothing."""

    on: date
    person: SupportedPerson
    team: tuple[TeamMember, ...]
    workers: tuple[Worker, ...]


def minutes_of(spans: Iterable[Span]) -> int:
    """The minutes of a week as bits of one number: bit m is set where minute m lies in a span."""
    bits = 0
    for begins, ends in spans:
        bits |= (1 << ends) - (1 << begins)
    return bits


def spans_of(bits: int) -> tuple[Span, ...]:
    """The reverse of `minutes_of`: ascending spans that neither overlap nor touch."""
    spans, begins = [], 0
    while bits:
        skipped = (bits & -bits).bit_length() - 1
        bits >>= skipped
        length = (~bits & (bits + 1)).bit_length() - 1
        bits >>= length
        spans.append((begins + skipped, begins + skipped + length))
        begins += skipped + length
    return tuple(spans)
