"""Reads a motion from a TOML file: the question, its Easy Read version and what each choice means."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.toml_file import Moment, RequiredText, Text, TomlFile

_ARRIVAL_MARGIN = timedelta(minutes=1)
"""Allows for the time until the request arrives, so that a notice of an exact number of days is not a second short."""


class MotionFile(TomlFile):
    """The content of the file."""

    nothing_done = "No motion was put."
    example = "examples/elm-row/motion.toml"
    alternatives = (("open_days", "closes_at"),)

    title: RequiredText
    text: RequiredText
    easy_title: Text = ""
    easy_text: Text = ""
    for_means: Text = ""
    against_means: Text = ""
    resolution_type: RequiredText
    open_days: Annotated[int, Field(description="a whole number", gt=0)] | None = Field(None, description="a whole number")
    opens_at: Moment | None = Field(None, description="a time such as 2026-12-24T18:00:00")
    closes_at: Moment | None = Field(None, description="a time such as 2026-12-24T18:00:00")
    rulebook: Text = ""
    """The file with the rules as the motion would have them; their text once it is read."""

    def request(self, notice_days: int, now: datetime) -> pb.OpenMotionRequest:
        """The request to open the motion. Voting begins after the notice unless the file says later, and ends `open_days` after that."""
        opens = self.opens_at or now + timedelta(days=notice_days) + _ARRIVAL_MARGIN
        request = pb.OpenMotionRequest(
            title=self.title,
            text=self.text,
            easy_title=self.easy_title,
            easy_text=self.easy_text,
            for_means=self.for_means,
            against_means=self.against_means,
            resolution_type=self.resolution_type,
            rulebook_text=self.rulebook,
        )
        request.opens_at.FromDatetime(opens)
        request.closes_at.FromDatetime(self.closes_at or opens + timedelta(days=self.open_days or 0))
        return request


def read_motion_file(path: Path, zone: ZoneInfo) -> MotionFile:
    """Reads the file, and the rulebook that it names. Raises CommandError naming every mistake."""
    file = MotionFile.read(path, zone)
    if not file.rulebook:
        return file
    rulebook = path.parent / file.rulebook
    try:
        return file.model_copy(update={"rulebook": rulebook.read_text(encoding="utf-8")})
    except (OSError, UnicodeDecodeError):
        what = MotionFile.nothing_done
        raise CommandError(what, f"The rulebook {rulebook} cannot be read.", "Name a file.", ExitCode.NOT_FOUND) from None
