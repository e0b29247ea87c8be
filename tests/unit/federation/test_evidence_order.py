"""Evidence is a set: regardless of order, sender and repetition, every co-op that has all of it counts the same bytes."""

import random
from collections.abc import Iterable, Iterator

import pytest

from libs.boards.board_count import count_board
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.vote_terms import VoteTerms, read_terms
from services.federation.border.vote_protocol import count_vote_request
from services.federation.domain.witnessing import Cosignature, select_needed_cosignatures
from services.governance.queries.count_vote import count_vote
from services.governance.rpc.translate_vote import parse_evidence
from tests.support.bundle_builder import CLOSE, OPEN_LATEST, BundleBuilder, T

ORDERS = 1000
EvidenceItem = tuple[str, int, Cosignature | None]
"""A board's entries up to a size, or one witness's cosignature of them."""


def _example_vote() -> BundleBuilder:
    """Three co-ops and an observer; some receive ballots in time, some too late, some never."""
    vote = BundleBuilder("any-order", ["amber", "birch", "cedar"], observers=["dune"])
    vote.open_vote()
    vote.cast_ballots("amber", "ffa")
    vote.add_checkpoint(OPEN_LATEST + 50, witnesses=["birch"])
    vote.cast_ballots("birch", "faofa")
    vote.cast_ballots("cedar", "aa-f")
    vote.add_checkpoint(CLOSE - 400, witnesses=["cedar", "dune"])
    vote.ballot("amber", 0, "against")
    vote.ballot("birch", 1, None)
    vote.add_checkpoint(CLOSE + 10, boards=["amber"], witnesses=["birch", "cedar"])
    vote.add_checkpoint(CLOSE + 20, boards=["birch"], witnesses=["dune"])
    vote.ballot("cedar", 1, "for")
    vote.add_checkpoint(T, boards=["cedar"], witnesses=["amber", "dune"])
    vote.ballot("amber", 1, "against")
    vote.ballot("birch", 2, "against")
    vote.add_checkpoint(T + 1)
    return vote


def _evidence_items(vote: BundleBuilder) -> list[EvidenceItem]:
    items: list[EvidenceItem] = []
    for co_op, heads in vote.heads.items():
        for head in heads:
            items.append((co_op, head.size, None))
            cosignatures = [Cosignature(witness, head.size, head.root, at, b"") for witness, at in head.cosigned]
            items += [(co_op, head.size, cosignature) for cosignature in cosignatures]
    return items


class _EvidenceStore:
    """What one party holds: of every board the entries so far, and of each witness the words that a cut can ask for."""

    def __init__(self, terms: VoteTerms) -> None:
        self._terms = terms
        self.sizes: dict[str, int] = {}
        self.words: dict[tuple[str, str], set[Cosignature]] = {}

    def take(self, items: Iterable[EvidenceItem]) -> bool:
        """Whether any was new. A word for entries that are not held is let go; it is brought again."""
        return sum(self._take(*piece) for piece in items) > 0

    def _take(self, co_op: str, size: int, cosignature: Cosignature | None) -> bool:
        if cosignature is None:
            grown = size > self.sizes.get(co_op, 0)
            self.sizes[co_op] = max(size, self.sizes.get(co_op, 0))
            return grown
        held = self.words.setdefault((co_op, cosignature.witness), set())
        if size > self.sizes.get(co_op, 0) or cosignature in held:
            return False
        kept = select_needed_cosignatures(self._terms, held | {cosignature})
        self.words[co_op, cosignature.witness] = kept
        return cosignature in kept

    def pieces(self) -> Iterator[EvidenceItem]:
        yield from ((co_op, size, None) for co_op, size in self.sizes.items())
        yield from (
            (co_op, cosignature.size, cosignature) for (co_op, _), cosignatures in self.words.items() for cosignature in cosignatures
        )

    def cuts(self, at: int) -> dict[str, int]:
        held: dict[str, list[WitnessedSize]] = {}
        for (co_op, _), cosignatures in self.words.items():
            held.setdefault(co_op, []).extend(
                WitnessedSize(cosignature.witness, cosignature.time, cosignature.size) for cosignature in cosignatures
            )
        return {co_op: witnessed_cut(self._terms, co_op, held.get(co_op, ()), at) for co_op in self._terms.participants}


def _count_outcome(vote: BundleBuilder, terms: VoteTerms, cuts: dict[str, int]) -> bytes:
    counts = [count_board(terms, co_op, vote.entries[co_op][:size], size) for co_op, size in cuts.items()]
    return count_vote(terms.data, parse_evidence(count_vote_request(terms.data, 1, counts)))


@pytest.mark.capability("G15")
def test_the_same_evidence_in_a_thousand_orders_gives_the_same_bytes() -> None:
    vote = _example_vote()
    terms, items = read_terms(vote.terms), _evidence_items(vote)
    expected, at_opening = (
        {co_op: vote.cut(co_op) for co_op in vote.co_ops},
        {co_op: vote.cut(co_op, OPEN_LATEST) for co_op in vote.co_ops},
    )
    assert any(size < len(vote.entries[co_op]) for co_op, size in expected.items()), "nothing comes too late"
    bytes_of = vote.count()
    outcomes: dict[tuple[tuple[str, int], ...], bytes] = {}
    chance = random.Random(20261122)  # noqa: S311 - it guards nothing, and falls the same each time
    for _ in range(ORDERS):
        mirrors = [_EvidenceStore(terms) for _ in range(3)]
        for mirror in mirrors:
            mirror.take(chance.sample(items, chance.randrange(len(items))))
        mirrors[0].take(chance.choices(items, k=len(items)))
        while mirrors[0].take(chance.sample(items, len(items))):
            pass
        while sum(mirror.take(list(other.pieces())) for mirror in mirrors for other in mirrors if mirror is not other):
            chance.shuffle(mirrors)
        for mirror in mirrors:
            assert mirror.cuts(T) == expected
            assert mirror.cuts(OPEN_LATEST) == at_opening
            key = tuple(mirror.cuts(T).items())
            if key not in outcomes:
                outcomes[key] = _count_outcome(vote, terms, dict(key))
    assert set(outcomes.values()) == {bytes_of}
