"""A motion as its author writes it down: TOML, with the question, its Easy Read twin and what each answer means."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli.console import CommandError, ExitCode

TEXTS = ("title", "text", "easy_title", "easy_text", "for_means", "against_means", "resolution_type")
_NEEDED = ("title", "text", "resolution_type")
_OTHERS = ("open_days", "opens_at", "closes_at", "rulebook")
_A_MOMENT = timedelta(minutes=1)
"""Between reading the file and the request's arrival, so that a notice of exactly so many days is not a second short."""


@dataclass(frozen=True)
class MotionFile:
    """What the file says; `open_days` or `closes_at`, and `rulebook_text` where the motion changes the rules."""

    texts: dict[str, str]
    open_days: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    rulebook_text: str

    def request(self, notice_days: int, now: datetime) -> pb.OpenMotionRequest:
        """Voting begins when the notice is over, unless the file says later; it ends `open_days` after that."""
        opens = self.opens_at or now + timedelta(days=notice_days) + _A_MOMENT
        asked = pb.OpenMotionRequest(rulebook_text=self.rulebook_text)
        for key, text in self.texts.items():
            setattr(asked, key, text)
        asked.opens_at.FromDatetime(opens)
        asked.closes_at.FromDatetime(self.closes_at or opens + timedelta(days=self.open_days or 0))
        return asked


def read(path: Path, zone: ZoneInfo) -> MotionFile:
    """Raises CommandError naming everything that is wrong with the file."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError("No motion was put.", f"There is no file {path}.", "Name a motion file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise CommandError("No motion was put.", f"{path} cannot be read: {error}.", "Put it right.", ExitCode.USAGE) from None
    wrong = [f'There is no key "{key}".' for key in said if key not in (*TEXTS, *_OTHERS)]
    wrong += [f'"{key}" is missing.' for key in _NEEDED if not said.get(key)]
    wrong += [f'"{key}" must be a text in quotes.' for key in (*TEXTS, "rulebook") if not isinstance(said.get(key, ""), str)]
    wrong += [f'"{key}" must be a time such as 2026-12-24T18:00:00.' for key in ("opens_at", "closes_at") if not _is_time(said.get(key))]
    if ("open_days" in said) == ("closes_at" in said):
        wrong.append('Write either "open_days" or "closes_at".')
    elif "open_days" in said and not (isinstance(said["open_days"], int) and said["open_days"] > 0):
        wrong.append('"open_days" must be a whole number.')
    if wrong:
        raise CommandError(
            "No motion was put.", " ".join(wrong), f"Put {path} right. An example: examples/elm-row/motion.toml", ExitCode.USAGE
        )
    return MotionFile(
        texts={key: said.get(key, "") for key in TEXTS},
        open_days=said.get("open_days"),
        opens_at=_utc(said.get("opens_at"), zone),
        closes_at=_utc(said.get("closes_at"), zone),
        rulebook_text=_rulebook(path.parent / said["rulebook"]) if said.get("rulebook") else "",
    )


def _is_time(value: object) -> bool:
    return value is None or isinstance(value, datetime)


def _utc(value: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time without an offset is meant in the co-op's zone."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _rulebook(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError("No motion was put.", f"The rulebook {path} cannot be read.", "Name a file.", ExitCode.NOT_FOUND) from None
