"""Motion files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.folders import EXAMPLE
from scripts.cli.motion_file import read_motion_file

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SOUND = 'title = "Shall we?"\ntext = "About it."\nresolution_type = "ordinary"\n'


def write_motion_file(folder: Path, more: str) -> Path:
    path = folder / "motion.toml"
    path.write_text(SOUND + more, encoding="utf-8")
    return path


def test_voting_opens_after_the_notice_and_stays_open_as_long_as_the_file_says() -> None:
    asked = read_motion_file(EXAMPLE / "motion.toml", LONDON).request(14, NOW)
    opens, closes = asked.opens_at.ToDatetime(tzinfo=UTC), asked.closes_at.ToDatetime(tzinfo=UTC)
    assert timedelta(days=14) < opens - NOW < timedelta(days=14, minutes=2)
    assert closes - opens == timedelta(days=7)
    assert asked.easy_title == "Should the day room open on Saturdays?"


def test_a_time_without_a_zone_is_meant_where_the_co_op_is(tmp_path: Path) -> None:
    asked = read_motion_file(write_motion_file(tmp_path, "closes_at = 2025-07-01T18:00:00\n"), LONDON).request(14, NOW)
    assert asked.closes_at.ToDatetime(tzinfo=UTC) == datetime(2025, 7, 1, 17, tzinfo=UTC)


def test_a_proposed_rulebook_stands_beside_the_motion(tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text("rules", encoding="utf-8")
    assert (
        read_motion_file(write_motion_file(tmp_path, 'open_days = 7\nrulebook = "new.toml"\n'), LONDON).request(14, NOW).rulebook_text
        == "rules"
    )


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("", 'Write either "open_days" or "closes_at".'),
        ("open_days = 7\nclosed = 1\n", 'There is no key "closed".'),
        ("open_days = 0\n", '"open_days" must be a whole number.'),
        ("closes_at = 2025-07-01\n", '"closes_at" must be a time'),
        ("open_days = 7\neasy_text = 1\n", '"easy_text" must be a text in quotes.'),
        ('open_days = 7\nrulebook = "away.toml"\n', "cannot be read"),
    ],
)
def test_a_file_with_a_mistake_puts_no_motion(tmp_path: Path, more: str, text: str) -> None:
    with pytest.raises(CommandError) as error:
        read_motion_file(write_motion_file(tmp_path, more), LONDON)
    assert text in error.value.why
    assert error.value.code in (ExitCode.USAGE, ExitCode.NOT_FOUND)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        read_motion_file(tmp_path / "none.toml", LONDON)
