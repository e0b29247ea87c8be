"""Checks 2 and 17: evidence of misconduct, objections and settlements, and whether each is true."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scripts.verifier import checkpoints, cuts, entries, signatures
from scripts.verifier.board import Board
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.checkpoints import SignedCheckpoint
from scripts.verifier.cuts import BoardHeads
from scripts.verifier.entries import Outcome
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.json_values import (
    REFERENCE,
    MalformedError,
    parse_choice,
    parse_co_op_id,
    parse_hash,
    parse_integer,
    parse_list,
    parse_list_of,
    parse_matching,
    parse_object,
    parse_signature,
    parse_sorted_list,
)
from scripts.verifier.merkle import is_consistent
from scripts.verifier.terms import Terms

TWO_OUTCOMES, DATED_BACK = "signed two outcomes", "dated a cosignature back"
TWO_BOARDS, FALLING = "showed two boards", "cosigned with falling dates"


@dataclass(frozen=True)
class Fork:
    """`root` and `proof` are present only with two notes of different sizes: the root that the larger tree implies for the smaller."""

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
    signed: signatures.SignedObject


@dataclass(frozen=True)
class Settlement:
    """`cuts` is None if the vote is annulled. `revision` is that of the outcome it leads to."""

    vote: str
    revision: int
    cuts: Mapping[str, int] | None
    without: frozenset[str]
    body: dict[str, Json]
    sigs: Mapping[str, str]


Evidence = Fork | DoubleOutcome | LateCosignature | FallingDates | Objection | Settlement


@dataclass(frozen=True)
class EvidenceFindings:
    """Proven (co-op id, misconduct) pairs, the co-ops that objected within the window, and by board the largest head in evidence.

    Heads of a fork are left out: they show two boards, not a larger one.
    """

    misconduct: set[tuple[str, str]] = field(default_factory=set)
    objections: set[str] = field(default_factory=set)
    heads: Mapping[str, int] = field(default_factory=dict)


class EvidencePieces:
    """All pieces of evidence. A piece is read anew whenever it is needed: together they can be 256 MB.

    Reading them once gives what other checks need: the settlement in force, whose dates fall by evidence, the outcomes of those that
    signed two, at which sizes the roots of boards are compared, and under which hashes a board can name a piece.
    """

    def __init__(self, loaders: Mapping[str, Callable[[], bytes]], *, of_several: bool = False) -> None:
        """`loaders` gives the bytes of each piece by its name. Raises `CheckFailedError` 2, too for two settlements of one revision.

        Pieces `of_several` files can have two settlements of one revision, which is then noted.
        """
        self._loaders = loaders
        self._of_several = of_several
        self.two_settlements = False
        self.settlement: Settlement | None = None
        self.falling_dates: set[tuple[str, str]] = set()
        self.signed_twice: set[tuple[str, int, bytes]] = set()
        self.compared_sizes: dict[str, set[int]] = {}
        self.hashes = set(loaders)
        bodies: dict[int, dict[str, Json]] = {}
        for piece in self:
            self._note(piece, bodies)

    def __len__(self) -> int:
        return len(self._loaders)

    def __iter__(self) -> Iterator[Evidence]:
        return (read_evidence(name, load()) for name, load in self._loaders.items())

    def _note(self, piece: Evidence, bodies: dict[int, dict[str, Json]]) -> None:
        match piece:
            case Settlement():
                if piece.revision in bodies and not self._of_several:
                    raise CheckFailedError(2, "there are two settlements of one revision")
                self.two_settlements |= bodies.setdefault(piece.revision, piece.body) != piece.body
                if self.settlement is None or piece.revision > self.settlement.revision:
                    self.settlement = piece
            case FallingDates():
                self.falling_dates.add((piece.witness, piece.board))
            case DoubleOutcome():
                self.signed_twice |= {(entry.id, entry.revision, bytes.fromhex(entry.hash)) for entry in (piece.first, piece.second)}
            case Fork(notes=[note]):
                size = note.split("\n")[1:2]
                if size and checkpoints.SIZE.fullmatch(size[0]):
                    self.compared_sizes.setdefault(piece.board, set()).add(int(size[0]))
            case Objection():
                self.hashes.add(hashlib.sha256(encode({"body": piece.signed.body, "sig": piece.signed.sig})).hexdigest())


def read_evidence(name: str, data: bytes) -> Evidence:
    """Parses one piece of evidence. Raises `CheckFailedError` 2."""
    try:
        return _parse_evidence(decode(data))
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"evidence/{name} is not as it must be: {error}") from None


def misconduct_on_boards(boards: Mapping[str, Board], heads: Mapping[str, BoardHeads]) -> set[tuple[str, str]]:
    """Misconduct that the boards prove by themselves, so that the packer of a bundle cannot leave it out."""
    misconduct: set[tuple[str, str]] = set()
    for co_op, board in boards.items():
        if len(board.signed) > len({revision for revision, _ in board.signed}):
            misconduct.add((co_op, TWO_OUTCOMES))
        if board.closed is None:
            continue
        for board_heads in heads.values():
            closed_size = board.closed.boards.get(board_heads.board, (0, "", 0))[0]
            if board_heads.board != co_op and board_heads.by_conclusion.get(co_op, 0) > closed_size:
                misconduct.add((co_op, DATED_BACK))
    return misconduct


def check_evidence(
    pieces: Iterable[Evidence], terms: Terms, boards: Mapping[str, Board], on_boards: set[tuple[str, str]]
) -> EvidenceFindings:
    """Checks every piece; `pieces` are gone through twice. `on_boards` is the misconduct that the boards prove.

    Raises `CheckFailedError` 17.
    """
    misconduct, objections, heads = {*on_boards}, set[str](), dict[str, int]()
    for piece in pieces:
        match piece:
            case Fork():
                misconduct.add((_check_fork(piece, terms, boards), TWO_BOARDS))
            case DoubleOutcome():
                misconduct.add((_check_double_outcome(piece, terms), TWO_OUTCOMES))
            case LateCosignature():
                size = _check_late_cosignature(piece, terms, boards)
                misconduct.add((piece.witness, DATED_BACK))
                heads[piece.board] = max(size, heads.get(piece.board, 0))
            case FallingDates():
                size = _check_falling_dates(piece, terms)
                misconduct.add((piece.witness, FALLING))
                heads[piece.board] = max(size, heads.get(piece.board, 0))
            case Objection() if _check_objection(piece, terms):
                objections.add(piece.id)
    for piece in pieces:
        if isinstance(piece, Settlement):
            _check_settlement(piece, terms, {culprit for culprit, _ in misconduct})
    return EvidenceFindings(misconduct, objections, heads)


def _check_fork(fork: Fork, terms: Terms, boards: Mapping[str, Board]) -> str:
    heads = [_read_note(text, fork.board, terms) for text in fork.notes]
    board = boards[fork.board]
    if fork.root:
        smaller, larger = sorted(heads, key=lambda head: head.size)
        is_prefix = is_consistent((smaller.size, fork.root), (larger.size, larger.root), list(fork.proof))
        proven = fork.root != smaller.root and is_prefix
    elif len(heads) == 2:
        proven = heads[0].size == heads[1].size and heads[0].root != heads[1].root
    else:
        proven = heads[0].size <= board.size and heads[0].root != board.roots[heads[0].size]
    _require(proven, f"the evidence of a fork of {fork.board} proves none")
    return fork.board


def _check_double_outcome(piece: DoubleOutcome, terms: Terms) -> str:
    first, second = piece.first, piece.second
    _require(first.id in terms.participants, "the evidence of two outcomes is about somebody who is no participant")
    key = terms.parties[first.id].statement
    same = (first.id, first.revision, first.vote) == (second.id, second.revision, terms.vote) and first.vote == second.vote
    good = first.signed.is_signed_by(key) and second.signed.is_signed_by(key)
    _require(same and first.hash != second.hash and good, f"the evidence that {first.id} signed two outcomes proves nothing")
    return first.id


def _check_late_cosignature(piece: LateCosignature, terms: Terms, boards: Mapping[str, Board]) -> int:
    """The size of the head."""
    head = _read_note(piece.note, piece.board, terms)
    _require(piece.witness in terms.parties, "the evidence of a late cosignature names somebody who is no party")
    closed = boards[piece.witness].closed
    closed_size = closed.boards.get(piece.board, (0, "", 0))[0] if closed is not None else head.size
    dated = any(cosignature.witness == piece.witness and cosignature.time <= terms.concluded_from for cosignature in head.cosignatures)
    _require(dated and head.size > closed_size, f"the evidence that {piece.witness} dated a cosignature back proves nothing")
    return head.size


def _check_falling_dates(piece: FallingDates, terms: Terms) -> int:
    """The size of the larger head."""
    smaller, larger = sorted((_read_note(text, piece.board, terms) for text in piece.notes), key=lambda note: note.size)
    before = [cosignature.time for cosignature in smaller.cosignatures if cosignature.witness == piece.witness]
    after = [cosignature.time for cosignature in larger.cosignatures if cosignature.witness == piece.witness]
    proven = before and after and smaller.size < larger.size and max(before) > min(after)
    _require(bool(proven), f"the evidence that the dates of {piece.witness} fall proves nothing")
    return larger.size


def _check_objection(objection: Objection, terms: Terms) -> bool:
    """Whether it was signed within the window; one outside it is still valid evidence."""
    _require(
        objection.vote == terms.vote and objection.id in terms.participants,
        "an objection is of another vote, or of no participant of this one",
    )
    _require(
        objection.signed.is_signed_by(terms.parties[objection.id].statement),
        f"the signature under an objection of {objection.id} is not good",
    )
    return terms.concluded_from < objection.at <= terms.concluded_from + terms.window


def _check_settlement(settlement: Settlement, terms: Terms, guilty: set[str]) -> None:
    _require(settlement.vote == terms.vote, "a settlement is of another vote")
    _require(
        settlement.cuts is None or set(settlement.cuts) == set(terms.participants),
        "a settlement does not give the cut of every participant's board",
    )
    _require(settlement.without < set(terms.participants), "a settlement leaves out somebody who is no participant, or all of them")
    _require(settlement.without <= guilty, "a settlement leaves somebody out against whom nothing is proven here")
    _require(set(settlement.sigs) == set(terms.participants) - settlement.without, "a settlement is not signed by all it must be signed by")
    for co_op, sig in settlement.sigs.items():
        good = signatures.is_body_signed(terms.parties[co_op].statement, sig, "settlement", settlement.body)
        _require(good, f"the signature of {co_op} under a settlement is not good")


def _read_note(text: str, board: str, terms: Terms) -> SignedCheckpoint:
    _require(board in terms.parties, "evidence is about the board of somebody who is no party")
    try:
        return checkpoints.read_checkpoint(text.encode(), cuts.checkpoint_keys(terms.parties[board], terms))
    except CheckFailedError as error:
        raise CheckFailedError(17, f"a note in evidence is not good: {error.sentence}") from None


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise CheckFailedError(17, sentence)


def _parse_evidence(value: Json) -> Evidence:
    kind = value.get("kind") if isinstance(value, dict) else None
    match kind:
        case "fork":
            return _parse_fork(value)
        case "double_outcome":
            first, second = parse_list_of(parse_object(value, "kind entries")["entries"], 2)
            return DoubleOutcome(_parse_outcome(first), _parse_outcome(second))
        case "late_cosignature":
            fields = parse_object(value, "kind witness board note")
            return LateCosignature(parse_co_op_id(fields["witness"]), parse_co_op_id(fields["board"]), _parse_note(fields["note"]))
        case "falling_dates":
            fields = parse_object(value, "kind witness board notes")
            parse_list_of(fields["notes"], 2)
            return FallingDates(parse_co_op_id(fields["witness"]), parse_co_op_id(fields["board"]), _parse_notes(fields["notes"]))
        case "objection":
            return _parse_objection(parse_object(value, "kind object")["object"])
        case "settlement":
            return _parse_settlement(parse_object(value, "kind object")["object"])
        case _:
            raise MalformedError("its kind is not known")


def _parse_fork(value: Json) -> Fork:
    fields = parse_object(value, "kind board notes", optional="root proof")
    board, notes = parse_co_op_id(fields["board"]), _parse_notes(fields["notes"])
    if len(fields) == 5:
        proof = parse_list(fields["proof"], parse_hash)
        parse_list_of(fields["notes"], 2)
        return Fork(board, notes, parse_hash(fields["root"]), tuple(proof))
    if len(fields) == 4 or len(notes) not in {1, 2}:
        raise MalformedError("a fork is proved by one note or two, or by two with a root and a proof")
    return Fork(board, notes)


def _parse_objection(value: Json) -> Objection:
    signed = signatures.read_signed_object(value, "objection", "vote id at about")
    parse_matching(signed.body["about"], REFERENCE, "reference")
    return Objection(
        parse_hash(signed.body["vote"]),
        parse_co_op_id(signed.body["id"]),
        parse_integer(signed.body["at"]),
        signed,
    )


def _parse_settlement(value: Json) -> Settlement:
    fields = parse_object(value, "body sigs")
    body = parse_object(fields["body"], "vote revision kind cuts without")
    pairs = parse_sorted_list(body["cuts"], lambda item: parse_list_of(item, 2))
    sigs = parse_sorted_list(fields["sigs"], lambda item: parse_list_of(item, 2))
    sizes = {parse_co_op_id(item): parse_integer(size) for item, size in pairs}
    sig_by_co_op = {parse_co_op_id(item): parse_signature(sig) for item, sig in sigs}
    annulled = parse_choice(body["kind"], ("cuts", "annul")) == "annul"
    if len(sizes) != len(pairs) or len(sig_by_co_op) != len(sigs) or (annulled and sizes):
        raise MalformedError("a settlement gives something twice, or cuts what it annuls")
    return Settlement(
        vote=parse_hash(body["vote"]),
        revision=parse_integer(body["revision"], 2),
        cuts=None if annulled else sizes,
        without=frozenset(parse_sorted_list(body["without"], parse_co_op_id)),
        body=body,
        sigs=sig_by_co_op,
    )


def _parse_outcome(value: Json) -> Outcome:
    entry = entries.read_entry(value)
    if not isinstance(entry, Outcome):
        raise MalformedError("it has another entry where an outcome must be")
    return entry


def _parse_notes(value: Json) -> list[str]:
    return parse_list(value, _parse_note)


def _parse_note(value: Json) -> str:
    if not isinstance(value, str) or len(value.encode()) > 64 * 1024:
        raise MalformedError("it has no note of at most 64 KiB where one must be")
    return value
