"""The search of `reference.py`, compiled: the same plan for the same seed, a hundred times as fast.

Instead of computing each plan from nothing, it takes a move's services out of their workers' routes and puts them in again, then computes
starts again in the order of the visits, from those touched on, and stops where they are what they were. A refused move is undone from a
log.
"""

from services.scheduling.engine import cooling
from services.scheduling.engine.kernel_changes import make, make_undone
from services.scheduling.engine.kernel_moves import MATES, draw
from services.scheduling.engine.kernel_starts import restore, settle
from services.scheduling.engine.kernel_tables import (
    BEST,
    KIND,
    LATENESS,
    LOG,
    MOST_LATE,
    QUEUE,
    SERVICES,
    TRAVEL,
    WORKER,
    Tables,
    below,
    uncounted,
)
from services.scheduling.engine.kernel_travel import travel_change

_TABLE_SIZE, _UNIT = cooling.TABLE_SIZE, cooling.UNIT


@uncounted
def run(state: Tables, iterations: int, temperature: int) -> None:
    """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
    numbers, move = state.numbers, state.move
    for _ in range(iterations):
        if not draw(state, move):
            continue
        kept = (numbers[TRAVEL], numbers[LATENESS], numbers[MOST_LATE])
        allowed = kept[0] + kept[1] + kept[2] + (temperature * state.allowances[below(state.random, _TABLE_SIZE)]) // _UNIT
        # Lateness is never less than nothing: too much travel alone is reason enough.
        if move[KIND] != MATES and kept[0] + travel_change(state, move) > allowed:
            continue
        numbers[LOG], numbers[QUEUE] = 0, 0
        make(state, move)
        settled = settle(state.visits, state.services, state.travel, numbers, state.queue, state.log, allowed)
        total = numbers[TRAVEL] + numbers[LATENESS] + numbers[MOST_LATE]
        if not settled or total > allowed:
            restore(state.visits, numbers, state.log, kept)
            make_undone(state, move)
        elif total < numbers[BEST]:
            numbers[BEST] = total
            for position in range(len(state.order)):
                state.best_order[position] = state.order[position]
            for service in range(numbers[SERVICES]):
                state.best_workers[service] = state.services[service, WORKER]
