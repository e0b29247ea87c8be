"""The steps of `week_state.py`, compiled: a place is taken or given up, and only what that changes is counted again."""

from services.scheduling.engine import week_points
from services.scheduling.engine.kernel_tables import Table, compiled
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_kernel_tables import (
    ABLE,
    AGAINST,
    COUNT,
    DAY,
    END,
    FAIRNESS_POINTS,
    FIRST,
    GOES,
    HOLDER,
    HOME,
    LONGEST,
    LONGEST_WAY,
    MINUTES,
    MISSING,
    MOST,
    MOVED,
    NEW_FACE,
    NO_LIMIT,
    NOBODY_POINTS,
    OVER_POINTS,
    PERSON,
    POINTS,
    PUBLISHED,
    REACH,
    REST,
    SHORT_POINTS,
    START,
    STATION,
    STEP_PLACE,
    STEP_TAKEN,
    STEP_WORKER,
    STEPS,
    TIMES,
    TOTAL,
    TRAVEL_POINTS,
    VISIT,
    VISITS,
    WISHED,
    Board,
)

_HOUR, _FAIRNESS_UNIT = week_points.HOUR, week_points.FAIRNESS_UNIT


@compiled
def _leg(visits: Table, travel: Table, goes: int, home: int, before: int, after: int) -> int:
    """From one visit of a worker to the next, by home if a night lies between; -1 is home itself. `goes` is the first row of their way."""
    if before < 0:
        return int(travel[goes + home, visits[after, STATION]]) if after >= 0 else 0
    if after < 0:
        return int(travel[goes + visits[before, STATION], home])
    if visits[before, DAY] == visits[after, DAY]:
        return int(travel[goes + visits[before, STATION], visits[after, STATION]])
    return int(travel[goes + visits[before, STATION], home] + travel[goes + home, visits[after, STATION]])


