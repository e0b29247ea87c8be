"""The same bytes given to Kith and to the verifier, which were written apart: what each makes of them, in the same words."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

from libs.boards import evidence, identity
from libs.boards.board import Board
from libs.boards.forms import DocumentError
from libs.boards.papers import Objection
from libs.boards.standing import TWO_OUTCOMES, Misconduct, State, proven, stand
from libs.boards.terms import Terms, check_party, read_terms
from libs.signing import canonical
from libs.signing.canonical import Json, NotCanonicalError
from scripts.verifier import boards as theirs_boards
from scripts.verifier import canonical as theirs_canonical
from scripts.verifier import checks
from scripts.verifier import cuts as theirs_cuts
from scripts.verifier import evidence as theirs_evidence
from scripts.verifier import identities as theirs_identities
from scripts.verifier import notes as theirs_notes
from scripts.verifier import terms as theirs_terms
from scripts.verifier.canonical import NotJsonBytesError
from scripts.verifier.checks import Brought
from scripts.verifier.tree import Tree
from scripts.verifier.wrong import Wrong
from tests.support.boards import WholeVote, identity_document

T = TypeVar("T")
REFUSED = "refused"
Two = tuple[object, object]
"""What Kith made of it, and what the verifier made of it."""


def json_bytes(data: bytes) -> Two:
    return _or_refused(lambda: _shown(canonical.decode(data)), NotCanonicalError), _or_refused(
        lambda: _shown(theirs_canonical.decode(data)), NotJsonBytesError
    )


def terms(data: bytes, parties: list[str]) -> Two:
    """With the identity documents of these parties at hand."""
    identities = {one: theirs_identities.read(one, identity_document(one)) for one in parties}
    return _or_refused(lambda: _our_terms(data), DocumentError), _or_refused(lambda: _their_terms(data, identities), Wrong, KeyError)


def board(read: Terms, co_op: str, entries: list[bytes]) -> Two:
    """Everything that a count takes from a board."""
    ours = Board(read, co_op).extend(entries)
    agreed = theirs_terms.read(read.data)
    theirs = theirs_boards.read(agreed.parties[co_op], entries, Tree(entries), agreed)
    cast = {one.ballot.pseudonym: (one.at, _shown(one.ballot.choice)) for one in theirs.cast}
    return (
        ours.rejected,
        list(ours.rows.items()),
        {name: (one.index, _shown(one.choice)) for name, one in ours.ballots.items()},
        ours.after_last_ballot,
        (ours.join is not None, ours.roll_size, ours.ready_index, ours.opened is not None, ours.closed is not None),
        sorted((revision, hashed.hex()) for revision, hashed in ours.signed),
    ), (
        [(one.at, one.code) for one in theirs.ignored],
        [(name, row.group) for name, row in theirs.rows.items()],
        cast,
        theirs.counted_size(len(entries)),
        (
            theirs.joined,
            theirs.roll + 1 if theirs.roll is not None else 0,
            theirs.ready[0] if theirs.ready is not None else -1,
            theirs.opened is not None,
            theirs.closed is not None,
        ),
        sorted({(one.revision, one.hash) for _, one in theirs.outcomes}),
    )


def note(read: Terms, co_op: str, text: bytes) -> Two:
    agreed = theirs_terms.read(read.data)
    keys = theirs_cuts.keys_of(agreed.parties[co_op], agreed)

    def ours() -> object:
        head, cosigned = evidence.read_note(read, co_op, text)
        return head.size, head.root.hex(), [(one.name.partition("/")[0], one.time) for one in cosigned]

    def theirs() -> object:
        found = theirs_notes.read(text, keys)
        return found.size, found.root, [(one.witness, one.time) for one in found.cosignatures]

    return _or_refused(ours, DocumentError), _or_refused(theirs, Wrong)


def paper(read: Terms, entries: dict[str, list[bytes]], content: bytes) -> Two:
    """Whether it proves something on these boards; a settlement without who is left out."""
    held = {one: Board(read, one).extend(said) for one, said in entries.items()}
    agreed = theirs_terms.read(read.data)
    theirs_held = {one: theirs_boards.read(agreed.parties[one], said, Tree(said), agreed) for one, said in entries.items()}

    def ours() -> object:
        found = evidence.read_paper(read, held, content)
        if isinstance(found, tuple):
            body, sigs = found
            if set(sigs) != set(read.participants) - set(body.without) or not evidence.is_complete(read, body, sigs, ()):
                raise DocumentError("settlement: not of all")
        return True

    def theirs() -> object:
        theirs_evidence.check(theirs_evidence.read_all({"a paper": content}), agreed, theirs_held, set())
        return True

    return _or_refused(ours, DocumentError), _or_refused(theirs, Wrong)


def state(vote: WholeVote) -> Two:
    """What the bundle comes to when every party is pinned."""
    verdict = checks.verify(vote.bundle(), Brought(vote.pins()))
    return _or_refused(lambda: _our_state(vote), DocumentError), verdict.state if verdict.wrong is None else REFUSED


def identity_of(co_op: str, data: bytes) -> Two:
    def theirs() -> object:
        found = theirs_identities.read(co_op, data)
        theirs_identities.check(found.id, found.root, found, ())
        return found.id, found.root, sorted(found.revoked)

    def ours() -> object:
        found = identity.read(data)
        return found.id, found.root.hex(), sorted(one.hex() for one in found.revoked)

    return _or_refused(ours, DocumentError), _or_refused(theirs, Wrong)


def chance(number: int) -> Random:
    return Random(number)  # noqa: S311 - for tests


def _our_state(vote: WholeVote) -> str:
    """In the verifier's words; papers that prove nothing, and settlements that are not of all, are refused.

    A vote can be final with other bytes than those that were counted here, where most participants signed them. They would not be sound.
    """
    held = vote.evidence()
    read = [evidence.read_paper(vote.terms, held.boards, one) for one in vote.papers]
    held = replace(
        held,
        misconduct=frozenset(one for one in read if isinstance(one, Misconduct)),
        objections=tuple(one for one in read if isinstance(one, Objection)),
    )
    for one in read:
        if isinstance(one, tuple):
            settlement, sigs = one
            if not evidence.is_complete(vote.terms, settlement, sigs, proven(held)):
                raise DocumentError("settlement: not of all")
            held = replace(held, settlement=settlement)
    where = stand(held, vote.terms.concluded_from + 1)
    match where.state:
        case State.FINAL if vote.outcome is not None and where.outcome == hashlib.sha256(vote.outcome).digest():
            return "final, contested" if where.contested else "final"
        case State.ANNULLED:
            return "annulled"
        case _:
            return "disputed: two outcomes" if where.why == TWO_OUTCOMES else "not final: too few signatures"


def _our_terms(data: bytes) -> object:
    read = read_terms(data)
    for party in read.parties:
        check_party(read, party)
        document = identity.read(identity_document(party.id))
        if document.root != party.root or not document.key_at(party.signer, read.proposed):
            raise DocumentError("terms: a key that is not theirs")
    return read.vote, read.participants, read.k, read.q, sorted(read.ceilings.items()), read.close + read.settle


def _their_terms(data: bytes, identities: dict[str, theirs_identities.Identity]) -> object:
    read = theirs_terms.read(data)
    theirs_terms.check(read, identities)
    for one, party in read.parties.items():
        theirs_identities.check(one, party.root, identities[one], ())
    return read.vote, tuple(read.participants), read.k, read.q, sorted(read.ceilings.items()), read.settled


def _shown(value: "Json | object") -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _or_refused(read: Callable[[], T], *errors: type[Exception]) -> T | str:
    try:
        return read()
    except errors:
        return REFUSED
