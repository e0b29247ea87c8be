"""Writes the cards of a vote: for each member a file that opens their row, and one page with all cards for printing.

A card is a secret between the co-op and one member. The files are readable by their owner only (0600) and should be removed when the cards
have been handed out.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards import documents
from libs.boards.vote_terms import VoteTerms, read_terms
from scripts.cli.connection import Connection
from scripts.cli.peer import list_peers
from scripts.cli.private_file import write_private_file
from scripts.cli.vote_lookup import get_vote
from scripts.cli.vote_roll import list_roll_rows, roll_identities

PRINT_FILE = "print.html"
_CONCURRENT_REQUESTS = 16


@dataclass(frozen=True)
class VoterCard:
    """The content of one member's card."""

    number: str
    name: str
    group: str
    pseudonym: str
    data: bytes


async def write_cards(co_op: Connection, vote: str, out: Path, on_progress: Callable[[int, int], None]) -> int:
    """Writes a file per member on the roll, named by member number, and one for printing; returns the number of cards."""
    terms = read_terms((await get_vote(co_op, vote)).terms)
    rows, people, fingerprints = await asyncio.gather(list_roll_rows(co_op, vote), roll_identities(co_op), known_fingerprints(co_op, terms))
    semaphore = asyncio.Semaphore(_CONCURRENT_REQUESTS)
    cards: list[VoterCard] = []

    async def fetch_card(row: pb.VoteRow) -> None:
        async with semaphore:
            request = pb.GetVoteCardRequest(vote_id=vote, person_id=row.person_id)
            response = await co_op.as_secretary(co_op.votes.GetVoteCard, request)
        identity = people[row.person_id]
        number, _, name = identity.partition("\n")
        data = documents.encode_card(
            vote, co_op.instance.co_op.id, response.pseudonym, response.group, identity, response.salt, fingerprints
        )
        cards.append(VoterCard(number, name, response.group, response.pseudonym, data))
        on_progress(len(cards), len(rows))

    await asyncio.gather(*map(fetch_card, rows))
    await asyncio.to_thread(
        _write_all, out, sorted(cards, key=lambda card: (len(card.number), card.number)), terms, co_op.instance.co_op.name
    )
    return len(cards)


async def known_fingerprints(co_op: Connection, terms: VoteTerms) -> Mapping[str, str]:
    """The root fingerprints of the parties, from this co-op's peerings and not from the terms."""
    own = await co_op.as_secretary(co_op.federation.GetOwnIdentity, federation.GetOwnIdentityRequest())
    known = {own.co_op: own.fingerprint} | {peer.co_op: peer.fingerprint for peer in await list_peers(co_op)}
    return {party.id: known[party.id] for party in terms.parties if party.id in known}


def _write_all(out: Path, cards: Sequence[VoterCard], terms: VoteTerms, co_op: str) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for card in cards:
        write_private_file(out / f"{card.number.replace('/', '_')}.json", card.data)
    write_private_file(out / PRINT_FILE, cards_page(cards, terms, co_op).encode())


def cards_page(cards: Sequence[VoterCard], terms: VoteTerms, co_op: str) -> str:
    """HTML that prints one card on a page."""
    return _PAGE.format(title=escape(terms.question), cards="\n".join(_card_html(card, terms, co_op) for card in cards))


def _card_html(card: VoterCard, terms: VoteTerms, co_op: str) -> str:
    spoken = " ".join(card.pseudonym[start : start + 4] for start in range(0, len(card.pseudonym), 4))
    return _CARD.format(
        co_op=escape(co_op),
        question=escape(terms.question),
        name=escape(card.name),
        number=escape(card.number),
        group=escape(card.group),
        spoken=spoken,
        vote=terms.vote,
        file=escape(card.data.decode()),
    )


_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cards: {title}</title>
<style>
body {{ font: 12pt/1.5 sans-serif; max-width: 40em; margin: 2em auto }}
section {{ break-after: page }}
.characters {{ font: bold 20pt monospace }}
.file {{ font: 8pt/1.3 monospace; overflow-wrap: anywhere }}
</style>
{cards}
</html>
"""
_CARD = """\
<section>
<h1>{co_op}: your card for a vote</h1>
<p>For {name}, member {number}.</p>
<p>{question}</p>
<p>On the public list of this vote you are not named. You are these characters, in the group <b>{group}</b>:</p>
<p class="characters">{spoken}</p>
<p>With them you can look up your ballot: open the pages of a co-op that takes part, and choose “Look up a ballot”. Do not ask only us:
every other co-op has a copy of its own.</p>
<p>Anyone who knows that these characters are yours can see how you voted: keep this card to yourself. Together with the file of the vote it
proves to anybody how you voted, and goes on proving it when it is passed on. Nobody may ask you for it.</p>
<p>Vote {vote}</p>
<p>The same for a computer, to check the result with (<code>kith verify --card</code>):</p>
<p class="file">{file}</p>
</section>"""
