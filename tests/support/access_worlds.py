"""Random worlds of people and of rights to read their records, and Cedar as the judge of who may read what.

The policies are written from the table of rights in `docs/adr/0036-sharing-is-the-persons.md`, not from the expression that they judge.
https://docs.cedarpolicy.com/policies/syntax-policy.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import cedarpy

from libs.access import hat_names

FIELDS = ("about_me.story", "health.allergies", "health.risks", "home.key_safe", "money.helper")
_SCOPES = ("about_me", "health", "home", "money", "notices")
_START = datetime(2026, 3, 1, tzinfo=UTC)
_HOURS = 12
"""Few, so that beginnings, ends and the time of reading are often the same."""


@dataclass(frozen=True)
class Asker:
    """Somebody who reads at a time: with a hat that they claim, and perhaps in another's place."""

    person: UUID
    hat: str
    acting_for: UUID | None
    hour: int

    @property
    def at(self) -> datetime:
        return moment(self.hour)


@dataclass(frozen=True)
class Span:
    """From an hour until just before another, and ended before that, perhaps."""

    begins: int
    until: int | None
    ended: int | None

    def as_cedar(self) -> str:
        ends = [f"context.now < {hour}" for hour in (self.until, self.ended) if hour is not None]
        return " && ".join([f"context.now >= {self.begins}", *ends])

    def as_times(self) -> tuple[datetime, datetime | None, datetime | None]:
        until, ended = (None if hour is None else moment(hour) for hour in (self.until, self.ended))
        return moment(self.begins), until, ended


@dataclass(frozen=True)
class World:
    """Who is a member and wears which hat, and every right there is."""

    people: tuple[UUID, ...]
    members: frozenset[UUID]
    hats: frozenset[tuple[UUID, str]]
    grants: tuple[tuple[UUID, str, str, str, Span], ...]
    """Whose field, the field, the kind of audience, the audience, when."""
    acting: tuple[tuple[UUID, UUID, str, Span], ...]
    """Who acts, for whom, in which scope, when."""
    emergencies: tuple[tuple[UUID, UUID, int, int], ...]
    """Who opened whose record, from when to when."""
    teams: frozenset[tuple[UUID, UUID]]
    """Whose team, and who is in it."""
    former: frozenset[UUID]
    """Who was a member and left."""
    askers: tuple[Asker, ...]


def moment(hour: int) -> datetime:
    return _START + timedelta(hours=hour)


def random_world(random: Random, people: Sequence[UUID], askers: int) -> World:
    def span() -> Span:
        begins = random.randrange(_HOURS)
        until, ended = (random.choice((None, random.randint(begins, _HOURS))) for _ in range(2))
        return Span(begins, until, ended)

    def audience() -> tuple[str, str]:
        kind = random.choice(("person", "person", "hat", "members", "team", "team"))
        return kind, {"person": str(random.choice(people)), "hat": random.choice(hat_names.AUDIENCES), "members": "", "team": ""}[kind]

    acting = tuple((random.choice(people), random.choice(people), random.choice(_SCOPES), span()) for _ in range(2 * len(people)))
    pairs = [(holder, subject) for holder, subject, _, _ in acting]

    def asker() -> Asker:
        hat, hour = random.choice(("", *hat_names.AUDIENCES)), random.randrange(_HOURS)
        if random.random() < 0.3:
            person, subject = random.choice((random.choice(pairs), (random.choice(people), random.choice(people))))
            return Asker(person, hat, subject, hour)
        return Asker(random.choice(people), hat, None, hour)

    members = frozenset(random.sample(people, len(people) // 2))
    former = frozenset(person for person in people if person not in members and random.random() < 0.4)
    return World(
        tuple(people),
        members,
        frozenset((random.choice(people), random.choice(hat_names.AUDIENCES)) for _ in range(len(people) // 2)),
        tuple((random.choice(people), random.choice(FIELDS), *audience(), span()) for _ in range(6 * len(people))),
        acting,
        tuple((random.choice(people), random.choice(people), hour, hour + 1) for hour in random.choices(range(_HOURS), k=len(people) // 2)),
        frozenset((random.choice(people), random.choice(people)) for _ in range(4 * len(people))),
        former,
        tuple(asker() for _ in range(askers)),
    )


def cedar_decisions(world: World) -> set[tuple[int, UUID, str]]:
    """Which asker (by number) may read which field of whom."""
    return {
        (number, subject, field)
        for subject in world.people
        for (number, field), result in zip(
            ((number, field) for number in range(len(world.askers)) for field in FIELDS),
            cedarpy.is_authorized_batch(
                [_request(asker, field) for asker in world.askers for field in FIELDS], _policies(world, subject), _entities(world)
            ),
            strict=True,
        )
        if result.allowed
    }


def _request(asker: Asker, field: str) -> dict[str, Any]:
    acting = {"acting_for": str(asker.acting_for)} if asker.acting_for else {}
    return {
        "principal": f'Person::"{asker.person}"',
        "action": 'Action::"read"',
        "resource": f'Field::"{field}"',
        "context": {"now": asker.hour, "hat": asker.hat} | acting,
    }


def _policies(world: World, subject: UUID) -> str:
    """Those about one person's record: its fields are the resources."""

    def permit(principal: str, resource: str, condition: str) -> str:
        return f'permit(principal {principal}, action == Action::"read", resource {resource}) when {{ {condition} }};'

    for_nobody = "!(context has acting_for)"
    rules = [permit(f'== Person::"{subject}"', "", for_nobody)]
    for holder, whose, scope, span in world.acting:
        if whose == subject:
            condition = f'context has acting_for && context.acting_for == "{subject}" && {span.as_cedar()}'
            rules.append(permit(f'== Person::"{holder}"', f'in Section::"{scope}"', condition))
    for whose, field, kind, who, span in world.grants:
        if whose == subject:
            principal = {
                "person": f'== Person::"{who}"',
                "hat": f'in Hat::"{who}"',
                "members": 'in CoOp::"members"',
                "team": f'in Team::"{subject}"',
            }[kind]
            claimed = {"hat": f' && context.hat == "{who}"', "team": ' && !(principal in CoOp::"former")'}.get(kind, "")
            rules.append(permit(principal, f'== Field::"{field}"', f"{for_nobody} && {span.as_cedar()}{claimed}"))
    for reader, whose, opened, ends in world.emergencies:
        if whose == subject:
            rules.append(permit(f'== Person::"{reader}"', "", f"{for_nobody} && context.now >= {opened} && context.now < {ends}"))
    return "\n".join(rules)


def _entities(world: World) -> list[dict[str, Any]]:
    def entity(kind: str, name: str, *parents: tuple[str, str]) -> dict[str, Any]:
        return {"uid": {"type": kind, "id": name}, "attrs": {}, "parents": [{"type": kind, "id": name} for kind, name in parents]}

    people = [
        entity(
            "Person",
            str(person),
            *(("Hat", hat) for wearer, hat in sorted(world.hats) if wearer == person),
            *([("CoOp", "members")] if person in world.members else []),
            *([("CoOp", "former")] if person in world.former else []),
            *(("Team", str(owner)) for owner, member in sorted(world.teams) if member == person),
        )
        for person in world.people
    ]
    return people + [entity("Field", field, ("Section", field.partition(".")[0])) for field in FIELDS]
