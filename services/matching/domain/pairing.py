"""A matching day: many people choose one another at once, and nobody is left with a better pair that both would rather have.

Persons propose, each to the next worker on their list, and a worker keeps the best of those who asked (deferred acceptance: Gale and
Shapley 1962; with several places on both sides: Roth 1984, whose result is stable pair by pair). The result is the same in whatever
order the proposals are made. Equals are put in order by one draw for the whole day, not one for each list: a single draw
leaves more people with somebody whom they want (Abdulkadiroglu, Pathak and Roth 2009). docs/formats/pairs.md, ADR 49.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace


@dataclass(frozen=True)
class Chooser:
    """Somebody who chooses: a person or a worker.

    `room` is how many of the other side they have room for, at least 1. `ranks` are groups of ids of the other side, from most to least
    wanted; equals stand in one group, each id at most once. Who is not named is not acceptable.
    """

    id: str
    room: int
    ranks: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Pairing:
    """The result of a matching day: pairs of person and worker. All are sorted by id."""

    pairs: tuple[tuple[str, str], ...]
    unmatched_persons: tuple[str, ...]
    """Persons without any worker."""
    workers_with_places: tuple[str, ...]
    """Workers with at least one place left."""
    draw: str
    """SHA-256 of the seed, in hexadecimal digits."""


def draw_of(seed: str) -> str:
    """SHA-256 of the seed in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(seed.encode()).hexdigest()


def lot_of(draw: str, chooser_id: str) -> bytes:
    """Where an id stands in the draw: of equals the one with the smaller lot comes first. It depends on nobody else's id."""
    return hashlib.sha256(f"{draw}\n{chooser_id}".encode()).digest()


def pair(seed: str, persons: Sequence[Chooser], workers: Sequence[Chooser]) -> Pairing:
    """The pairs that no person and worker would both rather leave, best for the persons among all such.

    Ids are unique on each side, and every id in ranks stands on the other side.
    """
    draw = draw_of(seed)
    # Numbers in the order of the draw: of equals the one with the smaller number comes first.
    persons = sorted(persons, key=lambda chooser: lot_of(draw, chooser.id))
    numbers = {worker.id: number for number, worker in enumerate(sorted(workers, key=lambda chooser: lot_of(draw, chooser.id)))}
    held = _propose(persons, [_wishes(person.ranks, numbers) for person in persons], workers)
    pairs = sorted((persons[number].id, worker) for worker, chosen in held.items() for number in chosen)
    matched = {person for person, _ in pairs}
    return Pairing(
        tuple(pairs),
        tuple(sorted(person.id for person in persons if person.id not in matched)),
        tuple(sorted(worker.id for worker in workers if len(held[worker.id]) < worker.room)),
        draw,
    )


def _wishes(ranks: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Iterator[str]:
    """The ids from most to least wanted. Only those that are asked are put in order; most people never come to the end of their list."""
    for group in ranks:
        if len(group) == 1:
            yield group[0]
        else:
            yield from sorted(group, key=numbers.__getitem__)


def _propose(persons: Sequence[Chooser], wishes: Sequence[Iterator[str]], workers: Sequence[Chooser]) -> dict[str, list[int]]:
    """Whom each worker holds, as places in `persons`, when nobody has anybody left to ask.

    Each person asks each worker on their list at most once, so the work grows with the number of ids in all ranks.
    """
    count = len(persons)
    # For each worker: the level of everybody they named; whom they hold; how many they have room for. Each person held is level and number
    # as one number, and negative, so that the least wanted is at the top of the heap.
    states: dict[str, tuple[dict[str, int], list[int], int]] = {
        worker.id: ({id_: level for level, group in enumerate(worker.ranks) for id_ in group}, [], worker.room) for worker in workers
    }
    room_left = [person.room for person in persons]
    asking = list(range(count))
    while asking:
        number = asking.pop()
        id_, room = persons[number].id, room_left[number]
        for worker in wishes[number]:
            levels, held, places = states[worker]
            level = levels.get(id_)
            if level is None:
                continue
            key = -(level * count + number)
            if len(held) < places:
                heappush(held, key)
            elif key > held[0]:
                refused = -heapreplace(held, key) % count
                room_left[refused] += 1
                # Who had room before is asking already, or has nobody left to ask.
                if room_left[refused] == 1:
                    asking.append(refused)
            else:
                continue
            room -= 1
            if not room:
                break
        room_left[number] = room
    return {worker: [-key % count for key in held] for worker, (_, held, _) in states.items()}
