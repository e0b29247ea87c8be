"""Flips every single bit of a small valid bundle; the verifier must reject each variant.

python -m bench.flip_every_bit        a few minutes on two cores
"""

import multiprocessing
import time

from scripts.verifier import checks
from scripts.verifier.checks import ExitCode, VerifierInputs
from tests.support.valid_examples import changed_and_bad_ballots

_BUNDLE = changed_and_bad_ballots()
_PINNED_KEYS = VerifierInputs(tuple((co_op, _BUNDLE.vote.fingerprint(co_op)) for co_op in _BUNDLE.vote.parties))


def count_undetected_flips(index: int) -> int:
    """Returns how many of the eight bits of this byte can be flipped without the verifier noticing."""
    undetected = 0
    for bit in range(8):
        changed = bytearray(_BUNDLE.data)
        changed[index] ^= 1 << bit
        undetected += checks.verify(bytes(changed), _PINNED_KEYS).exit != ExitCode.WRONG
    return undetected


def main() -> None:
    start = time.monotonic()
    with multiprocessing.Pool() as pool:
        undetected = sum(pool.imap_unordered(count_undetected_flips, range(len(_BUNDLE.data)), chunksize=64))
    print(f"{len(_BUNDLE.data) * 8} bits turned round one at a time, {undetected} unseen, {time.monotonic() - start:.0f} s")
    assert undetected == 0


if __name__ == "__main__":
    main()
