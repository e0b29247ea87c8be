"""Every reader of bytes that somebody else wrote: what it reads, the one way in which it refuses, and good bytes to begin from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from libs.boards import evidence, forms, identity, papers
from libs.boards.entries import read_entry
from libs.boards.forms import DocumentError
from libs.boards.terms import check_vouched, read_party, read_terms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json, NotCanonicalError
from libs.signing.checkpoint import BadNoteError
from libs.signing.merkle import BadTreeError, Frontier
from scripts.verifier import checks
from scripts.verifier import papers as verifier
from scripts.verifier.canonical import NotJsonBytesError
from scripts.verifier.checks import Brought as Pinned
from scripts.verifier.shapes import MalformedError
from services.federation.border.vote_parcel import MOST_ENTRIES
from services.federation.domain import agreement, invitation, letters, witnessing
from services.federation.domain.letters import Letter
from services.federation.domain.witnessing import Brought, BroughtCosignature, NotTakenError, SignedHead
from tests.support.boards import T, WholeVote, fingerprints, identity_document, key, public, salt
from tests.support.made_votes import made_vote
from tests.support.spoilt import nested
from tests.support.spoilt_votes import papers_of, seed

KIB_64 = 64 * 1024
BOTH = (MalformedError, NotJsonBytesError)


@dataclass(frozen=True)
class Reader:
    """`errors` are all it may raise; none where it answers whatever it is given."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    good: tuple[bytes, ...]


@cache
def readers() -> dict[str, Reader]:
    vote = seed(0)
    ash = vote.co_ops[0]
    boards = vote.boards()
    notes = tuple(vote.note(ash, head) for head in vote.heads[ash])
    agreed = witnessing_of(vote, ash)
    half = agreement.half_to_json(
        agreement.Half("ash", "Ash", "0" * 64, "the secretary", agreement.Decision("board", "2026-01-01", "B-1"), (1,))
    )
    card = papers.card(vote.terms.vote, ash, "0" * 16, "member", "1\nMade-up Member", salt(ash, 1), fingerprints(vote.parties))
    settled = canonical.decode(vote.settlement("cuts", dict.fromkeys(vote.co_ops, 5)))
    assert isinstance(settled, dict)
    names = {checkpoint.witness_name(one, vote.terms.vote): evidence.witness_key(vote.terms, one) for one in vote.terms.witnesses_of(ash)}
    return {
        "json_bytes": Reader(canonical.decode, (NotCanonicalError,), (vote.terms.data, card)),
        "terms": Reader(read_terms, (DocumentError,), (vote.terms.data,)),
        "entry": Reader(read_entry, (), tuple(one for said in vote.entries.values() for one in said[1:])),
        "identity": Reader(identity.read, (DocumentError,), (identity_document(ash),)),
        "invitation": Reader(invitation.read, (DocumentError,), (_invitation(ash),)),
        "letter": Reader(lambda data: letters.unseal(data, [public(ash, "signer")], ash, "elm"), (DocumentError,), (_letter(ash),)),
        "party": Reader(_party, (DocumentError,), (canonical.encode(vote.terms.parties[0].json()),)),
        "half": Reader(lambda data: agreement.half_from_json(forms.decoded(data, "half")), (DocumentError,), (canonical.encode(half),)),
        "paper": Reader(lambda data: evidence.read_paper(vote.terms, boards, data), (DocumentError,), papers_of(0)),
        "settlement": Reader(papers.read_settlement_body, (DocumentError,), (canonical.encode(_body(settled)),)),
        "note": Reader(lambda data: evidence.read_note(vote.terms, ash, data), (DocumentError,), notes),
        "any_note": Reader(lambda data: checkpoint.parse_note(data, evidence.board_key(vote.terms, ash), names), (BadNoteError,), notes),
        "frontier": Reader(Frontier.decoded, (BadTreeError,), tuple(_frontier(size) for size in (0, 1, 7, 64))),
        "piece": Reader(lambda data: _piece(vote, ash, data), (NotTakenError,), (_as_text(agreed),)),
        "bundle": Reader(lambda data: checks.verify(data, Pinned(vote.pins())), (), (made_vote(1).bundle(),)),
        "card": Reader(verifier.read_card, BOTH, (card,)),
        "pins": Reader(verifier.read_pins, BOTH, (papers.pins(fingerprints(vote.parties)),)),
        "receipt": Reader(
            verifier.read_receipt, BOTH, (papers.receipt(vote.terms.vote, ash, "0" * 16, 7, bytes(32), T, key(ash, "statement")),)
        ),
    }


