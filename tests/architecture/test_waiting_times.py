"""No test fails because the machine is busy.

Asserts like `time.monotonic() - began < 20` have failed on sound code: what took 5 seconds at a desk took 28 where two other test processes
ran. How long something takes by the clock says nothing of the code, so a test waits until it has happened
(`tests/support/waiting.py`), with a limit that only tells that it never will, and asserts a count, an order or a ratio instead.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.codebase import parse, python_sources

SHORTEST_LIMIT = 60
"""Of a wait for progress, in seconds. A generous limit costs nothing when the test passes."""
LEAST_CEILING = 10
"""Of an assert of wall time, in seconds: what takes longer hangs."""
CLOCKS = {"monotonic", "perf_counter", "time"}
WORTH_PARSING = re.compile(r"(timeout|wait_for)\b.*\d|(monotonic|perf_counter|time)\(\) - ")
EXCEPTIONS = {
    "tests/service/test_backing_operators.py": "it is about a time that runs out",
    "tests/security/test_passwords.py": "a pause between two looks",
}


def short_limits(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each wait that gives up sooner than in a minute, and of each upper bound of elapsed time that load may break."""
    if not WORTH_PARSING.search(source):
        return
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Call):
            is_short = any(isinstance(limit, int | float) and limit < SHORTEST_LIMIT for limit in _limits(node))
        elif isinstance(node, ast.Compare):
            is_short = any(map(_is_low_ceiling, [node.left, *node.comparators], node.ops, node.comparators))
        else:
            continue
        if is_short:
            yield node.lineno, ast.unparse(node)


def _limits(call: ast.Call) -> Iterator[object]:
    """The figures by which a call says how long it waits at most."""
    match call:
        case (
            ast.Call(func=ast.Attribute(attr="timeout"), args=[ast.Constant(value=limit)])
            | ast.Call(func=ast.Attribute(attr="wait_for"), args=[_, ast.Constant(value=limit)])
        ):
            yield limit
    for keyword in call.keywords:
        if keyword.arg == "timeout" and isinstance(keyword.value, ast.Constant):
            yield keyword.value.value


def _is_low_ceiling(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool:
    """Whether it is `time.monotonic() - <something> < <figure>` or the like, and the figure is low."""
    match left, operator, right:
        case (
            ast.BinOp(left=ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr=clock)), op=ast.Sub()),
            ast.Lt() | ast.LtE(),
            ast.Constant(value=int() | float() as seconds),
        ):
            return clock in CLOCKS and seconds < LEAST_CEILING
    return False


def test_no_test_gives_up_before_a_busy_machine_is_done() -> None:
    sources = [(path.as_posix(), text) for path, text in python_sources("tests") if path.as_posix() not in EXCEPTIONS]
    short = [f"{path}:{line}: {text}" for path, source in sources for line, text in short_limits(source)]

    assert short == [], "wait for progress with tests.support.waiting.wait_until, and assert a count, an order or a ratio"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("assert time.monotonic() - began < 2", 1),
        ("assert 0.5 <= time.perf_counter() - began < 2.5", 1),
        ("assert time.monotonic() - began > 0.5", 0),
        ("assert time.process_time() - begun < 3", 0),
        ("async with asyncio.timeout(30): pass", 1),
        ("async with asyncio.timeout(60): pass", 0),
        ("await asyncio.wait_for(child.wait(), 5)", 1),
        ("subprocess.run(command, timeout=30)", 1),
        ("subprocess.run(command, timeout=300)", 0),
    ],
)
def test_the_rule_finds_what_it_names(source: str, count: int) -> None:
    assert len(list(short_limits(source))) == count
