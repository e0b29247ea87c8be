"""What a witness takes from others about a board, and when it cosigns.

A cosignature means: I hold every entry up to this size on disk. So a witness refuses a bad signature or origin, what is in conflict with
what it holds, missing entries, an entry that is too long, a board that is too large, and everything while its own clock cannot be trusted.
Never a date, and never an entry for what it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libs.boards import entries as kinds
from libs.boards import terms as terms_law
from libs.boards.evidence import board_key, witness_key
from libs.boards.terms import Terms
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import BadNoteError, Checkpoint
from libs.signing.merkle import BadProofError, Frontier
from libs.signing.statement import BadSignatureError


@dataclass(frozen=True)
class SignedHead:
    """A head as somebody brought it."""

    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True)
class BroughtCosignature:
    """A cosignature as somebody brought it."""

    witness: str
    size: int
    root: bytes
    time: int
    signature: bytes


@dataclass(frozen=True)
class Brought:
    """A piece of a board: entries from `first` on, the head they belong under, and what is known of who held it."""

    co_op: str
    first: int
    entries: tuple[bytes, ...]
    head: SignedHead | None
    proof: tuple[bytes, ...]
    heads: tuple[SignedHead, ...]
    cosignatures: tuple[BroughtCosignature, ...]


class NotTakenError(ValueError):
    """What was brought is refused; the text says why, for the log."""


def check_head(terms: Terms, co_op: str, head: SignedHead) -> Checkpoint:
    """Raises `NotTakenError` unless the board itself signed it."""
    try:
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
        checkpoint.verify_checkpoint(board_key(terms, co_op), signed, head.signature)
    except (BadNoteError, BadSignatureError) as error:
        raise NotTakenError(f"head: {error}") from None
    return signed


def check_cosignature(terms: Terms, co_op: str, one: BroughtCosignature) -> None:
    """Raises `NotTakenError` unless a witness of this board signed it. Its date is not judged."""
    if one.witness not in terms.witnesses_of(co_op):
        raise NotTakenError(f"cosignature: {one.witness[:64]} is no witness of this board")
    try:
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), one.size, one.root)
        checkpoint.verify_cosignature(witness_key(terms, one.witness), signed, one.time, one.signature)
    except (BadNoteError, BadSignatureError, OverflowError) as error:
        raise NotTakenError(f"cosignature: {error}") from None


def check_growth(terms: Terms, frontier: Frontier, brought: Brought) -> Sequence[bytes]:
    """The entries that are new to whoever holds `frontier`. Raises `NotTakenError` when they do not belong under their head."""
    new = brought.entries[frontier.size - brought.first :] if brought.first <= frontier.size else ()
    if not new or brought.head is None:
        return ()
    after = frontier.size + len(new)
    if after > brought.head.size:
        raise NotTakenError("entries beyond the head")
    if after > terms.entries_most(brought.co_op):
        raise NotTakenError("the board is too large")
    for index, entry in enumerate(new, frontier.size):
        if len(entry) > (terms_law.LONGEST if index == 0 else kinds.LONGEST):
            raise NotTakenError("an entry is too long")
    grown = frontier.extend(merkle.leaf_hash(entry) for entry in new)
    try:
        merkle.verify_consistency(after, brought.head.size, grown.root, brought.head.root, list(brought.proof))
    except (BadProofError, ValueError) as error:
        raise NotTakenError(f"the entries do not belong under the head: {error}") from None
    return new


def worth_keeping(terms: Terms, cosigned: Iterable[BroughtCosignature]) -> set[BroughtCosignature]:
    """Of one witness's cosignatures on one board, those a cut can ever ask for: the largest by `open_latest`, by T, and by now.

    Whoever merges first and keeps then, and whoever keeps first and merges then, come to the same.
    """
    found = list(cosigned)
    kept: set[BroughtCosignature] = set()
    for until in (terms.open_latest, terms.concluded_from, None):
        within = [one for one in found if until is None or one.time <= until]
        if within:
            kept.add(max(within, key=lambda one: (one.size, -one.time, one.root, one.signature)))
    return kept


def falls(cosigned: Iterable[BroughtCosignature]) -> tuple[BroughtCosignature, BroughtCosignature] | None:
    """Two of one witness on one board whose sizes rise while the dates fall: misconduct."""
    latest: BroughtCosignature | None = None
    for one in sorted(cosigned, key=lambda one: (one.size, one.time)):
        # Of one size the earliest comes first: it is held against smaller sizes before a later one of its own size stands in the way.
        if latest is not None and latest.size < one.size and latest.time > one.time:
            return latest, one
        if latest is None or one.time > latest.time:
            latest = one
    return None
