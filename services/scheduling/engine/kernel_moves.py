"""Draws the moves of `moves.py`, number for number, for the compiled search."""

import numpy as np
from numpy.typing import NDArray

from services.scheduling.engine import moves
from services.scheduling.engine.kernel_routes import swap_tails
from services.scheduling.engine.kernel_tables import (
    BEFORE,
    FROM,
    KIND,
    LAST,
    MATE,
    MINE,
    MOVED,
    NEAR,
    NEXT,
    OTHER,
    OTHER_BEFORE,
    OTHER_TAIL,
    PARTNER,
    POSITION,
    SECOND,
    SERVICES,
    TAIL,
    THEIRS,
    TO,
    VISIT,
    WORKER,
    Table,
    Tables,
    below,
    inlined,
    uncounted,
)

BESIDE, SWAP, ALONG, OTHER_WORKER, TAILS, MATES = moves.BESIDE, moves.SWAP, moves.ALONG, moves.OTHER_WORKER, moves.TAILS, moves.MATES
_BOUNDS = moves.BOUNDS
_ALONG_AT_MOST = moves.ALONG_AT_MOST


@uncounted
def fits(visits: Table, visit: int, position: int) -> bool:
    partner = visits[visit, PARTNER]
    if partner < 0:
        return True
    return bool(position > visits[partner, POSITION] if visits[visit, SECOND] else position < visits[partner, POSITION])


@uncounted
def may_do(services: Table, able: NDArray[np.bool_], worker: int, service: int) -> bool:
    mate = services[service, MATE]
    return bool(able[worker, service] and (mate < 0 or services[mate, WORKER] != worker))


@uncounted
def tail_is_able(visits: Table, services: Table, able: NDArray[np.bool_], tail: int, worker: int, start: int, count: int) -> bool:
    """Whether the worker, who gives away all from a position on, can take over this tail."""
    while tail < count:
        mate = services[tail, MATE]
        if not able[worker, tail]:
            return False
        if mate >= 0 and services[mate, WORKER] == worker and visits[services[mate, VISIT], POSITION] < start:
            return False
        tail = services[tail, NEXT]
    return True


@inlined
def draw(state: Tables, move: Table) -> bool:
    """Draws the kind of move, then a service, then what the move needs; False if it is refused."""
    drawn, kind = below(state.random, 100), 0
    while drawn >= _BOUNDS[kind]:
        kind += 1
    service = below(state.random, state.numbers[SERVICES])
    move[KIND], move[MOVED], move[OTHER] = kind, service, -1
    move[FROM] = move[TO] = state.visits[state.services[service, VISIT], POSITION]
    move[MINE] = move[THEIRS] = state.services[service, WORKER]
    if kind == BESIDE:
        return _draw_beside(state, move)
    if kind == SWAP:
        return _draw_swap(state, move)
    if kind == ALONG:
        return _draw_along(state, move)
    if kind == OTHER_WORKER:
        return _draw_other_worker(state, move)
    if kind == TAILS:
        return _draw_tails(state, move)
    return _draw_mates(state, move)


@inlined
def _draw_near(state: Tables, move: Table) -> bool:
    """A near service and its worker."""
    count = state.services[move[MOVED], NEAR]
    if not count:
        return False
    move[OTHER] = state.near[move[MOVED], below(state.random, count)]
    move[THEIRS] = state.services[move[OTHER], WORKER]
    return True


@inlined
def _draw_beside(state: Tables, move: Table) -> bool:
    if not _draw_near(state, move):
        return False
    after, service = below(state.random, 2), move[MOVED]
    if move[THEIRS] != move[MINE] and not may_do(state.services, state.able, move[THEIRS], service):
        return False
    there = state.visits[state.services[move[OTHER], VISIT], POSITION]
    move[TO] = there + after - (1 if move[FROM] < there else 0)
    return fits(state.visits, state.services[service, VISIT], move[TO])


@inlined
def _draw_swap(state: Tables, move: Table) -> bool:
    if not _draw_near(state, move):
        return False
    visits, services, able, service, other = state.visits, state.services, state.able, move[MOVED], move[OTHER]
    mine, theirs, beside = move[MINE], move[THEIRS], services[other, VISIT]
    if theirs != mine and not (may_do(services, able, theirs, service) and may_do(services, able, mine, other)):
        return False
    move[TO] = visits[beside, POSITION]
    return bool(fits(visits, beside, move[FROM]) and fits(visits, services[service, VISIT], move[TO]))


@inlined
def _draw_along(state: Tables, move: Table) -> bool:
    visits, services, service = state.visits, state.services, move[MOVED]
    after, steps = below(state.random, 2), 1 + below(state.random, _ALONG_AT_MOST)
    column, target = NEXT if after else LAST, service
    while steps and services[target, column] < state.numbers[SERVICES]:
        target = services[target, column]
        steps -= 1
    if target == service:
        return False
    there = visits[services[target, VISIT], POSITION]
    move[TO] = there + after - (1 if move[FROM] < there else 0)
    return fits(visits, services[service, VISIT], move[TO])


@inlined
def _draw_other_worker(state: Tables, move: Table) -> bool:
    service, reach = move[MOVED], len(state.services) - state.numbers[SERVICES]
    move[THEIRS] = state.able_list[service, 1 + below(state.random, state.able_list[service, 0])]
    move[TO] = min(max(move[FROM] + below(state.random, 2 * reach + 1) - reach, 0), len(state.order) - 1)
    if move[THEIRS] == move[MINE] or not may_do(state.services, state.able, move[THEIRS], service):
        return False
    return fits(state.visits, state.services[service, VISIT], move[TO])


@inlined
def _draw_mates(state: Tables, move: Table) -> bool:
    service, mine, other = move[MOVED], move[MINE], state.services[move[MOVED], MATE]
    if other < 0 or state.services[other, WORKER] == mine:
        return False
    move[OTHER], move[THEIRS] = other, state.services[other, WORKER]
    return bool(state.able[move[THEIRS], service] and state.able[mine, other])


@inlined
def _draw_tails(state: Tables, move: Table) -> bool:
    visits, services, able, count = state.visits, state.services, state.able, state.numbers[SERVICES]
    if not _draw_near(state, move) or move[THEIRS] == move[MINE]:
        return False
    mine, theirs, tail = move[MINE], move[THEIRS], move[MOVED]
    other_tail = services[count + theirs, NEXT]
    while other_tail < count and visits[services[other_tail, VISIT], POSITION] < move[FROM]:
        other_tail = services[other_tail, NEXT]
    move[TAIL], move[OTHER_TAIL] = tail, other_tail
    move[BEFORE], move[OTHER_BEFORE] = services[tail, LAST], services[other_tail, LAST]
    able_from = tail_is_able(visits, services, able, tail, theirs, move[FROM], count)
    return bool(able_from and tail_is_able(visits, services, able, other_tail, mine, move[FROM], count))


@uncounted
def swap_tails_back(services: Table, move: Table, count: int) -> None:
    swap_tails(services, services[move[OTHER_BEFORE], NEXT], services[move[BEFORE], NEXT], move[THEIRS], move[MINE], count)
