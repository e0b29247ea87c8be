"""Gives the same bytes to Kith and to the independently written verifier and returns both results in comparable form."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

from libs.boards import evidence, identity_documents
from libs.boards.board import Board
from libs.boards.document_fields import DocumentError
from libs.boards.documents import Objection
from libs.boards.vote_state import CLAIMS, LATER, TWO_OUTCOMES, Misconduct, VoteState, proven_misconduct, vote_status
from libs.boards.vote_terms import VoteTerms, check_party, read_terms
from libs.signing import canonical
from libs.signing.canonical import Json, NotCanonicalError
from scripts.verifier import boards as verifier_boards
from scripts.verifier import canonical_json as verifier_canonical
from scripts.verifier import checkpoints as verifier_checkpoints
from scripts.verifier import checks
from scripts.verifier import cuts as verifier_cuts
from scripts.verifier import evidence as verifier_evidence
from scripts.verifier import identity_documents as verifier_identities
from scripts.verifier import terms as verifier_terms
from scripts.verifier.canonical_json import NotCanonicalJsonError
from scripts.verifier.checks import VerifierInputs
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.merkle import MerkleTree
from tests.support.vote_boards import VoteBoards, make_identity_document

T = TypeVar("T")
REFUSED = "refused"
ResultPair = tuple[object, object]
"""(Kith's result, the verifier's result)."""


def json_bytes(data: bytes) -> ResultPair:
    return _result_or_refused(lambda: _repr_of(canonical.decode(data)), NotCanonicalError), _result_or_refused(
        lambda: _repr_of(verifier_canonical.decode(data)), NotCanonicalJsonError
    )


def terms(data: bytes, parties: list[str]) -> ResultPair:
    """Reads terms, with the identity documents of these parties available."""
    identities = {party: verifier_identities.read_identity(party, make_identity_document(party)) for party in parties}
    return _result_or_refused(lambda: _kith_terms(data), DocumentError), _result_or_refused(
        lambda: _verifier_terms(data, identities), CheckFailedError, KeyError
    )


def board(read: VoteTerms, co_op: str, entries: list[bytes]) -> ResultPair:
    """Reads a board; compares everything that a count uses."""
    ours = Board(read, co_op).extend(entries)
    agreed = verifier_terms.read_terms(read.data)
    theirs = verifier_boards.read_board(agreed.parties[co_op], entries, agreed)
    cast = {name: theirs.rows.last_ballot(name) for name in (number.decode() for number in theirs.rows.numbers)}
    return (
        ours.rejected,
        list(ours.rows.items()),
        {name: (ballot.index, _repr_of(ballot.choice)) for name, ballot in ours.ballots.items()},
        ours.after_last_ballot,
        (ours.join is not None, ours.roll_size, ours.ready_index, ours.opened is not None, ours.closed is not None),
        sorted((revision, hashed.hex()) for revision, hashed in ours.signed),
    ), (
        [(ignored_entry.at, ignored_entry.code) for ignored_entry in theirs.ignored],
        [(name.decode(), theirs.group_names[theirs.rows.groups[number]]) for name, number in theirs.rows.numbers.items()],
        {name: (last[0], _repr_of(last[1])) for name, last in cast.items() if last is not None},
        theirs.counted_size,
        (
            theirs.joined,
            theirs.roll + 1 if theirs.roll is not None else 0,
            theirs.ready[0] if theirs.ready is not None else -1,
            theirs.opened is not None,
            theirs.closed is not None,
        ),
        sorted((revision, hashed.hex()) for revision, hashed in theirs.signed),
    )


def note(read: VoteTerms, co_op: str, text: bytes) -> ResultPair:
    agreed = verifier_terms.read_terms(read.data)
    keys = verifier_cuts.checkpoint_keys(agreed.parties[co_op], agreed)

    def ours() -> object:
        head, cosigned = evidence.read_note(read, co_op, text)
        return head.size, head.root.hex(), [(cosignature.name.partition("/")[0], cosignature.time) for cosignature in cosigned]

    def theirs() -> object:
        checkpoint = verifier_checkpoints.read_checkpoint(text, keys)
        return checkpoint.size, checkpoint.root, [(cosignature.witness, cosignature.time) for cosignature in checkpoint.cosignatures]

    return _result_or_refused(ours, DocumentError), _result_or_refused(theirs, CheckFailedError)


def evidence_document(read: VoteTerms, entries: dict[str, list[bytes]], content: bytes) -> ResultPair:
    """Whether the document proves anything about these boards. A settlement counts without the co-ops that it excludes."""
    held = {co_op: Board(read, co_op).extend(board_entries) for co_op, board_entries in entries.items()}
    agreed = verifier_terms.read_terms(read.data)
    theirs_held = {
        co_op: verifier_boards.read_board(agreed.parties[co_op], board_entries, agreed) for co_op, board_entries in entries.items()
    }

    def ours() -> object:
        result = evidence.read_evidence(read, held, content)
        if isinstance(result, tuple):
            body, sigs = result
            if set(sigs) != set(read.participants) - set(body.without) or not evidence.is_complete(read, body, sigs, ()):
                raise DocumentError("settlement: not of all")
        return True

    def theirs() -> object:
        pieces = verifier_evidence.EvidencePieces({"a paper": lambda: content})
        for co_op, held_board in theirs_held.items():
            held_board.keep_roots(MerkleTree(entries[co_op]), pieces.compared_sizes.get(co_op, ()))
        verifier_evidence.check_evidence(pieces, agreed, theirs_held, set())
        return True

    return _result_or_refused(ours, DocumentError), _result_or_refused(theirs, CheckFailedError)


def vote_state(vote: VoteBoards) -> ResultPair:
    """The state of the vote's bundle when every party is pinned."""
    verdict = checks.verify(vote.bundle(), VerifierInputs(vote.pins()))
    return _result_or_refused(lambda: _kith_state(vote), DocumentError), verdict.state if verdict.failure is None else REFUSED


