"""A bundle does not date itself, and the one who packs it chooses how far it reaches: what it shows against itself counts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.verifier import checks
from scripts.verifier.__main__ import main
from scripts.verifier.verdict import ExitCode, Verdict, VerifierInputs
from tests.support.bundle_builder import CLOSE, BundleBuilder, T
from tests.support.bundle_parts import json_bytes, pack_archive, public_hex
from tests.support.example_votes import ASH, BIRCH, CEDAR, THREE, three_concluded, three_voted

_ROOT = Path(__file__).parents[2]
_FOLDER = Path(__file__).parent / "bundles"
_PINS = str(_FOLDER / "pins.json")
_LONG_AFTER = T + 10**7

# file, exit code, what the report must say and must not say
_CASES = [
    ("N1b-settled-rev2", 0, "it did not pass", "result stands"),
    ("N1b-superseded-result-turned", 3, "a later outcome", "FINAL,"),
    ("N3-dispute-hidden-by-short-board", 4, "CONTESTED", "result stands"),
    ("N4b-double-signer-short-board", 0, "as far as this file reaches", "result stands"),
    ("N2-revocation-hidden", 0, "a key that a co-op revoked later", "result stands"),
    ("N5-no-evidence-contested", 0, "could object until 2026-01-10", "result stands"),
    ("K2-withheld-heads-home", 3, "cosigned 17 entries of ash-grove in time; this file shows 12", "FINAL,"),
    ("K3-vote-of-the-future", 3, "the voting is not over", "FINAL,"),
    ("H1-home-overwrites", 0, "a co-op can vote for any of its members", "result stands"),
    ("edge-observer-head0", 0, "cosigned 2 entries of oak-union", "result stands"),
    ("edge-receipt-bad-form", 0, "1 entries are rejected", "result stands"),
    ("mut-drop_all_sig_files-13", 4, "2 of 3 participants signed", "result stands"),
]


@pytest.mark.parametrize(("name", "code", "says", "never"), _CASES, ids=[case[0] for case in _CASES])
def test_what_a_bundle_shows_against_itself_counts(name: str, code: int, says: str, never: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_FOLDER / f"{name}.kith"), "--pins", _PINS], now=lambda: _LONG_AFTER) == code

    said = capsys.readouterr().out
    assert says in said
    assert never not in said


def test_a_vote_of_the_future_is_final_for_who_ignores_the_clock() -> None:
    assert main([str(_FOLDER / "K3-vote-of-the-future.kith"), "--pins", _PINS, "--ignore-clock"], now=lambda: 0) == 0


def test_a_ballot_that_the_home_wrote_over_is_told_as_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    papers = ["--card", str(_FOLDER / "H1-card.json"), "--receipt", str(_FOLDER / "H1-receipt.json")]

    assert main([str(_FOLDER / "H1-home-overwrites.kith"), *papers], now=lambda: _LONG_AFTER) == 0

    assert (
        "a later ballot took its place, entry 15. If you did not cast one: this shows that your co-op changed it" in capsys.readouterr().out
    )


def test_a_terminal_that_cannot_write_the_question_still_gets_the_verdict() -> None:
    command = [sys.executable, "-m", "scripts.verifier", str(_FOLDER / "misc-question.kith"), "--pins", _PINS]

    run = subprocess.run(command, cwd=_ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (1, "")
    assert "Question: Sh?ll we??" in run.stdout
    assert "15  FAILED" in run.stdout


def test_json_on_such_a_terminal_is_json() -> None:
    command = [sys.executable, "-m", "scripts.verifier", str(_FOLDER / "misc-question.kith"), "--json"]

    run = subprocess.run(command, cwd=_ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False)

    assert json.loads(run.stdout)["question"] == "Sh\u2603ll we\u202e?"


def _verdict(vote: BundleBuilder, now: int | None = None) -> Verdict:
    return checks.verify(vote.pack(), VerifierInputs(tuple((party, vote.fingerprint(party)) for party in vote.parties), now=now))


@pytest.mark.parametrize(("now", "state"), [(T, "not final: the voting is not over"), (T + 1, "final"), (None, "final")])
def test_nothing_is_final_before_the_vote_can_be_counted(now: int | None, state: str) -> None:
    verdict = _verdict(three_concluded("clock"), now)

    assert verdict.state == state


def test_an_objection_can_still_come_while_the_window_is_open() -> None:
    assert any("can still object" in remark for remark in _verdict(three_concluded("clock"), T + 5).remarks)


@pytest.mark.parametrize(("signers", "code"), [(THREE, ExitCode.NOT_FINAL), (THREE[:2], ExitCode.NOT_FINAL), ([CEDAR], ExitCode.CONTESTED)])
def test_a_later_revision_on_boards_counts_by_how_many_signed_it(signers: list[str], code: ExitCode) -> None:
    vote = three_concluded("later")
    for co_op in signers:
        kept = vote.signatures[co_op]
        vote.sign(co_op, b"the outcome of a settlement", 2)
        vote.signatures[co_op] = kept
        vote.add_checkpoint(T + 5000, boards=[co_op])

    assert _verdict(vote).exit == code


def test_a_second_revision_signed_in_evidence_counts_too() -> None:
    vote = three_concluded("later in evidence")
    for co_op in THREE[:2]:
        entries = []
        for outcome in (b"one", b"two"):
            vote.sign(co_op, outcome, 2)
            entries.append(vote.entries[co_op].pop())
        vote.signatures[co_op] = vote.entries[co_op][-1]
        vote.add_evidence("double_outcome", entries=[json.loads(entry) for entry in entries])

    assert _verdict(vote).state == "not final: a later outcome was signed"


def _withheld(name: str, parties: list[str], dropped: list[tuple[str, str]]) -> BundleBuilder:
    """A vote whose bundle leaves out cosignatures before T: (witness, board) pairs."""
    vote = BundleBuilder(name, parties)
    vote.open_vote()
    for co_op in parties:
        vote.cast_ballots(co_op, "ffa--")
    vote.add_checkpoint(CLOSE - 500)
    vote.ballot(ASH, 3, "against")
    vote.close()
    for witness, board in dropped:
        for head in vote.heads[board]:
            head.cosigned = [(who, at) for who, at in head.cosigned if who != witness or not CLOSE <= at <= T]
    for board in parties:
        vote.heads[board] = [head for head in vote.heads[board] if head.cosigned]
    vote.conclude()
    return vote


FIVE = [*THREE, "dell-end", "elm-side"]


@pytest.mark.parametrize(
    ("parties", "withheld", "state"),
    [
        (THREE, [BIRCH, CEDAR], "not final: the file contradicts itself"),
        (THREE, [BIRCH], "final"),
        (FIVE, [BIRCH, CEDAR, "dell-end"], "not final: the file contradicts itself"),
        (FIVE, [BIRCH], "final"),
    ],
)
def test_closed_counts_like_the_cosignature_that_it_names(parties: list[str], withheld: list[str], state: str) -> None:
    """One of two witnesses decides, or three of four: what decides nothing is told, and no more."""
    verdict = _verdict(_withheld(f"withheld {len(withheld)}", parties, [(witness, ASH) for witness in withheld]))

    assert verdict.state == state
    assert sum("in time; this file shows" in remark for remark in verdict.remarks) == len(withheld)


def _with_claim(name: str, size: int, root: str, *, silent_later: bool) -> BundleBuilder:
    """Cedar says in its `closed` that it cosigned this of the board of ash."""
    vote = three_voted(name)
    vote.add_checkpoint(CLOSE + 60)
    for co_op in THREE:
        named = [vote._last(co_op, other) for other in THREE if other != co_op]
        if co_op == CEDAR:
            named = [[ASH, size, root, CLOSE + 60], *named[1:]]
        vote.append_entry(co_op, {"kind": "closed", "boards": sorted(named, key=json_bytes)})
    vote.add_checkpoint(T + 100)
    vote.conclude()
    if silent_later:
        for head in vote.heads[ASH]:
            head.cosigned = [(who, at) for who, at in head.cosigned if who != CEDAR or at <= T]
    return vote


def test_closed_that_names_entries_beyond_the_board_shows_that_the_board_was_cut() -> None:
    verdict = _verdict(_with_claim("beyond", 40, "12" * 32, silent_later=True))

    assert verdict.state == "not final: the file contradicts itself"


def test_who_cosigned_fewer_later_is_not_believed_to_have_held_more() -> None:
    """One party alone could otherwise keep every result from being final, by writing a number."""
    verdict = _verdict(_with_claim("liar", 40, "12" * 32, silent_later=False))

    assert verdict.state == "final"
    assert any("one of the two is not true" in remark for remark in verdict.remarks)


def test_closed_that_names_another_tree_is_contested() -> None:
    vote = _with_claim("another tree", 15, "12" * 32, silent_later=False)

    assert len(vote.entries[ASH]) > 15
    assert _verdict(vote).state == "final, contested"


def test_a_larger_head_in_evidence_shows_that_the_board_was_cut() -> None:
    vote = three_voted("head in evidence")
    vote.close()
    vote.conclude()
    vote.append_entry(ASH, {"kind": "notice", "about": "suspend", "hash": "00" * 32})
    vote.add_checkpoint(T + 400, boards=[ASH])
    last = vote.heads[ASH][-1]
    last.cosigned = [(CEDAR, CLOSE + 70)]
    vote.add_evidence("late_cosignature", witness=CEDAR, board=ASH, note=vote.signed_note(ASH, last).decode())
    vote.heads[ASH].pop()
    vote.entries[ASH].pop()

    assert _verdict(vote).state == "not final: the file contradicts itself"


def test_a_board_that_tells_of_an_objection_which_the_file_leaves_out() -> None:
    vote = three_concluded("told of")
    vote.append_entry(CEDAR, {"kind": "notice", "about": "objection", "hash": "34" * 32})
    vote.add_checkpoint(T + 300, boards=[CEDAR])

    assert any("tells of an objection that is not in this file" in remark for remark in _verdict(vote).remarks)


def test_signatures_are_counted_from_the_boards() -> None:
    """The files of signatures are chosen by who packs the bundle."""
    vote = three_concluded("no files")
    vote.signatures.clear()

    assert _verdict(vote).exit == ExitCode.FINAL


def test_contested_has_a_code_and_a_sentence_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_ROOT / "examples/bundles/contested.kith"), "--pins", _PINS]) == 4
    assert "CONTESTED" in capsys.readouterr().out


@pytest.mark.parametrize("left", [0, 100, 512, 40_000, -1024, -512, -1])
def test_a_file_that_is_cut_short_is_damaged_and_not_forged(left: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cut.kith").write_bytes(three_concluded("cut").pack()[: left or 0])

    assert main([str(tmp_path / "cut.kith")]) == 65
    said = capsys.readouterr().out
    assert "Fetch the file again" in said
    assert "WRONG" not in said


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Sign in</title>", b"\x1f\x8b" + bytes(3000), b"{}", b"terms" * 2000])
def test_a_saved_page_is_no_bundle_and_not_forged(page: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.kith").write_bytes(page)

    assert main([str(tmp_path / "page.kith"), "--json"]) == 65
    assert '"state": "damaged"' in capsys.readouterr().out


def test_a_fault_of_the_verifier_is_no_verdict(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(checks, "verify", fail)

    assert main([str(_ROOT / "examples/bundles/pooled-cap.kith")]) == 70
    said = capsys.readouterr()
    assert "says nothing about the file" in said.err
    assert "Traceback" not in said.err + said.out


@pytest.mark.parametrize("path", ["/", "no\0such", "/dev/stdin", "\udcff"])
def test_what_is_no_file_is_refused_in_words(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([path]) in {64, 65}
    assert "Traceback" not in capsys.readouterr().err


def test_a_receipt_for_a_ballot_of_bad_form_is_good_and_tells_that_it_does_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote = three_voted("bad form")
    index = vote.ballot(ASH, 0, 7, "BAD_FORM")
    (tmp_path / "receipt.json").write_bytes(json_bytes(vote.receipt(ASH, 0, index)))
    vote.close()
    vote.conclude()
    (tmp_path / "vote.kith").write_bytes(vote.pack())
    pins = [f"--pin={party}={vote.fingerprint(party)}" for party in vote.parties]

    assert main([str(tmp_path / "vote.kith"), "--receipt", str(tmp_path / "receipt.json"), *pins]) == 0
    assert "it was not counted" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["north\u200b", "no\u202erth", "\u2066north", "nor\u00adth", "no\u200drth"])
def test_options_with_letters_that_nobody_sees_are_refused(option: str) -> None:
    from tests.support.bundle_parts import plain_rule

    vote = BundleBuilder("unseen", list(THREE), rule=plain_rule(method="plurality"), changed_terms={"options": ["north", option]})
    vote.open_vote()
    vote.close()
    vote.conclude(outcome=b"{}")

    failure = checks.verify(vote.pack(), VerifierInputs()).failure

    assert failure is not None
    assert failure.number == 2
    assert "option" in failure.sentence


def test_a_revoked_key_is_contested_by_the_code_too() -> None:
    vote = three_concluded("revoked")
    vote.changed_identities[BIRCH] = {"revoked": [public_hex(vote.key(BIRCH, "board"))]}

    assert _verdict(vote).exit == ExitCode.CONTESTED


def test_an_archive_without_any_member_is_wrong() -> None:
    assert checks.verify(pack_archive({}), VerifierInputs()).exit == ExitCode.WRONG
