"""When visits begin: starts are computed again in the order of the visits, from those that a move touched, for the compiled search."""

from services.scheduling.engine.kernel_tables import (
    CLOSES,
    DURATION,
    LAST,
    LATENESS,
    LEAST,
    LIMIT,
    LOG,
    LOWER,
    MAY_BE_EARLIER,
    MOST,
    MOST_LATE,
    NEXT,
    NOT_BEFORE,
    NOT_QUEUED,
    ONE,
    ONLY_LATER,
    OPENS,
    PARTNER,
    PLACE,
    POSITION,
    QUEUE,
    QUEUED,
    SECOND,
    SERVICES,
    START,
    TRAVEL,
    TWO,
    VISIT,
    Table,
    uncounted,
)


@uncounted
def keep(numbers: Table, log: Table, visit: int, column: int, value: int) -> None:
    entry = numbers[LOG]
    log[entry, 0], log[entry, 1], log[entry, 2] = visit, column, value
    numbers[LOG] = entry + 1


@uncounted
def _enqueue(visits: Table, numbers: Table, queue: Table, visit: int, lower: int) -> None:
    queued = visits[visit, QUEUED]
    if queued == NOT_QUEUED:
        queue[numbers[QUEUE]] = visit
        numbers[QUEUE] += 1
    if lower and queued != MAY_BE_EARLIER:
        visits[visit, QUEUED] = MAY_BE_EARLIER
        numbers[LOWER] += 1
    elif queued == NOT_QUEUED:
        visits[visit, QUEUED] = ONLY_LATER


@uncounted
def touch(visits: Table, numbers: Table, queue: Table, log: Table, visit: int, lower: int) -> None:
    """Marks a visit whose start must be computed again; `lower` if something before it may have become earlier.

    A first visit that waits for its second may wait too long once the second can be earlier: it waits no longer, so that both are found
    from below. With a gap that must be exact, each would otherwise keep the other late.
    """
    _enqueue(visits, numbers, queue, visit, lower)
    if lower and visits[visit, SECOND]:
        first = visits[visit, PARTNER]
        if visits[first, NOT_BEFORE] > visits[first, OPENS]:
            keep(numbers, log, first, NOT_BEFORE, visits[first, NOT_BEFORE])
            visits[first, NOT_BEFORE] = visits[first, OPENS]
            _enqueue(visits, numbers, queue, first, 1)


@uncounted
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


@uncounted
def _earliest_start(visits: Table, services: Table, travel: Table, count: int, visit: int) -> int:
    """When the visit may begin and everybody is there."""
    start = visits[visit, NOT_BEFORE]
    for column in (ONE, TWO):
        service = visits[visit, column]
        if service >= 0:
            last = services[service, LAST]
            arrival = travel[services[last, PLACE], services[service, PLACE]]
            if last < count:
                arrival += visits[services[last, VISIT], START] + services[last, DURATION]
            start = max(start, arrival)
    if visits[visit, SECOND]:
        start = max(start, visits[visits[visit, PARTNER], START] + visits[visit, LEAST])
    return int(start)


@uncounted
def _forget(visits: Table, numbers: Table, queue: Table) -> bool:
    """Empties the queue of a move that has no end; always False."""
    for index in range(numbers[QUEUE]):
        visits[queue[index], QUEUED] = NOT_QUEUED
    numbers[QUEUE] = numbers[LOWER] = 0
    return False


@uncounted
def settle(  # noqa: C901, PLR0912 - one loop over one queue; its parts share all of their state
    visits: Table, services: Table, travel: Table, numbers: Table, queue: Table, log: Table, allowed: int
) -> bool:
    """Computes the marked visits and all that follows from them; False if there is no end to it, or if the plan becomes too dear.

    Once nothing marked can begin earlier than it did, starts only grow, and so does the cost: beyond what is allowed, the rest of it need
    not be known.
    """
    count, steps, lost_most = numbers[SERVICES], 0, False
    while numbers[QUEUE]:
        if not numbers[LOWER] and numbers[TRAVEL] + numbers[LATENESS] + (0 if lost_most else numbers[MOST_LATE]) > allowed:
            return _forget(visits, numbers, queue)
        earliest = 0
        for index in range(1, numbers[QUEUE]):
            if visits[queue[index], POSITION] < visits[queue[earliest], POSITION]:
                earliest = index
        visit = queue[earliest]
        numbers[QUEUE] -= 1
        queue[earliest] = queue[numbers[QUEUE]]
        if visits[visit, QUEUED] == MAY_BE_EARLIER:
            numbers[LOWER] -= 1
        visits[visit, QUEUED] = NOT_QUEUED
        steps += 1
        if steps > numbers[LIMIT]:
            return _forget(visits, numbers, queue)
        start, hands = _earliest_start(visits, services, travel, count, visit), 1 if visits[visit, TWO] < 0 else 2
        partner = visits[visit, PARTNER]
        was = visits[visit, START]
        if start != was:
            keep(numbers, log, visit, START, was)
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
                    touch(visits, numbers, queue, log, services[services[service, NEXT], VISIT], start < was)
            if partner >= 0 and not visits[visit, SECOND]:
                touch(visits, numbers, queue, log, partner, start < was)
        if visits[visit, SECOND] and start > visits[partner, START] + visits[visit, MOST]:
            if _waits_for_itself(visits, services, travel, count, visit):
                return _forget(visits, numbers, queue)
            keep(numbers, log, partner, NOT_BEFORE, visits[partner, NOT_BEFORE])
            visits[partner, NOT_BEFORE] = start - visits[visit, MOST]
            touch(visits, numbers, queue, log, partner, 0)
    if lost_most:
        most = 0
        for visit in range(len(visits)):
            most = max(most, visits[visit, START] - visits[visit, CLOSES])
        numbers[MOST_LATE] = most
    return True


@uncounted
def restore(visits: Table, numbers: Table, log: Table, kept: tuple[int, int, int]) -> None:
    """Undoes the log, newest first, and the sums."""
    for entry in range(numbers[LOG] - 1, -1, -1):
        visits[log[entry, 0], log[entry, 1]] = log[entry, 2]
    numbers[TRAVEL], numbers[LATENESS], numbers[MOST_LATE] = kept
