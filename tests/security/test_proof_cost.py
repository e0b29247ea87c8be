"""What a lie costs who checks it: limits come before reading, and memory does not grow with the file."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from scripts.verifier import boards, terms
from scripts.verifier.board import Board, Watch
from tests.support.bundle_parts import pack_archive
from tests.support.example_votes import THREE, three_concluded
from tests.support.json_mutations import mutate_document
from tests.support.mutated_votes import VOTES, cached_vote
from tests.support.vote_boards import make_vote_boards

_ROOT = Path(__file__).parents[2]
_MOST_SECONDS, _MOST_MEBIBYTES = 10, 512
_OUTCOME_BYTES = 64 * 1024 * 1024


@dataclass
class _Run:
    code: int
    said: str
    seconds: float
    """Of CPU time: how long it takes by the clock says how busy the machine is."""
    mebibytes: int


# A process of its own, so that the memory of these tests does not count.
_MEASURED = """
import json, subprocess, sys
run = subprocess.run([sys.executable, "-m", "scripts.verifier", sys.argv[1]], capture_output=True, text=True)
import resource
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([run.returncode, run.stdout, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024]))
"""


def _verify(folder: Path, bundle: bytes) -> _Run:
    """Runs the verifier as people do, in a process of its own, and measures it."""
    (folder / "vote.kith").write_bytes(bundle)
    run = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(folder / "vote.kith")], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return _Run(*json.loads(run.stdout))


def _with_outcome(change: str) -> bytes:
    vote = three_concluded("heavy")
    members, outcome = vote.members(), vote.outcome
    assert outcome is not None
    if change == "only lists":
        members["outcome"] = b"[" + b"[]," * (_OUTCOME_BYTES // 3 - 1) + b"[]"
    else:
        at = outcome.index(b'"%s":[' % change.encode()) + len(change) + 4
        filler = {"reasons": b'["a",["b"]],', "result": b""}.get(change, b"[],")
        members["outcome"] = outcome[:at] + filler * ((_OUTCOME_BYTES - 4096) // max(1, len(filler))) + outcome[at:]
    return pack_archive(members)


@pytest.mark.parametrize("change", ["only lists", "rejected", "tallies", "figures", "reasons"])
def test_an_outcome_of_64_mib_is_refused_at_once(change: str, tmp_path: Path) -> None:
    run = _verify(tmp_path, _with_outcome(change))

    assert (run.code, "2  FAILED" in run.said) == (1, True)
    assert run.seconds < _MOST_SECONDS
    assert run.mebibytes < _MOST_MEBIBYTES


def test_an_outcome_with_one_endless_item_is_refused_without_reading_it(tmp_path: Path) -> None:
    vote = three_concluded("endless")
    members, outcome = vote.members(), vote.outcome
    assert outcome is not None
    at = outcome.index(b'"reasons":[') + 11
    members["outcome"] = outcome[:at] + b'["a",[' + b"[]," * (_OUTCOME_BYTES // 3 - 2000) + b"[]]]" + outcome[at:]

    run = _verify(tmp_path, pack_archive(members))

    assert (run.code, run.seconds < _MOST_SECONDS, run.mebibytes < _MOST_MEBIBYTES) == (1, True, True)


def test_six_million_empty_entries_are_refused_before_one_is_read(tmp_path: Path) -> None:
    members = three_concluded("empty").members()
    for co_op in THREE:
        members[f"boards/{co_op}/entries"] += bytes(4 * 2_000_000)

    run = _verify(tmp_path, pack_archive(members))

    assert (run.code, "1  FAILED: the board of" in run.said) == (1, True)
    assert run.seconds < _MOST_SECONDS
    assert run.mebibytes < 100


def test_empty_entries_that_everybody_signed_cost_little_time_and_memory(tmp_path: Path) -> None:
    """With ceilings so high that witnesses would take them. Six million take as long in proportion."""
    vote = make_vote_boards(*THREE).open_vote()
    vote.close()
    vote.conclude()
    for co_op in THREE:
        vote.entries[co_op] += [b""] * 30_000
    vote.add_checkpoint(vote.terms.close + 5000)

    run = _verify(tmp_path, vote.bundle())

    assert run.code == 2
    assert run.seconds < 4
    assert run.mebibytes < 60


def _read(number: int, *, slowly: bool, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What is read of the boards of a vote, some of whose entries are changed, in the usual way or entry by entry."""
    random, vote = Random(number), cached_vote(number % VOTES)  # noqa: S311 - for tests
    agreed = terms.read_terms(vote.terms.data)
    results = []
    with monkeypatch.context() as patched:
        if slowly:
            patched.setattr(boards._BoardReader, "_add_usual", lambda *_: False)
        for co_op in vote.parties:
            entries = list(vote.entries[co_op])
            for _ in range(4):
                at = random.randrange(1, len(entries))
                entries[at] = random.choice([entries[at], mutate_document(random, entries[at]), entries[-1], b"", b"{}"])
                entries.insert(at, random.choice([*entries[1:], b"", b""]))
            results.append(_all_of(boards.read_board(agreed.parties[co_op], entries, agreed, Watch(cut=len(entries) - 2))))
    return results


def _all_of(board: Board) -> tuple[object, ...]:
    rows = [(name, board.rows.groups[number], board.rows.last_ballot(name.decode())) for name, number in board.rows.numbers.items()]
    return [*board.ignored], rows, board.groups, board.counted_size, board.ballots_below_cut, board.roll, board.closed, sorted(board.signed)


def test_what_is_read_quickly_is_what_is_read_entry_by_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        assert _read(number, slowly=False, monkeypatch=monkeypatch) == _read(number, slowly=True, monkeypatch=monkeypatch), number


@pytest.mark.parametrize("stop", [4, 4096, 1024 * 1024 - 2])
def test_frames_are_the_same_wherever_a_piece_of_the_file_ends(stop: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO

    from scripts.verifier import bundle_archive
    from scripts.verifier.bundle_archive import FrameLimits, Part

    random = Random(stop)  # noqa: S311 - for tests
    items = [random.choice([b"", b"", b"x", b"y" * random.randrange(300)]) for _ in range(5000)]
    content = b"".join(len(item).to_bytes(4, "big") + item for item in items)
    monkeypatch.setattr(bundle_archive, "_PIECE_BYTES", stop)
    part, limits = Part(BytesIO(content), 0, len(content)), FrameLimits(5000, 300, 300, "it")

    assert [*bundle_archive.read_frames(part, limits)] == items
    assert bundle_archive.count_frames(part, limits) == 5000
