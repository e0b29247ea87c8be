"""The tables of the compiled search for a week: 64-bit whole numbers, a row for each visit, place or worker.

They are few, because numba counts who uses each of them whenever they are handed over; so what belongs together shares a table.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.scheduling.engine.kernel_tables import Table

# Of a visit. STATION is the row of the travel table: a place is what one worker takes of a visit. FIRST and COUNT are of its places.
# MISSING is how many of the published workers do not come.
START, END, STATION, PERSON, DAY, FIRST, COUNT, MISSING = range(8)
VISIT_COLUMNS = 8
# Of a worker. REACH: visits further apart never stand against each other. VISITS is the length of the route. GOES is the first row of
# their own table of travel: those of all ways of going stand one under another.
HOME, WISHED, MOST, REST, REACH, VISITS, MINUTES, GOES = range(8)
WORKER_COLUMNS = 8
# Of a place: its visit, its worker, and its worker in the best plan so far.
VISIT, HOLDER, BEST_HOLDER = range(3)
PLACE_COLUMNS = 4
# Of a worker and a visit: what it costs whatever else they do (not preferred, change).
ABLE, PUBLISHED, POINTS = range(3)
PAIR_COLUMNS = 4
# Of a worker and a person: what a first visit costs, and to how many they come.
NEW_FACE, TIMES = range(2)
FACE_COLUMNS = 2
# Of each step since the last accepted move. Beside them is room for the visits that stand against one, and for places given up.
STEP_PLACE, STEP_WORKER, STEP_TAKEN, AGAINST = range(4)
STEP_COLUMNS = 4
# Whole numbers of the search: weights and limits, then what changes.
NOBODY_POINTS, TRAVEL_POINTS, SHORT_POINTS, OVER_POINTS, FAIRNESS_POINTS, LONGEST, LONGEST_WAY = range(7)
MOST_MOVED, TOTAL, BEST, STEPS, MOVED = range(7, 12)
SCALARS = 16
NO_LIMIT = -1
"""Of minutes, or of visits that may get somebody else."""


class Board(NamedTuple):
    """The plan that is being changed."""

    visits: Table
    workers: Table
    places: Table
    pairs: Table
    faces: Table
    routes: Table
    """A row for each worker: their visits in the order of time."""
    travel: Table
    steps: Table
    numbers: Table


class WeekTables(NamedTuple):
    """The whole state of a search, so that it can stop and go on."""

    board: Board
    able: Table
    """A row for each visit: how many workers can take it, then their numbers."""
    person_places: Table
    """A row for each person: how many places, then the places."""
    random: NDArray[np.uint64]
    allowances: Table
