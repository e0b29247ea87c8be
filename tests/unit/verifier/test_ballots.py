"""Late, forged or repeated ballots are not counted, and a co-op that counts them is detected."""

import hashlib
import json
from typing import Any

import pytest

from scripts.verifier import checks
from scripts.verifier.checks import ExitCode, Verdict, VerifierInputs
from tests.support.bundle_builder import CLOSE, BundleBuilder, T
from tests.support.example_votes import ASH, BIRCH, CEDAR, THREE, three_concluded, three_voted


def verify_bundle(vote: BundleBuilder) -> Verdict:
    return checks.verify(vote.pack(), VerifierInputs(tuple((party, vote.fingerprint(party)) for party in vote.parties)))


def decode_outcome(verdict: Verdict) -> dict[str, Any]:
    assert verdict.counted is not None, verdict.failure
    result: dict[str, Any] = json.loads(verdict.counted.data)
    return result


@pytest.mark.capability("G15")
def test_a_ballot_without_timely_witnesses_is_on_the_board_but_not_counted() -> None:
    vote = three_voted("late")
    vote.add_checkpoint(CLOSE + 60)
    late = vote.ballot(ASH, 0, "against")
    vote.close(held_at=T + 1)
    vote.conclude()

    verdict = verify_bundle(vote)

    assert verdict.exit == ExitCode.FINAL
    assert decode_outcome(verdict)["boards"][0][1] <= late
    assert [ASH, "member", "against", 1] in decode_outcome(verdict)["tallies"]


@pytest.mark.capability("G15")
def test_of_a_row_that_voted_three_times_the_last_ballot_counts_and_only_that() -> None:
    vote = three_voted("thrice", "aaaaa")
    for choice in ("for", "against", "for"):
        vote.ballot(ASH, 0, choice)
    vote.close()
    vote.conclude()

    verdict = verify_bundle(vote)

    assert verdict.exit == ExitCode.FINAL
    assert decode_outcome(verdict)["tallies"][:2] == [[ASH, "member", "against", 4], [ASH, "member", "for", 1]]
    assert [ASH, "member", 5, 5] in decode_outcome(verdict)["quorums"]


@pytest.mark.capability("G15")
def test_a_ballot_without_a_row_is_rejected_and_listed() -> None:
    vote = three_voted("stuffed")
    forged = vote.append_entry(ASH, {"kind": "ballot", "pseudonym": "ZZZZZZZZZZZZZZZZ", "choice": "for"}, "NO_ROW")
    vote.close()
    vote.conclude()

    verdict = verify_bundle(vote)

    assert verdict.exit == ExitCode.FINAL
    assert decode_outcome(verdict)["rejected"] == [[ASH, forged, "NO_ROW"]]


@pytest.mark.capability("G15")
def test_a_ballot_put_into_the_file_afterwards_is_found_out() -> None:
    vote = three_concluded("afterwards")
    vote.entries[ASH].insert(12, vote.entries[ASH][11])

    verdict = verify_bundle(vote)

    assert verdict.failure is not None
    assert verdict.failure.number == 6


def test_what_the_boards_show_contests_a_result_even_where_no_evidence_says_so() -> None:
    vote = three_voted("untold")
    vote.close()
    other = vote.count(dict.fromkeys(THREE, 9))
    vote.sign(BIRCH, other)
    vote.conclude(signers=[ASH, CEDAR, BIRCH])

    verdict = verify_bundle(vote)

    assert (verdict.exit, verdict.state) == (ExitCode.CONTESTED, "final, contested")
    assert verdict.remarks == ["it is proven that birch-hill signed two outcomes"]


def test_a_settlement_moves_the_cut_and_needs_a_count_of_its_own() -> None:
    vote = three_concluded("moved")
    vote.settle("cuts", dict.fromkeys(THREE, 12))

    verdict = verify_bundle(vote)

    assert verdict.failure is not None
    assert verdict.failure.number == 15


def test_a_fork_is_proved_by_a_consistency_proof_between_heads_of_two_sizes() -> None:
    vote = three_concluded("proved")
    entries = vote.entries[ASH]
    small = vote.heads[ASH][0]
    other = vote.heads[ASH][1]
    forked = type(small)(small.size, hashlib.sha256(b"another").digest(), small.cosigned)
    notes = [vote.signed_note(ASH, forked).decode(), vote.signed_note(ASH, other).decode()]
    vote.add_evidence(
        "fork", board=ASH, notes=notes, root=small.root.hex(), proof=_reference_consistency_proof(entries[: other.size], small.size)
    )

    verdict = verify_bundle(vote)

    assert (verdict.exit, verdict.state) == (ExitCode.CONTESTED, "final, contested")
    assert verdict.remarks == ["it is proven that ash-grove showed two boards"]


def _reference_consistency_proof(entries: list[bytes], size: int) -> list[str]:
    """RFC 6962, section 2.1.2, as it is written there."""
    from tests.support.bundle_parts import merkle_root

    def subproof(m: int, part: list[bytes], known: bool) -> list[bytes]:  # noqa: FBT001 - the RFC's own
        if m == len(part):
            return [] if known else [merkle_root(part)]
        k = 1 << (len(part) - 1).bit_length() - 1
        if m <= k:
            return [*subproof(m, part[:k], known), merkle_root(part[k:])]
        return [*subproof(m - k, part[k:], False), merkle_root(part[:k])]  # noqa: FBT003 - the RFC's own

    return [one.hex() for one in subproof(size, entries, True)]  # noqa: FBT003 - the RFC's own


def test_terms_longer_than_an_entry_may_be_are_still_the_first_entry_of_every_board() -> None:
    vote = BundleBuilder("long-terms", list(THREE), changed_terms={"text": "\u00e9" * 4000})
    vote.open_vote()
    vote.cast_ballots(ASH, "fffff")
    vote.close()
    vote.conclude()

    assert len(vote.terms) > 8 * 1024
    assert verify_bundle(vote).exit == ExitCode.FINAL
