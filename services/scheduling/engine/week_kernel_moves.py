"""The moves of `week_moves.py`, number for number, for the compiled search."""

from services.scheduling.engine import week_moves
from services.scheduling.engine.kernel_tables import below, compiled
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_kernel_steps import conflicts, give_up, hours_full, place_held, take, take_all, take_cleared
from services.scheduling.engine.week_kernel_tables import AGAINST, DAY, HOLDER, PERSON, VISIT, VISITS, Board, WeekTables

_GIVE, _SWAP, _DAY = week_moves.GIVE, week_moves.SWAP, week_moves.DAY
_BOUNDS = week_moves.BOUNDS
_ANYWHERE, _WEEK = week_moves.ANYWHERE, week_moves.WEEK
_MOST_PUT_OUT = week_moves.MOST_PUT_OUT
_MOVED = _MOST_PUT_OUT + 1
"""From here on, AGAINST has room for the places that a move has given up."""


@compiled
def try_move(state: WeekTables) -> bool:
    """False if the move is refused; what it has changed by then is among the steps."""
    drawn, kind = below(state.random, 100), 0
    while drawn >= _BOUNDS[kind]:
        kind += 1
    place = below(state.random, len(state.board.places))
    if kind == _GIVE:
        return _give(state, place)
    if kind == _SWAP:
        return _swap(state, place)
    if kind == _DAY:
        return _day(state, place)
    return _person(state, place)


@compiled
def put_out(board: Board, place: int, worker: int, room: int) -> int:
    """How many places the worker has given up for this one, from `room` on in AGAINST; -1 if it cannot be."""
    visit, steps = board.places[place, VISIT], board.steps
    found = conflicts(board, visit, worker, _MOST_PUT_OUT)
    if found > _MOST_PUT_OUT:
        return -1
    for index in range(found):
        held = place_held(board.visits, board.places, steps[index, AGAINST], worker)
        if held == NOBODY or steps[index, AGAINST] == visit:
            return -1
        steps[room + index, AGAINST] = held
    for index in range(found):
        give_up(board, steps[room + index, AGAINST])
    return found


@compiled
def _give(state: WeekTables, place: int) -> bool:
    board, able = state.board, state.able
    visit, before = board.places[place, VISIT], board.places[place, HOLDER]
    drawn = below(state.random, able[visit, 0] + 1)
    worker = able[visit, 1 + drawn] if drawn < able[visit, 0] else NOBODY
    if worker == before:
        return False
    give_up(board, place)
    if worker == NOBODY:
        return True
    found = put_out(board, place, worker, _MOVED)
    if found < 0:
        return False
    if board.workers[worker, VISITS] and hours_full(board, place, worker):
        visit = board.routes[worker, below(state.random, board.workers[worker, VISITS])]
        held = place_held(board.visits, board.places, visit, worker)
        if held == NOBODY:
            return False
        give_up(board, held)
        board.steps[_MOVED + found, AGAINST] = held
        found += 1
    if not take_cleared(board, place, worker):
        return False
    for index in range(found):
        other = board.steps[_MOVED + index, AGAINST]
        if before != NOBODY and take(board, other, before):
            continue
        visit = board.places[other, VISIT]
        take(board, other, able[visit, 1 + below(state.random, able[visit, 0])])
    return True


@compiled
def _near(state: WeekTables, place: int) -> int:
    if not below(state.random, _ANYWHERE):
        return below(state.random, len(state.board.places))
    reach = len(state.board.workers)
    return min(max(place + below(state.random, 2 * reach + 1) - reach, 0), len(state.board.places) - 1)


@compiled
def _swap(state: WeekTables, place: int) -> bool:
    board, other = state.board, _near(state, place)
    mine, theirs = board.places[place, HOLDER], board.places[other, HOLDER]
    if mine == theirs or board.places[place, VISIT] == board.places[other, VISIT]:
        return False
    give_up(board, place)
    give_up(board, other)
    return bool((theirs == NOBODY or take(board, place, theirs)) and (mine == NOBODY or take(board, other, mine)))


@compiled
def _rest(board: Board, worker: int, first: int, is_week: bool, room: int) -> int:  # noqa: FBT001 - compiled code has no keywords
    """How many places the worker has from this visit on, of its day or of the week; they are in AGAINST from `room` on."""
    found, visits, day = 0, board.visits, board.visits[first, DAY]
    for index in range(board.workers[worker, VISITS]):
        visit = board.routes[worker, index]
        if visit >= first and (is_week or visits[visit, DAY] == day):
            place = place_held(visits, board.places, visit, worker)
            if place != NOBODY:
                board.steps[room + found, AGAINST] = place
                found += 1
    return found


@compiled
def _day(state: WeekTables, place: int) -> bool:
    board = state.board
    mine, theirs = board.places[place, HOLDER], board.places[_near(state, place), HOLDER]
    is_week = below(state.random, _WEEK) == 0
    if NOBODY in (mine, theirs) or mine == theirs:
        return False
    first = board.places[place, VISIT]
    middle = _MOVED + _rest(board, mine, first, is_week, _MOVED)
    end = middle + _rest(board, theirs, first, is_week, middle)
    for index in range(_MOVED, end):
        give_up(board, board.steps[index, AGAINST])
    return take_all(board, _MOVED, middle, theirs) and take_all(board, middle, end, mine)


@compiled
def _person(state: WeekTables, place: int) -> bool:
    board, person_places = state.board, state.person_places
    visit, mine = board.places[place, VISIT], board.places[place, HOLDER]
    if mine == NOBODY or not state.able[visit, 0]:
        return False
    worker = state.able[visit, 1 + below(state.random, state.able[visit, 0])]
    if worker == mine:
        return False
    person, end = board.visits[visit, PERSON], _MOVED
    for index in range(1, person_places[person, 0] + 1):
        if board.places[person_places[person, index], HOLDER] == mine:
            board.steps[end, AGAINST] = person_places[person, index]
            end += 1
    for index in range(_MOVED, end):
        give_up(board, board.steps[index, AGAINST])
    last = end
    for index in range(_MOVED, end):
        moved = board.steps[index, AGAINST]
        found = put_out(board, moved, worker, last)
        if found < 0 or not take_cleared(board, moved, worker):
            return False
        last += found
    return take_all(board, end, last, mine)
