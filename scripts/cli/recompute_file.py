"""Reads the files from which anybody can recompute a result (`kith rank`, `pairs`, `settle`, `quote`, `hours` and `rota solve`).

Also prints the answer.

Strict in all of them: UTF-8 JSON, every field known and present, every value of its kind. A file that is not so is refused with the place,
such as `persons[3].wants`, and what was expected there.
"""

import gc
import gzip
import hashlib
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import NoReturn, TypeVar

from libs import texts
from scripts.cli.bounded_file import at_most, read_bounded
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.strict_json import JsonNode, JsonNodeError

ValueT = TypeVar("ValueT")
KeyT = TypeVar("KeyT", bound=Hashable)

YEARS = range(1900, 2900)
"""Years that a file may name: time zones can be computed in all of them."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAY_MINUTES = 24 * 60


def read_file(file: Path, page: str, read: Callable[[JsonNode], ValueT], *, parse_float: Callable[[str], object] | None = None) -> ValueT:
    """What `read` makes of the document in `file`. Raises CommandError with exit code 2, naming place and expectation.

    A name that ends in `.gz` is unpacked. `page` is the page of the documentation that describes the format; `parse_float` is as in
    `JsonNode.parse`.
    """
    return read_hashed_file(file, page, read, parse_float=parse_float)[0]


def read_hashed_file(
    file: Path, page: str, read: Callable[[JsonNode], ValueT], *, parse_float: Callable[[str], object] | None = None
) -> tuple[ValueT, str]:
    """As `read_file`, with the SHA-256 of the bytes that were read, in hexadecimal digits: a second look might find another file."""
    with _refusing(file, page):
        try:
            content = read_bounded(file)
            text = _unpacked(file, content).decode("utf-8-sig")
        except (OSError, EOFError, zlib.error) as error:
            why = getattr(error, "strerror", None) or "it cannot be read"
            raise _refused(file, why, "Look whether the name of the file is right.") from error
        except UnicodeDecodeError as error:
            raise JsonNodeError("", "must be UTF-8 text") from error
        return read(JsonNode.parse(text, parse_float=parse_float)), hashlib.sha256(content).hexdigest()


def _unpacked(file: Path, content: bytes) -> bytes:
    if file.suffix != ".gz":
        return content
    with gzip.open(io.BytesIO(content)) as packed:
        return at_most(packed)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pauses Python's search for unreachable cycles: a file of a million small lists, all in use, would be searched again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def print_answer(answer: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Prints the answer as one JSON object, or in words. `lines` are consumed only if words are wanted."""
    if not as_json:
        print_result("\n".join(lines))
        return
    # A terminal that cannot print every character gets escapes, which say the same in JSON.
    escaped = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print_result(json.dumps(answer, ensure_ascii=escaped))


def shown(name: str) -> str:
    """A name of the file for people: with everything but ASCII escaped where it holds what cannot be seen."""
    return name if texts.is_usable(name) and name.isprintable() and name.strip() else ascii(name)


def record(node: JsonNode, *required: str, optional: tuple[str, ...] = ()) -> dict[str, JsonNode]:
    """The fields of an object that has all of `required`, and no others but `optional`."""
    fields = node.fields({*required, *optional})
    for name in required:
        if name not in fields:
            node.fail(f"has no {name}; needed here: {', '.join(required)}")
    return fields


def sequence(node: JsonNode, length: int, expected: str) -> list[JsonNode]:
    """The items of a list of exactly this length."""
    if not isinstance(node.value, list) or len(node.value) != length:
        _fail(node, expected)
    return node.items()


def identifier(node: JsonNode) -> str:
    """Any text but the empty one. Half of a surrogate pair is no text: no UTF-8 file can hold it."""
    if not isinstance(node.value, str) or not node.value:
        _fail(node, "a text that is not empty")
    if _SURROGATE.search(node.value):
        _fail(node, "text, without half a surrogate pair")
    return node.value


def whole_number(node: JsonNode, *, at_least: int = 0, at_most: int | None = None) -> int:
    number = node.integer()
    if number < at_least:
        _fail(node, f"a whole number, {at_least} or more")
    if at_most is not None and number > at_most:
        _fail(node, f"a whole number, at most {at_most}")
    return number


def exact_fraction(node: JsonNode) -> Fraction:
    """A fraction as text, such as "3/5" or "1", not negative. A JSON number is refused: many readers would round it."""
    if not isinstance(node.value, str):
        _fail(node, 'a fraction as text, such as "3/5"')
    return node.fraction()


def calendar_date(node: JsonNode, years: range = YEARS) -> date:
    """A date such as "2026-12-07", in one of these years."""
    return _date(node, node.value, 'a date such as "2026-12-07"', years)


def local_minute(node: JsonNode) -> datetime:
    """A minute of a local calendar such as "2026-12-07T09:00", without a zone."""
    return _minute(node, node.value, 'a local time such as "2026-12-07T09:00"')


def utc_minute(node: JsonNode) -> datetime:
    """A minute of UTC such as "2026-12-07T09:00Z"."""
    expected = 'a time in UTC such as "2026-12-07T09:00Z"'
    if not isinstance(node.value, str) or not node.value.endswith("Z"):
        _fail(node, expected)
    return _minute(node, node.value[:-1], expected).replace(tzinfo=UTC)


def time_of_day(node: JsonNode, *, end: bool = False) -> int:
    """Minutes since midnight of a time such as "09:00"; an end may be "24:00"."""
    expected = 'a time of day such as "09:00"'
    if end and node.value == "24:00":
        return _DAY_MINUTES
    match = _TIME.fullmatch(node.value) if isinstance(node.value, str) else None
    if match is None:
        _fail(node, f'{expected}, or "24:00"' if end else expected)
    return int(match[1]) * 60 + int(match[2])


def unique(pairs: Iterable[tuple[JsonNode, KeyT]]) -> None:
    """Raises for the first key that stands a second time, at its node."""
    places: dict[KeyT, str] = {}
    for node, key in pairs:
        if key in places:
            node.fail(f"must not stand twice; {node.excerpt()} stands in {places[key]} already")
        places[key] = node.path


def _date(node: JsonNode, value: object, expected: str, years: range = YEARS) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        _fail(node, expected)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        node.fail(f"is no day of the calendar: {node.excerpt()}")
    if day.year not in years:
        _fail(node, f"a year from {years.start} to {years.stop - 1}")
    return day


def _minute(node: JsonNode, value: object, expected: str) -> datetime:
    day, separator, clock = value.partition("T") if isinstance(value, str) else ("", "", "")
    match = _TIME.fullmatch(clock)
    if not separator or match is None:
        _fail(node, expected)
    return datetime.combine(_date(node, day, expected), time(int(match[1]), int(match[2])))


def _fail(node: JsonNode, expected: str) -> NoReturn:
    node.fail(f"must be {expected}, not {node.excerpt()}")


@contextmanager
def _refusing(file: Path, page: str) -> Iterator[None]:
    try:
        yield
    except JsonNodeError as error:
        raise _refused(file, str(error), f"The format is described in {page}.") from error


def _refused(file: Path, why: str, fix: str) -> CommandError:
    return CommandError("Nothing was computed.", f"{file}: {why}", fix, ExitCode.USAGE)
