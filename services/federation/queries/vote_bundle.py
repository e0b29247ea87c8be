"""The bundle of a vote: everything that anyone needs to check it, in one file."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from libs.boards import evidence as proofs
from libs.boards.board import Board
from libs.boards.bundle import BoardFile, Bundle, pack
from libs.boards.evidence import note_text
from libs.boards.forms import DocumentError
from libs.boards.identity import read
from libs.boards.papers import ANNUL, write_settlement
from libs.boards.terms import Terms
from libs.database.engine import Work
from libs.refusals import NotNow
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import Checkpoint
from services.federation.queries.vote_evidence import VoteSeen, see_vote
from services.federation.storage import boards, papers, votes
from services.federation.storage.boards import Head, Witnessed
from services.federation.storage.mirrors import Mirrors, settlement_signatures


@dataclass(frozen=True)
class Packed:
    """The file and the name to offer it under."""

    content: bytes
    name: str


async def pack_vote(work: Work, mirrors: Mirrors, vote_id: str) -> Packed:
    """Raises NotFound VOTE_UNKNOWN, NotNow NOT_CONCLUDED while there is no outcome."""
    seen = await see_vote(work, mirrors, vote_id)
    vote, terms = seen.vote, seen.vote.terms
    if vote.outcome is None and not seen.evidence.settlement:
        raise NotNow("NOT_CONCLUDED")
    heads, cosigned = await boards.all_heads(work, vote.id), await boards.all_cosignatures(work, vote.id)
    files = {}
    for party in terms.parties:
        notes = _notes(terms, party.id, heads.get(party.id, []), cosigned.get(party.id, []))
        size = notes[-1][0] if notes else 0
        files[party.id] = BoardFile(await boards.entries(work, vote.id, party.id, 0, size), [text for _, text in notes])
    annulled = seen.evidence.settlement is not None and seen.evidence.settlement.kind == ANNUL
    return Packed(
        pack(
            Bundle(
                terms=terms.data,
                identities=await _identities(work, vote.id, terms),
                boards=files,
                outcome=None if annulled else vote.outcome,
                signatures={} if annulled else _signatures(seen, {co_op: len(file.entries) for co_op, file in files.items()}),
                evidence=await _evidence(work, seen, files),
            )
        ),
        f"vote-{vote.id[:12]}.kith",
    )


def _notes(terms: Terms, co_op: str, heads: list[Head], cosigned: list[Witnessed]) -> list[tuple[int, bytes]]:
    """By rising size, each with at least one cosignature."""
    found = []
    for head in heads:
        witnessed = [(one.witness, one.time, one.signature) for one in cosigned if (one.size, one.root) == (head.size, head.root)]
        if witnessed:
            signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
            found.append((head.size, note_text(terms, co_op, signed, head.signature, sorted(witnessed))))
    return found


def _signatures(seen: VoteSeen, sizes: dict[str, int]) -> dict[str, bytes]:
    """Each participant's `outcome` entry of the highest revision, as far as the entries in the bundle reach."""
    found: dict[str, bytes] = {}
    for co_op, board in seen.evidence.boards.items():
        entry = board.outcomes.get(seen.vote.outcome_revision)
        if entry is not None and co_op in seen.vote.terms.participants and _stands_below(seen, co_op, entry.data(), sizes[co_op]):
            found[co_op] = entry.data()
    return found


def _stands_below(seen: VoteSeen, co_op: str, entry: bytes, size: int) -> bool:
    return merkle.leaf_hash(entry) in seen.evidence.boards[co_op].leaves[:size]


async def _identities(work: Work, vote_id: str, terms: Terms) -> dict[str, bytes]:
    """Of the documents that name the party's signer, the latest we know."""
    found: dict[str, tuple[int, bytes]] = {}
    for co_op, content in await votes.identity_documents(work, vote_id):
        try:
            document = read(content)
        except DocumentError:
            continue
        party = terms.by_id.get(co_op)
        names_signer = party is not None and any(one.key == party.signer for one in document.keys)
        if names_signer and document.seq > found.get(co_op, (0, b""))[0]:
            found[co_op] = document.seq, content
    return {co_op: content for co_op, (_, content) in found.items()}


async def _evidence(work: Work, seen: VoteSeen, files: Mapping[str, BoardFile]) -> list[bytes]:
    """Every paper that proves something to whoever has these files alone; a settlement once, with all its signatures."""
    contents = await papers.of_vote(work, seen.vote.id)
    kept = [one for one in contents if f'"kind":"{proofs.SETTLEMENT}"'.encode() not in one]
    shown = seen.evidence.boards
    if kept and any(board.size > len(files[co_op].entries) for co_op, board in shown.items()):
        # What nobody cosigned is not in the files; a paper may rest on it.
        shown = await asyncio.to_thread(_read_files, seen.vote.terms, files)
    kept = [one for one in kept if _proves(seen.vote.terms, shown, one)]
    settlement = seen.evidence.settlement
    if settlement is not None:
        sigs = settlement_signatures(seen.vote.terms, seen.evidence.boards, contents)[settlement]
        wanted = {co_op: sig for co_op, sig in sigs.items() if co_op not in settlement.without}
        kept.append(proofs.settlement(write_settlement(settlement, wanted)))
    return kept


def _read_files(terms: Terms, files: Mapping[str, BoardFile]) -> dict[str, Board]:
    return {co_op: Board(terms, co_op).extend(file.entries) for co_op, file in files.items() if file.entries}


def _proves(terms: Terms, shown: Mapping[str, Board], paper: bytes) -> bool:
    try:
        proofs.read_paper(terms, shown, paper)
    except DocumentError:
        return False
    return True
