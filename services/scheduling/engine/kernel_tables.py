"""The tables of the compiled search, its random numbers, and how its functions are compiled.

All is 64-bit whole numbers in a few tables, a row for each visit and service, so that a row lies in one or two cache lines.

numba compiles at the first use and keeps the result in the user's cache folder.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from services.scheduling.engine import random_numbers

FunctionT = TypeVar("FunctionT", bound=Callable[..., object])
Table = NDArray[np.int64]

# Columns of the table of visits.
START, POSITION, OPENS, CLOSES, ONE, TWO, PARTNER, SECOND, LEAST, MOST, NOT_BEFORE, QUEUED = range(12)
VISIT_COLUMNS = 16
# What a visit's QUEUED says: whether its start must be computed again, and whether it can come out earlier than it was.
NOT_QUEUED, ONLY_LATER, MAY_BE_EARLIER = range(3)
# Columns of the table of services; after the services, a row for each worker closes their route to a ring.
NEXT, LAST, WORKER, VISIT, PLACE, DURATION, MATE, NEAR = range(8)
SERVICE_COLUMNS = 8
# Whole numbers of the search.
TRAVEL, LATENESS, MOST_LATE, BEST, QUEUE, LOG, SERVICES, LIMIT, LOWER = range(9)  # LOWER: how many in the queue may be earlier.
SCALARS = 16
# Whole numbers of one move.
KIND, MOVED, FROM, TO, MINE, THEIRS, OTHER, TAIL, OTHER_TAIL, BEFORE, OTHER_BEFORE = range(11)
MOVE_COLUMNS = 11

_GAMMA, _MIX_1, _MIX_2 = (np.uint64(number) for number in (random_numbers.GAMMA, random_numbers.MIX_1, random_numbers.MIX_2))
_S27, _S30, _S31, _S32 = (np.uint64(number) for number in (27, 30, 31, 32))


class Tables(NamedTuple):
    """The whole state of a search, so that it can stop and go on."""

    visits: Table
    services: Table
    order: Table
    travel: Table
    near: Table
    able: NDArray[np.bool_]
    """Who can do which service: a row for each worker."""
    able_list: Table
    """A row for each service: how many workers can do it, then their numbers."""
    numbers: Table
    queue: Table
    log: Table
    move: Table
    random: NDArray[np.uint64]
    allowances: Table
    best_order: Table
    best_workers: Table


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


def compiled(function: FunctionT) -> FunctionT:
    return cast("FunctionT", numba.njit(cache=_CACHED, nogil=True)(function))


def uncounted(function: FunctionT) -> FunctionT:
    """Compiled without counting references to tables, which took half of the time. Such a function can make no table of its own."""
    compile_it = numba.njit(cache=_CACHED, nogil=True, _nrt=False)  # type: ignore[call-overload]  # a switch that numba's stubs leave out
    return cast("FunctionT", compile_it(function))


def inlined(function: FunctionT) -> FunctionT:
    """Uncounted, and compiled into what calls it: to hand over all tables for each move would take a fifth of the time."""
    compile_it = numba.njit(cache=_CACHED, nogil=True, inline="always", _nrt=False)  # type: ignore[call-overload]  # the same switch
    return cast("FunctionT", compile_it(function))


@uncounted
def below(random: NDArray[np.uint64], bound: int) -> int:
    random[0] += _GAMMA
    mixed = random[0]
    mixed = (mixed ^ (mixed >> _S30)) * _MIX_1
    mixed = (mixed ^ (mixed >> _S27)) * _MIX_2
    return int(np.int64(((mixed ^ (mixed >> _S31)) >> _S32) * np.uint64(bound) >> _S32))
