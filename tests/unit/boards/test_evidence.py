"""Evidence documents prove their claim to anyone who has the boards, and nothing if any part is invalid."""

import pytest

from libs.boards import documents, evidence
from libs.boards.document_fields import DocumentError
from libs.boards.documents import Objection, Settlement, read_settlement_body
from libs.boards.evidence import is_complete, read_evidence, read_note
from libs.boards.identity_documents import fingerprint_of
from libs.boards.vote_state import Misconduct
from libs.signing import canonical, merkle, statement
from libs.signing.canonical import Json
from scripts.verifier import cards_and_receipts as verifier
from tests.support.vote_boards import CLOSE, BoardHead, T, VoteBoards, make_salt, make_vote_boards, private_key, public_key, signed_outcome

THREE = ("ash", "birch", "cedar")


def closed_vote() -> VoteBoards:
    vote = make_vote_boards(*THREE, observers=["oak"]).open_vote()
    vote.ballot("ash", 0, "for")
    vote.close()
    return vote


VOTE = closed_vote()
BOARDS = VOTE.boards()
FIRST, CLOSED, LAST = VOTE.heads["ash"]
OTHER = BoardHead(FIRST.size, b"1" * 32)
LEAVES = [merkle.leaf_hash(entry) for entry in VOTE.entries["ash"]]


def make_note(head: BoardHead, board: str = "ash") -> bytes:
    return VOTE.signed_note(board, head)


def read_evidence_document(document: bytes) -> object:
    return read_evidence(VOTE.terms, BOARDS, document)


def assert_refused(document: bytes) -> None:
    with pytest.raises(DocumentError):
        read_evidence_document(document)


def test_two_heads_of_one_size_with_different_roots_are_a_fork() -> None:
    assert read_evidence_document(evidence.fork_of_one_size("ash", make_note(FIRST), make_note(OTHER))) == Misconduct("fork", "ash")
    assert_refused(evidence.fork_of_one_size("ash", make_note(FIRST), make_note(FIRST)))
    assert_refused(evidence.fork_of_one_size("ash", make_note(FIRST), make_note(LAST)))
    assert_refused(evidence.fork_of_one_size("birch", make_note(FIRST), make_note(OTHER)))
    assert_refused(evidence.fork_of_one_size("elm", make_note(FIRST), make_note(OTHER)))


def test_one_head_that_is_not_of_the_entries_is_a_fork() -> None:
    def alone(head: BoardHead) -> bytes:
        return canonical.encode({"kind": "fork", "board": "ash", "notes": [make_note(head).decode()]})

    assert read_evidence_document(alone(OTHER)) == Misconduct("fork", "ash")
    assert_refused(alone(FIRST))
    assert_refused(alone(BoardHead(LAST.size + 1, b"1" * 32)))


def test_two_heads_of_different_sizes_are_a_fork_when_the_larger_began_otherwise() -> None:
    root = merkle.root_of(LEAVES[: FIRST.size])
    proof = merkle.consistency_proof(LEAVES, FIRST.size, LAST.size)

    assert read_evidence_document(evidence.fork_of_two_sizes("ash", make_note(OTHER), make_note(LAST), root, proof)) == Misconduct(
        "fork", "ash"
    )
    assert_refused(evidence.fork_of_two_sizes("ash", make_note(FIRST), make_note(LAST), root, proof))
    assert_refused(evidence.fork_of_two_sizes("ash", make_note(OTHER), make_note(LAST), root, proof[:-1]))
    assert_refused(evidence.fork_of_two_sizes("ash", make_note(OTHER), make_note(LAST), b"2" * 32, proof))
    assert_refused(evidence.fork_of_two_sizes("ash", make_note(OTHER), make_note(FIRST), root, ()))


