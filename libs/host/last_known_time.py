"""The last time Kith knew, kept in a file: a machine that starts with a clock far from it has a clock that is wrong."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

FILE_NAME = "last-known-time"


def read_last_known_time(folder: Path) -> datetime | None:
    """None when there is none yet, or the file cannot be read: then only the events' times are known."""
    with suppress(OSError, ValueError):
        at = datetime.fromisoformat((folder / FILE_NAME).read_text(encoding="ascii").strip())
        return at if at.tzinfo is not None else None
    return None


def write_last_known_time(folder: Path, at: datetime) -> None:
    """Replaces it; on a full disk it stays as it is."""
    fresh = folder / f"{FILE_NAME}.new"
    with suppress(OSError):
        fresh.write_text(at.isoformat() + "\n", encoding="ascii")
        fresh.replace(folder / FILE_NAME)
