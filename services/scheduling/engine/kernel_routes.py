"""The routes of the workers: rings of services, from which a move takes some out and puts them in again."""

from services.scheduling.engine.kernel_starts import touch
from services.scheduling.engine.kernel_tables import (
    LAST,
    NEXT,
    ONE,
    PLACE,
    POSITION,
    SERVICES,
    TRAVEL,
    TWO,
    VISIT,
    WORKER,
    Table,
    uncounted,
)


@uncounted
def unlink(services: Table, travel: Table, service: int) -> int:
    """Takes a service out of its route; returns by how much the travel changes."""
    last, following = services[service, LAST], services[service, NEXT]
    services[last, NEXT], services[following, LAST] = following, last
    place, before, after = services[service, PLACE], services[last, PLACE], services[following, PLACE]
    return int(travel[before, after] - travel[before, place] - travel[place, after])


@uncounted
def link(visits: Table, services: Table, travel: Table, count: int, service: int) -> int:
    """Puts a service into its worker's route where its visit's position says."""
    position = visits[services[service, VISIT], POSITION]
    last = services[count + services[service, WORKER], LAST]
    while last < count and visits[services[last, VISIT], POSITION] > position:
        last = services[last, LAST]
    following = services[last, NEXT]
    services[last, NEXT] = services[following, LAST] = service
    services[service, LAST], services[service, NEXT] = last, following
    place, before, after = services[service, PLACE], services[last, PLACE], services[following, PLACE]
    return int(travel[before, place] + travel[place, after] - travel[before, after])


@uncounted
def take_out(visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table, visit: int) -> None:
    """Takes a visit out of the routes and marks what follows it there."""
    count = numbers[SERVICES]
    for column in (ONE, TWO):
        service = visits[visit, column]
        if service >= 0:
            numbers[TRAVEL] += unlink(services, travel, service)
            following = services[service, NEXT]
            if following < count:
                touch(visits, numbers, queue, log, services[following, VISIT], 1)


@uncounted
def put_in(visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table, visit: int) -> None:
    """Puts a visit into the routes of its workers, and marks it and what follows it."""
    count = numbers[SERVICES]
    for column in (ONE, TWO):
        service = visits[visit, column]
        if service >= 0:
            numbers[TRAVEL] += link(visits, services, travel, count, service)
            following = services[service, NEXT]
            if following < count:
                touch(visits, numbers, queue, log, services[following, VISIT], 1)
    touch(visits, numbers, queue, log, visit, 1)


@uncounted
def take_back(visits: Table, services: Table, travel: Table, visit: int) -> None:
    for column in (ONE, TWO):
        if visits[visit, column] >= 0:
            unlink(services, travel, visits[visit, column])


@uncounted
def give_back(visits: Table, services: Table, travel: Table, count: int, visit: int) -> None:
    for column in (ONE, TWO):
        if visits[visit, column] >= 0:
            link(visits, services, travel, count, visits[visit, column])


@uncounted
def shift(visits: Table, order: Table, visit: int, there: int) -> None:
    """Moves a visit to a position; those between move up by one."""
    here = visits[visit, POSITION]
    step = 1 if there > here else -1
    while here != there:
        order[here] = order[here + step]
        visits[order[here], POSITION] = here
        here += step
    order[there] = visit
    visits[visit, POSITION] = there


@uncounted
def swap_tails(services: Table, tail: int, other_tail: int, worker: int, other: int, count: int) -> None:
    """Exchanges what two workers do from these services on; where a tail is empty, it is the worker's closing row."""
    first, second = services[tail, LAST], services[other_tail, LAST]
    end, other_end = services[count + worker, LAST], services[count + other, LAST]
    mine, theirs = tail, other_tail
    while mine < count:
        services[mine, WORKER] = other
        mine = services[mine, NEXT]
    while theirs < count:
        services[theirs, WORKER] = worker
        theirs = services[theirs, NEXT]
    if other_tail < count:
        services[first, NEXT], services[other_tail, LAST] = other_tail, first
        services[other_end, NEXT], services[count + worker, LAST] = count + worker, other_end
    else:
        services[first, NEXT], services[count + worker, LAST] = count + worker, first
    if tail < count:
        services[second, NEXT], services[tail, LAST] = tail, second
        services[end, NEXT], services[count + other, LAST] = count + other, end
    else:
        services[second, NEXT], services[count + other, LAST] = count + other, second
