"""Turns round every single bit of a small good bundle; each time the verifier must say wrong.

python -m bench.flip_every_bit        a few minutes on two cores
"""

import multiprocessing
import time

from scripts.verifier import checks
from scripts.verifier.checks import Brought, Exit
from tests.support.bundle_stories import changed_and_bad_ballots

_GOOD = changed_and_bad_ballots()
_PINS = Brought(tuple((one, _GOOD.story.fingerprint(one)) for one in _GOOD.story.parties))


def unseen(at: int) -> int:
    """How many of the eight bits of this byte can be turned round unseen."""
    found = 0
    for bit in range(8):
        changed = bytearray(_GOOD.data)
        changed[at] ^= 1 << bit
        found += checks.verify(bytes(changed), _PINS).exit != Exit.WRONG
    return found


def main() -> None:
    start = time.monotonic()
    with multiprocessing.Pool() as pool:
        found = sum(pool.imap_unordered(unseen, range(len(_GOOD.data)), chunksize=64))
    print(f"{len(_GOOD.data) * 8} bits turned round one at a time, {found} unseen, {time.monotonic() - start:.0f} s")
    assert found == 0


if __name__ == "__main__":
    main()
