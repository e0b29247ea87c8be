"""Fuzzes every reader of a peer's bytes with damaged documents, and compares Kith with the independent verifier.

    python -m bench.fuzz [--first N] [--cases N] [--quick]

Each case derives from its number, so that a failing one can be reproduced. Failures are printed with their number, and the exit code is 1.
The table shows the slowest input of each reader in CPU time: 64 KiB must not take more than 0.1 s.
"""

import sys
import time
import traceback
from collections.abc import Callable
from random import Random

from bench.report import is_quick_run, markdown_table, save_report, verdict
from tests.support.json_mutations import mutate_bytes, mutate_document
from tests.support.mutated_votes import COMPARISONS
from tests.support.parser_cases import HUGE_INPUTS, KIB_64, ParserCase, parser_cases, repeat_slice

CASES = 200 if is_quick_run() else 20_000
AIM_SECONDS = 0.1
_BYTES_ONLY = {"bundle", "note", "any_note", "frontier"}
_CASES_DIVISOR = {"bundle": 50, "whole_vote": 50, "paper": 5, "terms": 2}
"""The slow readers get fewer cases."""


def main() -> int:
    first, cases = _int_option("--first", 0), _int_option("--cases", CASES)
    failures: list[str] = []
    rows = [
        _fuzz_reader(name, reader, range(first, first + cases // _CASES_DIVISOR.get(name, 1)), failures)
        for name, reader in parser_cases().items()
    ]
    pairs = [
        _compare_readers(name, compare, range(first, first + cases // _CASES_DIVISOR.get(name, 1)), failures)
        for name, compare in COMPARISONS.items()
    ]
    save_report(
        "fuzz",
        "Spoilt bytes",
        f"Cases {first} to {first + cases - 1}; {len(HUGE_INPUTS)} pieces of 64 KiB made to be slow among them.",
        markdown_table(
            ["reader", "cases", "read", "refused", "else", "slowest ms of up to 64 KiB", f"aim {AIM_SECONDS * 1000:.0f} ms"], rows
        ),
        "Kith and the verifier, which share no code, given the same:",
        markdown_table(["what", "cases", "different"], pairs),
    )
    print("\n".join(failures[:50]))
    return int(bool(failures))


def _fuzz_reader(name: str, reader: ParserCase, numbers: range, failures: list[str]) -> list[str]:
    read = refused = mistakes = 0
    slowest, made_slow = 0.0, list(HUGE_INPUTS.values())
    for number in numbers:
        random = Random(number)  # noqa: S311 - the same bytes for the same number
        data = made_slow[number - numbers[0]] if number - numbers[0] < len(made_slow) else _make_input(random, name, reader)
        start = time.thread_time()
        try:
            reader.read(data)
            read += 1
        except reader.errors:
            refused += 1
        except Exception:  # noqa: BLE001 - any other exception is what we look for
            mistakes += 1
            failures.append(f"{name} {number}: {traceback.format_exc(limit=-2)}")
        if len(data) <= KIB_64:
            slowest = max(slowest, time.thread_time() - start)
    columns = [name, str(len(numbers)), str(read), str(refused), str(mistakes), f"{slowest * 1000:.1f}"]
    return [*columns, verdict(slowest, AIM_SECONDS) if name != "bundle" else ""]


def _make_input(random: Random, name: str, reader: ParserCase) -> bytes:
    good = random.choice(reader.good)
    if random.random() < 0.02:
        return repeat_slice(random, good)[:KIB_64]
    if name in _BYTES_ONLY:
        return mutate_bytes(random, good)
    return mutate_document(random, good, random.randint(1, 4))


def _compare_readers(name: str, compare: Callable[[int], tuple[object, object]], numbers: range, failures: list[str]) -> list[str]:
    different = 0
    for number in numbers:
        ours, theirs = compare(number)
        if ours != theirs:
            different += 1
            failures.append(f"{name} {number}: Kith {str(ours)[:300]}; the verifier {str(theirs)[:300]}")
    return [name, str(len(numbers)), str(different)]


def _int_option(option: str, default: int) -> int:
    return int(sys.argv[sys.argv.index(option) + 1]) if option in sys.argv else default


if __name__ == "__main__":
    raise SystemExit(main())
