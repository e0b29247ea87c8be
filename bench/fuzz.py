"""A marathon: every reader of a peer's bytes is given spoilt documents, and Kith and the verifier are held against each other.

    python -m bench.fuzz [--first N] [--cases N] [--quick]

Each case comes from its number, so that one that fails can be made again. What is wrong is told with its number, and the exit code is 1.
The table has the slowest of each reader, in time of the processor: 64 KiB must not take more than 0.1 s.
"""

import sys
import time
import traceback
from collections.abc import Callable
from random import Random

from bench.tables import grid, quick, show, verdict
from tests.support.readers import HUGE, KIB_64, Reader, readers, stretched
from tests.support.spoilt import spoilt, spoilt_bytes
from tests.support.spoilt_votes import KINDS

CASES = 200 if quick() else 20_000
AIM_SECONDS = 0.1
_BYTES_ALONE = {"bundle", "note", "any_note", "frontier"}
_ONE_IN = {"bundle": 50, "whole_vote": 50, "paper": 5, "terms": 2}
"""The slow ones less often."""


def main() -> int:
    first, cases = _asked("--first", 0), _asked("--cases", CASES)
    wrong: list[str] = []
    rows = [_spoilt(name, reader, range(first, first + cases // _ONE_IN.get(name, 1)), wrong) for name, reader in readers().items()]
    pairs = [_compared(name, compare, range(first, first + cases // _ONE_IN.get(name, 1)), wrong) for name, compare in KINDS.items()]
    show(
        "fuzz",
        "Spoilt bytes",
        f"Cases {first} to {first + cases - 1}; {len(HUGE)} pieces of 64 KiB made to be slow among them.",
        grid(["reader", "cases", "read", "refused", "else", "slowest ms of up to 64 KiB", f"aim {AIM_SECONDS * 1000:.0f} ms"], rows),
        "Kith and the verifier, which share no code, given the same:",
        grid(["what", "cases", "different"], pairs),
    )
    print("\n".join(wrong[:50]))
    return int(bool(wrong))


def _spoilt(name: str, reader: Reader, numbers: range, wrong: list[str]) -> list[str]:
    read = refused = mistakes = 0
    slowest, made_slow = 0.0, list(HUGE.values())
    for number in numbers:
        random = Random(number)  # noqa: S311 - the same bytes for the same number
        data = made_slow[number - numbers[0]] if number - numbers[0] < len(made_slow) else _made(random, name, reader)
        start = time.thread_time()
        try:
            reader.read(data)
            read += 1
        except reader.errors:
            refused += 1
        except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
            mistakes += 1
            wrong.append(f"{name} {number}: {traceback.format_exc(limit=-2)}")
        if len(data) <= KIB_64:
            slowest = max(slowest, time.thread_time() - start)
    shown = [name, str(len(numbers)), str(read), str(refused), str(mistakes), f"{slowest * 1000:.1f}"]
    return [*shown, verdict(slowest, AIM_SECONDS) if name != "bundle" else ""]


def _made(random: Random, name: str, reader: Reader) -> bytes:
    good = random.choice(reader.good)
    if random.random() < 0.02:
        return stretched(random, good)[:KIB_64]
    if name in _BYTES_ALONE:
        return spoilt_bytes(random, good)
    return spoilt(random, good, random.randint(1, 4))


def _compared(name: str, compare: Callable[[int], tuple[object, object]], numbers: range, wrong: list[str]) -> list[str]:
    different = 0
    for number in numbers:
        ours, theirs = compare(number)
        if ours != theirs:
            different += 1
            wrong.append(f"{name} {number}: Kith {str(ours)[:300]}; the verifier {str(theirs)[:300]}")
    return [name, str(len(numbers)), str(different)]


def _asked(word: str, usual: int) -> int:
    return int(sys.argv[sys.argv.index(word) + 1]) if word in sys.argv else usual


if __name__ == "__main__":
    raise SystemExit(main())
