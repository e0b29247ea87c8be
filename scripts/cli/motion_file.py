"""Reads a motion from a TOML file: the question, its Easy Read version and what each choice means."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli.console import CommandError, ExitCode

TEXT_KEYS = ("title", "text", "easy_title", "easy_text", "for_means", "against_means", "resolution_type")
_REQUIRED = ("title", "text", "resolution_type")
_OPTIONAL = ("open_days", "opens_at", "closes_at", "rulebook")
_ARRIVAL_MARGIN = timedelta(minutes=1)
"""Allows for the time until the request arrives, so that a notice of an exact number of days is not a second short."""


@dataclass(frozen=True)
class MotionFile:
    """The content of the file: `open_days` or `closes_at`, and `rulebook_text` if the motion changes the rules."""

    texts: dict[str, str]
    open_days: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    rulebook_text: str

    def request(self, notice_days: int, now: datetime) -> pb.OpenMotionRequest:
        """The request to open the motion. Voting begins after the notice unless the file says later, and ends `open_days` after that."""
        opens = self.opens_at or now + timedelta(days=notice_days) + _ARRIVAL_MARGIN
        request = pb.OpenMotionRequest(rulebook_text=self.rulebook_text)
        for key, text in self.texts.items():
            setattr(request, key, text)
        request.opens_at.FromDatetime(opens)
        request.closes_at.FromDatetime(self.closes_at or opens + timedelta(days=self.open_days or 0))
        return request


def read_motion_file(path: Path, zone: ZoneInfo) -> MotionFile:
    """Reads and validates the file. Raises CommandError naming every error."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError("No motion was put.", f"There is no file {path}.", "Name a motion file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise CommandError("No motion was put.", f"{path} cannot be read: {error}.", "Put it right.", ExitCode.USAGE) from None
    problems = [f'There is no key "{key}".' for key in values if key not in (*TEXT_KEYS, *_OPTIONAL)]
    problems += [f'"{key}" is missing.' for key in _REQUIRED if not values.get(key)]
    problems += [f'"{key}" must be a text in quotes.' for key in (*TEXT_KEYS, "rulebook") if not isinstance(values.get(key, ""), str)]
    problems += [
        f'"{key}" must be a time such as 2026-12-24T18:00:00.' for key in ("opens_at", "closes_at") if not _is_time(values.get(key))
    ]
    if ("open_days" in values) == ("closes_at" in values):
        problems.append('Write either "open_days" or "closes_at".')
    elif "open_days" in values and not (isinstance(values["open_days"], int) and values["open_days"] > 0):
        problems.append('"open_days" must be a whole number.')
    if problems:
        raise CommandError(
            "No motion was put.", " ".join(problems), f"Put {path} right. An example: examples/elm-row/motion.toml", ExitCode.USAGE
        )
    return MotionFile(
        texts={key: values.get(key, "") for key in TEXT_KEYS},
        open_days=values.get("open_days"),
        opens_at=_to_utc(values.get("opens_at"), zone),
        closes_at=_to_utc(values.get("closes_at"), zone),
        rulebook_text=_read_rulebook(path.parent / values["rulebook"]) if values.get("rulebook") else "",
    )


def _is_time(value: object) -> bool:
    return value is None or isinstance(value, datetime)


def _to_utc(value: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Converts to UTC; a time without an offset is in the co-op's zone."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _read_rulebook(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError("No motion was put.", f"The rulebook {path} cannot be read.", "Name a file.", ExitCode.NOT_FOUND) from None
