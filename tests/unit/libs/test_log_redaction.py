"""Log lines: JSON with their trace id, and never the text of a library's message."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from libs.observe import logs


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What is logged, with the process's own logging put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure_logging(stream=stream, co_op="0000test")
    yield stream
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def parse_log_lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_log_line_has_event_part_level_time_and_co_op(out: io.StringIO) -> None:
    logs.logger("relay").info("facts_out", number=7)
    [line] = parse_log_lines(out)
    assert line.pop("ts").__class__ is str
    assert line == {"event": "facts_out", "part": "relay", "level": "info", "number": 7, "coop": "0000test"}


def test_a_log_line_within_a_trace_has_its_id(out: io.StringIO) -> None:
    span = NonRecordingSpan(SpanContext(trace_id=0xABC, span_id=0xDEF, is_remote=False, trace_flags=TraceFlags(1)))
    with trace.use_span(span):
        logs.logger("rpc").warning("slow")
    [line] = parse_log_lines(out)
    assert (line["trace_id"], line["span_id"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")


@pytest.mark.parametrize("library", ["asyncpg", "nats.aio.client", "grpc._cython.cygrpc", "asyncio", "sqlalchemy.pool"])
def test_a_library_is_named_and_not_quoted(out: io.StringIO, library: str) -> None:
    try:
        raise ValueError("Key (email)=(pat@example.org) already exists")
    except ValueError:
        logging.getLogger(library).exception("duplicate for %s", "pat@example.org", extra={"email": "pat@example.org"})
    logging.getLogger(library).info("not heard at all")
    [line] = parse_log_lines(out)
    assert (line["event"], line["library"], line["error"], line["level"]) == ("library_says", library, "ValueError", "error")
    assert "example.org" not in out.getvalue()


def test_the_whereabouts_of_an_error_are_lines_and_no_values() -> None:
    def fail(secret: str) -> None:
        raise ValueError(secret)

    try:
        fail("pat@example.org")
    except ValueError as error:
        found = logs.traceback_lines(error)
    assert [one.rsplit(":", 1)[0] for one in found] == ["unit/libs/test_log_redaction.py"] * 2
    assert "example.org" not in str(found)
