"""Logs: JSON lines with trace ids, one event name per place, ids only and never a person's data."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger


def logger(name: str) -> FilteringBoundLogger:
    """A logger that names its part of the house."""
    bound: FilteringBoundLogger = structlog.get_logger(part=name)
    return bound


def configure(*, level: str = "INFO", stream: TextIO | None = None, co_op: str = "") -> None:
    """JSON to the stream (standard error if none), or readable lines on a terminal. The libraries' own loggers go the same way."""
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
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Unfailing(out))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(**({"coop": co_op} if co_op else {}))
    handler = _IntoStructlog()
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def whereabouts(error: BaseException) -> list[str]:
    """The trail of our own lines, without a single value: values may be somebody's data."""
    lines, trail = [], error.__traceback__
    while trail is not None:
        code = trail.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            lines.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{trail.tb_lineno}")
        trail = trail.tb_next
    return lines[-8:]


def _trace_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


class _Unfailing:
    """A line that cannot be written is lost: a full disk must not end the very task that has something to say about it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._out.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._out.flush()


class _IntoStructlog(logging.Handler):
    """What a library has to say. Only where and what kind: its text may quote a person's data (a parameter, an address)."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        structlog.get_logger(part="library").log(record.levelno, "library_says", library=record.name, line=record.lineno, error=kind)
