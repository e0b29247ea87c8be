"""The search of `reference.py`, compiled: the same plan for the same seed, a hundred times as fast.

Instead of computing each plan from nothing, it takes a move's services out of their workers' routes and puts them in again, then computes
starts again in the order of the visits, from those touched on, and stops where they are what they were. A refused move is undone from a
log. All is 64-bit whole numbers in a few tables, a row for each visit and service, so that a row lies in one or two cache lines.

numba compiles at the first use and keeps the result in the user's cache folder.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from services.scheduling.engine import cooling, moves, random_numbers

FunctionT = TypeVar("FunctionT", bound=Callable[..., object])
Table = NDArray[np.int64]

# Columns of the table of visits.
START, POSITION, OPENS, CLOSES, ONE, TWO, PARTNER, SECOND, LEAST, MOST, NOT_BEFORE, QUEUED = range(12)
VISIT_COLUMNS = 16
# Columns of the table of services; after the services, a row for each worker closes their route to a ring.
NEXT, LAST, WORKER, VISIT, PLACE, DURATION, MATE, NEAR = range(8)
SERVICE_COLUMNS = 8
# Whole numbers of the search.
TRAVEL, LATENESS, MOST_LATE, BEST, QUEUE, LOG, SERVICES, LIMIT = range(8)
SCALARS = 16

_GAMMA, _MIX_1, _MIX_2 = (np.uint64(number) for number in (random_numbers.GAMMA, random_numbers.MIX_1, random_numbers.MIX_2))
_S27, _S30, _S31, _S32 = (np.uint64(number) for number in (27, 30, 31, 32))
_BOUNDS = moves.BOUNDS
_ALONG_AT_MOST = moves.ALONG_AT_MOST
_TABLE_SIZE, _UNIT = cooling.TABLE_SIZE, cooling.UNIT


def _cache_folder() -> bool:
    """Whether what was compiled can be kept.

    numba looks only at the file of the function, but constants of other files are compiled in: so each state of the engine has its folder.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    fingerprint = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "kith" / "compiled" / fingerprint
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # numba makes its settings when it is imported
    return os.access(folder, os.W_OK)


_CACHED = _cache_folder()


def _compiled(function: FunctionT) -> FunctionT:
    return cast("FunctionT", numba.njit(cache=_CACHED, nogil=True)(function))


@_compiled
def _below(random: NDArray[np.uint64], bound: int) -> int:
    random[0] += _GAMMA
    mixed = random[0]
    mixed = (mixed ^ (mixed >> _S30)) * _MIX_1
    mixed = (mixed ^ (mixed >> _S27)) * _MIX_2
    return int(np.int64(((mixed ^ (mixed >> _S31)) >> _S32) * np.uint64(bound) >> _S32))


@_compiled
def _unlink(services: Table, travel: Table, service: int) -> int:
    """Takes a service out of its route; returns by how much the travel changes."""
    last, following = services[service, LAST], services[service, NEXT]
    services[last, NEXT], services[following, LAST] = following, last
    place, before, after = services[service, PLACE], services[last, PLACE], services[following, PLACE]
    return int(travel[before, after] - travel[before, place] - travel[place, after])


@_compiled
def _link(visits: Table, services: Table, travel: Table, count: int, service: int) -> int:
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


@_compiled
def _take_out(visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table, visit: int) -> None:
    """Takes a visit out of the routes and marks what follows it there."""
    count = numbers[SERVICES]
    for column in (ONE, TWO):
        service = visits[visit, column]
        if service >= 0:
            numbers[TRAVEL] += _unlink(services, travel, service)
            following = services[service, NEXT]
            if following < count:
                _touch(visits, numbers, queue, log, services[following, VISIT], 1)


@_compiled
def _put_in(visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table, visit: int) -> None:
    """Puts a visit into the routes of its workers, and marks it and what follows it."""
    count = numbers[SERVICES]
    for column in (ONE, TWO):
        service = visits[visit, column]
        if service >= 0:
            numbers[TRAVEL] += _link(visits, services, travel, count, service)
            following = services[service, NEXT]
            if following < count:
                _touch(visits, numbers, queue, log, services[following, VISIT], 1)
    _touch(visits, numbers, queue, log, visit, 1)


@_compiled
def _take_back(visits: Table, services: Table, travel: Table, visit: int) -> None:
    for column in (ONE, TWO):
        if visits[visit, column] >= 0:
            _unlink(services, travel, visits[visit, column])


@_compiled
def _give_back(visits: Table, services: Table, travel: Table, count: int, visit: int) -> None:
    for column in (ONE, TWO):
        if visits[visit, column] >= 0:
            _link(visits, services, travel, count, visits[visit, column])


