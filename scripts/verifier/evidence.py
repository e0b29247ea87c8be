"""Checks 2 and 17: what parties say about each other, and whether it is true."""

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.verifier import cuts, entries, notes, seals, shapes
from scripts.verifier.boards import Board
from scripts.verifier.canonical import Json, NotJsonBytesError, decode
from scripts.verifier.cuts import Heads
from scripts.verifier.entries import Outcome
from scripts.verifier.notes import Note
from scripts.verifier.shapes import MalformedError
from scripts.verifier.terms import Terms
from scripts.verifier.tree import consistent
from scripts.verifier.wrong import Wrong

TWO_OUTCOMES, DATED_BACK = "signed two outcomes", "dated a cosignature back"


@dataclass(frozen=True)
class Fork:
    """`root` and `proof` stand beside two notes of different sizes only: what the larger says the smaller tree was."""

    board: str
    notes: list[str]
    root: str = ""
    proof: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoubleOutcome:
    first: Outcome
    second: Outcome


@dataclass(frozen=True)
class LateCosignature:
    witness: str
    board: str
    note: str


@dataclass(frozen=True)
class FallingDates:
    witness: str
    board: str
    notes: list[str]


@dataclass(frozen=True)
class Objection:
    vote: str
    id: str
    at: int
    seal: seals.Signed


@dataclass(frozen=True)
class Settlement:
    """`cuts` is None where the vote is annulled. `revision` is that of the outcome it leads to."""

    vote: str
    revision: int
    cuts: Mapping[str, int] | None
    without: frozenset[str]
    body: dict[str, Json]
    sigs: Mapping[str, str]


Evidence = Fork | DoubleOutcome | LateCosignature | FallingDates | Objection | Settlement


@dataclass(frozen=True)
class Truth:
    """What evidence and boards add up to: who is proven to have misbehaved and how, and the objections of the window."""

    misconduct: list[tuple[str, str]]
    objections: list[str]


def read_all(members: Mapping[str, bytes]) -> list[Evidence]:
    """The form of every piece, by name, and no two settlements of one revision. Raises `Wrong` 2."""
    pieces = [read(name, data) for name, data in members.items()]
    revisions = [one.revision for one in pieces if isinstance(one, Settlement)]
    if len(set(revisions)) != len(revisions):
        raise Wrong(2, "there are two settlements of one revision")
    return pieces


def read(name: str, data: bytes) -> Evidence:
    """The form of one piece. Raises `Wrong` 2."""
    try:
        return _read(decode(data))
    except (MalformedError, NotJsonBytesError) as why:
        raise Wrong(2, f"evidence/{name} is not as it must be: {why}") from None


def in_force(pieces: list[Evidence]) -> Settlement | None:
    """The settlement of the highest revision, where there is one; `read_all` has seen to it that there are no two."""
    return max((one for one in pieces if isinstance(one, Settlement)), key=lambda one: one.revision, default=None)


def shown(boards: Mapping[str, Board], heads: Mapping[str, Heads], terms: Terms) -> set[tuple[str, str]]:
    """Misconduct that the boards prove by themselves: who packs a bundle cannot leave it out."""
    found: set[tuple[str, str]] = set()
    for one, board in boards.items():
        hashes = {(entry.revision, entry.hash) for _, entry in board.outcomes}
        if len(hashes) > len({revision for revision, _ in hashes}):
            found.add((one, TWO_OUTCOMES))
        if board.closed is None:
            continue
        for other in heads.values():
            said = board.closed.boards.get(other.board, (0, "", 0))[0]
            if other.board != one and other.cosigned(one, terms.settled) > said:
                found.add((one, DATED_BACK))
    return found