def test_two_outcomes_of_one_party_and_revision_are_misconduct() -> None:
    first, second = (signed_outcome(VOTE.terms, "ash", said) for said in (b"one", b"two"))

    assert read_evidence_document(evidence.double_outcome(first, second)) == Misconduct("double_outcome", "ash")
    assert evidence.double_outcome(first, second) == evidence.double_outcome(second, first)
    assert_refused(evidence.double_outcome(first, signed_outcome(VOTE.terms, "ash", b"two", 2)))
    assert_refused(evidence.double_outcome(first, signed_outcome(VOTE.terms, "birch", b"two")))
    assert_refused(evidence.double_outcome(first, signed_outcome(VOTE.terms, "ash", b"two", by="birch")))
    assert_refused(evidence.double_outcome(signed_outcome(VOTE.terms, "elm", b"one"), signed_outcome(VOTE.terms, "elm", b"two")))
    assert_refused(evidence.double_outcome(signed_outcome(VOTE.terms, "oak", b"one"), signed_outcome(VOTE.terms, "oak", b"two")))
    assert_refused(evidence.double_outcome(first, signed_outcome(make_vote_boards("ash", "birch").terms, "ash", b"two")))


def test_a_cosignature_in_time_above_what_its_author_closed_with_is_misconduct() -> None:
    late = BoardHead(LAST.size, LAST.root, [("birch", T)])

    assert read_evidence_document(evidence.late_cosignature("birch", "ash", make_note(late))) == Misconduct("late_cosignature", "birch")
    assert_refused(evidence.late_cosignature("birch", "ash", make_note(BoardHead(LAST.size, LAST.root, [("birch", T + 1)]))))
    assert_refused(evidence.late_cosignature("birch", "ash", make_note(BoardHead(CLOSED.size, CLOSED.root, [("birch", T)]))))
    assert_refused(evidence.late_cosignature("cedar", "ash", make_note(late)))
    assert_refused(evidence.late_cosignature("ash", "ash", make_note(late)))


def test_a_board_that_closed_leaves_out_was_cosigned_up_to_nothing() -> None:
    vote = make_vote_boards(*THREE).open_vote()
    vote.append_entry("birch", b'{"boards":[],"kind":"closed"}')
    document = evidence.late_cosignature("birch", "ash", vote.signed_note("ash", vote.heads["ash"][0]))
    assert read_evidence(vote.terms, vote.boards(), document) == Misconduct("late_cosignature", "birch")

    silent = make_vote_boards(*THREE).open_vote()
    with pytest.raises(DocumentError):
        read_evidence(
            silent.terms, silent.boards(), evidence.late_cosignature("birch", "ash", silent.signed_note("ash", silent.heads["ash"][0]))
        )


def test_dates_that_fall_while_sizes_rise_are_misconduct() -> None:
    smaller, larger = (BoardHead(head.size, head.root, [("birch", at)]) for head, at in ((FIRST, CLOSE), (LAST, CLOSE - 1)))

    document = evidence.falling_dates("birch", "ash", make_note(smaller), make_note(larger))
    assert read_evidence_document(document) == Misconduct("falling_dates", "birch")
    same = BoardHead(LAST.size, LAST.root, [("birch", CLOSE)])
    assert_refused(evidence.falling_dates("birch", "ash", make_note(smaller), make_note(same)))
    assert_refused(evidence.falling_dates("cedar", "ash", make_note(smaller), make_note(larger)))
    assert_refused(evidence.falling_dates("birch", "ash", make_note(larger), make_note(larger)))


def test_a_participant_objects_under_its_own_key() -> None:
    def document(objector: str, by: str, vote: str = VOTE.terms.vote) -> bytes:
        return evidence.objection(Objection(vote, objector, T + 5, "GM-2026-7").signed(private_key(by, "statement")))

    assert read_evidence_document(document("ash", "ash")) == Objection(VOTE.terms.vote, "ash", T + 5, "GM-2026-7")
    assert_refused(document("ash", "birch"))
    assert_refused(document("oak", "oak"))
    assert_refused(document("ash", "ash", "0" * 64))


def make_settlement(kind: str = "cuts", without: tuple[str, ...] = ()) -> Settlement:
    cuts = tuple((co_op, 5) for co_op in THREE) if kind == "cuts" else ()
    return Settlement(VOTE.terms.vote, 2, kind, cuts, without)