@_compiled
def _shift(visits: Table, order: Table, visit: int, there: int) -> None:
    """Moves a visit to a position; those between move up by one."""
    here = visits[visit, POSITION]
    step = 1 if there > here else -1
    while here != there:
        order[here] = order[here + step]
        visits[order[here], POSITION] = here
        here += step
    order[there] = visit
    visits[visit, POSITION] = there


@_compiled
def _keep(numbers: Table, log: Table, visit: int, column: int, value: int) -> None:
    entry = numbers[LOG]
    log[entry, 0], log[entry, 1], log[entry, 2] = visit, column, value
    numbers[LOG] = entry + 1


@_compiled
def _touch(visits: Table, numbers: Table, queue: Table, log: Table, visit: int, lower: int) -> None:
    """Marks a visit whose start must be computed again; `lower` if something before it may have become earlier.

    A first visit that waits for its second may wait too long once the second can be earlier: it waits no longer, so that both are found
    from below. With a gap that must be exact, each would otherwise keep the other late.
    """
    if not visits[visit, QUEUED]:
        visits[visit, QUEUED] = 1
        queue[numbers[QUEUE]] = visit
        numbers[QUEUE] += 1
    if lower and visits[visit, SECOND]:
        first = visits[visit, PARTNER]
        if visits[first, NOT_BEFORE] > visits[first, OPENS]:
            _keep(numbers, log, first, NOT_BEFORE, visits[first, NOT_BEFORE])
            visits[first, NOT_BEFORE] = visits[first, OPENS]
            if not visits[first, QUEUED]:
                visits[first, QUEUED] = 1
                queue[numbers[QUEUE]] = first
                numbers[QUEUE] += 1


@_compiled
def _waits_for_itself(visits: Table, services: Table, travel: Table, count: int, second: int) -> bool:
    """Whether a second visit that is too late is so because of its first: from it back along what made each visit begin no earlier.

    Then putting the first off would put the second off, without end. Three moves in a hundred are such; found late, they would take most
    of the time.
    """
    first, visit = visits[second, PARTNER], second
    for _ in range(len(visits)):
        start, because, partner = visits[visit, START], -1, visits[visit, PARTNER]
        for column in (ONE, TWO):
            service = visits[visit, column]
            last = services[service, LAST] if service >= 0 else count
            if last < count:
                before = services[last, VISIT]
                if visits[before, START] + services[last, DURATION] + travel[services[last, PLACE], services[service, PLACE]] == start:
                    because = before
        if because < 0 and partner >= 0:
            if visits[visit, SECOND]:
                tight = visits[partner, START] + visits[visit, LEAST] == start
            else:
                tight = start > visits[visit, OPENS] and visits[partner, START] - visits[visit, MOST] == start
            because = partner if tight else -1
        if because < 0 or because == first:
            return bool(because == first)
        visit = because
    return False


@_compiled
def _forget(visits: Table, numbers: Table, queue: Table) -> bool:
    """Empties the queue of a move that has no end; always False."""
    for index in range(numbers[QUEUE]):
        visits[queue[index], QUEUED] = 0
    numbers[QUEUE] = 0
    return False


@_compiled
def _settle(  # noqa: C901, PLR0912 - one loop over one queue; its parts share all of their state
    visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table
) -> bool:
    """Computes the marked visits and all that follows from them; False if there is no end to it."""
    count, steps, lost_most = numbers[SERVICES], 0, False
    while numbers[QUEUE]:
        earliest = 0
        for index in range(1, numbers[QUEUE]):
            if visits[queue[index], POSITION] < visits[queue[earliest], POSITION]:
                earliest = index
        visit = queue[earliest]
        numbers[QUEUE] -= 1
        queue[earliest] = queue[numbers[QUEUE]]
        visits[visit, QUEUED] = 0
        steps += 1
        if steps > numbers[LIMIT]:
            return _forget(visits, numbers, queue)
        start, hands = visits[visit, NOT_BEFORE], 0
        for column in (ONE, TWO):
            service = visits[visit, column]
            if service >= 0:
                hands += 1
                last = services[service, LAST]
                arrival = travel[services[last, PLACE], services[service, PLACE]]
                if last < count:
                    arrival += visits[services[last, VISIT], START] + services[last, DURATION]
                start = max(start, arrival)
        partner = visits[visit, PARTNER]
        if visits[visit, SECOND]:
            start = max(start, visits[partner, START] + visits[visit, LEAST])
        was = visits[visit, START]
        if start != was:
            _keep(numbers, log, visit, START, was)
            visits[visit, START] = start
            was_late, late = max(was - visits[visit, CLOSES], 0), max(start - visits[visit, CLOSES], 0)
            numbers[LATENESS] += hands * (late - was_late)
            if late >= numbers[MOST_LATE]:
                numbers[MOST_LATE] = late
            elif was_late == numbers[MOST_LATE]:
                lost_most = True
            for column in (ONE, TWO):
                service = visits[visit, column]
                if service >= 0 and services[service, NEXT] < count:
                    _touch(visits, numbers, queue, log, services[services[service, NEXT], VISIT], start < was)
            if partner >= 0 and not visits[visit, SECOND]:
                _touch(visits, numbers, queue, log, partner, start < was)
        if visits[visit, SECOND] and start > visits[partner, START] + visits[visit, MOST]:
            if _waits_for_itself(visits, services, travel, count, visit):
                return _forget(visits, numbers, queue)
            _keep(numbers, log, partner, NOT_BEFORE, visits[partner, NOT_BEFORE])
            visits[partner, NOT_BEFORE] = start - visits[visit, MOST]
            _touch(visits, numbers, queue, log, partner, 0)
    if lost_most:
        most = 0
        for visit in range(len(visits)):
            most = max(most, visits[visit, START] - visits[visit, CLOSES])
        numbers[MOST_LATE] = most
    return True


