"""The boards of a vote, read from its bundle: what a size of a board means in votes, and how far each co-op held it when voting ended."""

import asyncio
import io
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from libs.boards.board import Board
from libs.boards.terms import Terms
from libs.refusals import Refusal
from services.web.pages.votes.files import piece
from services.web.visit import Visit

_MOST_BYTES = 64 * 1024 * 1024
"""A bundle of tens of thousands of votes is smaller. Whatever is larger is left to the command line."""
_LENGTH = 4


@dataclass(frozen=True)
class Counted:
    """A board up to some size: the size just after its last ballot, and how many have a vote there."""

    size: int
    votes: int


@dataclass(frozen=True)
class Boards:
    """By co-op: its entries as far as others hold them."""

    terms: Terms
    entries: Mapping[str, Sequence[bytes]]
    held: Mapping[str, Mapping[str, int]]
    """Board -> party -> how far it says that it held the board when voting ended."""

    def counted(self, co_op: str, sizes: Collection[int]) -> dict[int, Counted]:
        """The board at each of these sizes. One that goes beyond what is here is left out: we cannot tell its votes."""
        board, found = Board(self.terms, co_op), {0: Counted(0, 0)}
        for data in self.entries.get(co_op, ()):
            board.add(data)
            if board.size in sizes:
                found[board.size] = _counted(board)
        return found


async def fetch(visit: Visit, vote_id: str, terms: Terms) -> Boards | None:
    """None where there is no bundle: nothing was signed here, or it cannot be had just now."""
    content = await _bundle(visit, vote_id)
    return await asyncio.to_thread(read, terms, content) if content else None


async def _bundle(visit: Visit, vote_id: str) -> bytes:
    content = b""
    try:
        while True:
            found = await piece(visit, vote_id, len(content))
            content += found.piece
            if found.total > _MOST_BYTES or not found.piece:
                return b""
            if len(content) >= found.total:
                return content
    except Refusal:
        return b""


def read(terms: Terms, content: bytes) -> Boards | None:
    """None for what is no bundle."""
    entries: dict[str, list[bytes]] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as files:
            for one in files.getmembers():
                kind, _, rest = one.name.partition("/")
                co_op, _, name = rest.partition("/")
                file = files.extractfile(one)
                if kind == "boards" and name == "entries" and co_op in terms.by_id and file is not None:
                    entries[co_op] = _items(file.read())
    except tarfile.TarError:
        return None
    held: dict[str, dict[str, int]] = {}
    for party, found in entries.items():
        said = Board(terms, party).extend(found).closed
        for co_op, size, _, _ in said.boards if said is not None else ():
            held.setdefault(co_op, {})[party] = size
    return Boards(terms, entries, held)


def _items(framed: bytes) -> list[bytes]:
    """Each behind its length."""
    found, at = [], 0
    while at < len(framed):
        begins = at + _LENGTH
        at = begins + int.from_bytes(framed[at:begins], "big")
        found.append(framed[begins:at])
    return found


def _counted(board: Board) -> Counted:
    return Counted(board.after_last_ballot, sum(one.choice is not None for one in board.ballots.values()))
