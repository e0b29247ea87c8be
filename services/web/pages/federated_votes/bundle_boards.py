"""The boards of a vote, read from its bundle: how many votes a board has at a size, and how much each co-op held when voting ended."""

import asyncio
import io
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from libs.boards.board import Board
from libs.boards.vote_terms import VoteTerms
from libs.refusals import Refusal
from services.web.page_context import PageContext
from services.web.pages.federated_votes.bundle_files import fetch_bundle_chunk

_MAX_BYTES = 64 * 1024 * 1024
"""A bundle of tens of thousands of votes is smaller. Larger bundles are left to the command line."""
_LENGTH_BYTES = 4


@dataclass(frozen=True)
class VotersAtSize:
    """A board cut at some size: the size just after its last ballot, and how many voters it has there."""

    size: int
    voters: int


@dataclass(frozen=True)
class BundleBoards:
    """The boards of a bundle: each co-op's entries as far as others hold them."""

    terms: VoteTerms
    entries: Mapping[str, Sequence[bytes]]
    held_sizes: Mapping[str, Mapping[str, int]]
    """Board -> party -> the size of the board that the party says it held when voting ended."""

    def count(self, co_op: str, sizes: Collection[int]) -> dict[int, VotersAtSize]:
        """The count of the board at each of these sizes. A size beyond the bundle is left out, because its votes are unknown."""
        board, counts = Board(self.terms, co_op), {0: VotersAtSize(0, 0)}
        for data in self.entries.get(co_op, ()):
            board.add(data)
            if board.size in sizes:
                counts[board.size] = _count_board(board)
        return counts


async def fetch_boards(ctx: PageContext, vote_id: str, terms: VoteTerms) -> BundleBoards | None:
    """The boards, or None where there is no bundle: nothing is signed yet, or federation is unavailable."""
    content = await _fetch_bundle(ctx, vote_id)
    return await asyncio.to_thread(parse_bundle, terms, content) if content else None


async def _fetch_bundle(ctx: PageContext, vote_id: str) -> bytes:
    content = b""
    try:
        while True:
            chunk = await fetch_bundle_chunk(ctx, vote_id, len(content))
            content += chunk.piece
            if chunk.total > _MAX_BYTES or not chunk.piece:
                return b""
            if len(content) >= chunk.total:
                return content
    except Refusal:
        return b""


def parse_bundle(terms: VoteTerms, content: bytes) -> BundleBoards | None:
    """The boards of a bundle's bytes; None when they are not a bundle."""
    entries: dict[str, list[bytes]] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as files:
            for member in files.getmembers():
                kind, _, rest = member.name.partition("/")
                co_op, _, name = rest.partition("/")
                file = files.extractfile(member)
                if kind == "boards" and name == "entries" and co_op in terms.by_id and file is not None:
                    entries[co_op] = _split_entries(file.read())
    except tarfile.TarError:
        return None
    held: dict[str, dict[str, int]] = {}
    for party, board_entries in entries.items():
        closing = Board(terms, party).extend(board_entries).closed
        for co_op, size, _, _ in closing.boards if closing is not None else ():
            held.setdefault(co_op, {})[party] = size
    return BundleBoards(terms, entries, held)


def _split_entries(framed: bytes) -> list[bytes]:
    """The entries, each preceded by its length."""
    entries, offset = [], 0
    while offset < len(framed):
        start = offset + _LENGTH_BYTES
        offset = start + int.from_bytes(framed[offset:start], "big")
        entries.append(framed[start:offset])
    return entries


def _count_board(board: Board) -> VotersAtSize:
    return VotersAtSize(board.after_last_ballot, sum(ballot.choice is not None for ballot in board.ballots.values()))