@compiled
def _hours(numbers: Table, wished: int, minutes: int) -> int:
    """What a week of so many minutes costs."""
    points = numbers[FAIRNESS_POINTS] * minutes * minutes // _FAIRNESS_UNIT
    if wished == NO_LIMIT:
        return int(points)
    if minutes < wished:
        return int(points + numbers[SHORT_POINTS] * (wished - minutes) // _HOUR)
    return int(points + numbers[OVER_POINTS] * (minutes - wished) // _HOUR)


@compiled
def _position(routes: Table, worker: int, count: int, visit: int) -> int:
    """Where a visit stands in a worker's route, or would."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if routes[worker, middle] < visit:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _apart(visits: Table, travel: Table, goes: int, longest_way: int, rest: int, earlier: int, later: int) -> bool:
    """Whether one worker can come to both."""
    gap = visits[later, START] - visits[earlier, END]
    # The table of travel is large, and mostly the time between is longer than any way.
    if gap < 0 or (gap < longest_way and gap < travel[goes + visits[earlier, STATION], visits[later, STATION]]):
        return False
    return bool(gap >= rest or visits[earlier, DAY] == visits[later, DAY])


@compiled
def conflicts(board: Board, visit: int, worker: int, most: int) -> int:
    """How many of the worker's visits stand against this one, up to one more than `most`; the first are in AGAINST, by time."""
    visits, routes, steps = board.visits, board.routes, board.steps
    count, rest, reach = board.workers[worker, VISITS], board.workers[worker, REST], board.workers[worker, REACH]
    position, found, goes = _position(routes, worker, count, visit), 0, board.workers[worker, GOES]
    index, soonest, latest = position, visits[visit, START] - board.numbers[LONGEST] - reach, visits[visit, END] + reach
    while index > 0 and visits[routes[worker, index - 1], START] > soonest:
        index -= 1
    while index < count and found <= most:
        other = routes[worker, index]
        if visits[other, START] >= latest:
            break
        earlier, later = (other, visit) if index < position else (visit, other)
        if other == visit or not _apart(visits, board.travel, goes, board.numbers[LONGEST_WAY], rest, earlier, later):
            steps[found, AGAINST] = other
            found += 1
        index += 1
    return found


@compiled
def begin(board: Board, kept: Table, holders: Table) -> None:
    """Visits and workers who are kept there, then the worker of each place, are on the empty board."""
    for index in range(len(kept)):
        join(board, kept[index, 0], kept[index, 1])
    for place in range(len(holders)):
        if holders[place] != NOBODY:
            enter(board, place, holders[place])


@compiled
def enter(board: Board, place: int, worker: int) -> None:
    """The worker has the place now, whether a rule forbids it or not."""
    board.places[place, HOLDER] = worker
    board.numbers[TOTAL] -= board.numbers[NOBODY_POINTS]
    join(board, board.places[place, VISIT], worker)


@compiled
def join(board: Board, visit: int, worker: int) -> None:
    """The visit is on the worker's route, with what it costs."""
    visits, routes = board.visits, board.routes
    count = board.workers[worker, VISITS]
    position = _position(routes, worker, count, visit)
    for index in range(count, position, -1):
        routes[worker, index] = routes[worker, index - 1]
    routes[worker, position] = visit
    board.workers[worker, VISITS] = count + 1
    _count(board, worker, position, 1)
    if board.pairs[worker, visit, PUBLISHED]:
        visits[visit, MISSING] -= 1
        if not visits[visit, MISSING]:
            board.numbers[MOVED] -= 1


@compiled
def leave(board: Board, place: int) -> None:
    visits, routes = board.visits, board.routes
    worker, visit = board.places[place, HOLDER], board.places[place, VISIT]
    count = board.workers[worker, VISITS]
    position = _position(routes, worker, count, visit)
    _count(board, worker, position, -1)
    for index in range(position, count - 1):
        routes[worker, index] = routes[worker, index + 1]
    board.workers[worker, VISITS] = count - 1
    board.places[place, HOLDER] = NOBODY
    board.numbers[TOTAL] += board.numbers[NOBODY_POINTS]
    if board.pairs[worker, visit, PUBLISHED]:
        if not visits[visit, MISSING]:
            board.numbers[MOVED] += 1
        visits[visit, MISSING] += 1


@compiled
def _count(board: Board, worker: int, position: int, sign: int) -> None:
    """Adds what the visit at this position of the route costs, or takes it off."""
    visits, travel, routes, numbers = board.visits, board.travel, board.routes, board.numbers
    visit, home, goes = routes[worker, position], board.workers[worker, HOME], board.workers[worker, GOES]
    before = routes[worker, position - 1] if position else NOBODY
    after = routes[worker, position + 1] if position + 1 < board.workers[worker, VISITS] else NOBODY
    way = _leg(visits, travel, goes, home, before, visit) + _leg(visits, travel, goes, home, visit, after)
    way -= _leg(visits, travel, goes, home, before, after)
    points, person = numbers[TRAVEL_POINTS] * way + board.pairs[worker, visit, POINTS], visits[visit, PERSON]
    if board.faces[worker, person, TIMES] == (0 if sign > 0 else 1):
        points += board.faces[worker, person, NEW_FACE]
    board.faces[worker, person, TIMES] += sign
    minutes, wished = board.workers[worker, MINUTES], board.workers[worker, WISHED]
    now = minutes + sign * (visits[visit, END] - visits[visit, START])
    numbers[TOTAL] += sign * points + _hours(numbers, wished, now) - _hours(numbers, wished, minutes)
    board.workers[worker, MINUTES] = now


@compiled
def take(board: Board, place: int, worker: int) -> bool:
    """The worker takes an empty place; False if no rule allows it."""
    if not board.pairs[worker, board.places[place, VISIT], ABLE]:
        return False
    return bool(not conflicts(board, board.places[place, VISIT], worker, 0) and take_cleared(board, place, worker))


@compiled
def take_cleared(board: Board, place: int, worker: int) -> bool:
    """The same where none of the worker's visits stands against it."""
    if not board.pairs[worker, board.places[place, VISIT], ABLE] or hours_full(board, place, worker):
        return False
    enter(board, place, worker)
    _note(board.steps, board.numbers, place, worker, 1)
    return True


@compiled
def hours_full(board: Board, place: int, worker: int) -> bool:
    visit, most = board.places[place, VISIT], board.workers[worker, MOST]
    length = board.visits[visit, END] - board.visits[visit, START]
    return bool(most != NO_LIMIT and board.workers[worker, MINUTES] + length > most)


@compiled
def take_all(board: Board, first: int, end: int, worker: int) -> bool:
    """The worker takes the places that AGAINST has from `first` on; False at the first that no rule allows."""
    index = first
    while index < end and take(board, board.steps[index, AGAINST], worker):
        index += 1
    return index == end


@compiled
def give_up(board: Board, place: int) -> None:
    """Nobody has the place any more."""
    if board.places[place, HOLDER] != NOBODY:
        _note(board.steps, board.numbers, place, board.places[place, HOLDER], 0)
        leave(board, place)


@compiled
def _note(steps: Table, numbers: Table, place: int, worker: int, taken: int) -> None:
    length = numbers[STEPS]
    steps[length, STEP_PLACE], steps[length, STEP_WORKER], steps[length, STEP_TAKEN] = place, worker, taken
    numbers[STEPS] = length + 1


@compiled
def undo(board: Board, length: int) -> None:
    """Back to where there were so many steps."""
    while board.numbers[STEPS] > length:
        last = board.numbers[STEPS] - 1
        board.numbers[STEPS] = last
        if board.steps[last, STEP_TAKEN]:
            leave(board, board.steps[last, STEP_PLACE])
        else:
            enter(board, board.steps[last, STEP_PLACE], board.steps[last, STEP_WORKER])


@compiled
def place_held(visits: Table, places: Table, visit: int, worker: int) -> int:
    """The worker's place at a visit; -1 where they are kept."""
    first = visits[visit, FIRST]
    for place in range(first, first + visits[visit, COUNT]):
        if places[place, HOLDER] == worker:
            return place
    return NOBODY
