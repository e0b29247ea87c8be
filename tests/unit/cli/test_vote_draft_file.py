"""Files that describe a federated vote."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from libs.refusals import Invalid, invalid
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.folders import EXAMPLES
from scripts.cli.vote_draft_file import read_vote_draft_file

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2025, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
SOUND = """\
question = "Shall we?"
text = "About it."
resolution_type = "ordinary"
participants = ["brook-side"]
settlers = "The boards"
"""
DAYS = "open_latest_days = 7\ncloses_days = 14\n"


def write_vote_file(folder: Path, more: str) -> Path:
    path = folder / "vote.toml"
    path.write_text(SOUND + more, encoding="utf-8")
    return path


def test_times_are_counted_from_the_drafting_in_whole_seconds() -> None:
    asked = read_vote_draft_file(EXAMPLES / "vote.toml", LONDON).request(NOW)
    begun = NOW.replace(microsecond=0)
    assert asked.open_latest.ToDatetime(tzinfo=UTC) == begun + timedelta(days=21)
    assert asked.closes_at.ToDatetime(tzinfo=UTC) == begun + timedelta(days=28)
    assert list(asked.participants) == read_vote_draft_file(EXAMPLES / "vote.toml", LONDON).parties == ["brook-side", "mill-lane"]


def test_each_class_of_each_co_op_has_its_group() -> None:
    asked = read_vote_draft_file(EXAMPLES / "vote.toml", LONDON).request(NOW)
    groups = {(group.co_op, group.member_class): group.group for group in asked.class_groups}
    assert groups["elm-row", "advocate"] == groups["brook-side", "user"] == groups["mill-lane", "member"] == "supported"
    assert len(groups) == 8


def test_a_star_is_every_co_op_that_has_the_class(tmp_path: Path) -> None:
    asked = read_vote_draft_file(write_vote_file(tmp_path, DAYS + '[groups."*"]\nworker = "worker"\n'), LONDON).request(NOW)
    assert [(group.co_op, group.member_class, group.group) for group in asked.class_groups] == [("", "worker", "worker")]


def test_tables_become_rows_and_weights_exact(tmp_path: Path) -> None:
    more = 'basis = "fixed_weights"\nk = 4\n[weights]\nelm-row = "2/4"\nbrook-side = 1\n'
    more += '[ceilings.elm-row]\nworker = 40\n[small]\nbrook-side = ["investor"]\n'
    asked = read_vote_draft_file(write_vote_file(tmp_path, DAYS + more), LONDON).request(NOW)
    assert {weight.co_op: weight.weight for weight in asked.weights} == {"elm-row": "1/2", "brook-side": "1/1"}
    assert [(ceiling.co_op, ceiling.group, ceiling.most) for ceiling in asked.ceilings] == [("elm-row", "worker", 40)]
    assert [(one.co_op, one.group) for one in asked.small] == [("brook-side", "investor")]
    assert (asked.basis, asked.k) == ("fixed_weights", 4)


def test_how_many_must_take_part_is_written_as_in_a_rulebook(tmp_path: Path) -> None:
    more = 'quorum = { fraction = "20 %", count = 10 }\n[group_quorums]\nworker = { fraction = "1/3" }\n'
    more += "[co_op_quorums]\nbrook-side = { count = 15 }\n"
    asked = read_vote_draft_file(write_vote_file(tmp_path, DAYS + more), LONDON).request(NOW)
    assert (asked.quorum.of, asked.quorum.fraction, asked.quorum.count) == ("", "1/5", 10)
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in asked.group_quorums] == [("worker", "1/3", 0)]
    assert [(quorum.of, quorum.fraction, quorum.count) for quorum in asked.co_op_quorums] == [("brook-side", "", 15)]
    assert not read_vote_draft_file(write_vote_file(tmp_path, DAYS), LONDON).request(NOW).HasField("quorum")


def test_what_the_example_only_shows_can_be_taken_out_of_its_comments(tmp_path: Path) -> None:
    shown = (EXAMPLES / "vote.toml").read_text(encoding="utf-8")
    for line in ("quorum = {", "[group_quorums]", "worker = {", "[co_op_quorums]", "mill-lane = {"):
        shown = shown.replace(f"# {line}", line)
    (tmp_path / "vote.toml").write_text(shown, encoding="utf-8")
    asked = read_vote_draft_file(tmp_path / "vote.toml", LONDON).request(NOW)
    assert (asked.quorum.count, asked.group_quorums[0].of, asked.co_op_quorums[0].of) == (20, "worker", "mill-lane")


def test_a_time_without_a_zone_is_meant_where_the_co_op_is(tmp_path: Path) -> None:
    asked = read_vote_draft_file(
        write_vote_file(tmp_path, "open_latest = 2025-06-20T18:00:00\ncloses_at = 2025-07-01T18:00:00Z\n"), LONDON
    ).request(NOW)
    assert asked.open_latest.ToDatetime(tzinfo=UTC) == datetime(2025, 6, 20, 17, tzinfo=UTC)
    assert asked.closes_at.ToDatetime(tzinfo=UTC) == datetime(2025, 7, 1, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("closes_days = 14\n", 'Write either "open_latest_days" or "open_latest".'),
        (DAYS + "closes_at = 2025-07-01T18:00:00\n", 'Write either "closes_days" or "closes_at".'),
        (DAYS + "closed = 1\n", 'There is no key "closed".'),
        (DAYS + "k = 0\n", '"k" must be a whole number above zero.'),
        (DAYS + 'options = "one"\n', '"options" must be a list of texts'),
        (DAYS + 'weights = { elm-row = "half" }\n', '"weights" must be a table from co-op to weight'),
        (DAYS + 'groups = { worker = "worker" }\n', '"groups" must be tables from class to group'),
        (DAYS + "quorum = 5\n", '"quorum" must be a share, a count or both'),
        (DAYS + "quorum = { fraction = 0.5 }\n", '"quorum" must be a share, a count or both'),
        (DAYS + 'quorum = { fraction = "3/2" }\n', '"quorum" must be a share, a count or both'),
        (DAYS + "group_quorums = { worker = 5 }\n", '"group_quorums" must be a table from its name'),
        (DAYS + "co_op_quorums = { elm-row = {} }\n", '"co_op_quorums" must be a table from its name'),
        (DAYS + 'basis = "pooledd"\n', '"basis" cannot be "pooledd". Possible: pooled, one_co_op_one_vote'),
        (DAYS + 'basis = "pooledd"\n', 'Did you mean "pooled"?'),
        (DAYS + 'audience = "friends"\n', '"audience" cannot be "friends". Possible: members, public.'),
        ("open_latest_days = 7\ncloses_at = 2025-07-01\n", '"closes_at" must be a time'),
    ],
)
def test_a_file_with_a_mistake_drafts_no_vote(tmp_path: Path, more: str, text: str) -> None:
    with pytest.raises(CommandError) as error:
        read_vote_draft_file(write_vote_file(tmp_path, more), LONDON)
    assert text in error.value.why
    assert error.value.code is ExitCode.USAGE


def test_a_type_that_our_rules_do_not_have_is_named_with_those_they_have(tmp_path: Path) -> None:
    file = read_vote_draft_file(write_vote_file(tmp_path, DAYS), LONDON)
    with pytest.raises(CommandError) as error, file.explained_by_own_rules():
        raise invalid("resolution_type", "RESOLUTION_TYPE_UNKNOWN", known="ordinry, special")
    assert error.value.why == '"resolution_type" cannot be "ordinary". Possible: ordinry, special. Did you mean "ordinry"?'
    with pytest.raises(Invalid, match="TIMES_WRONG"), file.explained_by_own_rules():
        raise invalid("closes_at", "TIMES_WRONG")


def test_missing_values_are_named(tmp_path: Path) -> None:
    (tmp_path / "vote.toml").write_text(DAYS, encoding="utf-8")
    with pytest.raises(CommandError, match=r'"question" is missing.*"participants" is missing'):
        read_vote_draft_file(tmp_path / "vote.toml", LONDON)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        read_vote_draft_file(tmp_path / "none.toml", LONDON)
