"""Reads a file of `kith rank`: one person, their team, and workers. Format: docs/formats/rank.md.

Nothing is guessed: a key that is missing or unknown, a value of another kind or an id that stands twice is refused with its place.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from scripts.cli.strict_json import JsonNode
from services.matching.domain.ranking_input import Conditions, RankingInput, Span, SupportedPerson, TeamMember, Worker

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FARTHEST_REACH_KM = 2**53 - 1
"""Far beyond every place on earth; larger numbers are no kilometres but a mistake."""

ValueT = TypeVar("ValueT")
OwnerT = TypeVar("OwnerT", TeamMember, Worker)


def read_rank_file(text: str) -> RankingInput:
    """Raises `JsonNodeError` with the place and what was expected there."""
    fields = JsonNode.parse(text, parse_float=float).record(("on", "person", "team", "workers"))
    return RankingInput(
        on=_date(fields["on"]),
        person=_person(fields["person"]),
        team=_each_id_once(fields["team"], _team_member),
        workers=_each_id_once(fields["workers"], _worker),
    )


def _person(node: JsonNode) -> SupportedPerson:
    fields = node.record(("id", "place", "wants", "must", "wishes", "never"))
    must = fields["must"].record(("skills", "languages", "gender"))
    wishes = fields["wishes"].record(("languages", "tags"))
    return SupportedPerson(
        id=fields["id"].any_text(),
        place=_place(fields["place"]),
        wants=_spans(fields["wants"]),
        must=Conditions(_words(must["skills"]), _words(must["languages"]), _nullable(must["gender"], JsonNode.text)),
        wished_languages=_words(wishes["languages"]),
        wished_tags=_words(wishes["tags"]),
        never=_ids(fields["never"]),
    )


def _team_member(node: JsonNode) -> TeamMember:
    fields = node.record(("id", "free", "skills"))
    return TeamMember(fields["id"].any_text(), _spans(fields["free"]), _words(fields["skills"]))


def _worker(node: JsonNode) -> Worker:
    fields = node.record(
        ("id", "place", "reach_km", "free", "minutes_left", "skills", "languages", "gender", "wishes", "never", "missing"),
    )
    return Worker(
        id=fields["id"].any_text(),
        place=_place(fields["place"]),
        reach_km=fields["reach_km"].number(0, _FARTHEST_REACH_KM),
        free=_spans(fields["free"]),
        minutes_left=fields["minutes_left"].integer(),
        skills={skill: _nullable(last_day, _date) for skill, last_day in fields["skills"].fields().items()},
        languages=_words(fields["languages"]),
        gender=_nullable(fields["gender"], JsonNode.text),
        wished_tags=_words(fields["wishes"].record(("tags",))["tags"]),
        never=_ids(fields["never"]),
        missing=_words(fields["missing"]),
    )


def _each_id_once(node: JsonNode, read: Callable[[JsonNode], OwnerT]) -> tuple[OwnerT, ...]:
    owners: dict[str, OwnerT] = {}
    for item in node.items():
        owner = read(item)
        if owner.id in owners:
            item.fields()["id"].fail(f"{item.fields()['id'].excerpt()} stands twice in this list; each id once")
        owners[owner.id] = owner
    return tuple(owners.values())


def _spans(node: JsonNode) -> tuple[Span, ...]:
    return tuple(_span(item) for item in node.items())


def _span(node: JsonNode) -> Span:
    parts = node.items()
    if len(parts) != len(("day", "from", "until")):
        node.fail(f'must be a day and two times such as ["mon", "09:00", "10:30"], not {node.excerpt()}')
    day, begins, ends = parts
    if day.value not in _DAYS:
        day.fail(f"must be one of {', '.join(_DAYS)}, not {day.excerpt()}")
    midnight = _DAYS.index(day.value) * _DAY_MINUTES
    first, last = _clock(begins), _clock(ends)
    if first >= last:
        ends.fail(f"must be after {begins.value}, on the same day, not {ends.excerpt()}; write an interval over midnight as two")
    return midnight + first, midnight + last


def _clock(node: JsonNode) -> int:
    if not isinstance(node.value, str) or not _CLOCK.fullmatch(node.value):
        node.fail(f"must be a time such as 09:00, at most 24:00, not {node.excerpt()}")
    return int(node.value[:2]) * 60 + int(node.value[3:])


def _date(node: JsonNode) -> date:
    # The pattern first: Python also reads 20261207 and 2026-W50-1.
    if not isinstance(node.value, str) or not _DATE.fullmatch(node.value):
        node.fail(f"must be a day such as 2026-12-07, not {node.excerpt()}")
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        node.fail(f"must be a day of the calendar, not {node.excerpt()}")


def _place(node: JsonNode) -> tuple[float, float]:
    parts = node.items()
    if len(parts) != len(("latitude", "longitude")):
        node.fail(f"must be latitude and longitude in degrees such as [51.55, -0.06], not {node.excerpt()}")
    latitude, longitude = parts
    return latitude.number(-90, 90), longitude.number(-180, 180)


def _words(node: JsonNode) -> frozenset[str]:
    return frozenset(item.text() for item in node.items())


def _ids(node: JsonNode) -> frozenset[str]:
    return frozenset(item.any_text() for item in node.items())


def _nullable(node: JsonNode, read: Callable[[JsonNode], ValueT]) -> ValueT | None:
    return None if node.value is None else read(node)
