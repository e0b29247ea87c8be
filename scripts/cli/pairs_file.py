"""Reads the file of a matching day. Format: docs/formats/pairs.md."""

from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import NoReturn

from scripts.cli.recompute_file import identifier, record, unique, whole_number
from scripts.cli.strict_json import JsonNode
from services.matching.domain.pairing import Chooser


@dataclass(frozen=True)
class MatchingDay:
    """What everybody asked for, and the seed of the draw."""

    seed: str
    persons: tuple[Chooser, ...]
    workers: tuple[Chooser, ...]


def read_matching_day(node: JsonNode) -> MatchingDay:
    """Raises `JsonNodeError` for a field or value that is not as the format says, an id that stands twice or is ranked but not there."""
    fields = record(node, "seed", "persons", "workers")
    persons = [record(item, "id", "wants", "ranks") for item in fields["persons"].items()]
    workers = [record(item, "id", "places", "ranks") for item in fields["workers"].items()]
    person_ids, worker_ids = (_ids(side) for side in (persons, workers))
    return MatchingDay(
        identifier(fields["seed"]),
        _choosers(persons, person_ids, "wants", "worker", frozenset(worker_ids)),
        _choosers(workers, worker_ids, "places", "person", frozenset(person_ids)),
    )


def _ids(side: list[dict[str, JsonNode]]) -> list[str]:
    ids = [identifier(fields["id"]) for fields in side]
    if len(set(ids)) != len(ids):
        unique((fields["id"], fields["id"].value) for fields in side)
    return ids


def _choosers(side: list[dict[str, JsonNode]], ids: list[str], room: str, other: str, other_ids: AbstractSet[str]) -> tuple[Chooser, ...]:
    return tuple(
        Chooser(id_, whole_number(fields[room], at_least=1), _ranks(fields["ranks"], other, other_ids))
        for id_, fields in zip(ids, side, strict=True)
    )


def _ranks(node: JsonNode, other: str, other_ids: AbstractSet[str]) -> list[list[str]]:
    """The groups of ids. A matching day has hundreds of thousands of them, so what is right is seen by whole lists at once."""
    groups = node.value
    if isinstance(groups, list) and all(type(group) is list for group in groups):
        ids = list(chain.from_iterable(groups))
        # What equals an id is a text; what cannot be in a set at all is looked at one by one.
        with suppress(TypeError):
            if len(distinct := set(ids)) == len(ids) and other_ids >= distinct:
                return groups
    return _refuse(node, other, other_ids)


def _refuse(node: JsonNode, other: str, other_ids: AbstractSet[str]) -> NoReturn:
    """Names the first id that does not belong there."""
    named = [(item, identifier(item)) for group in node.items() for item in group.items()]
    unique(named)
    for item, id_ in named:
        if id_ not in other_ids:
            item.fail(f"must be the id of a {other} of this file, not {item.excerpt()}")
    node.fail("must be a list of groups of ids")
