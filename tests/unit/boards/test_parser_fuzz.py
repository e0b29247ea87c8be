"""Every parser answers any input with its own error, quickly and without much memory.

`python -m bench.fuzz` does the same for as long as one likes.
"""

import sys
import tracemalloc
from collections.abc import Callable
from random import Random
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.signing import canonical
from tests.support.json_mutations import mutate_bytes, mutate_document
from tests.support.parser_cases import HUGE_INPUTS, ParserCase, parser_cases, repeat_slice

NAMES = sorted(parser_cases())
MOST_STEPS = 400_000
"""Calls of functions, Python's own and those in C, that 64 KiB may cost: a machine that makes five million a second needs 0.1 s."""
MOST_BYTES = 64 * 1024 * 100


def check_parser(reader: ParserCase, data: bytes) -> bool:
    """Whether it was read. Anything else that it raises is a mistake."""
    try:
        reader.read(data)
    except reader.errors:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_good_bytes_are_read(name: str) -> None:
    if name not in {"paper", "half", "party"}:
        assert all(check_parser(parser_cases()[name], one) for one in parser_cases()[name].good)


@pytest.mark.parametrize("name", NAMES)
def test_spoilt_documents_are_refused_in_one_way_or_read(name: str) -> None:
    reader, random = parser_cases()[name], Random(11)  # noqa: S311 - for tests
    results = []
    for number in range(12 if name == "bundle" else 60):
        good = random.choice(reader.good)
        data = (
            mutate_bytes(random, good)
            if name in {"bundle", "note", "any_note", "frontier"}
            else mutate_document(random, good, number % 3 + 1)
        )
        results.append(check_parser(reader, data))

    assert not all(results) or not reader.errors


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12)
@given(data=st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_in_one_way(name: str, data: bytes) -> None:
    check_parser(parser_cases()[name], data)


def test_a_certificate_that_is_no_ascii_is_refused_like_any_other() -> None:
    reader = parser_cases()["invitation"]
    value = canonical.decode(reader.good[0])
    assert isinstance(value, dict)

    assert not check_parser(reader, canonical.encode({**value, "certificates": ["\u00e9"]}))


@pytest.mark.parametrize("huge", HUGE_INPUTS)
def test_64_kib_made_to_be_slow_cost_few_steps(huge: str) -> None:
    for name in ("json_bytes", "note", "card"):
        assert count_steps(lambda: check_parser(parser_cases()[name], HUGE_INPUTS[huge])) < MOST_STEPS, name  # noqa: B023 - called at once


@pytest.mark.parametrize("name", NAMES)
def test_a_good_document_stretched_to_64_kib_costs_few_steps(name: str) -> None:
    reader, random = parser_cases()[name], Random(64)  # noqa: S311 - for tests
    for _ in range(2):
        data = repeat_slice(random, random.choice(reader.good))
        assert count_steps(lambda: check_parser(reader, data)) < MOST_STEPS  # noqa: B023 - called at once


def test_64_kib_take_little_memory() -> None:
    tracemalloc.start()
    try:
        for huge, data in HUGE_INPUTS.items():
            for name in ("json_bytes", "any_note"):
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                check_parser(parser_cases()[name], data)
                assert tracemalloc.get_traced_memory()[1] - before < MOST_BYTES, (huge, name)
    finally:
        tracemalloc.stop()


def count_steps(work: Callable[[], object]) -> int:
    """How many functions were called: a measure of time that is the same on every machine."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
