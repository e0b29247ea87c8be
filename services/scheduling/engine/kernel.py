"""The search of `reference.py`, compiled: the same plan for the same seed, a hundred times as fast.

Instead of computing each plan from nothing, it takes a move's services out of their workers' routes and puts them in again, then computes
starts again in the order of the visits, from those touched on, and stops where they are what they were. A refused move is undone from a
log.
"""

import numpy as np

from services.scheduling.engine import cooling
from services.scheduling.engine.kernel_changes import make, make_undone
from services.scheduling.engine.kernel_moves import draw
from services.scheduling.engine.kernel_starts import restore, settle
from services.scheduling.engine.kernel_tables import (
    BEST,
    LATENESS,
    LOG,
    MOST_LATE,
    MOVE_COLUMNS,
    QUEUE,
    SERVICES,
    TRAVEL,
    WORKER,
    Tables,
    below,
    compiled,
)

_TABLE_SIZE, _UNIT = cooling.TABLE_SIZE, cooling.UNIT


@compiled
def run(state: Tables, iterations: int, temperature: int) -> None:
    """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
    numbers, move = state.numbers, np.zeros(MOVE_COLUMNS, np.int64)
    for _ in range(iterations):
        if not draw(state, move):
            continue
        kept = (numbers[TRAVEL], numbers[LATENESS], numbers[MOST_LATE])
        allowed = kept[0] + kept[1] + kept[2] + (temperature * state.allowances[below(state.random, _TABLE_SIZE)]) // _UNIT
        numbers[LOG], numbers[QUEUE] = 0, 0
        make(state, move)
        settled = settle(state.visits, state.services, state.travel, numbers, state.queue, state.log)
        total = numbers[TRAVEL] + numbers[LATENESS] + numbers[MOST_LATE]
        if not settled or total > allowed:
            restore(state.visits, numbers, state.log, kept)
            make_undone(state, move)
        elif total < numbers[BEST]:
            numbers[BEST] = total
            state.best_order[:] = state.order
            state.best_workers[:] = state.services[: numbers[SERVICES], WORKER]
