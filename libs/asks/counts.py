"""How many would fit, as another co-op is told: "none or a few", or at least so many. Never the number itself.

    fitting            told
    below the least    0: none or a few
    otherwise          the highest of least, 2, 4, 8, 16 ... times the least that it reaches

Two asks that differ in one condition could still show by the step between them that there is exactly one person. So up to `BLUR - 1`
people, drawn by lot, are left out before the steps: a step that is reached or missed does not point at one person, and "at least" stays
true. Who asks the same again gets what was told before: matching keeps it by the question. And the lot hangs on who fits alone, so that
the same people asked for in ten ways are one draw, and no average shows how many they are.
"""

import hmac
from collections.abc import Iterable

BLUR = 3
MOST = 1 << 20
"""More than any co-op has."""


def lot(key: bytes, fitting: Iterable[str]) -> int:
    """From 0 to `BLUR - 1`, always the same for the ids of those who fit. Only who has the key can tell which."""
    who = "\n".join(sorted(fitting)).encode()
    return int.from_bytes(hmac.digest(key, who, "sha256")) % BLUR


def told(fitting: int, least: int, left_out: int) -> int:
    """What another co-op is told. `left_out` is the lot, from 0 to `BLUR - 1`."""
    sure = fitting - left_out
    if sure < least:
        return 0
    step = least
    while step * 2 <= min(sure, MOST):
        step *= 2
    return step
