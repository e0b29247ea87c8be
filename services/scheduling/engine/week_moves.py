"""The moves of the search for a week, in plain Python: the specification of the compiled ones, number for number.

Each returns False if it is refused; what it has changed by then is in the state's log, and the caller who tries moves undoes it.
"""

from collections.abc import Sequence

from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.random_numbers import SplitMix64
from services.scheduling.engine.week_state import WeekState

GIVE, SWAP, DAY, PERSON = range(4)
BOUNDS = (45, 80, 88, 100)
"""Out of a hundred moves: 45 give, 35 swap, 8 exchange days, 12 hand over a person."""
ANYWHERE = 4
"""One near place in so many is any of the week: hours that are full at one end of it are free at the other."""
WEEK = 4
"""One exchange of days in so many is of the whole rest of the week."""
MOST_PUT_OUT = 2
"""A worker who takes a visit gives up at most so many others for it."""


def try_move(state: WeekState, random: SplitMix64) -> bool:
    drawn = random.below(100)
    kind = next(kind for kind, bound in enumerate(BOUNDS) if drawn < bound)
    place = random.below(len(state.holders))
    return _MOVES[kind](state, random, place)


def _give(state: WeekState, random: SplitMix64, place: int) -> bool:
    """A place goes to another worker, or to nobody; what stands against it goes to who had it, to somebody else, or to nobody.

    Where the worker's hours are full, they give up any other visit as well.
    """
    able, before = state.week.able(state.week.places[place]), state.holders[place]
    drawn = random.below(len(able) + 1)
    worker = able[drawn] if drawn < len(able) else NOBODY
    if worker == before:
        return False
    state.give_up(place)
    if worker == NOBODY:
        return True
    put_out = _put_out(state, place, worker)
    if put_out is None:
        return False
    if state.routes[worker] and state.hours_full(place, worker):
        visit = state.routes[worker][random.below(len(state.routes[worker]))]
        if (held := state.place_held(visit, worker)) == NOBODY:
            return False
        state.give_up(held)
        put_out = [*put_out, held]
    if not state.take(place, worker):
        return False
    for other in put_out:
        if before != NOBODY and state.take(other, before):
            continue
        able = state.week.able(state.week.places[other])
        state.take(other, able[random.below(len(able))])
    return True


def _swap(state: WeekState, random: SplitMix64, place: int) -> bool:
    """Two places exchange workers; one of them may have nobody."""
    other = _near(state, random, place)
    mine, theirs = state.holders[place], state.holders[other]
    if mine == theirs or state.week.places[place] == state.week.places[other]:
        return False
    state.give_up(place)
    state.give_up(other)
    return (theirs == NOBODY or state.take(place, theirs)) and (mine == NOBODY or state.take(other, mine))


def _day(state: WeekState, random: SplitMix64, place: int) -> bool:
    """Two workers exchange the rest of a day, from one visit on; sometimes the rest of the week."""
    mine, theirs, is_week = state.holders[place], state.holders[_near(state, random, place)], not random.below(WEEK)
    if NOBODY in (mine, theirs) or mine == theirs:
        return False
    first = state.week.places[place]
    moved = [(_rest(state, worker, first, is_week=is_week), other) for worker, other in ((mine, theirs), (theirs, mine))]
    for places, _ in moved:
        for each in places:
            state.give_up(each)
    return all(state.take(each, other) for places, other in moved for each in places)


def _person(state: WeekState, random: SplitMix64, place: int) -> bool:
    """All that a worker has at one person goes to another worker, who gives them what stands against it."""
    visit, mine = state.week.places[place], state.holders[place]
    able = state.week.able(visit)
    if mine == NOBODY or not able:
        return False
    worker = able[random.below(len(able))]
    if worker == mine:
        return False
    moved = [each for each in state.week.places_at[state.week.visits[visit].person] if state.holders[each] == mine]
    for each in moved:
        state.give_up(each)
    back: list[int] = []
    for each in moved:
        put_out = _put_out(state, each, worker)
        if put_out is None or not state.take(each, worker):
            return False
        back += put_out
    return all(state.take(each, mine) for each in back)


def _near(state: WeekState, random: SplitMix64, place: int) -> int:
    """Mostly a place at about the same time: as far away in the order of time as there are workers, at most. Sometimes any."""
    if not random.below(ANYWHERE):
        return random.below(len(state.holders))
    reach = len(state.routes)
    return min(max(place + random.below(2 * reach + 1) - reach, 0), len(state.holders) - 1)


def _put_out(state: WeekState, place: int, worker: int) -> Sequence[int] | None:
    """The places that a worker must give up for this one, given up; None if they are too many, or if one is kept or of the same visit."""
    against = state.conflicts(place, worker)
    places = [state.place_held(visit, worker) for visit in against]
    if len(against) > MOST_PUT_OUT or NOBODY in places or state.week.places[place] in against:
        return None
    for each in places:
        state.give_up(each)
    return places


def _rest(state: WeekState, worker: int, first: int, *, is_week: bool) -> list[int]:
    """The worker's places from this visit on, of the day on which it starts or of the week."""
    day = state.week.day(first)
    visits = [visit for visit in state.routes[worker] if visit >= first and (is_week or state.week.day(visit) == day)]
    return [place for place in (state.place_held(visit, worker) for visit in visits) if place != NOBODY]


_MOVES = {GIVE: _give, SWAP: _swap, DAY: _day, PERSON: _person}
