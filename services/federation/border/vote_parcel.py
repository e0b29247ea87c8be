"""What of votes goes into a parcel and comes out of one: our words and the wire's."""

import hashlib
import random
from collections.abc import Iterable, Mapping

from kith.peer.v1 import peer_pb2 as pb
from libs.database.engine import Work
from libs.signing import checkpoint, merkle
from services.federation.domain.witnessing import Brought, BroughtCosignature, SignedHead
from services.federation.storage import boards, papers
from services.federation.storage.boards import Head, Holding, Witnessed

MOST_ENTRIES = 5_000
MOST_PAPERS = 100
"""Taken of one parcel, and made for one."""
_MOST_PROOFS = 400


def held_of(co_op: str, have: pb.VoteHave) -> int:
    """How much of this board they say they hold."""
    return next((one.size for one in have.boards if one.co_op == co_op), 0)


def have(vote: str, held: Mapping[str, Holding], papers_held: bytes) -> pb.VoteHave:
    return pb.VoteHave(
        vote=bytes.fromhex(vote),
        boards=[pb.BoardHave(co_op=co_op, size=one.board.size, heads=_digest(one.heads, one.cosigned)) for co_op, one in held.items()],
        papers=papers_held,
    )


async def parts(work: Work, vote: str, held: Mapping[str, Holding], have: pb.VoteHave, room: int) -> list[pb.BoardPart]:
    theirs = {one.co_op: one for one in have.boards}
    parts: list[pb.BoardPart] = []
    for co_op, one in held.items():
        their = theirs.get(co_op, pb.BoardHave(co_op=co_op))
        if not one.heads or (their.size >= one.heads[-1].size and their.heads == _digest(one.heads, one.cosigned)):
            continue
        part = await _part(work, vote, one, their.size, room)
        part.heads.extend(_head(each) for each in one.heads[:-1])
        part.cosignatures.extend(_cosignature(each) for each in one.cosigned)
        parts.append(part)
        room -= part.ByteSize()
        if room <= 0:
            break
    return parts


async def _part(work: Work, vote: str, held: Holding, first: int, room: int) -> pb.BoardPart:
    """From `first` on, as many entries as there is room for, and the proof that they belong under our last head."""
    co_op, head = held.board.co_op, held.heads[-1]
    part = pb.BoardPart(vote=bytes.fromhex(vote), co_op=co_op, first=first, head=_head(head))
    size = first
    for entry in await boards.entries(work, vote, co_op, first, min(head.size, first + MOST_ENTRIES)) if first < head.size else ():
        if part.entries and room < len(entry):
            break
        room -= len(entry) + 4
        part.entries.append(entry)
        size += 1
    if first < size < head.size:
        part.proof.extend(merkle.consistency_proof(await boards.leaves(work, vote, co_op, head.size), size, head.size))
    return part


async def papers_of(work: Work, vote: str) -> list[pb.VotePaper]:
    """Of very many some: nobody says which they lack, and who floods a vote with papers must not keep the rest from ever being brought."""
    held = await papers.of_vote(work, vote)
    return [pb.VotePaper(vote=bytes.fromhex(vote), content=one) for one in random.sample(held, min(len(held), MOST_PAPERS))]


def _digest(heads: Iterable[Head], cosigned: Iterable[Witnessed]) -> bytes:
    lines = [f"{one.size} {one.root.hex()} {one.signature.hex()}" for one in heads]
    lines += [f"{one.witness} {one.size} {one.root.hex()} {one.time} {one.signature.hex()}" for one in cosigned]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).digest()


def signed_by_us(us: str, parts: Iterable[pb.BoardPart]) -> list[tuple[str, int, bytes]]:
    found: list[tuple[str, int, bytes]] = []
    for part in parts:
        origin = checkpoint.origin_of(part.co_op, part.vote.hex())
        if part.co_op == us and part.HasField("head"):
            found.append((origin, part.head.size, part.head.root))
        found += [(origin, one.size, one.root) for one in part.cosignatures if one.witness == us]
    return found


def brought(part: pb.BoardPart) -> Brought:
    return Brought(
        co_op=part.co_op,
        first=part.first,
        # Nobody who means well sends more at once, and each costs time to hash and to read.
        entries=tuple(part.entries[:MOST_ENTRIES]),
        head=_signed(part.head) if part.HasField("head") else None,
        proof=tuple(part.proof),
        heads=tuple(_signed(one) for one in part.heads[:_MOST_PROOFS]),
        cosignatures=tuple(
            BroughtCosignature(one.witness, one.size, one.root, one.time, one.signature) for one in part.cosignatures[:_MOST_PROOFS]
        ),
    )


def _signed(head: pb.Head) -> SignedHead:
    return SignedHead(head.size, head.root, head.signature)


def _head(head: Head) -> pb.Head:
    return pb.Head(size=head.size, root=head.root, signature=head.signature)


def _cosignature(one: Witnessed) -> pb.Cosignature:
    return pb.Cosignature(witness=one.witness, size=one.size, root=one.root, time=one.time, signature=one.signature)
