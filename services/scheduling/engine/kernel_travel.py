"""By how much a drawn move would change the travel, before anything is changed, for the compiled search.

Nine moves in ten are refused, and most of these for their travel alone: lateness is never less than nothing. To know it takes a few
look-ups, where to make a move, to compute its starts and to take it back again takes some hundred.
"""

from services.scheduling.engine.kernel_moves import SWAP, TAILS
from services.scheduling.engine.kernel_tables import (
    BEFORE,
    FROM,
    KIND,
    LAST,
    MINE,
    MOVED,
    NEXT,
    ONE,
    OTHER,
    OTHER_BEFORE,
    OTHER_TAIL,
    PLACE,
    POSITION,
    SERVICES,
    TAIL,
    THEIRS,
    TO,
    TWO,
    VISIT,
    WORKER,
    Table,
    Tables,
    inlined,
    uncounted,
)


@uncounted
def _shift_change(visits: Table, services: Table, travel: Table, count: int, service: int, here: int, there: int) -> int:
    """Of a service that keeps its worker while its visit moves from one position to another."""
    last, following = services[service, LAST], services[service, NEXT]
    before, after = last, following
    if there > here:
        while after < count and visits[services[after, VISIT], POSITION] <= there:
            before, after = after, services[after, NEXT]
        if after == following:
            return 0
    else:
        while before < count and visits[services[before, VISIT], POSITION] >= there:
            before, after = services[before, LAST], before
        if before == last:
            return 0
    return _out_change(services, travel, service) + _in_change(services, travel, service, before, after)


@uncounted
def _out_change(services: Table, travel: Table, service: int) -> int:
    place, before, after = services[service, PLACE], services[services[service, LAST], PLACE], services[services[service, NEXT], PLACE]
    return int(travel[before, after] - travel[before, place] - travel[place, after])


@uncounted
def _in_change(services: Table, travel: Table, service: int, last: int, following: int) -> int:
    place, before, after = services[service, PLACE], services[last, PLACE], services[following, PLACE]
    return int(travel[before, place] + travel[place, after] - travel[before, after])


@uncounted
def _exchange_change(services: Table, travel: Table, service: int, other: int) -> int:
    """Of two services that take each other's place in their routes, or in one route."""
    if services[other, NEXT] == service:
        service, other = other, service
    mine, theirs = services[service, PLACE], services[other, PLACE]
    before, after = services[services[service, LAST], PLACE], services[services[other, NEXT], PLACE]
    if services[service, NEXT] == other:
        if services[other, NEXT] == service:
            return 0
        return int(
            travel[before, theirs]
            + travel[theirs, mine]
            + travel[mine, after]
            - travel[before, mine]
            - travel[mine, theirs]
            - travel[theirs, after]
        )
    middle, other_middle = services[services[service, NEXT], PLACE], services[services[other, LAST], PLACE]
    change = travel[before, theirs] + travel[theirs, middle] - travel[before, mine] - travel[mine, middle]
    return int(change + travel[other_middle, mine] + travel[mine, after] - travel[other_middle, theirs] - travel[theirs, after])


@uncounted
def _transfer_change(visits: Table, services: Table, travel: Table, count: int, move: Table) -> int:
    """Of a service that goes to another worker."""
    service, there, other = move[MOVED], move[TO], move[OTHER]
    limit = there + (1 if there > move[FROM] else 0)
    if other >= 0:
        if visits[services[other, VISIT], POSITION] < limit:
            last, following = other, services[other, NEXT]
        else:
            last, following = services[other, LAST], other
    else:
        following = count + move[THEIRS]
        last = services[following, LAST]
        while last < count and visits[services[last, VISIT], POSITION] >= limit:
            last, following = services[last, LAST], last
    return _out_change(services, travel, service) + _in_change(services, travel, service, last, following)


@uncounted
def _tails_change(services: Table, travel: Table, move: Table) -> int:
    place, other_place = services[move[TAIL], PLACE], services[move[OTHER_TAIL], PLACE]
    before, other_before = services[move[BEFORE], PLACE], services[move[OTHER_BEFORE], PLACE]
    change = travel[before, other_place] + travel[other_before, place]
    return int(change - travel[before, place] - travel[other_before, other_place])


@inlined
def travel_change(state: Tables, move: Table) -> int:
    """What the travel would grow by; for every kind of move but mates, whose two visits are at one door."""
    visits, services, travel, count = state.visits, state.services, state.travel, state.numbers[SERVICES]
    if move[KIND] == TAILS:
        return _tails_change(services, travel, move)
    service, here, there = move[MOVED], move[FROM], move[TO]
    mate = _beside(visits, services, service)
    if move[KIND] == SWAP:
        other = move[OTHER]
        change = _exchange_change(services, travel, service, other)
        its_mate = _beside(visits, services, other)
        if mate >= 0 and its_mate >= 0 and services[mate, WORKER] == services[its_mate, WORKER]:
            return change + _exchange_change(services, travel, mate, its_mate)
        if mate >= 0:
            change += _shift_change(visits, services, travel, count, mate, here, there)
        if its_mate >= 0:
            change += _shift_change(visits, services, travel, count, its_mate, there, here)
        return change
    change = _shift_change(visits, services, travel, count, mate, here, there) if mate >= 0 else 0
    if move[THEIRS] == move[MINE]:
        return change + _shift_change(visits, services, travel, count, service, here, there)
    return change + _transfer_change(visits, services, travel, count, move)


@uncounted
def _beside(visits: Table, services: Table, service: int) -> int:
    """The other service of the same visit, or less than nothing."""
    visit = services[service, VISIT]
    return int(visits[visit, ONE] + visits[visit, TWO] - service if visits[visit, TWO] >= 0 else -1)
