"""Every parser of foreign bytes: what it parses, the errors it may raise, and valid bytes to start from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from libs.boards import document_fields, documents, evidence, identity_documents
from libs.boards.document_fields import DocumentError
from libs.boards.entries import read_entry
from libs.boards.vote_terms import check_vote_keys, read_party, read_terms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json, NotCanonicalError
from libs.signing.checkpoint import BadNoteError
from libs.signing.merkle import BadTreeError, Frontier
from scripts.verifier import cards_and_receipts as verifier
from scripts.verifier import checks
from scripts.verifier.canonical_json import NotCanonicalJsonError
from scripts.verifier.checks import VerifierInputs
from scripts.verifier.json_values import MalformedError
from services.federation.border.translate_vote_sync import MAX_ENTRIES
from services.federation.domain import agreement, invitation, message_stream, witnessing
from services.federation.domain.message_stream import PeerMessage
from services.federation.domain.witnessing import BoardUpdate, BoardUpdateRejectedError, Cosignature, SignedHead
from tests.support.json_mutations import nested_lists
from tests.support.mutated_votes import cached_vote, evidence_documents
from tests.support.random_votes import random_vote
from tests.support.vote_boards import T, VoteBoards, fingerprints, make_identity_document, make_salt, private_key, public_key

KIB_64 = 64 * 1024
VERIFIER_ERRORS = (MalformedError, NotCanonicalJsonError)


@dataclass(frozen=True)
class ParserCase:
    """A parser under test. `errors` are all it may raise; empty if it accepts any input."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    good: tuple[bytes, ...]


@cache
def parser_cases() -> dict[str, ParserCase]:
    vote = cached_vote(0)
    ash = vote.co_ops[0]
    boards = vote.boards()
    notes = tuple(vote.signed_note(ash, head) for head in vote.heads[ash])
    agreed = board_update_of(vote, ash)
    half = agreement.half_to_json(
        agreement.AgreementHalf("ash", "Ash", "0" * 64, "the secretary", agreement.DecisionReference("board", "2026-01-01", "B-1"), (1,))
    )
    card = documents.encode_card(
        vote.terms.vote, ash, "0" * 16, "member", "1\nMade-up Member", make_salt(ash, 1), fingerprints(vote.parties)
    )
    settled = canonical.decode(vote.settlement("cuts", dict.fromkeys(vote.co_ops, 5)))
    assert isinstance(settled, dict)
    names = {
        checkpoint.witness_name(item, vote.terms.vote): evidence.witness_key(vote.terms, item) for item in vote.terms.witnesses_of(ash)
    }
    return {
        "json_bytes": ParserCase(canonical.decode, (NotCanonicalError,), (vote.terms.data, card)),
        "terms": ParserCase(read_terms, (DocumentError,), (vote.terms.data,)),
        "entry": ParserCase(read_entry, (), tuple(item for board_entries in vote.entries.values() for item in board_entries[1:])),
        "identity": ParserCase(identity_documents.read_identity, (DocumentError,), (make_identity_document(ash),)),
        "invitation": ParserCase(invitation.read, (DocumentError,), (_invitation(ash),)),
        "letter": ParserCase(
            lambda data: message_stream.parse_and_verify(data, [public_key(ash, "signer")], ash, "elm"),
            (DocumentError,),
            (_peer_message(ash),),
        ),
        "party": ParserCase(_check_party_keys, (DocumentError,), (canonical.encode(vote.terms.parties[0].json()),)),
        "half": ParserCase(
            lambda data: agreement.half_from_json(document_fields.decode_json(data, "half")), (DocumentError,), (canonical.encode(half),)
        ),
        "paper": ParserCase(lambda data: evidence.read_evidence(vote.terms, boards, data), (DocumentError,), evidence_documents(0)),
        "settlement": ParserCase(documents.read_settlement_body, (DocumentError,), (canonical.encode(_settlement_body(settled)),)),
        "note": ParserCase(lambda data: evidence.read_note(vote.terms, ash, data), (DocumentError,), notes),
        "any_note": ParserCase(
            lambda data: checkpoint.parse_note(data, evidence.board_key(vote.terms, ash), names), (BadNoteError,), notes
        ),
        "frontier": ParserCase(Frontier.decoded, (BadTreeError,), tuple(_frontier_bytes(size) for size in (0, 1, 7, 64))),
        "piece": ParserCase(
            lambda data: _process_board_update(vote, ash, data), (BoardUpdateRejectedError,), (_board_update_json(agreed),)
        ),
        "bundle": ParserCase(lambda data: checks.verify(data, VerifierInputs(vote.pins())), (), (random_vote(1).bundle(),)),
        "card": ParserCase(verifier.read_card, VERIFIER_ERRORS, (card,)),
        "pins": ParserCase(verifier.read_pins, VERIFIER_ERRORS, (documents.encode_pins(fingerprints(vote.parties)),)),
        "receipt": ParserCase(
            verifier.read_receipt,
            VERIFIER_ERRORS,
            (documents.encode_receipt(vote.terms.vote, ash, "0" * 16, 7, bytes(32), T, private_key(ash, "statement")),),
        ),
    }


def board_update_of(vote: VoteBoards, co_op: str) -> BoardUpdate:
    """A co-op's board as a peer would send it."""
    head = vote.heads[co_op][-1]
    leaves = [merkle.leaf_hash(entry) for entry in vote.entries[co_op]]
    signed = checkpoint.Checkpoint(checkpoint.origin_of(co_op, vote.terms.vote), head.size, head.root)
    cosigned = tuple(
        Cosignature(witness, head.size, head.root, at, checkpoint.cosign(private_key(witness, "witness"), signed, at))
        for witness, at in head.cosigned
    )
    return BoardUpdate(
        co_op,
        0,
        tuple(vote.entries[co_op][:5]),
        SignedHead(head.size, head.root, checkpoint.sign_checkpoint(private_key(co_op, "board"), signed)),
        tuple(merkle.consistency_proof(leaves, 5, head.size)),
        (),
        cosigned,
    )


