"""Papers that prove something about a vote: misconduct of a party, an objection, a settlement.

The kinds are those of docs/formats/bundle.md. Reading one checks everything that it claims; what does not hold is a `DocumentError`, and
proves nothing.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import forms, papers, standing
from libs.boards.board import Board
from libs.boards.entries import Outcome, read_entry
from libs.boards.forms import CO_OP, HEX32, DocumentError, Fields
from libs.boards.papers import Objection, Settlement
from libs.boards.standing import Misconduct
from libs.boards.terms import Party, Terms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import BadNoteError, Checkpoint, Cosignature
from libs.signing.statement import BadSignatureError

LONGEST = 256 * 1024
FORK, FALLING_DATES = "fork", "falling_dates"
DOUBLE_OUTCOME, LATE_COSIGNATURE = standing.DOUBLE_OUTCOME, standing.LATE_COSIGNATURE
OBJECTION, SETTLEMENT = "objection", "settlement"

Proven = Misconduct | Objection | tuple[Settlement, dict[str, bytes]]


def read_paper(terms: Terms, boards: Mapping[str, Board], content: bytes) -> Proven:
    """What the paper proves to whoever holds these boards. Raises `DocumentError`."""
    if len(content) > LONGEST:
        raise DocumentError("paper: longer than 256 KiB")
    fields = Fields(forms.decoded(content, "paper"), "paper")
    found: Proven
    match fields.one_of("kind", FORK, DOUBLE_OUTCOME, LATE_COSIGNATURE, FALLING_DATES, OBJECTION, SETTLEMENT):
        case "fork":
            found = _fork(terms, boards, fields)
        case "double_outcome":
            found = _double_outcome(terms, fields)
        case "late_cosignature":
            found = _late_cosignature(terms, boards, fields)
        case "falling_dates":
            found = _falling_dates(terms, fields)
        case "objection":
            found = _objection(terms, fields.take("object"))
        case _:
            found = _settlement(terms, fields.take("object"))
    fields.done()
    return found


def note_text(terms: Terms, board: str, head: Checkpoint, signature: bytes, cosignatures: Iterable[tuple[str, int, bytes]] = ()) -> bytes:
    """A signed note of a board; cosignatures are (witness, time, signature)."""
    signed = [
        (Cosignature(checkpoint.witness_name(witness, terms.vote), time, sig), witness_key(terms, witness))
        for witness, time, sig in cosignatures
    ]
    return checkpoint.note(head, board_key(terms, board), signature, signed)


def read_note(terms: Terms, board: str, text: bytes) -> tuple[Checkpoint, tuple[Cosignature, ...]]:
    """A note of this board, every signature good. Raises `DocumentError`."""
    names = {checkpoint.witness_name(one.id, terms.vote): witness_key(terms, one.id) for one in terms.parties if one.id != board}
    try:
        head, _, cosignatures = checkpoint.parse_note(text, board_key(terms, board), names)
    except BadNoteError as error:
        raise DocumentError(f"note: {error}") from None
    if head.origin != checkpoint.origin_of(board, terms.vote):
        raise DocumentError("note: it is of another board")
    return head, cosignatures


def board_key(terms: Terms, co_op: str) -> Ed25519PublicKey:
    return _public(terms.by_id[co_op].board)


def witness_key(terms: Terms, co_op: str) -> Ed25519PublicKey:
    return _public(terms.by_id[co_op].witness)


def fork_of_one_size(board: str, first: bytes, second: bytes) -> bytes:
    """Two notes of one size."""
    return canonical.encode({"kind": FORK, "board": board, "notes": [first.decode(), second.decode()]})


def fork_of_two_sizes(board: str, smaller: bytes, larger: bytes, root: bytes, proof: Iterable[bytes]) -> bytes:
    """`root` is what the larger tree has at the smaller note's size."""
    hashes: list[Json] = [one.hex() for one in proof]
    notes: list[Json] = [smaller.decode(), larger.decode()]
    return canonical.encode({"kind": FORK, "board": board, "notes": notes, "root": root.hex(), "proof": hashes})


def double_outcome(first: Outcome, second: Outcome) -> bytes:
    entries = forms.in_order([forms.decoded(one.data(), "outcome") for one in (first, second)])
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


def _fork(terms: Terms, boards: Mapping[str, Board], fields: Fields) -> Misconduct:
    board = _party(terms, fields, "board").id
    notes = [read_note(terms, board, _note(one))[0] for one in fields.list("notes", lambda one: one, is_sorted=False)]
    found = Misconduct(FORK, board)
    if len(notes) == 1:
        held = boards.get(board)
        if held is None or held.size < notes[0].size or held.root(notes[0].size) == notes[0].root:
            raise DocumentError("fork: the note is that of the board's entries")
        return found
    if len(notes) != 2:
        raise DocumentError("fork: one note or two")
    smaller, larger = sorted(notes, key=lambda one: one.size)
    if not fields.has("root"):
        if smaller.size != larger.size or smaller.root == larger.root:
            raise DocumentError("fork: two notes of one size with different roots")
        return found
    root = fields.hex32("root")
    proof = fields.list("proof", lambda one: bytes.fromhex(forms.text(one, HEX32, "proof")), is_sorted=False)
    if root == smaller.root or not 0 < smaller.size < larger.size:
        raise DocumentError("fork: the smaller note is of the same tree")
    try:
        merkle.verify_consistency(smaller.size, larger.size, root, larger.root, list(proof))
    except merkle.BadProofError as error:
        raise DocumentError("fork: the proof does not hold") from error
    return found