def check(pieces: list[Evidence], terms: Terms, boards: Mapping[str, Board], already: set[tuple[str, str]]) -> Truth:
    """`already` is the misconduct that the boards show. Raises `Wrong` 17."""
    misconduct = [*already]
    objections: list[str] = []
    for one in pieces:
        match one:
            case Fork():
                misconduct.append((_fork(one, terms, boards), "showed two boards"))
            case DoubleOutcome():
                misconduct.append((_double(one, terms), TWO_OUTCOMES))
            case LateCosignature():
                misconduct.append((_late(one, terms, boards), DATED_BACK))
            case FallingDates():
                misconduct.append((_falling(one, terms), "cosigned with falling dates"))
            case Objection() if _objection(one, terms):
                objections.append(one.id)
    for one in pieces:
        if isinstance(one, Settlement):
            _settlement(one, terms, {who for who, _ in misconduct})
    return Truth(sorted(set(misconduct)), sorted(set(objections)))


def _fork(one: Fork, terms: Terms, boards: Mapping[str, Board]) -> str:
    heads = [_note(text, one.board, terms) for text in one.notes]
    tree = boards[one.board].tree
    if one.root:
        smaller, larger = sorted(heads, key=lambda head: head.size)
        begins = consistent((smaller.size, one.root), (larger.size, larger.root), list(one.proof))
        proven = one.root != smaller.root and begins
    elif len(heads) == 2:
        proven = heads[0].size == heads[1].size and heads[0].root != heads[1].root
    else:
        proven = heads[0].size <= tree.size and heads[0].root != tree.root(heads[0].size)
    _true(proven, f"the evidence of a fork of {one.board} proves none")
    return one.board


def _double(one: DoubleOutcome, terms: Terms) -> str:
    first, second = one.first, one.second
    _true(first.id in terms.participants, "the evidence of two outcomes is about somebody who is no participant")
    key = terms.parties[first.id].statement
    same = (first.id, first.revision, first.vote) == (second.id, second.revision, terms.vote) and first.vote == second.vote
    good = first.seal.good(key) and second.seal.good(key)
    _true(same and first.hash != second.hash and good, f"the evidence that {first.id} signed two outcomes proves nothing")
    return first.id


def _late(one: LateCosignature, terms: Terms, boards: Mapping[str, Board]) -> str:
    head = _note(one.note, one.board, terms)
    _true(one.witness in terms.parties, "the evidence of a late cosignature names somebody who is no party")
    closed = boards[one.witness].closed
    said = closed.boards.get(one.board, (0, "", 0))[0] if closed is not None else head.size
    dated = any(each.witness == one.witness and each.time <= terms.settled for each in head.cosignatures)
    _true(dated and head.size > said, f"the evidence that {one.witness} dated a cosignature back proves nothing")
    return one.witness


def _falling(one: FallingDates, terms: Terms) -> str:
    smaller, larger = sorted((_note(text, one.board, terms) for text in one.notes), key=lambda note: note.size)
    before = [each.time for each in smaller.cosignatures if each.witness == one.witness]
    after = [each.time for each in larger.cosignatures if each.witness == one.witness]
    proven = before and after and smaller.size < larger.size and max(before) > min(after)
    _true(bool(proven), f"the evidence that the dates of {one.witness} fall proves nothing")
    return one.witness


def _objection(one: Objection, terms: Terms) -> bool:
    """Whether it was signed in the window; outside of it it is true all the same."""
    _true(one.vote == terms.vote and one.id in terms.participants, "an objection is of another vote, or of no participant of this one")
    _true(one.seal.good(terms.parties[one.id].statement), f"the signature under an objection of {one.id} is not good")
    return terms.settled < one.at <= terms.settled + terms.window


def _settlement(one: Settlement, terms: Terms, guilty: set[str]) -> None:
    _true(one.vote == terms.vote, "a settlement is of another vote")
    _true(one.cuts is None or set(one.cuts) == set(terms.participants), "a settlement does not give the cut of every participant's board")
    _true(one.without < set(terms.participants), "a settlement leaves out somebody who is no participant, or all of them")
    _true(one.without <= guilty, "a settlement leaves somebody out against whom nothing is proven here")
    _true(set(one.sigs) == set(terms.participants) - one.without, "a settlement is not signed by all it must be signed by")
    for who, sig in one.sigs.items():
        good = seals.signed_by(terms.parties[who].statement, sig, "settlement", one.body)
        _true(good, f"the signature of {who} under a settlement is not good")


