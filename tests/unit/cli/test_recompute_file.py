"""Every command that recomputes from a file refuses what is no file that it can hold, without an unexpected error."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.cli import bounded_file
from scripts.cli.main import main
from scripts.cli.strict_json import JsonNode, JsonNodeError

COMMANDS = {
    "rank": ["rank"],
    "pairs": ["pairs"],
    "hours": ["hours"],
    "settle": ["settle"],
    "quote": ["quote"],
    "count": ["count"],
    "rota": ["rota", "solve", "--iterations", "1", "--output", "/dev/null"],
}


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "LARGEST", 1_000_000)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("file", "why"),
    [("/dev/zero", "it is larger than 1 MB"), ("/", "Is a directory"), ("/no/such/file", "No such file or directory"), ("/dev/null", "")],
    ids=["without end", "directory", "missing", "empty"],
)
def test_what_is_no_file_to_read_is_refused(command: str, file: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMANDS[command], file]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert file in printed.err
    assert why in printed.err
    assert "did not expect" not in printed.err


@pytest.mark.parametrize("command", set(COMMANDS) - {"count"})
def test_a_small_file_that_unpacks_without_end_is_refused(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = tmp_path / "day.json.gz"
    packed.write_bytes(gzip.compress(b" " * 2_000_000))
    assert main([*COMMANDS[command], str(packed)]) == 2
    assert f"{packed}: it is larger than 1 MB" in capsys.readouterr().err


def test_the_excerpt_of_the_deepest_value_that_can_be_read_is_short() -> None:
    node = JsonNode("nothing")
    # How deep Python reads depends on what called it, so every depth near its limit is tried.
    for depth in range(700, 1_000):
        with suppress(JsonNodeError):
            node = JsonNode.parse("[" * depth + "]" * depth)
        assert _excerpt_from_below(node) in ('"nothing"', "[" * 37 + "...")
    assert node.excerpt() == "[" * 37 + "..."


def _excerpt_from_below(node: JsonNode, calls: int = 20) -> str:
    """The excerpt as a reader of a part asks for it: from more calls than those in which the document was parsed."""
    return _excerpt_from_below(node, calls - 1) if calls else node.excerpt()
