"""Reads a file of `kith rank`: one person, their team, and workers. Format: docs/formats/rank.md.

Nothing is guessed: a key that is missing or unknown, a value of another kind or an id that stands twice is refused with its place.
"""

from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date
from typing import TypeVar

from scripts.cli.recompute_file import calendar_date, identifier, record, sequence, time_of_day, unique
from scripts.cli.strict_json import JsonNode
from services.matching.domain.ranking_input import Conditions, RankingInput, Span, SupportedPerson, TeamMember, Worker

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
_ALL_YEARS = range(MINYEAR, MAXYEAR + 1)
_FARTHEST_REACH_KM = 2**53 - 1
"""Far beyond every place on earth; larger numbers are no kilometres but a mistake."""

ValueT = TypeVar("ValueT")
OwnerT = TypeVar("OwnerT", TeamMember, Worker)


def read_ranking_input(node: JsonNode) -> RankingInput:
    """Of a document parsed with `parse_float=float`. Raises `JsonNodeError` with the place and what was expected there."""
    fields = record(node, "on", "person", "team", "workers")
    return RankingInput(
        on=_date(fields["on"]),
        person=_person(fields["person"]),
        team=_each_id_once(fields["team"], _team_member),
        workers=_each_id_once(fields["workers"], _worker),
    )


def _person(node: JsonNode) -> SupportedPerson:
    fields = record(node, "id", "place", "wants", "must", "wishes", "never")
    must = record(fields["must"], "skills", "languages", "gender")
    wishes = record(fields["wishes"], "languages", "tags")
    return SupportedPerson(
        id=identifier(fields["id"]),
        place=_place(fields["place"]),
        wants=_spans(fields["wants"]),
        must=Conditions(_words(must["skills"]), _words(must["languages"]), _nullable(must["gender"], JsonNode.text)),
        wished_languages=_words(wishes["languages"]),
        wished_tags=_words(wishes["tags"]),
        never=_ids(fields["never"]),
    )


def _team_member(node: JsonNode) -> TeamMember:
    fields = record(node, "id", "free", "skills")
    return TeamMember(identifier(fields["id"]), _spans(fields["free"]), _words(fields["skills"]))


def _worker(node: JsonNode) -> Worker:
    fields = record(node, "id", "place", "reach_km", "free", "minutes_left", "skills", "languages", "gender", "wishes", "never", "missing")
    return Worker(
        id=identifier(fields["id"]),
        place=_place(fields["place"]),
        reach_km=fields["reach_km"].number(0, _FARTHEST_REACH_KM),
        free=_spans(fields["free"]),
        minutes_left=fields["minutes_left"].integer(),
        skills={skill: _nullable(last_day, _date) for skill, last_day in fields["skills"].fields().items()},
        languages=_words(fields["languages"]),
        gender=_nullable(fields["gender"], JsonNode.text),
        wished_tags=_words(record(fields["wishes"], "tags")["tags"]),
        never=_ids(fields["never"]),
        missing=_words(fields["missing"]),
    )


def _each_id_once(node: JsonNode, read: Callable[[JsonNode], OwnerT]) -> tuple[OwnerT, ...]:
    items = node.items()
    owners = tuple(read(item) for item in items)
    unique((item.fields()["id"], owner.id) for item, owner in zip(items, owners, strict=True))
    return owners


def _spans(node: JsonNode) -> tuple[Span, ...]:
    return tuple(_span(item) for item in node.items())


def _span(node: JsonNode) -> Span:
    day, begins, ends = sequence(node, 3, 'a day and two times such as ["mon", "09:00", "10:30"]')
    if day.value not in _DAYS:
        day.fail(f"must be one of {', '.join(_DAYS)}, not {day.excerpt()}")
    midnight = _DAYS.index(day.value) * _DAY_MINUTES
    first, last = time_of_day(begins), time_of_day(ends, end=True)
    if first >= last:
        ends.fail(f"must be after {begins.value}, on the same day, not {ends.excerpt()}; write an interval over midnight as two")
    return midnight + first, midnight + last


def _date(node: JsonNode) -> date:
    return calendar_date(node, _ALL_YEARS)


def _place(node: JsonNode) -> tuple[float, float]:
    latitude, longitude = sequence(node, 2, "latitude and longitude in degrees such as [51.55, -0.06]")
    return latitude.number(-90, 90), longitude.number(-180, 180)


def _words(node: JsonNode) -> frozenset[str]:
    return frozenset(item.text() for item in node.items())


def _ids(node: JsonNode) -> frozenset[str]:
    return frozenset(identifier(item) for item in node.items())


def _nullable(node: JsonNode, read: Callable[[JsonNode], ValueT]) -> ValueT | None:
    return None if node.value is None else read(node)