def _note(text: str, board: str, terms: Terms) -> Note:
    _true(board in terms.parties, "evidence is about the board of somebody who is no party")
    try:
        return notes.read(text.encode(), cuts.keys_of(terms.parties[board], terms))
    except Wrong as why:
        raise Wrong(17, f"a note in evidence is not good: {why.sentence}") from None


def _true(holds: bool, sentence: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Wrong(17, sentence)


def _read(value: Json) -> Evidence:
    kind = value.get("kind") if isinstance(value, dict) else None
    match kind:
        case "fork":
            return _read_fork(value)
        case "double_outcome":
            first, second = shapes.parts(shapes.fields(value, "kind entries")["entries"], 2)
            return DoubleOutcome(_outcome(first), _outcome(second))
        case "late_cosignature":
            there = shapes.fields(value, "kind witness board note")
            return LateCosignature(shapes.co_op(there["witness"]), shapes.co_op(there["board"]), _string(there["note"]))
        case "falling_dates":
            there = shapes.fields(value, "kind witness board notes")
            shapes.parts(there["notes"], 2)
            return FallingDates(shapes.co_op(there["witness"]), shapes.co_op(there["board"]), _notes(there["notes"]))
        case "objection":
            return _read_objection(shapes.fields(value, "kind object")["object"])
        case "settlement":
            return _read_settlement(shapes.fields(value, "kind object")["object"])
        case _:
            raise MalformedError("its kind is not known")


def _read_fork(value: Json) -> Fork:
    there = shapes.fields(value, "kind board notes", optional="root proof")
    board, found = shapes.co_op(there["board"]), _notes(there["notes"])
    if len(there) == 5:
        proof = shapes.items(there["proof"], shapes.hexed)
        shapes.parts(there["notes"], 2)
        return Fork(board, found, shapes.hexed(there["root"]), tuple(proof))
    if len(there) == 4 or len(found) not in {1, 2}:
        raise MalformedError("a fork is proved by one note or two, or by two with a root and a proof")
    return Fork(board, found)


def _read_objection(value: Json) -> Objection:
    seal = seals.signed(value, "objection", "vote id at about")
    shapes.matching(seal.body["about"], shapes.REFERENCE, "reference")
    return Objection(shapes.hexed(seal.body["vote"]), shapes.co_op(seal.body["id"]), shapes.whole(seal.body["at"]), seal)


def _read_settlement(value: Json) -> Settlement:
    there = shapes.fields(value, "body sigs")
    body = shapes.fields(there["body"], "vote revision kind cuts without")
    pairs = shapes.ordered(body["cuts"], lambda one: shapes.parts(one, 2))
    sigs = shapes.ordered(there["sigs"], lambda one: shapes.parts(one, 2))
    sizes = {shapes.co_op(one): shapes.whole(size) for one, size in pairs}
    signatures = {shapes.co_op(one): shapes.signature(sig) for one, sig in sigs}
    annulled = shapes.word(body["kind"], ("cuts", "annul")) == "annul"
    if len(sizes) != len(pairs) or len(signatures) != len(sigs) or (annulled and sizes):
        raise MalformedError("a settlement gives something twice, or cuts what it annuls")
    return Settlement(
        vote=shapes.hexed(body["vote"]),
        revision=shapes.whole(body["revision"], 2),
        cuts=None if annulled else sizes,
        without=frozenset(shapes.ordered(body["without"], shapes.co_op)),
        body=body,
        sigs=signatures,
    )


def _outcome(value: Json) -> Outcome:
    found = entries.read(value)
    if not isinstance(found, Outcome):
        raise MalformedError("it has another entry where an outcome must be")
    return found


def _notes(value: Json) -> list[str]:
    return shapes.items(value, _string)


def _string(value: Json) -> str:
    if not isinstance(value, str) or len(value.encode()) > 64 * 1024:
        raise MalformedError("it has no note of at most 64 KiB where one must be")
    return value
