"""The checks of docs/formats/bundle.md, in their order; the first failure ends the run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from scripts.verifier import boards, bundle_archive, cards_and_receipts, cuts, entries, evidence, identity_documents, outcome, terms
from scripts.verifier.boards import Board
from scripts.verifier.bundle_archive import BundleMembers
from scripts.verifier.canonical_json import NotCanonicalJsonError, decode
from scripts.verifier.cards_and_receipts import Receipt, VoterCard
from scripts.verifier.cuts import BoardHeads
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.evidence import Evidence, EvidenceFindings
from scripts.verifier.json_values import MalformedError
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.outcome import VoteCount
from scripts.verifier.terms import VoteTerms

_MAX_ENTRY_BYTES, _MAX_CHECKPOINT_BYTES, _MAX_TERMS_BYTES = 8 * 1024, 64 * 1024, 64 * 1024


class ExitCode(IntEnum):
    FINAL = 0
    WRONG = 1
    NOT_PINNED = 2
    NOT_FINAL = 3
    USAGE = 64


@dataclass(frozen=True)
class VerifierInputs:
    """What the caller knows besides the bundle: (co-op id, root fingerprint) pairs, cards and receipts."""

    pins: tuple[tuple[str, str], ...] = ()
    cards: tuple[VoterCard, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass
class Verdict:
    """The result. `checked` has number and sentence of every passed check; the other fields are set as far as the checks got."""

    checked: list[tuple[int, str]] = field(default_factory=list)
    failure: CheckFailedError | None = None
    terms: VoteTerms | None = None
    counted: VoteCount | None = None
    not_pinned: list[str] = field(default_factory=list)
    state: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def exit(self) -> ExitCode:
        """A missing pin outranks the state: an invented federation can also be not final."""
        if self.failure is not None:
            return ExitCode.WRONG
        if self.not_pinned:
            return ExitCode.NOT_PINNED
        return ExitCode.FINAL if self.state.startswith("final") else ExitCode.NOT_FINAL


def verify(archive: bytes, inputs: VerifierInputs) -> Verdict:
    """Runs every check. Never raises, whatever the bytes."""
    verdict = Verdict()
    try:
        _Verification(archive, inputs, verdict).run()
    except CheckFailedError as error:
        verdict.failure = error
    return verdict


class _Verification:
    def __init__(self, archive: bytes, inputs: VerifierInputs, verdict: Verdict) -> None:
        self._inputs = inputs
        self._verdict = verdict
        self._members: BundleMembers = bundle_archive.read_archive(archive)
        self._terms: VoteTerms = terms.read_terms(self._members.terms)
        verdict.terms = self._terms
        bundle_archive.check_members(self._members, set(self._terms.parties), set(self._terms.participants))
        for co_op in self._terms.parties:
            self._entries(co_op)
            self._notes(co_op)
        self._boards: dict[str, Board] = {}
        self._heads: dict[str, BoardHeads] = {}
        self._evidence: list[Evidence] = []
        self._revokers: list[str] = []

    def run(self) -> None:
        self._record(1, f"the file is a bundle of {self._members.count} parts, every byte in its place")
        self._check_documents()
        self._check_parties()
        self._read_boards()
        self._check_order()
        self._check_rolls()
        self._check_ready()
        settlement = evidence.settlement_in_force(self._evidence)
        annulled = settlement is not None and settlement.cuts is None
        board_cuts = None if annulled else self._check_cuts(settlement.cuts if settlement is not None else None)
        self._check_count(board_cuts, settlement.revision if settlement is not None else 1)
        self._check_signatures(annulled=annulled)
        misconduct = evidence.misconduct_on_boards(self._boards, self._heads, self._terms)
        self._record_findings(evidence.check_evidence(self._evidence, self._terms, self._boards, misconduct))
        self._check_cards_and_receipts(board_cuts)

    def _record(self, number: int, sentence: str) -> None:
        self._verdict.checked.append((number, sentence))

    def _check_documents(self) -> None:
        members = self._members
        self._identities = {co_op: identity_documents.read_identity(co_op, data) for co_op, data in members.identities.items()}
        self._signed = {co_op: _outcome_entry(co_op, data) for co_op, data in members.signatures.items()}
        self._evidence = evidence.read_all_evidence(members.evidence)
        settlement = evidence.settlement_in_force(self._evidence)
        annulled = settlement is not None and settlement.cuts is None
        if annulled and (members.outcome is not None or members.signatures):
            raise CheckFailedError(2, "the vote is annulled, and yet there is an outcome or a signature under one")
        if not annulled and members.outcome is None:
            raise CheckFailedError(2, "there is no outcome, and no settlement annuls the vote")
        self._outcome = outcome.read_outcome(members.outcome) if members.outcome is not None else None
        self._record(2, f"{2 + len(members.identities) + len(self._signed) + len(self._evidence)} documents are of their form")

    def _check_parties(self) -> None:
        vote_terms = self._terms
        terms.check_terms(vote_terms, self._identities)
        participants = vote_terms.participants
        observers = len(vote_terms.parties) - len(participants)
        self._record(
            3,
            f"the terms agree with themselves and are signed for by all {len(vote_terms.parties)} parties: {len(participants)} that vote, "
            f"{observers} that only watch; q is {vote_terms.q} of {vote_terms.witness_count} witnesses",
        )
        for co_op, party in sorted(vote_terms.parties.items()):
            if not identity_documents.check_identity(co_op, party.root, self._identities[co_op], self._inputs.pins):
                self._verdict.not_pinned.append(co_op)
        pinned = len(vote_terms.parties) - len(self._verdict.not_pinned)
        self._record(4, f"every party's identity is signed by its root key; {pinned} of {len(vote_terms.parties)} are the ones you named")
        self._revokers = [
            co_op for co_op, party in sorted(vote_terms.parties.items()) if self._identities[co_op].revoked & set(party.all_keys())
        ]
        for co_op in self._revokers:
            self._verdict.remarks.append(
                f"{co_op} has revoked a key that this vote stands on; its people must say what of it can be believed"
            )
        self._record(5, f"{len(self._revokers)} parties have revoked a key of this vote since")

    def _entries(self, co_op: str) -> list[bytes]:
        """The entries of one board, unpacked anew on each call: memory holds only one board at a time."""
        return bundle_archive.read_frames(
            self._members.entries[co_op],
            bundle_archive.MAX_ENTRIES,
            _MAX_ENTRY_BYTES,
            f"the board of {co_op}",
            max_first_bytes=_MAX_TERMS_BYTES,
        )

    def _notes(self, co_op: str) -> list[bytes]:
        return bundle_archive.read_frames(
            self._members.checkpoints[co_op], bundle_archive.MAX_CHECKPOINTS, _MAX_CHECKPOINT_BYTES, f"the checkpoints of {co_op}"
        )

    def _read_boards(self) -> None:
        """Checks heads and cosignatures board by board and reads the entries; `_check_order` judges their order later."""
        vote_terms = self._terms
        for co_op, party in sorted(vote_terms.parties.items()):
            content = self._entries(co_op)
            tree = MerkleTree(content)
            # Heads come first: unsigned entries are not worth reading.
            self._heads[co_op] = cuts.read_heads(party, tree, self._notes(co_op), vote_terms)
            self._boards[co_op] = boards.read_board(party, content, tree, vote_terms)
            if content and content[0] != vote_terms.data:
                raise CheckFailedError(8, f"the board of {co_op} does not begin with the terms")
        declared = {(piece.witness, piece.board) for piece in self._evidence if isinstance(piece, evidence.FallingDates)}
        for heads in self._heads.values():
            cuts.check_falling_dates(heads, declared)
        sizes = sum(board.tree.size for board in self._boards.values())
        self._record(
            6, f"{sum(len(heads.checkpoints) for heads in self._heads.values())} heads of {len(self._boards)} boards fit {sizes} entries"
        )
        self._record(
            7, f"{sum(heads.cosignature_count for heads in self._heads.values())} cosignatures are good, by witnesses of this vote"
        )

    def _check_order(self) -> None:
        ignored = sum(len(board.ignored) for board in self._boards.values())
        self._record(8, f"every board begins with the terms; {ignored} entries are not in order or not allowed, and are ignored")
        for co_op in self._terms.participants:
            if not self._boards[co_op].joined:
                raise CheckFailedError(9, f"{co_op} has not joined: {self._boards[co_op].why_ignored('join')}")
        self._record(9, f"all {len(self._terms.participants)} participants joined by a decision of their own")

    def _check_rolls(self) -> None:
        for co_op in self._terms.participants:
            if self._boards[co_op].roll is None:
                raise CheckFailedError(10, f"the board of {co_op} has no roll in order: {self._boards[co_op].why_ignored('roll')}")
        rows = sum(len(self._boards[co_op].rows) for co_op in self._terms.participants)
        self._record(10, f"{rows} rows are what the rolls say, within the ceilings, and no group is smaller than agreed")

    def _check_ready(self) -> None:
        vote_terms = self._terms
        expected = {
            (co_op, roll + 1, board.tree.root(roll + 1)) for co_op, board in self._boards.items() if (roll := board.roll) is not None
        }
        expected = {item for item in expected if item[0] in vote_terms.participants}
        for co_op in vote_terms.participants:
            board = self._boards[co_op]
            if board.ready is None:
                raise CheckFailedError(11, f"{co_op} was not ready: {board.why_ignored('ready')}")
            index, ready = board.ready
            if len(ready.rolls) != len(expected) or set(ready.rolls) != expected:
                raise CheckFailedError(11, f"what {co_op} was ready with is not what the boards give")
            if index >= self._heads[co_op].cut_at(vote_terms, vote_terms.open_latest):
                raise CheckFailedError(11, f"{co_op} was not seen to be ready before the latest time to open")
        self._record(
            11, f"all {len(vote_terms.participants)} were ready with the same rolls, and were seen to be before the latest time to open"
        )

    def _check_cuts(self, settled: Mapping[str, int] | None) -> dict[str, int]:
        board_cuts = cuts.final_cuts(self._terms, self._heads, {co_op: board.tree for co_op, board in self._boards.items()}, settled)
        reason = (
            "a settlement put them"
            if settled is not None
            else f"{self._terms.q} of {self._terms.witness_count} witnesses had dated them in time"
        )
        self._record(
            12, f"the boards are cut where {reason}: " + ", ".join(f"{co_op} at {size}" for co_op, size in sorted(board_cuts.items()))
        )
        return board_cuts

    def _check_count(self, board_cuts: dict[str, int] | None, revision: int) -> None:
        verdict, data = self._verdict, self._members.outcome
        if board_cuts is None or data is None or self._outcome is None:
            self._record(15, "the vote was annulled: nothing is counted, and there is no outcome")
            return
        counted = outcome.count_vote(self._terms, self._boards, board_cuts, revision)
        ballots = sum(group.voters for body in counted.bodies.values() for group in body.values())
        below_cuts = sum(sum(index < board_cuts[co_op] for index in self._boards[co_op].ballots_at) for co_op in board_cuts)
        self._record(13, f"of {below_cuts} ballots below the cuts the last of each row was taken; {counted.rejected} entries are rejected")
        self._record(14, f"{ballots} ballots were counted anew")
        outcome.check_outcome(self._outcome, data, counted)
        verdict.counted = counted
        self._record(15, "the outcome is what was counted, to the byte")

    def _check_signatures(self, *, annulled: bool) -> None:
        if annulled or self._outcome is None or self._verdict.counted is None:
            self._record(16, "an annulled vote has no signatures")
            self._verdict.state = "annulled"
            return
        vote_terms, counted_hash = self._terms, hashlib.sha256(self._verdict.counted.data).hexdigest()
        signers: set[str] = set()
        for co_op, entry in self._signed.items():
            if (entry.id, entry.vote) != (co_op, vote_terms.vote) or not entry.signed.is_signed_by(vote_terms.parties[co_op].statement):
                raise CheckFailedError(16, f"the signature of {co_op} is not good")
            if entry.revision != self._outcome["revision"] or entry not in [
                outcome_entry for _, outcome_entry in self._boards[co_op].outcomes
            ]:
                raise CheckFailedError(16, f"the signature of {co_op} is no outcome of this revision on its own board")
            if entry.hash == counted_hash:
                signers.add(co_op)
        self._set_state(signers, counted_hash)

    def _set_state(self, signers: set[str], counted_hash: str) -> None:
        vote_terms, verdict = self._terms, self._verdict
        n, needed = len(vote_terms.participants), vote_terms.signatures_needed
        rival = max(
            (len(signers_of_other) for outcome_hash, signers_of_other in self._signers_by_hash().items() if outcome_hash != counted_hash),
            default=0,
        )
        if len(signers) < needed:
            verdict.state = "not final: too few signatures"
            verdict.remarks.append(f"only {len(signers)} of {n} participants signed this outcome; {needed} must")
        elif rival >= needed:
            verdict.state = "disputed: two outcomes"
            verdict.remarks.append(f"{rival} participants also signed another outcome; people must settle it")
        else:
            verdict.state = "final"
        self._record(16, f"{len(signers)} of {n} participants signed this outcome; {needed} are needed")

    def _signers_by_hash(self) -> dict[str, set[str]]:
        """The signers of each outcome of this revision, by its hash: from their boards and from the evidence."""
        entries_found = [entry for board in self._boards.values() for _, entry in board.outcomes]
        for item in self._evidence:
            if isinstance(item, evidence.DoubleOutcome):
                entries_found += [entry for entry in (item.first, item.second) if entry.id in self._terms.participants]
        signers: dict[str, set[str]] = {}
        for entry in entries_found:
            if self._outcome is not None and entry.revision == self._outcome["revision"]:
                signers.setdefault(entry.hash, set()).add(entry.id)
        return signers

    def _record_findings(self, findings: EvidenceFindings) -> None:
        verdict = self._verdict
        for co_op, misconduct in findings.misconduct:
            verdict.remarks.append(f"it is proven that {co_op} {misconduct}")
        for co_op in findings.objections:
            verdict.remarks.append(f"{co_op} objected to the result")
        settled = evidence.settlement_in_force(self._evidence) is not None
        if verdict.state == "final" and not settled and (findings.misconduct or findings.objections or self._revokers):
            verdict.state = "final, contested"
        self._record(17, f"{len(self._evidence)} pieces of evidence are true")

    def _check_cards_and_receipts(self, board_cuts: dict[str, int] | None) -> None:
        sentences = [cards_and_receipts.check_card(card, self._terms, self._boards, board_cuts) for card in self._inputs.cards]
        sentences += [
            cards_and_receipts.check_receipt(receipt, self._terms, self._entries, board_cuts, self._boards)
            for receipt in self._inputs.receipts
        ]
        self._record(18, "; ".join(sentences) or "no card and no receipt was given")


def _outcome_entry(owner: str, data: bytes) -> entries.Outcome:
    try:
        entry = entries.read_entry(decode(data))
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the signature of {owner} is not as it must be: {error}") from None
    if not isinstance(entry, entries.Outcome):
        raise CheckFailedError(2, f"the signature of {owner} is no outcome entry")
    return entry
