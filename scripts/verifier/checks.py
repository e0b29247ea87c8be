"""The checks of docs/formats/bundle.md, in their order; the first that fails ends it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from scripts.verifier import boards, container, cuts, entries, evidence, identities, outcome, papers, terms
from scripts.verifier.boards import Board
from scripts.verifier.canonical import NotJsonBytesError, decode
from scripts.verifier.container import Members
from scripts.verifier.cuts import Heads
from scripts.verifier.evidence import Evidence, Truth
from scripts.verifier.outcome import Count
from scripts.verifier.papers import Card, Receipt
from scripts.verifier.shapes import MalformedError
from scripts.verifier.terms import Terms
from scripts.verifier.tree import Tree
from scripts.verifier.wrong import Wrong

_ENTRY, _NOTE, _TERMS = 8 * 1024, 64 * 1024, 64 * 1024


class Exit(IntEnum):
    FINAL = 0
    WRONG = 1
    NOT_PINNED = 2
    NOT_FINAL = 3
    USAGE = 64


@dataclass(frozen=True)
class Brought:
    """What the person who asks brings along: root fingerprints by co-op id, cards, receipts."""

    pins: tuple[tuple[str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass
class Verdict:
    """`checked` has a number and a sentence for every check that was passed; what follows it is known as far as the checks came."""

    checked: list[tuple[int, str]] = field(default_factory=list)
    wrong: Wrong | None = None
    terms: Terms | None = None
    counted: Count | None = None
    not_pinned: list[str] = field(default_factory=list)
    state: str = ""
    told: list[str] = field(default_factory=list)

    @property
    def exit(self) -> Exit:
        """Who they are comes first: a federation that was invented can also be not final."""
        if self.wrong is not None:
            return Exit.WRONG
        if self.not_pinned:
            return Exit.NOT_PINNED
        return Exit.FINAL if self.state.startswith("final") else Exit.NOT_FINAL


def verify(archive: bytes, brought: Brought) -> Verdict:
    """Never raises, whatever the bytes."""
    verdict = Verdict()
    try:
        _Checks(archive, brought, verdict).run()
    except Wrong as wrong:
        verdict.wrong = wrong
    return verdict


class _Checks:
    def __init__(self, archive: bytes, brought: Brought, verdict: Verdict) -> None:
        self._brought = brought
        self._verdict = verdict
        self._members: Members = container.read(archive)
        self._terms: Terms = terms.read(self._members.terms)
        verdict.terms = self._terms
        container.complete(self._members, set(self._terms.parties), set(self._terms.participants))
        for one in self._terms.parties:
            self._entries(one)
            self._notes(one)
        self._boards: dict[str, Board] = {}
        self._heads: dict[str, Heads] = {}
        self._evidence: list[Evidence] = []
        self._revokers: list[str] = []

    def run(self) -> None:
        members, said = self._members, self._passed
        said(1, f"the file is a bundle of {members.count} parts, every byte in its place")
        self._documents()
        self._parties()
        self._read_boards()
        self._order()
        self._rolls()
        self._ready()
        settlement = evidence.in_force(self._evidence)
        annulled = settlement is not None and settlement.cuts is None
        at = None if annulled else self._cuts(settlement.cuts if settlement is not None else None)
        self._count(at, settlement.revision if settlement is not None else 1)
        self._signatures(annulled=annulled)
        shown = evidence.shown(self._boards, self._heads, self._terms)
        self._tell(evidence.check(self._evidence, self._terms, self._boards, shown))
        self._papers(at)

    def _passed(self, number: int, sentence: str) -> None:
        self._verdict.checked.append((number, sentence))

    def _documents(self) -> None:
        members = self._members
        self._identities = {one: identities.read(one, data) for one, data in members.identities.items()}
        self._signed = {one: _outcome_entry(one, data) for one, data in members.signatures.items()}
        self._evidence = evidence.read_all(members.evidence)
        settlement = evidence.in_force(self._evidence)
        annulled = settlement is not None and settlement.cuts is None
        if annulled and (members.outcome is not None or members.signatures):
            raise Wrong(2, "the vote is annulled, and yet there is an outcome or a signature under one")
        if not annulled and members.outcome is None:
            raise Wrong(2, "there is no outcome, and no settlement annuls the vote")
        self._outcome = outcome.read(members.outcome) if members.outcome is not None else None
        self._passed(2, f"{2 + len(members.identities) + len(self._signed) + len(self._evidence)} documents are of their form")

    def _parties(self) -> None:
        agreed = self._terms
        terms.check(agreed, self._identities)
        participants = agreed.participants
        observers = len(agreed.parties) - len(participants)
        self._passed(
            3,
            f"the terms agree with themselves and are signed for by all {len(agreed.parties)} parties: {len(participants)} that vote, "
            f"{observers} that only watch; q is {agreed.q} of {agreed.witnesses} witnesses",
        )
        for one, party in sorted(agreed.parties.items()):
            if not identities.check(one, party.root, self._identities[one], self._brought.pins):
                self._verdict.not_pinned.append(one)
        pinned = len(agreed.parties) - len(self._verdict.not_pinned)
        self._passed(4, f"every party's identity is signed by its root key; {pinned} of {len(agreed.parties)} are the ones you named")
        self._revokers = [one for one, party in sorted(agreed.parties.items()) if self._identities[one].revoked & set(party.all_keys())]
        for one in self._revokers:
            self._verdict.told.append(f"{one} has revoked a key that this vote stands on; its people must say what of it can be believed")
        self._passed(5, f"{len(self._revokers)} parties have revoked a key of this vote since")

    def _entries(self, one: str) -> list[bytes]:
        """Of the board of `one`. Only one board's bytes are ever in hand."""
        return container.frames(self._members.entries[one], container.MOST_ENTRIES, _ENTRY, f"the board of {one}", first=_TERMS)

    def _notes(self, one: str) -> list[bytes]:
        return container.frames(self._members.checkpoints[one], container.MOST_NOTES, _NOTE, f"the checkpoints of {one}")

    def _read_boards(self) -> None:
        """Board by board: heads, then cosignatures, then entries, whose order is read here and judged later."""
        agreed = self._terms
        for one, party in sorted(agreed.parties.items()):
            content = self._entries(one)
            tree = Tree(content)
            # The heads come first: what nobody signed is not worth reading.
            self._heads[one] = cuts.read(party, tree, self._notes(one), agreed)
            self._boards[one] = boards.read(party, content, tree, agreed)
            if content and content[0] != agreed.data:
                raise Wrong(8, f"the board of {one} does not begin with the terms")
        declared = {(one.witness, one.board) for one in self._evidence if isinstance(one, evidence.FallingDates)}
        for heads in self._heads.values():
            cuts.check_dates(heads, declared)
        sizes = sum(board.tree.size for board in self._boards.values())
        self._passed(6, f"{sum(len(one.notes) for one in self._heads.values())} heads of {len(self._boards)} boards fit {sizes} entries")
        self._passed(7, f"{sum(one.cosignatures for one in self._heads.values())} cosignatures are good, by witnesses of this vote")

    def _order(self) -> None:
        ignored = sum(len(board.ignored) for board in self._boards.values())
        self._passed(8, f"every board begins with the terms; {ignored} entries are not in order or not allowed, and are ignored")
        for one in self._terms.participants:
            if not self._boards[one].joined:
                raise Wrong(9, f"{one} has not joined: {self._boards[one].why('join')}")
        self._passed(9, f"all {len(self._terms.participants)} participants joined by a decision of their own")

    def _rolls(self) -> None:
        for one in self._terms.participants:
            if self._boards[one].roll is None:
                raise Wrong(10, f"the board of {one} has no roll in order: {self._boards[one].why('roll')}")
        rows = sum(len(self._boards[one].rows) for one in self._terms.participants)
        self._passed(10, f"{rows} rows are what the rolls say, within the ceilings, and no group is smaller than agreed")

    def _ready(self) -> None:
        agreed = self._terms
        right = {(one, roll + 1, board.tree.root(roll + 1)) for one, board in self._boards.items() if (roll := board.roll) is not None}
        right = {item for item in right if item[0] in agreed.participants}
        for one in agreed.participants:
            board = self._boards[one]
            if board.ready is None:
                raise Wrong(11, f"{one} was not ready: {board.why('ready')}")
            index, ready = board.ready
            if len(ready.rolls) != len(right) or set(ready.rolls) != right:
                raise Wrong(11, f"what {one} was ready with is not what the boards give")
            if index >= self._heads[one].cut(agreed, agreed.open_latest):
                raise Wrong(11, f"{one} was not seen to be ready before the latest time to open")
        self._passed(
            11, f"all {len(agreed.participants)} were ready with the same rolls, and were seen to be before the latest time to open"
        )

    def _cuts(self, settled: Mapping[str, int] | None) -> dict[str, int]:
        found = cuts.at_the_end(self._terms, self._heads, {one: board.tree for one, board in self._boards.items()}, settled)
        by = (
            "a settlement put them"
            if settled is not None
            else f"{self._terms.q} of {self._terms.witnesses} witnesses had dated them in time"
        )
        self._passed(12, f"the boards are cut where {by}: " + ", ".join(f"{one} at {size}" for one, size in sorted(found.items())))
        return found

    def _count(self, at: dict[str, int] | None, revision: int) -> None:
        verdict, data = self._verdict, self._members.outcome
        if at is None or data is None or self._outcome is None:
            self._passed(15, "the vote was annulled: nothing is counted, and there is no outcome")
            return
        counted = outcome.count(self._terms, self._boards, at, revision)
        ballots = sum(group.voters for body in counted.bodies.values() for group in body.values())
        withheld = sum(sum(index < at[one] for index in self._boards[one].ballots_at) for one in at)
        self._passed(13, f"of {withheld} ballots below the cuts the last of each row was taken; {counted.rejected} entries are rejected")
        self._passed(14, f"{ballots} ballots were counted anew")
        outcome.check(self._outcome, data, counted)
        verdict.counted = counted
        self._passed(15, "the outcome is what was counted, to the byte")

    def _signatures(self, *, annulled: bool) -> None:
        if annulled or self._outcome is None or self._verdict.counted is None:
            self._passed(16, "an annulled vote has no signatures")
            self._verdict.state = "annulled"
            return
        agreed, wanted = self._terms, hashlib.sha256(self._verdict.counted.data).hexdigest()
        signers: set[str] = set()
        for one, entry in self._signed.items():
            if (entry.id, entry.vote) != (one, agreed.vote) or not entry.seal.good(agreed.parties[one].statement):
                raise Wrong(16, f"the signature of {one} is not good")
            if entry.revision != self._outcome["revision"] or entry not in [each for _, each in self._boards[one].outcomes]:
                raise Wrong(16, f"the signature of {one} is no outcome of this revision on its own board")
            if entry.hash == wanted:
                signers.add(one)
        self._state(signers, wanted)

    def _state(self, signers: set[str], wanted: str) -> None:
        agreed, verdict = self._terms, self._verdict
        n, most = len(agreed.participants), agreed.most_of_them
        rival = max((len(who) for hashed, who in self._by_hash().items() if hashed != wanted), default=0)
        if len(signers) < most:
            verdict.state = "not final: too few signatures"
            verdict.told.append(f"only {len(signers)} of {n} participants signed this outcome; {most} must")
        elif rival >= most:
            verdict.state = "disputed: two outcomes"
            verdict.told.append(f"{rival} participants also signed another outcome; people must settle it")
        else:
            verdict.state = "final"
        self._passed(16, f"{len(signers)} of {n} participants signed this outcome; {most} are needed")

    def _by_hash(self) -> dict[str, set[str]]:
        """Who signed which outcome of this revision: on their boards, or as evidence shows."""
        entered = [entry for board in self._boards.values() for _, entry in board.outcomes]
        for one in self._evidence:
            if isinstance(one, evidence.DoubleOutcome):
                entered += [entry for entry in (one.first, one.second) if entry.id in self._terms.participants]
        found: dict[str, set[str]] = {}
        for entry in entered:
            if self._outcome is not None and entry.revision == self._outcome["revision"]:
                found.setdefault(entry.hash, set()).add(entry.id)
        return found

    def _tell(self, truth: Truth) -> None:
        verdict = self._verdict
        for who, what in truth.misconduct:
            verdict.told.append(f"it is proven that {who} {what}")
        for who in truth.objections:
            verdict.told.append(f"{who} objected to the result")
        settled = evidence.in_force(self._evidence) is not None
        if verdict.state == "final" and not settled and (truth.misconduct or truth.objections or self._revokers):
            verdict.state = "final, contested"
        self._passed(17, f"{len(self._evidence)} pieces of evidence are true")

    def _papers(self, at: dict[str, int] | None) -> None:
        sentences = [papers.check_card(card, self._terms, self._boards, at) for card in self._brought.cards]
        sentences += [papers.check_receipt(receipt, self._terms, self._entries, at, self._boards) for receipt in self._brought.receipts]
        self._passed(18, "; ".join(sentences) or "no card and no receipt was given")


def _outcome_entry(owner: str, data: bytes) -> entries.Outcome:
    try:
        entry = entries.read(decode(data))
    except (MalformedError, NotJsonBytesError) as why:
        raise Wrong(2, f"the signature of {owner} is not as it must be: {why}") from None
    if not isinstance(entry, entries.Outcome):
        raise Wrong(2, f"the signature of {owner} is no outcome entry")
    return entry