def identity_document_of(co_op: str, data: bytes) -> ResultPair:
    def theirs() -> object:
        document = verifier_identities.read_identity(co_op, data)
        verifier_identities.check_identity(document.id, document.root, document, ())
        return document.id, document.root, sorted(document.revoked)

    def ours() -> object:
        document = identity_documents.read_identity(data)
        return document.id, document.root.hex(), sorted(key.hex() for key in document.revoked)

    return _result_or_refused(ours, DocumentError), _result_or_refused(theirs, CheckFailedError)


def seeded_random(number: int) -> Random:
    return Random(number)  # noqa: S311 - for tests


def _kith_state(vote: VoteBoards) -> str:
    """The state in the verifier's words. Refuses documents that prove nothing and settlements without all signatures.

    A vote can be final with other bytes than those that were counted here, where most participants signed them. They would not be sound.
    """
    vote_evidence = vote.evidence()
    items = [evidence.read_evidence(vote.terms, vote_evidence.boards, document) for document in vote.documents]
    vote_evidence = replace(
        vote_evidence,
        misconduct=frozenset(item for item in items if isinstance(item, Misconduct)),
        objections=tuple(item for item in items if isinstance(item, Objection)),
    )
    for item in items:
        if isinstance(item, tuple):
            settlement, sigs = item
            if not evidence.is_complete(vote.terms, settlement, sigs, proven_misconduct(vote_evidence)):
                raise DocumentError("settlement: not of all")
            vote_evidence = replace(vote_evidence, settlement=settlement)
    status = vote_status(vote_evidence, vote.terms.concluded_from + 1)
    match status.state:
        case VoteState.FINAL if vote.outcome is not None and status.outcome == hashlib.sha256(vote.outcome).digest():
            return "final, contested" if status.contested else "final"
        case VoteState.ANNULLED:
            return "annulled"
        case VoteState.PROVISIONAL if status.why == LATER:
            return "not final: a later outcome was signed"
        case VoteState.PROVISIONAL if status.why == CLAIMS:
            return "not final: the file contradicts itself"
        case _:
            return "disputed: two outcomes" if status.why == TWO_OUTCOMES else "not final: too few signatures"


def _kith_terms(data: bytes) -> object:
    read = read_terms(data)
    for party in read.parties:
        check_party(read, party)
        document = identity_documents.read_identity(make_identity_document(party.id))
        if document.root != party.root or not document.is_valid_key(party.signer, read.proposed):
            raise DocumentError("terms: a key that is not theirs")
    return read.vote, read.participants, read.k, read.q, sorted(read.ceilings.items()), read.close + read.settle


def _verifier_terms(data: bytes, identities: dict[str, verifier_identities.IdentityDocument]) -> object:
    read = verifier_terms.read_terms(data)
    verifier_terms.check_terms(read, identities)
    for co_op, party in read.parties.items():
        verifier_identities.check_identity(co_op, party.root, identities[co_op], ())
    return read.vote, tuple(read.participants), read.k, read.q, sorted(read.ceilings.items()), read.concluded_from


def _repr_of(value: "Json | object") -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _result_or_refused(read: Callable[[], T], *errors: type[Exception]) -> T | str:
    try:
        return read()
    except errors:
        return REFUSED
