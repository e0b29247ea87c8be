"""What one co-op's bundle leaves out, another's may have: bundles of one vote are merged, and the union is judged."""

import hashlib
import itertools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from scripts.verifier import together
from scripts.verifier.__main__ import main
from scripts.verifier.errors import DifferentVotesError
from scripts.verifier.verdict import ExitCode, Verdict, VerifierInputs
from tests.support.bundle_builder import BoardHead, BundleBuilder, T
from tests.support.bundle_parts import json_bytes, public_hex, signed_document
from tests.support.example_votes import ASH, BIRCH, CEDAR, THREE, three_concluded, three_voted
from tests.support.valid_examples import settled

_FOLDER = Path(__file__).parent / "bundles"


def _judge(vote: BundleBuilder, *bundles: bytes) -> Verdict:
    """The verdict on these bundles, which must be the same in every order."""
    pins = tuple((party, vote.fingerprint(party)) for party in vote.parties)
    names = [f"file {number}" for number in range(len(bundles))]
    verdicts = [
        together.verify([BytesIO(bundle) for bundle in order], names, VerifierInputs(pins)) for order in itertools.permutations(bundles)
    ]
    assert len({(verdict.state, verdict.exit, tuple(sorted(verdict.remarks))) for verdict in verdicts}) == 1, verdicts
    return verdicts[0]


def _shorter(vote: BundleBuilder, co_op: str, to_head: int = -1) -> bytes:
    """The bundle with one board cut at an earlier head, packed by somebody who wants it so."""
    entries, heads, signatures = vote.entries[co_op], vote.heads[co_op], dict(vote.signatures)
    vote.heads[co_op] = heads[:to_head]
    vote.entries[co_op] = entries[: vote.heads[co_op][-1].size]
    if vote.signatures.get(co_op) not in vote.entries[co_op]:
        vote.signatures.pop(co_op, None)
    try:
        return vote.pack()
    finally:
        vote.entries[co_op], vote.heads[co_op], vote.signatures = entries, heads, signatures


def test_two_complete_files_are_final(capsys: pytest.CaptureFixture[str]) -> None:
    vote = three_concluded("both")

    verdict = _judge(vote, vote.pack(), _shorter(vote, CEDAR))

    assert (verdict.exit, verdict.files) == (ExitCode.FINAL, 2)


def test_a_second_signature_that_one_file_cuts_off_is_found_in_the_other() -> None:
    vote = three_concluded("double")
    vote.append_entry(BIRCH, _signed(vote, BIRCH, b"another outcome"))
    vote.add_checkpoint(T + 300, boards=[BIRCH])
    short = _shorter(vote, BIRCH)

    assert _judge(vote, short).exit == ExitCode.FINAL
    assert _judge(vote, short, vote.pack()).exit == ExitCode.CONTESTED


def _signed(vote: BundleBuilder, co_op: str, outcome: bytes, revision: int = 1) -> bytes:
    body = {"vote": vote.vote, "id": co_op, "revision": revision, "hash": hashlib.sha256(outcome).hexdigest()}
    return json_bytes({"kind": "outcome", **signed_document(vote.key(co_op, "statement"), "outcome", body)})


def test_a_settlement_that_one_file_leaves_out_counts_from_the_other() -> None:
    good = settled().vote
    names = [str(_FOLDER / f"N1b-{name}.kith") for name in ("settled-rev2", "superseded-result-turned")]
    pins = str(_FOLDER / "pins.json")

    for order in (names, names[::-1]):
        assert main([*order, "--pins", pins]) == 0
    assert _judge(good, good.pack(), good.pack()).exit == ExitCode.FINAL


def test_a_revocation_that_one_file_leaves_out_is_found_in_the_other() -> None:
    vote = three_concluded("revoked")
    before = vote.pack()
    vote.changed_identities[BIRCH] = {"seq": 2, "revoked": [public_hex(vote.key(BIRCH, "board"))]}

    verdict = _judge(vote, before, vote.pack())

    assert (verdict.exit, "birch-hill has revoked" in " ".join(verdict.remarks)) == (ExitCode.CONTESTED, True)


def test_an_objection_in_one_file_contests_both() -> None:
    vote = three_concluded("objection")
    before = vote.pack()
    objection = {"vote": vote.vote, "id": CEDAR, "at": T + 1000, "about": "GM-2026-9"}
    vote.add_evidence("objection", object=signed_document(vote.key(CEDAR, "statement"), "objection", objection))

    assert _judge(vote, before, vote.pack()).exit == ExitCode.CONTESTED


def test_boards_of_which_neither_begins_the_other_are_a_fork() -> None:
    files = []
    for about in ("suspend", "restored"):
        vote = three_concluded("forked")
        vote.append_entry(ASH, {"kind": "notice", "about": about, "hash": "00" * 32})
        vote.add_checkpoint(T + 400, boards=[ASH])
        files.append(vote.pack())

    verdict = _judge(vote, *files)

    assert (verdict.exit, verdict.remarks) == (ExitCode.CONTESTED, ["it is proven that ash-grove showed two boards"])