def witnessing_of(vote: WholeVote, co_op: str) -> Brought:
    """The board of this co-op as somebody brings it."""
    head = vote.heads[co_op][-1]
    leaves = [merkle.leaf_hash(one) for one in vote.entries[co_op]]
    signed = checkpoint.Checkpoint(checkpoint.origin_of(co_op, vote.terms.vote), head.size, head.root)
    cosigned = tuple(
        BroughtCosignature(who, head.size, head.root, at, checkpoint.cosign(key(who, "witness"), signed, at)) for who, at in head.cosigned
    )
    return Brought(
        co_op,
        0,
        tuple(vote.entries[co_op][:5]),
        SignedHead(head.size, head.root, checkpoint.sign_checkpoint(key(co_op, "board"), signed)),
        tuple(merkle.consistency_proof(leaves, 5, head.size)),
        (),
        cosigned,
    )


HUGE: dict[str, bytes] = {
    "zeros": bytes(KIB_64),
    "brackets": b"[" * KIB_64,
    "nested": nested(KIB_64 // 2),
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
"""64 KiB each, made to be slow."""


def stretched(random: Random, data: bytes) -> bytes:
    """A good document in which one piece is said until it is long."""
    at = random.randrange(len(data))
    piece = data[at : at + random.randint(1, 60)]
    return data[:at] + piece * ((KIB_64 - len(data)) // len(piece) if len(data) < KIB_64 else 1) + data[at:]


def _letter(ash: str) -> bytes:
    body = Letter(ash, "elm", 2, "0" * 64, T, "terms", {"anything": ["goes", 1, {"here": True}]}).body()
    return canonical.encode({"body": forms.decoded(body, "letter"), "sig": statement.sign(key(ash, "signer"), "letter", body).hex()})


def _invitation(ash: str) -> bytes:
    return invitation.write(identity_document(ash), [ash.encode()])


def _party(data: bytes) -> None:
    check_vouched("0" * 32, read_party(forms.decoded(data, "party")))


def _body(settled: dict[str, Json]) -> Json:
    found = settled["object"]
    assert isinstance(found, dict)
    return found["body"]


def _frontier(size: int) -> bytes:
    return Frontier.empty().extend(merkle.leaf_hash(bytes([one])) for one in range(size)).encoded()


def _as_text(brought: Brought) -> bytes:
    """A piece of a board as JSON, to be spoilt like any other."""
    head = brought.head
    assert head is not None
    return json.dumps(
        {
            "co_op": brought.co_op,
            "first": brought.first,
            "entries": [one.hex() for one in brought.entries],
            "head": [head.size, head.root.hex(), head.signature.hex()],
            "proof": [one.hex() for one in brought.proof],
            "cosigned": [[one.witness, one.size, one.root.hex(), one.time, one.signature.hex()] for one in brought.cosignatures],
        }
    ).encode()


def _piece(vote: WholeVote, ash: str, data: bytes) -> None:
    """As an exchange would hand it over: any strings, any bytes, any numbers of 64 bits, no more entries than it takes at once."""
    try:
        said = json.loads(data)
        size, root, signature = said["head"]
        head = SignedHead(_number(size), bytes.fromhex(root), bytes.fromhex(signature))
        entries, proof = (tuple(bytes.fromhex(one) for one in said[name][:MOST_ENTRIES]) for name in ("entries", "proof"))
        brought = Brought(ash, _number(said["first"]), entries, head, proof, (), ())
        cosigned = [
            BroughtCosignature(str(who), _number(held), bytes.fromhex(root), _number(at), bytes.fromhex(signature))
            for who, held, root, at, signature in said["cosigned"]
        ]
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError):
        return
    for one in cosigned:
        witnessing.check_cosignature(vote.terms, ash, one)
    witnessing.worth_keeping(vote.terms, cosigned)
    witnessing.falls(cosigned)
    witnessing.check_growth(vote.terms, Frontier.empty(), brought)
    witnessing.check_growth(vote.terms, Frontier.empty().extend(merkle.leaf_hash(one) for one in entries[:2]), brought)
    witnessing.check_head(vote.terms, ash, head)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value % 2**64
