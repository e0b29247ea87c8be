"""Checks 6, 7 and 12: the heads of a board, whose dates fall, and where the board is cut at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scripts.verifier import notes
from scripts.verifier.notes import Keys, Note
from scripts.verifier.terms import Party, Terms
from scripts.verifier.tree import Tree
from scripts.verifier.wrong import Wrong


@dataclass
class Heads:
    """The judged heads of one board, sizes rising."""

    board: str
    notes: list[Note] = field(default_factory=list)

    @property
    def cosignatures(self) -> int:
        return sum(len(note.cosignatures) for note in self.notes)

    def cosigned(self, witness: str, at: int) -> int:
        """s_W(t): the largest size this witness cosigned dated at or before `at`."""
        sizes = (note.size for note in self.notes for one in note.cosignatures if one.witness == witness and one.time <= at)
        return max(sizes, default=0)

    def cut(self, terms: Terms, at: int) -> int:
        """The q-th largest of what its witnesses had cosigned by then."""
        sizes = sorted((self.cosigned(one, at) for one in terms.parties if one != self.board), reverse=True)
        return sizes[terms.q - 1]

    def falling(self) -> list[str]:
        """The witnesses whose dates fall somewhere while sizes rise."""
        latest: dict[str, int] = {}
        fallen: set[str] = set()
        for note in self.notes:
            dates: dict[str, list[int]] = {}
            for one in note.cosignatures:
                dates.setdefault(one.witness, []).append(one.time)
            for witness, times in dates.items():
                if min(times) < latest.get(witness, 0):
                    fallen.add(witness)
                latest[witness] = max(*times, latest.get(witness, 0))
        return sorted(fallen)


def keys_of(party: Party, terms: Terms) -> Keys:
    witnesses = {one.id: one.witness for one in terms.parties.values() if one.id != party.id}
    return Keys(terms.vote, party.id, party.board, witnesses)


def read(party: Party, tree: Tree, content: list[bytes], terms: Terms) -> Heads:
    """Raises `Wrong` 6 or 7."""
    keys, heads = keys_of(party, terms), Heads(party.id)
    for data in content:
        note = notes.read(data, keys)
        if note.size > tree.size or tree.root(note.size) != note.root:
            raise Wrong(6, f"a checkpoint of {party.id} of {note.size} entries is not the head of the entries that are here")
        if heads.notes and note.size <= heads.notes[-1].size:
            raise Wrong(6, f"the sizes of the checkpoints of {party.id} do not rise")
        if not note.cosignatures:
            raise Wrong(7, f"a checkpoint of {party.id} of {note.size} entries has no cosignature")
        heads.notes.append(note)
    if not heads.notes and (party.participant or tree.size):
        raise Wrong(6, f"the board of {party.id} has no checkpoint")
    if heads.notes and heads.notes[-1].size != tree.size:
        raise Wrong(6, f"the last checkpoint of {party.id} is not of all its entries")
    return heads


def check_dates(heads: Heads, declared: Collection[tuple[str, str]]) -> None:
    """`declared` has (witness, board) of each piece of evidence of falling dates. Raises `Wrong` 7."""
    for witness in heads.falling():
        if (witness, heads.board) not in declared:
            raise Wrong(7, f"the dates of {witness} fall on the board of {heads.board} while its sizes rise, and no evidence says so")


def at_the_end(terms: Terms, heads: Mapping[str, Heads], trees: Mapping[str, Tree], settled: Mapping[str, int] | None) -> dict[str, int]:
    """The cut of every participant's board at T, or where a settlement puts it. Raises `Wrong` 12."""
    found = {}
    for one in terms.participants:
        found[one] = heads[one].cut(terms, terms.settled) if settled is None else settled.get(one, 0)
        if found[one] > trees[one].size:
            raise Wrong(12, f"the board of {one} does not reach its cut")
    return found