def test_two_outcomes_on_two_histories_are_a_dispute() -> None:
    def with_ballot(choice: str) -> BundleBuilder:
        vote = three_voted("two histories", "ffaa-")
        for co_op in THREE:
            vote.ballot(co_op, 4, choice)
        vote.close()
        vote.conclude()
        return vote

    one, other = with_ballot("for"), with_ballot("against")

    assert _judge(one, one.pack()).exit == ExitCode.FINAL
    assert _judge(one, one.pack(), other.pack()).state == "disputed: two outcomes"


def test_cosignatures_that_move_a_cut_are_taken_from_all_files() -> None:
    """One file withholds what was held in time, and was signed as it counts; the union counts otherwise."""
    vote = three_voted("withheld")
    vote.add_checkpoint(T - 800)
    late = {co_op: vote.ballot(co_op, 0, "against") for co_op in THREE}
    vote.close(held_at=T + 5)
    vote.conclude()
    without = vote.pack()
    for co_op in THREE:
        for head in vote.heads[co_op]:
            if head.size == late[co_op] + 1:
                head.cosigned = [(witness, T - 5) for witness, _ in head.cosigned]
    vote.outcome = vote.count()

    verdict = _judge(vote, without, vote.pack())

    assert verdict.state == "not final: too few signatures"


def test_falling_dates_that_only_two_files_show_are_misconduct() -> None:
    files = []
    for size, at in ((-2, T + 900), (-1, T + 500)):
        vote = three_concluded("falling")
        vote.heads[ASH][-1].cosigned = [(BIRCH, T + 400)]
        vote.heads[ASH][size].cosigned.append((CEDAR, at))
        files.append(vote.pack())

    verdict = _judge(vote, *files)

    assert (verdict.exit, verdict.remarks) == (ExitCode.CONTESTED, ["it is proven that cedar-row cosigned with falling dates"])


def test_two_settlements_of_one_revision_in_two_files_are_a_dispute() -> None:
    files = []
    for cut in (12, 13):
        vote = three_voted("two settlements")
        vote.close()
        cuts = dict.fromkeys(THREE, cut)
        vote.settle("cuts", cuts)
        vote.outcome = vote.count(cuts, revision=2)
        for co_op in THREE:
            vote.sign(co_op, vote.outcome, 2)
            vote.add_checkpoint(T + 5000, boards=[co_op])
        files.append(vote.pack())

    assert _judge(vote, *files).state == "disputed: two settlements"


def test_a_wrong_or_damaged_file_among_them_is_named() -> None:
    vote = three_concluded("spoiled")
    good = vote.pack()
    vote.entries[ASH][12] = vote.entries[ASH][11]

    def judge(second: bytes) -> Verdict:
        return together.verify([BytesIO(good), BytesIO(second)], ["one.kith", "two.kith"], VerifierInputs())

    wrong, cut = judge(vote.pack()), judge(good[:5000])
    assert wrong.failure is not None
    assert (wrong.exit, "two.kith" in wrong.failure.sentence) == (ExitCode.WRONG, True)
    assert (cut.exit, "two.kith" in cut.damaged) == (ExitCode.DAMAGED, True)


def test_files_of_different_votes_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DifferentVotesError):
        _judge(three_concluded("one"), three_concluded("one").pack(), three_concluded("other").pack())

    (tmp_path / "one").write_bytes(three_concluded("one").pack())
    (tmp_path / "other").write_bytes(three_concluded("other").pack())
    assert main([str(tmp_path / "one"), str(tmp_path / "other")]) == 64
    assert "different votes" in capsys.readouterr().err


def test_the_same_file_twice_is_one_file() -> None:
    vote = three_concluded("twice")

    verdict = _judge(vote, vote.pack(), vote.pack())

    assert verdict.files == 1
    assert any("the same file" in line for line in verdict.reaches)


@pytest.mark.parametrize("make", [lambda vote: vote.card(ASH, 2)])
def test_a_card_is_opened_in_the_union(make: Callable[[BundleBuilder], object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vote = three_concluded("card")
    (tmp_path / "one").write_bytes(vote.pack())
    (tmp_path / "two").write_bytes(_shorter(vote, BIRCH))
    (tmp_path / "card").write_bytes(json_bytes(make(vote)))

    assert main([str(tmp_path / "two"), str(tmp_path / "one"), "--card", str(tmp_path / "card")]) == 0
    said = capsys.readouterr().out
    assert "entry 12 was counted for it: against" in said
    assert "these 2 files reach" in said


def test_a_head_of_another_tree_in_one_file_is_still_a_fork() -> None:
    """The evidence is true where it stands, also if the union counts another branch."""
    vote = three_concluded("note")
    before = vote.pack()
    forked = BoardHead(9, hashlib.sha256(b"another board").digest(), [])
    vote.add_evidence("fork", board=BIRCH, notes=[vote.signed_note(BIRCH, forked).decode()])

    assert _judge(vote, before, vote.pack()).exit == ExitCode.CONTESTED