HUGE_INPUTS: dict[str, bytes] = {
    "zeros": bytes(KIB_64),
    "brackets": b"[" * KIB_64,
    "nested": nested_lists(KIB_64 // 2),
    "objects": b'{"a":' * (KIB_64 // 5),
    "quotes": b'"' * KIB_64,
    "one_string": b'"' + b"x" * (KIB_64 - 2) + b'"',
    "escapes": b'"' + b"\\u0000" * (KIB_64 // 6) + b'"',
    "half_characters": b'"' + b"\\ud800" * (KIB_64 // 6) + b'"',
    "marks": b'"' + "\u0301\u0327".encode() * (KIB_64 // 4) + b'"',
    "not_in_nfc": b'"' + "e\u0301".encode() * (KIB_64 // 3) + b'"',
    "digits": b"1" * KIB_64,
    "long_numbers": b"[" + b",".join([b"1" * 4300] * 15) + b"]",
    "list_of_zeros": b"[" + b"0," * (KIB_64 // 2 - 2) + b"0]",
    "list_of_lists": b"[" + b"[]," * (KIB_64 // 3 - 2) + b"[]]",
    "keys": b"{" + b",".join(b'"%05d":0' % at for at in range(KIB_64 // 10)) + b"}",
    "one_key_often": b"{" + b",".join([b'"kind":"ballot"'] * (KIB_64 // 16)) + b"}",
    "lines": b"\n" * KIB_64,
    "signatures": b"a\n1\n" + b"A" * 44 + b"\n\n" + "\u2014 a AAAA\n".encode() * (KIB_64 // 12),
    "spaces": b" " * KIB_64,
    "nan": b"[" + b"NaN," * (KIB_64 // 4 - 2) + b"0]",
    "exponent": b"1e" + b"9" * (KIB_64 - 2),
    "minus_zero": b"[" + b"-0," * (KIB_64 // 3 - 2) + b"0]",
}
"""Inputs of 64 KiB that are designed to be slow to parse."""


def repeat_slice(random: Random, data: bytes) -> bytes:
    """A valid document with one slice repeated until it is long."""
    at = random.randrange(len(data))
    piece = data[at : at + random.randint(1, 60)]
    return data[:at] + piece * ((KIB_64 - len(data)) // len(piece) if len(data) < KIB_64 else 1) + data[at:]


def _peer_message(ash: str) -> bytes:
    body = PeerMessage(ash, "elm", 2, "0" * 64, T, "terms", {"anything": ["goes", 1, {"here": True}]}).body()
    return canonical.encode(
        {"body": document_fields.decode_json(body, "letter"), "sig": statement.sign(private_key(ash, "signer"), "letter", body).hex()}
    )


def _invitation(ash: str) -> bytes:
    return invitation.write(make_identity_document(ash), [ash.encode()])


def _check_party_keys(data: bytes) -> None:
    check_vote_keys("0" * 32, read_party(document_fields.decode_json(data, "party")))


def _settlement_body(settled: dict[str, Json]) -> Json:
    settlement = settled["object"]
    assert isinstance(settlement, dict)
    return settlement["body"]


def _frontier_bytes(size: int) -> bytes:
    return Frontier.empty().extend(merkle.leaf_hash(bytes([number])) for number in range(size)).encoded()


def _board_update_json(brought: BoardUpdate) -> bytes:
    """A board update as JSON, so that it can be mutated like other documents."""
    head = brought.head
    assert head is not None
    return json.dumps(
        {
            "co_op": brought.co_op,
            "first": brought.first,
            "entries": [entry.hex() for entry in brought.entries],
            "head": [head.size, head.root.hex(), head.signature.hex()],
            "proof": [node.hex() for node in brought.proof],
            "cosigned": [
                [cosignature.witness, cosignature.size, cosignature.root.hex(), cosignature.time, cosignature.signature.hex()]
                for cosignature in brought.cosignatures
            ],
        }
    ).encode()


def _process_board_update(vote: VoteBoards, ash: str, data: bytes) -> None:
    """Processes a board update as an exchange does: any strings, bytes and 64-bit numbers, up to the maximum of entries."""
    try:
        fields = json.loads(data)
        size, root, signature = fields["head"]
        head = SignedHead(_to_uint64(size), bytes.fromhex(root), bytes.fromhex(signature))
        entries, proof = (tuple(bytes.fromhex(item) for item in fields[name][:MAX_ENTRIES]) for name in ("entries", "proof"))
        brought = BoardUpdate(ash, _to_uint64(fields["first"]), entries, head, proof, (), ())
        cosigned = [
            Cosignature(str(witness), _to_uint64(size), bytes.fromhex(root), _to_uint64(at), bytes.fromhex(signature))
            for witness, size, root, at, signature in fields["cosigned"]
        ]
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
        return
    for item in cosigned:
        witnessing.verify_cosignature(vote.terms, ash, item)
    witnessing.select_needed_cosignatures(vote.terms, cosigned)
    witnessing.find_falling_dates(cosigned)
    witnessing.verify_new_entries(vote.terms, Frontier.empty(), brought)
    witnessing.verify_new_entries(vote.terms, Frontier.empty().extend(merkle.leaf_hash(entry) for entry in entries[:2]), brought)
    witnessing.verify_head(vote.terms, ash, head)


def _to_uint64(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value % 2**64
