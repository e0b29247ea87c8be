"""What a witness accepts from others about a board, and what it cosigns.

A cosignature means: I hold every entry up to this size on disk. So a witness refuses a bad signature or origin, a conflict with what it
holds, missing entries, an entry that is too long, a board that is too large, and everything while its own clock cannot be trusted. It never
refuses because of a date or the content of an entry.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libs.boards import entries as kinds
from libs.boards import vote_terms
from libs.boards.evidence import board_key, witness_key
from libs.boards.vote_terms import VoteTerms
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import BadNoteError, Checkpoint
from libs.signing.merkle import BadProofError, Frontier
from libs.signing.statement import BadSignatureError


@dataclass(frozen=True)
class SignedHead:
    """A checkpoint of a board as the board signed it; one that a peer sent is verified first."""

    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True)
class Cosignature:
    """A witness's signature of a head: that it held so much of the board at this time."""

    witness: str
    size: int
    root: bytes
    time: int
    signature: bytes


@dataclass(frozen=True)
class BoardUpdate:
    """A part of a board: entries from `first` on, the head they belong under, and cosignatures that show which co-ops hold it."""

    co_op: str
    first: int
    entries: tuple[bytes, ...]
    head: SignedHead | None
    proof: tuple[bytes, ...]
    heads: tuple[SignedHead, ...]
    cosignatures: tuple[Cosignature, ...]


class BoardUpdateRejectedError(ValueError):
    """The update is refused; the text says why, for the log."""


class WrongSignerError(BoardUpdateRejectedError):
    """A head or a cosignature is not signed by whom it names. No honest peer passes one on, for it checks what it keeps."""


def verify_head(terms: VoteTerms, co_op: str, head: SignedHead) -> Checkpoint:
    """Raises `WrongSignerError` unless the board itself signed it."""
    try:
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
        checkpoint.verify_checkpoint(board_key(terms, co_op), signed, head.signature)
    except (BadNoteError, BadSignatureError) as error:
        raise WrongSignerError(f"head: {error}") from None
    return signed


def verify_cosignature(terms: VoteTerms, co_op: str, cosignature: Cosignature) -> None:
    """Raises `WrongSignerError` unless a witness of this board signed it. Its date is not judged."""
    if cosignature.witness not in terms.witnesses_of(co_op):
        raise WrongSignerError(f"cosignature: {cosignature.witness[:64]} is no witness of this board")
    try:
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), cosignature.size, cosignature.root)
        checkpoint.verify_cosignature(witness_key(terms, cosignature.witness), signed, cosignature.time, cosignature.signature)
    except (BadNoteError, BadSignatureError, OverflowError) as error:
        raise WrongSignerError(f"cosignature: {error}") from None


def verify_new_entries(terms: VoteTerms, frontier: Frontier, update: BoardUpdate) -> Sequence[bytes]:
    """The entries that are new to a co-op that holds `frontier`. Raises `BoardUpdateRejectedError` when they do not belong under their
    head.
    """
    new = update.entries[frontier.size - update.first :] if update.first <= frontier.size else ()
    if not new or update.head is None:
        return ()
    after = frontier.size + len(new)
    if after > update.head.size:
        raise BoardUpdateRejectedError("entries beyond the head")
    if after > terms.max_entries(update.co_op):
        raise BoardUpdateRejectedError("the board is too large")
    for index, entry in enumerate(new, frontier.size):
        if len(entry) > (vote_terms.MAX_TERMS_BYTES if index == 0 else kinds.MAX_ENTRY_BYTES):
            raise BoardUpdateRejectedError("an entry is too long")
    grown = frontier.extend(merkle.leaf_hash(entry) for entry in new)
    try:
        merkle.verify_consistency(after, update.head.size, grown.root, update.head.root, list(update.proof))
    except (BadProofError, ValueError) as error:
        raise BoardUpdateRejectedError(f"the entries do not belong under the head: {error}") from None
    return new


def select_needed_cosignatures(terms: VoteTerms, cosigned: Iterable[Cosignature]) -> set[Cosignature]:
    """The cosignatures of one witness on one board that a cut can ever need: the largest by `open_latest`, by T, and by now.

    The order of merging and selecting does not matter.
    """
    cosignatures = list(cosigned)
    needed: set[Cosignature] = set()
    for until in (terms.open_latest, terms.concluded_from, None):
        in_period = [cosignature for cosignature in cosignatures if until is None or cosignature.time <= until]
        if in_period:
            needed.add(
                max(in_period, key=lambda cosignature: (cosignature.size, -cosignature.time, cosignature.root, cosignature.signature))
            )
    return needed


def find_falling_dates(cosignatures: Iterable[Cosignature]) -> tuple[Cosignature, Cosignature] | None:
    """Two cosignatures of one witness on one board whose sizes rise while the dates fall: misconduct."""
    latest: Cosignature | None = None
    for cosignature in sorted(cosignatures, key=lambda cosignature: (cosignature.size, cosignature.time)):
        # Of one size the earliest comes first: it is compared with smaller sizes before a later one of the same size hides it.
        if latest is not None and latest.size < cosignature.size and latest.time > cosignature.time:
            return latest, cosignature
        if latest is None or cosignature.time > latest.time:
            latest = cosignature
    return None
