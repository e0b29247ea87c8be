"""Cards of a vote: for each member a file that opens their row, and one page to print with all of them.

A card is a secret between the co-op and one member. The files are readable by their owner alone (0600), and are removed when the cards are
handed out.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards import papers
from libs.boards.terms import Terms, read_terms
from libs.rpc.client import ask
from scripts.cli.door import Door
from scripts.cli.vote_named import seen
from scripts.cli.vote_roll import identities, on_roll

PRINT = "print.html"
_AT_ONCE = 16


@dataclass(frozen=True)
class Card:
    """What one member gets."""

    number: str
    name: str
    group: str
    pseudonym: str
    data: bytes


async def write_cards(door: Door, vote: str, out: Path, told: Callable[[int, int], None]) -> int:
    """A file for each member on the roll, named by member number, and one to print; how many. `told` hears how far it is."""
    terms = read_terms((await seen(door, vote)).terms)
    rows, people, fingerprints = await asyncio.gather(on_roll(door, vote), identities(door), known_fingerprints(door, terms))
    places = asyncio.Semaphore(_AT_ONCE)
    cards: list[Card] = []

    async def one(row: pb.VoteRow) -> None:
        async with places:
            asked = pb.GetVoteCardRequest(vote_id=vote, person_id=row.person_id)
            found = await ask(door.votes.GetVoteCard, asked, door.secretary())
        identity = people[row.person_id]
        number, _, name = identity.partition("\n")
        co_op = door.instance.co_op.id
        data = papers.card(vote, co_op, found.pseudonym, found.group, identity, found.salt, fingerprints)
        cards.append(Card(number, name, found.group, found.pseudonym, data))
        told(len(cards), len(rows))

    await asyncio.gather(*map(one, rows))
    await asyncio.to_thread(_write_all, out, sorted(cards, key=lambda card: (len(card.number), card.number)), terms, door)
    return len(cards)


async def known_fingerprints(door: Door, terms: Terms) -> Mapping[str, str]:
    """The root fingerprints of the parties, as this co-op knows them by its peering and not from the terms."""
    own = await ask(door.federation.GetOwnIdentity, federation.GetOwnIdentityRequest(), door.secretary())
    known = {own.co_op: own.fingerprint}
    token = ""
    while True:
        answer = await ask(door.federation.ListPeers, federation.ListPeersRequest(page_size=200, page_token=token), door.secretary())
        known |= {one.co_op: one.fingerprint for one in answer.peers}
        token = answer.next_page_token
        if not token:
            break
    return {one.id: known[one.id] for one in terms.parties if one.id in known}


def write_private(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - rights from the first byte
        file.write(data)


def _write_all(out: Path, cards: Sequence[Card], terms: Terms, door: Door) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for card in cards:
        write_private(out / f"{card.number.replace('/', '_')}.json", card.data)
    write_private(out / PRINT, page(cards, terms, door.instance.co_op.name).encode())


def page(cards: Sequence[Card], terms: Terms, co_op: str) -> str:
    """HTML that prints one card on a page."""
    return _PAGE.format(title=escape(terms.question), cards="\n".join(_on_paper(card, terms, co_op) for card in cards))


def _on_paper(card: Card, terms: Terms, co_op: str) -> str:
    spoken = " ".join(card.pseudonym[at : at + 4] for at in range(0, len(card.pseudonym), 4))
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
<p>Whoever knows that these characters are yours can see how you voted: keep this card to yourself.</p>
<p>Vote {vote}</p>
<p>The same for a computer, to check the result with (<code>kith verify --card</code>):</p>
<p class="file">{file}</p>
</section>"""