def _double_outcome(terms: Terms, fields: Fields) -> Misconduct:
    entries = [read_entry(canonical.encode(one)) for one in fields.list("entries", lambda one: one, is_sorted=False)]
    match entries:
        case [Outcome() as first, Outcome() as second]:
            party = _participant(terms, first.id)
            about = {(one.vote, one.id, one.revision) for one in (first, second)}
            if about != {(terms.vote, party.id, first.revision)} or first.hash == second.hash:
                raise DocumentError("double_outcome: they are not two outcomes of one party and revision")
            if not all(_is_signed(party, one) for one in (first, second)):
                raise DocumentError("double_outcome: a signature is not good")
            return Misconduct(DOUBLE_OUTCOME, first.id, (first, second))
        case _:
            raise DocumentError("double_outcome: two outcome entries")


def _late_cosignature(terms: Terms, boards: Mapping[str, Board], fields: Fields) -> Misconduct:
    witness, board = _party(terms, fields, "witness").id, _party(terms, fields, "board").id
    head, cosignatures = read_note(terms, board, _note(fields.take("note")))
    times = _times(terms, witness, cosignatures)
    said = boards[witness].closed if witness in boards else None
    sizes = {co_op: size for co_op, size, _, _ in said.boards} if said is not None else {}
    if said is None or head.size <= sizes.get(board, 0) or not any(time <= terms.concluded_from for time in times):
        raise DocumentError("late_cosignature: it is not above what the witness's closed says")
    return Misconduct(LATE_COSIGNATURE, witness)


def _falling_dates(terms: Terms, fields: Fields) -> Misconduct:
    witness, board = _party(terms, fields, "witness").id, _party(terms, fields, "board").id
    notes = [read_note(terms, board, _note(one)) for one in fields.list("notes", lambda one: one, is_sorted=False)]
    if len(notes) != 2:
        raise DocumentError("falling_dates: two notes")
    (smaller, first), (larger, second) = sorted(notes, key=lambda one: one[0].size)
    if smaller.size >= larger.size or max(_times(terms, witness, first)) <= min(_times(terms, witness, second)):
        raise DocumentError("falling_dates: the dates do not fall")
    return Misconduct(FALLING_DATES, witness)


def _objection(terms: Terms, value: Json) -> Objection:
    found = papers.read_objection(value, _participant(terms, papers.objector(value)).statement)
    if found.vote != terms.vote:
        raise DocumentError("objection: to another vote")
    return found


def _settlement(terms: Terms, value: Json) -> tuple[Settlement, dict[str, bytes]]:
    found, sigs = papers.read_settlement(value)
    if found.vote != terms.vote:
        raise DocumentError("settlement: of another vote")
    if not {co_op for co_op, _ in found.cuts} <= set(terms.participants) or not set(found.without) < set(terms.participants):
        raise DocumentError("settlement: it names who does not take part")
    for co_op, sig in sigs.items():
        if not papers.is_signed(found, sig, _participant(terms, co_op).statement):
            raise DocumentError(f"settlement: the signature of {co_op} is not good")
    return found, sigs


def is_complete(terms: Terms, found: Settlement, sigs: Iterable[str], proven: Iterable[Misconduct]) -> bool:
    """Signed by all participants, without those only against whom misconduct is proven."""
    guilty = {one.id for one in proven}
    wanted = set(terms.participants) - set(found.without)
    return (
        set(found.without) <= guilty
        and wanted <= set(sigs)
        and (found.kind != papers.CUTS or dict(found.cuts).keys() == wanted | set(found.without))
    )


def _note(value: Json) -> bytes:
    return forms.words(value, 64 * 1024, "note", lines=True).encode()


def _times(terms: Terms, witness: str, cosignatures: Iterable[Cosignature]) -> list[int]:
    name = checkpoint.witness_name(witness, terms.vote)
    times = [one.time for one in cosignatures if one.name == name]
    if not times:
        raise DocumentError(f"note: no cosignature of {witness}")
    return times


def _party(terms: Terms, fields: Fields, key: str) -> Party:
    party = terms.by_id.get(fields.text(key, CO_OP))
    if party is None:
        raise DocumentError(f"paper: {key} is no party")
    return party


def _participant(terms: Terms, co_op: str) -> Party:
    if co_op not in terms.participants:
        raise DocumentError(f"paper: {co_op} does not take part")
    return terms.by_id[co_op]


def _is_signed(party: Party, entry: Outcome) -> bool:
    try:
        statement.verify(_public(party.statement), "outcome", entry.signed(), entry.sig)
    except BadSignatureError:
        return False
    return True


@cache
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
