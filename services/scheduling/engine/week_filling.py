"""Fills the empty places of a week with the cheapest worker; where nobody fits, a worker gives up at most two visits for it."""

from collections.abc import Iterable, Sequence

from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_moves import MOST_PUT_OUT
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_state import WeekState


def hardest_first(week: Week, places: Iterable[int]) -> list[int]:
    """Those first that the fewest workers can take."""
    return sorted(places, key=lambda place: (len(week.able(week.places[place])), place))


def fill(state: WeekState, places: Sequence[int]) -> None:
    """Fills the empty ones of these places in this order. What it does is not in the state's log."""
    for place in places:
        if state.holders[place] == NOBODY:
            _fill_plainly(state, place)
    state.log.clear()
    for place in places:
        if state.holders[place] == NOBODY:
            _fill_by_putting_out(state, place)
            state.log.clear()


def _fill_plainly(state: WeekState, place: int) -> bool:
    """By the cheapest worker who fits, of equals the first; False if nobody does, or if nobody is cheaper than somebody."""
    chosen, least, start = NOBODY, state.total, len(state.log)
    for worker in state.week.able(state.week.places[place]):
        if state.take(place, worker):
            if state.total < least:
                chosen, least = worker, state.total
            state.undo(start)
    return chosen != NOBODY and state.take(place, chosen)


def _fill_by_putting_out(state: WeekState, place: int) -> None:
    """By the worker with whom the week is cheapest after each visit that they give up has found its own cheapest worker."""
    chosen, least = NOBODY, state.total
    for worker in state.week.able(state.week.places[place]):
        if _put_in(state, place, worker) and state.total < least:
            chosen, least = worker, state.total
        state.undo()
    if chosen != NOBODY:
        _put_in(state, place, chosen)


def _put_in(state: WeekState, place: int, worker: int) -> bool:
    against = state.conflicts(place, worker)
    places = [state.place_held(visit, worker) for visit in against]
    if len(places) > MOST_PUT_OUT or NOBODY in places or state.week.places[place] in against:
        return False
    for each in places:
        state.give_up(each)
    return state.take(place, worker) and all(_fill_plainly(state, each) for each in places)
