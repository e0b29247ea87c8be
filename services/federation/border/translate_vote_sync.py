"""Translates boards and evidence documents to and from the parts of a parcel."""

import hashlib
import random
from collections.abc import Iterable, Mapping

from kith.peer.v1 import peer_pb2 as pb
from libs.database.engine import UnitOfWork
from libs.signing import checkpoint, merkle
from services.federation.domain.witnessing import BoardUpdate, Cosignature, SignedHead
from services.federation.storage import boards, evidence_documents
from services.federation.storage.boards import BoardHolding

MAX_ENTRIES = 5_000
MAX_DOCUMENTS = 100
"""Limits for each parcel, received or sent."""
_MAX_PROOFS = 400


def size_held_by_peer(co_op: str, have: pb.VoteHave) -> int:
    """How many entries of this board the peer says it holds."""
    return next((board.size for board in have.boards if board.co_op == co_op), 0)


def vote_have_message(vote: str, holdings: Mapping[str, BoardHolding], documents_digest: bytes) -> pb.VoteHave:
    return pb.VoteHave(
        vote=bytes.fromhex(vote),
        boards=[
            pb.BoardHave(co_op=co_op, size=holding.board.size, heads=_heads_digest(holding.heads, holding.cosigned))
            for co_op, holding in holdings.items()
        ],
        papers=documents_digest,
    )


async def board_part_messages(
    work: UnitOfWork, vote: str, holdings: Mapping[str, BoardHolding], have: pb.VoteHave, max_bytes: int
) -> list[pb.BoardPart]:
    their_boards = {board.co_op: board for board in have.boards}
    parts: list[pb.BoardPart] = []
    for co_op, holding in holdings.items():
        their_board = their_boards.get(co_op, pb.BoardHave(co_op=co_op))
        if not holding.heads or (
            their_board.size >= holding.heads[-1].size and their_board.heads == _heads_digest(holding.heads, holding.cosigned)
        ):
            continue
        part = await _board_part_message(work, vote, holding, their_board.size, max_bytes)
        part.heads.extend(_head_message(head) for head in holding.heads[:-1])
        part.cosignatures.extend(_cosignature_message(cosignature) for cosignature in holding.cosigned)
        parts.append(part)
        max_bytes -= part.ByteSize()
        if max_bytes <= 0:
            break
    return parts


async def _board_part_message(work: UnitOfWork, vote: str, holding: BoardHolding, first: int, max_bytes: int) -> pb.BoardPart:
    """As many entries from `first` on as fit, and the proof that they belong under our last head."""
    co_op, head = holding.board.co_op, holding.heads[-1]
    part = pb.BoardPart(vote=bytes.fromhex(vote), co_op=co_op, first=first, head=_head_message(head))
    size = first
    for entry in await boards.list_entries(work, vote, co_op, first, min(head.size, first + MAX_ENTRIES)) if first < head.size else ():
        if part.entries and max_bytes < len(entry):
            break
        max_bytes -= len(entry) + 4
        part.entries.append(entry)
        size += 1
    if first < size < head.size:
        part.proof.extend(merkle.consistency_proof(await boards.list_leaves(work, vote, co_op, head.size), size, head.size))
    return part


async def document_messages(work: UnitOfWork, vote: str) -> list[pb.VotePaper]:
    """A random sample when there are too many: peers do not say which they lack, and a flood of documents must not hide the rest."""
    documents = await evidence_documents.list_for_vote(work, vote)
    return [
        pb.VotePaper(vote=bytes.fromhex(vote), content=document)
        for document in random.sample(documents, min(len(documents), MAX_DOCUMENTS))
    ]


def _heads_digest(heads: Iterable[SignedHead], cosigned: Iterable[Cosignature]) -> bytes:
    lines = [f"{head.size} {head.root.hex()} {head.signature.hex()}" for head in heads]
    lines += [
        f"{cosignature.witness} {cosignature.size} {cosignature.root.hex()} {cosignature.time} {cosignature.signature.hex()}"
        for cosignature in cosigned
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).digest()


def heads_signed_by(us: str, parts: Iterable[pb.BoardPart]) -> list[tuple[str, int, bytes]]:
    heads: list[tuple[str, int, bytes]] = []
    for part in parts:
        origin = checkpoint.origin_of(part.co_op, part.vote.hex())
        if part.co_op == us and part.HasField("head"):
            heads.append((origin, part.head.size, part.head.root))
        heads += [(origin, cosignature.size, cosignature.root) for cosignature in part.cosignatures if cosignature.witness == us]
    return heads


def parse_board_part(part: pb.BoardPart) -> BoardUpdate:
    return BoardUpdate(
        co_op=part.co_op,
        first=part.first,
        # An honest peer never sends more at once, and each entry takes time to hash and read.
        entries=tuple(part.entries[:MAX_ENTRIES]),
        head=_parse_head(part.head) if part.HasField("head") else None,
        proof=tuple(part.proof),
        heads=tuple(_parse_head(head) for head in part.heads[:_MAX_PROOFS]),
        cosignatures=tuple(
            Cosignature(message.witness, message.size, message.root, message.time, message.signature)
            for message in part.cosignatures[:_MAX_PROOFS]
        ),
    )


def _parse_head(head: pb.Head) -> SignedHead:
    return SignedHead(head.size, head.root, head.signature)


def _head_message(head: SignedHead) -> pb.Head:
    return pb.Head(size=head.size, root=head.root, signature=head.signature)


def _cosignature_message(cosignature: Cosignature) -> pb.Cosignature:
    return pb.Cosignature(
        witness=cosignature.witness, size=cosignature.size, root=cosignature.root, time=cosignature.time, signature=cosignature.signature
    )
