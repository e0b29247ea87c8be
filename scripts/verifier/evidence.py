"""Checks 2 and 17: evidence of misconduct, objections and settlements, and whether each is true."""

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.verifier import checkpoints, cuts, entries, signatures
from scripts.verifier.boards import Board
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode
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
from scripts.verifier.terms import VoteTerms

TWO_OUTCOMES, DATED_BACK = "signed two outcomes", "dated a cosignature back"


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
    """Proven (co-op id, misconduct) pairs, and the ids of co-ops that objected within the window."""

    misconduct: list[tuple[str, str]]
    objections: list[str]


def read_all_evidence(members: Mapping[str, bytes]) -> list[Evidence]:
    """Parses every piece of evidence and refuses two settlements of one revision. Raises `CheckFailedError` 2."""
    pieces = [read_evidence(name, data) for name, data in members.items()]
    revisions = [piece.revision for piece in pieces if isinstance(piece, Settlement)]
    if len(set(revisions)) != len(revisions):
        raise CheckFailedError(2, "there are two settlements of one revision")
    return pieces


def read_evidence(name: str, data: bytes) -> Evidence:
    """Parses one piece of evidence. Raises `CheckFailedError` 2."""
    try:
        return _parse_evidence(decode(data))
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"evidence/{name} is not as it must be: {error}") from None


def settlement_in_force(pieces: list[Evidence]) -> Settlement | None:
    """The settlement of the highest revision, if any; `read_all_evidence` has refused duplicates."""
    return max((piece for piece in pieces if isinstance(piece, Settlement)), key=lambda piece: piece.revision, default=None)


def misconduct_on_boards(boards: Mapping[str, Board], heads: Mapping[str, BoardHeads], terms: VoteTerms) -> set[tuple[str, str]]:
    """Misconduct that the boards prove by themselves, so that the packer of a bundle cannot leave it out."""
    misconduct: set[tuple[str, str]] = set()
    for co_op, board in boards.items():
        hashes = {(entry.revision, entry.hash) for _, entry in board.outcomes}
        if len(hashes) > len({revision for revision, _ in hashes}):
            misconduct.add((co_op, TWO_OUTCOMES))
        if board.closed is None:
            continue
        for board_heads in heads.values():
            closed_size = board.closed.boards.get(board_heads.board, (0, "", 0))[0]
            if board_heads.board != co_op and board_heads.largest_cosigned(co_op, terms.concluded_from) > closed_size:
                misconduct.add((co_op, DATED_BACK))
    return misconduct


def check_evidence(
    pieces: list[Evidence], terms: VoteTerms, boards: Mapping[str, Board], on_boards: set[tuple[str, str]]
) -> EvidenceFindings:
    """Checks every piece. `on_boards` is the misconduct that the boards prove. Raises `CheckFailedError` 17."""
    misconduct = [*on_boards]
    objections: list[str] = []
    for piece in pieces:
        match piece:
            case Fork():
                misconduct.append((_check_fork(piece, terms, boards), "showed two boards"))
            case DoubleOutcome():
                misconduct.append((_check_double_outcome(piece, terms), TWO_OUTCOMES))
            case LateCosignature():
                misconduct.append((_check_late_cosignature(piece, terms, boards), DATED_BACK))
            case FallingDates():
                misconduct.append((_check_falling_dates(piece, terms), "cosigned with falling dates"))
            case Objection() if _check_objection(piece, terms):
                objections.append(piece.id)
    for piece in pieces:
        if isinstance(piece, Settlement):
            _check_settlement(piece, terms, {culprit for culprit, _ in misconduct})
    return EvidenceFindings(sorted(set(misconduct)), sorted(set(objections)))


def _check_fork(fork: Fork, terms: VoteTerms, boards: Mapping[str, Board]) -> str:
    heads = [_read_note(text, fork.board, terms) for text in fork.notes]
    tree = boards[fork.board].tree
    if fork.root:
        smaller, larger = sorted(heads, key=lambda head: head.size)
        is_prefix = is_consistent((smaller.size, fork.root), (larger.size, larger.root), list(fork.proof))
        proven = fork.root != smaller.root and is_prefix
    elif len(heads) == 2:
        proven = heads[0].size == heads[1].size and heads[0].root != heads[1].root
    else:
        proven = heads[0].size <= tree.size and heads[0].root != tree.root(heads[0].size)
    _require(proven, f"the evidence of a fork of {fork.board} proves none")
    return fork.board


def _check_double_outcome(piece: DoubleOutcome, terms: VoteTerms) -> str:
    first, second = piece.first, piece.second
    _require(first.id in terms.participants, "the evidence of two outcomes is about somebody who is no participant")
    key = terms.parties[first.id].statement
    same = (first.id, first.revision, first.vote) == (second.id, second.revision, terms.vote) and first.vote == second.vote
    good = first.signed.is_signed_by(key) and second.signed.is_signed_by(key)
    _require(same and first.hash != second.hash and good, f"the evidence that {first.id} signed two outcomes proves nothing")
    return first.id


def _check_late_cosignature(piece: LateCosignature, terms: VoteTerms, boards: Mapping[str, Board]) -> str:
    head = _read_note(piece.note, piece.board, terms)
    _require(piece.witness in terms.parties, "the evidence of a late cosignature names somebody who is no party")
    closed = boards[piece.witness].closed
    closed_size = closed.boards.get(piece.board, (0, "", 0))[0] if closed is not None else head.size
    dated = any(cosignature.witness == piece.witness and cosignature.time <= terms.concluded_from for cosignature in head.cosignatures)
    _require(dated and head.size > closed_size, f"the evidence that {piece.witness} dated a cosignature back proves nothing")
    return piece.witness


def _check_falling_dates(piece: FallingDates, terms: VoteTerms) -> str:
    smaller, larger = sorted((_read_note(text, piece.board, terms) for text in piece.notes), key=lambda note: note.size)
    before = [cosignature.time for cosignature in smaller.cosignatures if cosignature.witness == piece.witness]
    after = [cosignature.time for cosignature in larger.cosignatures if cosignature.witness == piece.witness]
    proven = before and after and smaller.size < larger.size and max(before) > min(after)
    _require(bool(proven), f"the evidence that the dates of {piece.witness} fall proves nothing")
    return piece.witness


def _check_objection(objection: Objection, terms: VoteTerms) -> bool:
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


def _check_settlement(settlement: Settlement, terms: VoteTerms, guilty: set[str]) -> None:
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


def _read_note(text: str, board: str, terms: VoteTerms) -> SignedCheckpoint:
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