def test_a_settlement_needs_everybody_but_those_who_are_proven_guilty() -> None:
    guilty = [Misconduct("fork", "cedar")]
    for found in (make_settlement(), make_settlement("annul")):
        assert is_complete(VOTE.terms, found, THREE, ())
        assert not is_complete(VOTE.terms, found, THREE[:2], guilty)
    without = make_settlement(without=("cedar",))
    assert is_complete(VOTE.terms, without, THREE[:2], guilty)
    assert not is_complete(VOTE.terms, without, THREE[:2], ())
    assert not is_complete(VOTE.terms, without, THREE[:1], guilty)
    partly = Settlement(VOTE.terms.vote, 2, "cuts", (("ash", 5),), ())
    assert not is_complete(VOTE.terms, partly, THREE, ())


def test_each_co_op_adds_its_own_signature_to_a_settlement_and_a_wrong_one_is_refused() -> None:
    found = make_settlement()
    sig = statement.sign(private_key("ash", "statement"), "settlement", found.data())

    assert read_evidence_document(evidence.settlement(documents.write_settlement(found, {"ash": sig}))) == (found, {"ash": sig})
    assert read_settlement_body(found.data()) == found
    assert_refused(evidence.settlement(documents.write_settlement(found, {"birch": sig})))
    assert_refused(evidence.settlement(documents.write_settlement(found, {"oak": sig})))
    stranger = Settlement(VOTE.terms.vote, 2, "cuts", (("elm", 5),), ())
    assert_refused(evidence.settlement(documents.write_settlement(stranger, {})))


@pytest.mark.parametrize(
    "changed",
    [{"revision": 1}, {"kind": "average"}, {"cuts": []}, {"cuts": [["ash", 5], ["ash", 6]]}, {"without": ["b", "a"]}, {"more": 1}],
    ids=str,
)
def test_a_settlement_of_another_form_is_refused(changed: dict[str, Json]) -> None:
    read_settlement_body(canonical.encode(make_settlement().json()))
    with pytest.raises(DocumentError):
        read_settlement_body(canonical.encode({**make_settlement().json(), **changed}))


def test_nobody_signs_a_settlement_twice() -> None:
    sigs: list[Json] = [["ash", "0" * 128], ["ash", "1" * 128]]
    with pytest.raises(DocumentError):
        documents.read_settlement({"body": make_settlement().json(), "sigs": sigs})


def test_a_paper_of_no_kind_or_too_long_is_refused() -> None:
    assert_refused(b'{"kind":"gossip"}')
    assert_refused(b"[]")
    assert_refused(b" " * (256 * 1024 + 1))


def test_a_note_of_another_board_or_by_a_stranger_is_refused() -> None:
    head, cosigned = read_note(VOTE.terms, "ash", make_note(FIRST))
    assert (head.size, head.root, len(cosigned)) == (FIRST.size, FIRST.root, 3)
    with pytest.raises(DocumentError):
        read_note(VOTE.terms, "birch", make_note(FIRST))


def test_receipts_and_cards_are_what_the_verifier_reads() -> None:
    leaf = merkle.leaf_hash(b"a ballot")
    receipt = documents.encode_receipt(VOTE.terms.vote, "ash", "0" * 16, 7, leaf, T, private_key("ash", "statement"))
    fingerprints = {co_op: fingerprint_of(public_key(co_op, "root")) for co_op in THREE}
    card = documents.encode_card(VOTE.terms.vote, "ash", "0" * 16, "member", "1\nMade-up Member", make_salt("ash", 1), fingerprints)

    read = verifier.read_receipt(receipt)
    assert (read.vote, read.id, read.index, read.leaf) == (VOTE.terms.vote, "ash", 7, leaf.hex())
    assert read.signed.is_signed_by(public_key("ash", "statement").hex())
    assert verifier.read_card(card).pins == fingerprints == verifier.read_pins(documents.encode_pins(fingerprints))