@_compiled
def _fits(visits: Table, visit: int, position: int) -> bool:
    partner = visits[visit, PARTNER]
    if partner < 0:
        return True
    return bool(position > visits[partner, POSITION] if visits[visit, SECOND] else position < visits[partner, POSITION])


@_compiled
def _may_do(services: Table, able: NDArray[np.bool_], worker: int, service: int) -> bool:
    mate = services[service, MATE]
    return bool(able[worker, service] and (mate < 0 or services[mate, WORKER] != worker))


@_compiled
def _swap_tails(services: Table, tail: int, other_tail: int, worker: int, other: int, count: int) -> None:
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


@_compiled
def _tail_is_able(services: Table, able: NDArray[np.bool_], tail: int, count: int) -> bool:
    while tail < count:
        mate = services[tail, MATE]
        if not able[services[tail, WORKER], tail] or (mate >= 0 and services[mate, WORKER] == services[tail, WORKER]):
            return False
        tail = services[tail, NEXT]
    return True


@_compiled
def _restore(visits: Table, numbers: Table, log: Table, kept: tuple[int, int, int]) -> None:
    """Undoes the log, newest first, and the sums."""
    for entry in range(numbers[LOG] - 1, -1, -1):
        visits[log[entry, 0], log[entry, 1]] = log[entry, 2]
    numbers[TRAVEL], numbers[LATENESS], numbers[MOST_LATE] = kept


@_compiled
def _try_pair(
    visits: Table, services: Table, near: Table, able: NDArray[np.bool_], random: NDArray[np.uint64], service: int, swap: int, found: Table

) -> bool:  # fmt: skip
    """Draws for `beside` and `swap`: found = near service, position, worker."""
    if not services[service, NEAR]:
        return False
    other = near[service, _below(random, services[service, NEAR])]
    after = 0 if swap else _below(random, 2)
    worker, mine = services[other, WORKER], services[service, WORKER]
    if worker != mine and not (_may_do(services, able, worker, service) and (not swap or _may_do(services, able, mine, other))):
        return False
    visit, beside = services[service, VISIT], services[other, VISIT]
    here, there = visits[visit, POSITION], visits[beside, POSITION]
    if swap and not _fits(visits, beside, here):
        return False
    if not swap:
        there += after - (1 if here < there else 0)
    if not _fits(visits, visit, there):
        return False
    found[0], found[1], found[2] = other, there, worker
    return True


@_compiled
def _try_along(visits: Table, services: Table, random: NDArray[np.uint64], count: int, service: int) -> int:
    """The position for `along`, or -1."""
    after, steps = _below(random, 2), 1 + _below(random, _ALONG_AT_MOST)
    column, target = NEXT if after else LAST, service
    while steps and services[target, column] < count:
        target = services[target, column]
        steps -= 1
    if target == service:
        return -1
    visit = services[service, VISIT]
    here, there = visits[visit, POSITION], visits[services[target, VISIT], POSITION]
    there += after - (1 if here < there else 0)
    return there if _fits(visits, visit, there) else -1


