"""Logging: JSON lines with trace ids; one event name per call site; ids only, never personal data."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger


def logger(name: str) -> FilteringBoundLogger:
    """A logger that adds the name of its part of the system."""
    bound: FilteringBoundLogger = structlog.get_logger(part=name)
    return bound


def configure_logging(*, level: str = "INFO", stream: TextIO | None = None, co_op: str = "") -> None:
    """Logs JSON to the stream (standard error by default), or readable lines on a terminal. Libraries' loggers use the same output."""
    out = stream or sys.stderr
    renderer = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            _trace_ids,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _BestEffortStream(out))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(**({"coop": co_op} if co_op else {}))
    handler = _StructlogHandler()
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def traceback_lines(error: BaseException) -> list[str]:
    """The traceback's lines in our own code, without values: values may be personal data."""
    lines, traceback = [], error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            lines.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return lines[-8:]


def _trace_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


class _BestEffortStream:
    """Drops lines that cannot be written: a full disk must not end the task that logs about it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._out.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._out.flush()


class _StructlogHandler(logging.Handler):
    """Passes on a library's log records, but only origin and error type: their text may quote personal data (a parameter, an address)."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        structlog.get_logger(part="library").log(record.levelno, "library_says", library=record.name, line=record.lineno, error=kind)
