"""The search of `week_reference.py` and the filling of `week_filling.py`, compiled: the same plan for the same seed."""

from services.scheduling.engine import cooling
from services.scheduling.engine.kernel_tables import Table, below, compiled
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_kernel_moves import put_out, try_move
from services.scheduling.engine.week_kernel_steps import take, take_cleared, undo
from services.scheduling.engine.week_kernel_tables import (
    AGAINST,
    BEST,
    BEST_HOLDER,
    HOLDER,
    MOST_MOVED,
    MOVED,
    NO_LIMIT,
    STEPS,
    TOTAL,
    VISIT,
    Board,
    WeekTables,
)

_TABLE_SIZE, _UNIT = cooling.TABLE_SIZE, cooling.UNIT
_GIVEN_UP = 8
"""From here on, AGAINST has room for the places that were given up for one."""


@compiled
def run(state: WeekTables, iterations: int, temperature: int) -> None:
    """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
    board, numbers = state.board, state.board.numbers
    for _ in range(iterations):
        before = numbers[TOTAL]
        if not try_move(state):
            undo(board, 0)
            continue
        allowed = before + (temperature * state.allowances[below(state.random, _TABLE_SIZE)]) // _UNIT
        if numbers[TOTAL] > allowed or (numbers[MOST_MOVED] != NO_LIMIT and numbers[MOVED] > numbers[MOST_MOVED]):
            undo(board, 0)
            continue
        numbers[STEPS] = 0
        if numbers[TOTAL] < numbers[BEST]:
            keep(board)


@compiled
def keep(board: Board) -> None:
    """The plan is the best so far."""
    board.numbers[BEST] = board.numbers[TOTAL]
    board.places[:, BEST_HOLDER] = board.places[:, HOLDER]


@compiled
def fill(state: WeekTables, places: Table) -> None:
    """Fills the empty ones of these places in this order."""
    board = state.board
    for place in places:
        if board.places[place, HOLDER] == NOBODY:
            _fill_plainly(board, state.able, place)
            board.numbers[STEPS] = 0
    for place in places:
        if board.places[place, HOLDER] == NOBODY:
            _fill_by_putting_out(board, state.able, place)
            board.numbers[STEPS] = 0
    keep(board)


@compiled
def _fill_plainly(board: Board, able: Table, place: int) -> bool:
    visit, start = board.places[place, VISIT], board.numbers[STEPS]
    chosen, least = NOBODY, board.numbers[TOTAL]
    for index in range(1, able[visit, 0] + 1):
        if take(board, place, able[visit, index]):
            if board.numbers[TOTAL] < least:
                chosen, least = able[visit, index], board.numbers[TOTAL]
            undo(board, start)
    return bool(chosen != NOBODY and take(board, place, chosen))


@compiled
def _put_in(board: Board, able: Table, place: int, worker: int) -> bool:
    found = put_out(board, place, worker, _GIVEN_UP)
    if found < 0 or not take_cleared(board, place, worker):
        return False
    index = _GIVEN_UP
    while index < _GIVEN_UP + found and _fill_plainly(board, able, board.steps[index, AGAINST]):
        index += 1
    return index == _GIVEN_UP + found


@compiled
def _fill_by_putting_out(board: Board, able: Table, place: int) -> None:
    visit = board.places[place, VISIT]
    chosen, least = NOBODY, board.numbers[TOTAL]
    for index in range(1, able[visit, 0] + 1):
        if _put_in(board, able, place, able[visit, index]) and board.numbers[TOTAL] < least:
            chosen, least = able[visit, index], board.numbers[TOTAL]
        undo(board, 0)
    if chosen != NOBODY:
        _put_in(board, able, place, chosen)