@_compiled
def run(  # noqa: C901, PLR0912, PLR0915 - one loop over one state, as the compiler likes it
    visits: Table, services: Table, order: Table, travel: Table, near: Table, able: NDArray[np.bool_], able_list: Table,
    numbers: Table, queue: Table, log: Table, random: NDArray[np.uint64], table: Table, best_order: Table, best_workers: Table,
    iterations: int, temperature: int,
) -> None:  # fmt: skip
    """Tries so many moves; the tables hold the whole state, so that a search can stop and go on."""
    count, reach = numbers[SERVICES], len(services) - numbers[SERVICES]
    found = np.zeros(3, np.int64)
    for _ in range(iterations):
        drawn, kind = _below(random, 100), 0
        while drawn >= _BOUNDS[kind]:
            kind += 1
        service = _below(random, count)
        visit, mine = services[service, VISIT], services[service, WORKER]
        here = there = visits[visit, POSITION]
        other, beside, worker = -1, -1, mine
        tail = other_tail = -1
        if kind < 2:
            if not _try_pair(visits, services, near, able, random, service, kind, found):
                continue
            other, there, worker = found[0], found[1], found[2]
            beside = services[other, VISIT]
        elif kind == 2:
            there = _try_along(visits, services, random, count, service)
            if there < 0:
                continue
        elif kind == 3:
            worker = able_list[service, 1 + _below(random, able_list[service, 0])]
            there = min(max(here + _below(random, 2 * reach + 1) - reach, 0), len(order) - 1)
            if worker == mine or not _may_do(services, able, worker, service) or not _fits(visits, visit, there):
                continue
        elif kind == 5:
            other = services[service, MATE]
            worker = services[other, WORKER] if other >= 0 else mine
            if worker == mine or not (able[worker, service] and able[mine, other]):
                continue
            beside = services[other, VISIT]
        else:
            if not services[service, NEAR]:
                continue
            other = near[service, _below(random, services[service, NEAR])]
            worker = services[other, WORKER]
            if worker == mine:
                continue
            tail, other_tail = service, services[count + worker, NEXT]
            while other_tail < count and visits[services[other_tail, VISIT], POSITION] < here:
                other_tail = services[other_tail, NEXT]
            first, second = services[tail, LAST], services[other_tail, LAST]
            _swap_tails(services, tail, other_tail, mine, worker, count)
            if not (_tail_is_able(services, able, tail, count) and _tail_is_able(services, able, other_tail, count)):
                _swap_tails(services, services[second, NEXT], services[first, NEXT], worker, mine, count)
                continue
        allowed = numbers[TRAVEL] + numbers[LATENESS] + numbers[MOST_LATE] + (temperature * table[_below(random, _TABLE_SIZE)]) // _UNIT
        kept = (numbers[TRAVEL], numbers[LATENESS], numbers[MOST_LATE])
        numbers[LOG], numbers[QUEUE] = 0, 0
        if kind == 4:
            place, other_place = services[tail, PLACE], services[other_tail, PLACE]
            before, other_before = services[first, PLACE], services[second, PLACE]
            numbers[TRAVEL] += travel[before, other_place] + travel[other_before, place]
            numbers[TRAVEL] -= travel[before, place] + travel[other_before, other_place]
            _touch(visits, numbers, queue, log, visit, 1)
            if other_tail < count:
                _touch(visits, numbers, queue, log, services[other_tail, VISIT], 1)
        else:
            _take_out(visits, services, travel, numbers, queue, log, visit)
            services[service, WORKER] = worker
            if kind in (1, 5):
                if beside != visit:
                    _take_out(visits, services, travel, numbers, queue, log, beside)
                services[other, WORKER] = mine
                if kind == 1:
                    order[here], order[there] = beside, visit
                    visits[visit, POSITION], visits[beside, POSITION] = there, here
                if beside != visit:
                    _put_in(visits, services, travel, numbers, queue, log, beside)
            else:
                _shift(visits, order, visit, there)
            _put_in(visits, services, travel, numbers, queue, log, visit)
        settled = _settle(visits, services, travel, numbers, queue, log)
        total = numbers[TRAVEL] + numbers[LATENESS] + numbers[MOST_LATE]
        if settled and total <= allowed:
            if total < numbers[BEST]:
                numbers[BEST] = total
                best_order[:] = order
                best_workers[:] = services[:count, WORKER]
            continue
        _restore(visits, numbers, log, kept)
        if kind == 4:
            _swap_tails(services, services[second, NEXT], services[first, NEXT], worker, mine, count)
            continue
        _take_back(visits, services, travel, visit)
        services[service, WORKER] = mine
        if kind in (1, 5):
            if beside != visit:
                _take_back(visits, services, travel, beside)
            services[other, WORKER] = worker
            if kind == 1:
                order[here], order[there] = visit, beside
                visits[visit, POSITION], visits[beside, POSITION] = here, there
            if beside != visit:
                _give_back(visits, services, travel, count, beside)
        else:
            _shift(visits, order, visit, here)
        _give_back(visits, services, travel, count, visit)
