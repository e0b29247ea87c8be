"""Evidence documents about a vote: misconduct of a party, an objection, a settlement.

The kinds are those of docs/formats/bundle.md. Reading one checks everything that it claims; a false claim raises `DocumentError` and
proves nothing.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import document_fields, documents, vote_state
from libs.boards.board import Board
from libs.boards.document_fields import CO_OP, HEX32, DocumentError, DocumentFields
from libs.boards.documents import Objection, Settlement
from libs.boards.entries import OutcomeEntry, read_entry
from libs.boards.vote_state import Misconduct
from libs.boards.vote_terms import Party, VoteTerms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import BadNoteError, Checkpoint, Cosignature
from libs.signing.statement import BadSignatureError

MAX_EVIDENCE_BYTES = 256 * 1024
FORK, FALLING_DATES = "fork", "falling_dates"
DOUBLE_OUTCOME, LATE_COSIGNATURE = vote_state.DOUBLE_OUTCOME, vote_state.LATE_COSIGNATURE
OBJECTION, SETTLEMENT = "objection", "settlement"

ProvenEvidence = Misconduct | Objection | tuple[Settlement, dict[str, bytes]]


def read_evidence(terms: VoteTerms, boards: Mapping[str, Board], content: bytes) -> ProvenEvidence:
    """Reads an evidence document: what it proves, given these boards. Raises `DocumentError`."""
    if len(content) > MAX_EVIDENCE_BYTES:
        raise DocumentError("paper: longer than 256 KiB")
    fields = DocumentFields(document_fields.decode_json(content, "paper"), "paper")
    proven: ProvenEvidence
    match fields.one_of("kind", FORK, DOUBLE_OUTCOME, LATE_COSIGNATURE, FALLING_DATES, OBJECTION, SETTLEMENT):
        case "fork":
            proven = _fork(terms, boards, fields)
        case "double_outcome":
            proven = _double_outcome(terms, fields)
        case "late_cosignature":
            proven = _late_cosignature(terms, boards, fields)
        case "falling_dates":
            proven = _falling_dates(terms, fields)
        case "objection":
            proven = _objection(terms, fields.take("object"))
        case _:
            proven = _settlement(terms, fields.take("object"))
    fields.reject_unknown()
    return proven


def write_note(
    terms: VoteTerms, board: str, head: Checkpoint, signature: bytes, cosignatures: Iterable[tuple[str, int, bytes]] = ()
) -> bytes:
    """A signed note of a board; cosignatures are (witness, time, signature)."""
    signed = [
        (Cosignature(checkpoint.witness_name(witness, terms.vote), time, sig), witness_key(terms, witness))
        for witness, time, sig in cosignatures
    ]
    return checkpoint.note(head, board_key(terms, board), signature, signed)


def read_note(terms: VoteTerms, board: str, text: bytes) -> tuple[Checkpoint, tuple[Cosignature, ...]]:
    """Reads a note of this board and checks every signature. Raises `DocumentError`."""
    names = {checkpoint.witness_name(party.id, terms.vote): witness_key(terms, party.id) for party in terms.parties if party.id != board}
    try:
        head, _, cosignatures = checkpoint.parse_note(text, board_key(terms, board), names)
    except BadNoteError as error:
        raise DocumentError(f"note: {error}") from None
    if head.origin != checkpoint.origin_of(board, terms.vote):
        raise DocumentError("note: it is of another board")
    return head, cosignatures


def board_key(terms: VoteTerms, co_op: str) -> Ed25519PublicKey:
    return _public(terms.by_id[co_op].board)


def witness_key(terms: VoteTerms, co_op: str) -> Ed25519PublicKey:
    return _public(terms.by_id[co_op].witness)


def fork_of_one_size(board: str, first: bytes, second: bytes) -> bytes:
    """Evidence of a fork: two notes of one size."""
    return canonical.encode({"kind": FORK, "board": board, "notes": [first.decode(), second.decode()]})


def fork_of_two_sizes(board: str, smaller: bytes, larger: bytes, root: bytes, proof: Iterable[bytes]) -> bytes:
    """Evidence of a fork: `root` is the larger tree's root at the smaller note's size."""
    hashes: list[Json] = [digest.hex() for digest in proof]
    notes: list[Json] = [smaller.decode(), larger.decode()]
    return canonical.encode({"kind": FORK, "board": board, "notes": notes, "root": root.hex(), "proof": hashes})


def double_outcome(first: OutcomeEntry, second: OutcomeEntry) -> bytes:
    entries = document_fields.sort_items([document_fields.decode_json(outcome.data(), "outcome") for outcome in (first, second)])
    return canonical.encode({"kind": DOUBLE_OUTCOME, "entries": entries})


def late_cosignature(witness: str, board: str, note: bytes) -> bytes:
    return canonical.encode({"kind": LATE_COSIGNATURE, "witness": witness, "board": board, "note": note.decode()})


def falling_dates(witness: str, board: str, smaller: bytes, larger: bytes) -> bytes:
    notes: list[Json] = [smaller.decode(), larger.decode()]
    return canonical.encode({"kind": FALLING_DATES, "witness": witness, "board": board, "notes": notes})


def objection(signed: Mapping[str, Json]) -> bytes:
    return canonical.encode({"kind": OBJECTION, "object": dict(signed)})


def settlement(signed: Mapping[str, Json]) -> bytes:
    return canonical.encode({"kind": SETTLEMENT, "object": dict(signed)})


def _fork(terms: VoteTerms, boards: Mapping[str, Board], fields: DocumentFields) -> Misconduct:
    board = _party(terms, fields, "board").id
    notes = [read_note(terms, board, _note(value))[0] for value in fields.list("notes", lambda value: value, is_sorted=False)]
    misconduct = Misconduct(FORK, board)
    if len(notes) == 1:
        board_entries = boards.get(board)
        if board_entries is None or board_entries.size < notes[0].size or board_entries.root(notes[0].size) == notes[0].root:
            raise DocumentError("fork: the note is that of the board's entries")
        return misconduct
    if len(notes) != 2:
        raise DocumentError("fork: one note or two")
    smaller, larger = sorted(notes, key=lambda value: value.size)
    if not fields.has("root"):
        if smaller.size != larger.size or smaller.root == larger.root:
            raise DocumentError("fork: two notes of one size with different roots")
        return misconduct
    root = fields.hex32("root")
    proof = fields.list("proof", lambda value: bytes.fromhex(document_fields.parse_text(value, HEX32, "proof")), is_sorted=False)
    if root == smaller.root or not 0 < smaller.size < larger.size:
        raise DocumentError("fork: the smaller note is of the same tree")
    try:
        merkle.verify_consistency(smaller.size, larger.size, root, larger.root, list(proof))
    except merkle.BadProofError as error:
        raise DocumentError("fork: the proof does not hold") from error
    return misconduct


def _double_outcome(terms: VoteTerms, fields: DocumentFields) -> Misconduct:
    entries = [read_entry(canonical.encode(outcome)) for outcome in fields.list("entries", lambda outcome: outcome, is_sorted=False)]
    match entries:
        case [OutcomeEntry() as first, OutcomeEntry() as second]:
            party = _participant(terms, first.id)
            claims = {(outcome.vote, outcome.id, outcome.revision) for outcome in (first, second)}
            if claims != {(terms.vote, party.id, first.revision)} or first.hash == second.hash:
                raise DocumentError("double_outcome: they are not two outcomes of one party and revision")
            if not all(_is_signed(party, outcome) for outcome in (first, second)):
                raise DocumentError("double_outcome: a signature is not good")
            return Misconduct(DOUBLE_OUTCOME, first.id, (first, second))
        case _:
            raise DocumentError("double_outcome: two outcome entries")


def _late_cosignature(terms: VoteTerms, boards: Mapping[str, Board], fields: DocumentFields) -> Misconduct:
    witness, board = _party(terms, fields, "witness").id, _party(terms, fields, "board").id
    head, cosignatures = read_note(terms, board, _note(fields.take("note")))
    times = _times(terms, witness, cosignatures)
    closed = boards[witness].closed if witness in boards else None
    sizes = {co_op: size for co_op, size, _, _ in closed.boards} if closed is not None else {}
    if closed is None or head.size <= sizes.get(board, 0) or not any(time <= terms.concluded_from for time in times):
        raise DocumentError("late_cosignature: it is not above what the witness's closed says")
    return Misconduct(LATE_COSIGNATURE, witness)


def _falling_dates(terms: VoteTerms, fields: DocumentFields) -> Misconduct:
    witness, board = _party(terms, fields, "witness").id, _party(terms, fields, "board").id
    notes = [read_note(terms, board, _note(value)) for value in fields.list("notes", lambda value: value, is_sorted=False)]
    if len(notes) != 2:
        raise DocumentError("falling_dates: two notes")
    (smaller, first), (larger, second) = sorted(notes, key=lambda value: value[0].size)
    if smaller.size >= larger.size or max(_times(terms, witness, first)) <= min(_times(terms, witness, second)):
        raise DocumentError("falling_dates: the dates do not fall")
    return Misconduct(FALLING_DATES, witness)


def _objection(terms: VoteTerms, value: Json) -> Objection:
    objection = documents.read_objection(value, _participant(terms, documents.objector_id(value)).statement)
    if objection.vote != terms.vote:
        raise DocumentError("objection: to another vote")
    return objection


def _settlement(terms: VoteTerms, value: Json) -> tuple[Settlement, dict[str, bytes]]:
    settlement, sigs = documents.read_settlement(value)
    if settlement.vote != terms.vote:
        raise DocumentError("settlement: of another vote")
    if not {co_op for co_op, _ in settlement.cuts} <= set(terms.participants) or not set(settlement.without) < set(terms.participants):
        raise DocumentError("settlement: it names who does not take part")
    for co_op, sig in sigs.items():
        if not documents.is_signed(settlement, sig, _participant(terms, co_op).statement):
            raise DocumentError(f"settlement: the signature of {co_op} is not good")
    return settlement, sigs


def is_complete(terms: VoteTerms, settlement: Settlement, sigs: Iterable[str], proven: Iterable[Misconduct]) -> bool:
    """Whether all participants signed the settlement, except those whose misconduct is proven."""
    guilty = {misconduct.id for misconduct in proven}
    required = set(terms.participants) - set(settlement.without)
    return (
        set(settlement.without) <= guilty
        and required <= set(sigs)
        and (settlement.kind != documents.CUTS or dict(settlement.cuts).keys() == required | set(settlement.without))
    )


def _note(value: Json) -> bytes:
    return document_fields.parse_words(value, 64 * 1024, "note", lines=True).encode()


def _times(terms: VoteTerms, witness: str, cosignatures: Iterable[Cosignature]) -> list[int]:
    name = checkpoint.witness_name(witness, terms.vote)
    times = [cosignature.time for cosignature in cosignatures if cosignature.name == name]
    if not times:
        raise DocumentError(f"note: no cosignature of {witness}")
    return times


def _party(terms: VoteTerms, fields: DocumentFields, key: str) -> Party:
    party = terms.by_id.get(fields.text(key, CO_OP))
    if party is None:
        raise DocumentError(f"paper: {key} is no party")
    return party


def _participant(terms: VoteTerms, co_op: str) -> Party:
    if co_op not in terms.participants:
        raise DocumentError(f"paper: {co_op} does not take part")
    return terms.by_id[co_op]


def _is_signed(party: Party, entry: OutcomeEntry) -> bool:
    try:
        statement.verify(_public(party.statement), "outcome", entry.signed(), entry.sig)
    except BadSignatureError:
        return False
    return True


@cache
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
