"""Makes a drawn move, and takes back one that is too dear, for the compiled search."""

from services.scheduling.engine.kernel_moves import MATES, SWAP, TAILS, swap_tails_back
from services.scheduling.engine.kernel_routes import give_back, put_in, shift, swap_tails, take_back, take_out
from services.scheduling.engine.kernel_starts import touch
from services.scheduling.engine.kernel_tables import (
    BEFORE,
    FROM,
    KIND,
    MINE,
    MOVED,
    OTHER,
    OTHER_BEFORE,
    OTHER_TAIL,
    PLACE,
    POSITION,
    SERVICES,
    TAIL,
    THEIRS,
    TO,
    TRAVEL,
    VISIT,
    WORKER,
    Table,
    Tables,
    inlined,
    uncounted,
)


@inlined
def make(state: Tables, move: Table) -> None:
    """Changes order and routes, and marks the visits that may begin at another moment."""
    if move[KIND] == TAILS:
        _make_tails(state, move)
        return
    visits, services, travel, numbers, queue, log = state.visits, state.services, state.travel, state.numbers, state.queue, state.log
    service, other = move[MOVED], move[OTHER]
    visit = services[service, VISIT]
    take_out(visits, services, travel, numbers, queue, log, visit)
    services[service, WORKER] = move[THEIRS]
    if move[KIND] == SWAP or move[KIND] == MATES:
        beside = services[other, VISIT]
        if beside != visit:
            take_out(visits, services, travel, numbers, queue, log, beside)
        services[other, WORKER] = move[MINE]
        if move[KIND] == SWAP:
            _exchange(visits, state.order, move[FROM], move[TO])
        if beside != visit:
            put_in(visits, services, travel, numbers, queue, log, beside)
    else:
        shift(visits, state.order, visit, move[TO])
    put_in(visits, services, travel, numbers, queue, log, visit)


@inlined
def make_undone(state: Tables, move: Table) -> None:
    """Order and routes as they were before `make`; starts and sums are restored from the log."""
    visits, services, travel, count = state.visits, state.services, state.travel, state.numbers[SERVICES]
    if move[KIND] == TAILS:
        swap_tails_back(services, move, count)
        return
    service, other = move[MOVED], move[OTHER]
    visit = services[service, VISIT]
    take_back(visits, services, travel, visit)
    services[service, WORKER] = move[MINE]
    if move[KIND] == SWAP or move[KIND] == MATES:
        beside = services[other, VISIT]
        if beside != visit:
            take_back(visits, services, travel, beside)
        services[other, WORKER] = move[THEIRS]
        if move[KIND] == SWAP:
            _exchange(visits, state.order, move[FROM], move[TO])
        if beside != visit:
            give_back(visits, services, travel, count, beside)
    else:
        shift(visits, state.order, visit, move[FROM])
    give_back(visits, services, travel, count, visit)


@inlined
def _make_tails(state: Tables, move: Table) -> None:
    """Exchanges two tails; marks the first visit of each."""
    visits, services, travel, numbers = state.visits, state.services, state.travel, state.numbers
    tail, other_tail = move[TAIL], move[OTHER_TAIL]
    place, other_place = services[tail, PLACE], services[other_tail, PLACE]
    before, other_before = services[move[BEFORE], PLACE], services[move[OTHER_BEFORE], PLACE]
    swap_tails(services, tail, other_tail, move[MINE], move[THEIRS], numbers[SERVICES])
    numbers[TRAVEL] += travel[before, other_place] + travel[other_before, place]
    numbers[TRAVEL] -= travel[before, place] + travel[other_before, other_place]
    touch(visits, numbers, state.queue, state.log, services[tail, VISIT], 1)
    if other_tail < numbers[SERVICES]:
        touch(visits, numbers, state.queue, state.log, services[other_tail, VISIT], 1)


@uncounted
def _exchange(visits: Table, order: Table, here: int, there: int) -> None:
    """Two visits exchange places in the order."""
    visit, beside = order[here], order[there]
    order[here], order[there] = beside, visit
    visits[visit, POSITION], visits[beside, POSITION] = there, here
