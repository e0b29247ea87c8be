"""Logging: JSON lines with trace ids; one event name per call site; ids only, never personal data."""

import contextlib
import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO, cast

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from libs.observe.repeats import RepeatLimiter

_FILE_BYTES = 16 * 1024 * 1024
_OLD_FILES = 4


def logger(name: str) -> FilteringBoundLogger:
    """A logger that adds the name of its part of the system."""
    bound: FilteringBoundLogger = structlog.get_logger(part=name)
    return bound


def configure_logging(*, level: str = "INFO", stream: TextIO | None = None, co_op: str = "") -> None:
    """Logs JSON to the stream (standard error by default), or readable lines on a terminal. Libraries' loggers use the same output."""
    _configure(level, _BestEffortStream(stream or sys.stderr), co_op)


def configure_file_logging(file: Path, *, level: str = "INFO", co_op: str = "", max_bytes: int = _FILE_BYTES) -> logging.Handler:
    """Logs JSON to a file that only its owner may read. Full, it becomes `<file>.1`; five files are kept, so the size is bounded.

    Returns the handler that has the file open.
    """
    handler = _PrivateRotatingFile(file, maxBytes=max_bytes, backupCount=_OLD_FILES, encoding="utf-8")
    _configure(level, _RotatingStream(handler), co_op)
    return handler


def _configure(level: str, out: "_BestEffortStream | _RotatingStream", co_op: str) -> None:
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
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", out)),
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

    def isatty(self) -> bool:
        return self._out.isatty()

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._out.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._out.flush()


class _RotatingStream:
    """Passes each line to the standard library's rotating handler, which is safe to use from several threads."""

    def __init__(self, handler: RotatingFileHandler) -> None:
        self._handler = handler

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> None:
        self._handler.handle(logging.makeLogRecord({"msg": text.removesuffix("\n")}))

    def flush(self) -> None:
        """The handler flushes each line."""


class _PrivateRotatingFile(RotatingFileHandler):
    """A rotating file with the rights 0600 whatever the umask, also where an earlier version left it readable by others."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_open_private)

    def handleError(self, record: logging.LogRecord) -> None:
        """Drops a line that cannot be written: a full disk must not end the task that logs about it."""


def _open_private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    if os.geteuid() == 0:
        # Root may start a co-op of another account, which goes on with the same file.
        folder = Path(path).parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


class _StructlogHandler(logging.Handler):
    """Passes on a library's log records, but only origin and error type: their text may quote personal data (a parameter, an address).

    Clients can make libraries complain as often as they like, so of each kind a few lines a minute are written and the rest are counted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._limiter = RepeatLimiter()

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        left_out = self._limiter.admit((record.name, record.lineno, kind))
        if left_out is None:
            return
        more = {"more_before": left_out} if left_out else {}
        structlog.get_logger(part="library").log(
            record.levelno, "library_says", library=record.name, line=record.lineno, error=kind, **more
        )
