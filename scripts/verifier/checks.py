"""The checks of docs/formats/bundle.md, in their order; the first failure ends the run."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from scripts.verifier import bundle_archive, cards_and_receipts, cuts, entries, evidence, identity_documents, outcome, result_state, terms
from scripts.verifier.board import Board, Watch
from scripts.verifier.boards import read_board
from scripts.verifier.bundle_archive import BundleMembers, FrameLimits
from scripts.verifier.canonical_json import NotCanonicalJsonError, decode
from scripts.verifier.cards_and_receipts import Card, Receipt
from scripts.verifier.contradictions import claims_of
from scripts.verifier.counting import GroupTally
from scripts.verifier.cuts import BoardHeads
from scripts.verifier.entries import Choice
from scripts.verifier.errors import CheckFailedError, DamagedError
from scripts.verifier.evidence import EvidenceFindings, EvidencePieces, Settlement
from scripts.verifier.identity_documents import IdentityDocument
from scripts.verifier.json_values import MalformedError
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.outcome import Outcome
from scripts.verifier.terms import MAX_ENTRY_BYTES, Terms
from scripts.verifier.verdict import ExitCode, Verdict, VerifierInputs

__all__ = ["ExitCode", "Verdict", "VerifierInputs", "verify"]
_MAX_NOTE_BYTES, _MAX_TERMS_BYTES = 64 * 1024, 64 * 1024


def verify(archive: bytes | BinaryIO, inputs: VerifierInputs) -> Verdict:
    """Runs every check on one bundle: its bytes, or a file open for reading. Never raises, whatever the bytes."""
    verdict = Verdict()
    try:
        Verification(io.BytesIO(archive) if isinstance(archive, bytes) else archive, inputs, verdict).run()
    except CheckFailedError as error:
        verdict.failure = error
    except DamagedError as error:
        verdict.damaged = str(error)
    return verdict


class Verification:
    """One run of the checks on one bundle. What it has found is then read by `together`."""

    def __init__(self, file: BinaryIO, inputs: VerifierInputs, verdict: Verdict) -> None:
        self.file = file
        self.inputs = inputs
        self.verdict = verdict
        self.members: BundleMembers = bundle_archive.read_archive(file)
        self.terms: Terms = terms.read_terms(self.members.terms)
        verdict.terms = self.terms
        bundle_archive.check_members(self.members, set(self.terms.parties), set(self.terms.participants))
        self.sizes = {co_op: self.count_entries(co_op) for co_op in self.terms.parties}
        for co_op in self.terms.parties:
            bundle_archive.count_frames(self.members.checkpoints[co_op], _note_limits(co_op))
        self.identities: dict[str, IdentityDocument] = {}
        self.signed_entries: dict[str, entries.Outcome] = {}
        self.evidence = EvidencePieces({})
        self.outcome: Outcome | None = None
        self.boards: dict[str, Board] = {}
        self.heads: dict[str, BoardHeads] = {}
        self.cuts: dict[str, int] = {}
        self.bodies: dict[str, dict[str, GroupTally]] = {}
        self.findings = EvidenceFindings()
        self.revokers: list[str] = []
        self._counted_ballots: dict[tuple[str, str], tuple[int, Choice]] = {}

    @property
    def settlement(self) -> Settlement | None:
        return self.evidence.settlement

    @property
    def annulled(self) -> bool:
        return self.settlement is not None and self.settlement.cuts is None

    @property
    def revision(self) -> int:
        return self.settlement.revision if self.settlement is not None else 1

    def run(self) -> None:
        self.record(1, f"the file is a bundle of {self.members.count} parts, every byte in its place")
        self._check_documents()
        self.check_parties()
        self.read_boards()
        self.check_order()
        self.check_rolls()
        self.check_ready()
        self.check_cuts()
        self._check_count()
        self._check_signatures()
        self._check_evidence()
        self.check_cards_and_receipts()
        result_state.conclude(self)

    def record(self, number: int, sentence: str) -> None:
        self.verdict.checked.append((number, sentence))

    # ---- documents and parties -----------------------------------------------------------------------------------------------------------

    def _check_documents(self) -> None:
        members = self.members
        self.identities = {co_op: identity_documents.read_identity(co_op, data) for co_op, data in members.identities.items()}
        self.signed_entries = {co_op: _outcome_entry(co_op, data) for co_op, data in members.signatures.items()}
        self.evidence = EvidencePieces({name: part.read for name, part in members.evidence.items()})
        if self.annulled and (members.outcome is not None or members.signatures):
            raise CheckFailedError(2, "the vote is annulled, and yet there is an outcome or a signature under one")
        if not self.annulled and members.outcome is None:
            raise CheckFailedError(2, "there is no outcome, and no settlement annuls the vote")
        if members.outcome is not None:
            entries_of_participants = sum(self.sizes[co_op] for co_op in self.terms.participants)
            self.outcome = outcome.read_outcome(members.outcome, self.terms, entries_of_participants)
        self.record(2, f"{2 + len(members.identities) + len(self.signed_entries) + len(self.evidence)} documents are of their form")

    def check_parties(self) -> None:
        vote_terms = self.terms
        terms.check_terms(vote_terms, self.identities)
        participants = vote_terms.participants
        observers = len(vote_terms.parties) - len(participants)
        self.record(
            3,
            f"the terms agree with themselves and are signed for by all {len(vote_terms.parties)} parties: {len(participants)} that vote, "
            f"{observers} that only watch; q is {vote_terms.q} of {vote_terms.witness_count} witnesses",
        )
        for co_op, party in sorted(vote_terms.parties.items()):
            if not identity_documents.check_identity(co_op, party.root, self.identities[co_op], self.inputs.pins):
                self.verdict.not_pinned.append(co_op)
        pinned = len(vote_terms.parties) - len(self.verdict.not_pinned)
        self.record(4, f"every party's identity is signed by its root key; {pinned} of {len(vote_terms.parties)} are the ones you named")
        self.revokers = [
            co_op for co_op, party in sorted(vote_terms.parties.items()) if self.identities[co_op].revoked & set(party.all_keys())
        ]
        self.record(5, f"{len(self.revokers)} parties have revoked a key of this vote since")

    # ---- boards --------------------------------------------------------------------------------------------------------------------------

    def count_entries(self, co_op: str) -> int:
        return bundle_archive.count_frames(self.members.entries[co_op], _entry_limits(co_op, self.terms))

    def entries(self, co_op: str) -> Iterator[bytes]:
        """The entries of one board, read anew on each call."""
        return bundle_archive.read_frames(self.members.entries[co_op], _entry_limits(co_op, self.terms))

    def notes(self, co_op: str) -> Iterator[bytes]:
        return bundle_archive.read_frames(self.members.checkpoints[co_op], _note_limits(co_op))

    def read_heads(self, co_op: str) -> BoardHeads:
        return cuts.read_heads(self.terms.parties[co_op], self.notes(co_op), self.sizes[co_op], self.terms)

    def read_boards(self) -> None:
        """Checks heads and cosignatures board by board and reads the entries; `check_order` judges their order later."""
        for co_op in sorted(self.terms.parties):
            # Signatures come first: unsigned entries are not worth reading.
            self.heads[co_op] = self.read_heads(co_op)
            self._read_board(co_op)
        self._check_roots()
        self._judge_falling_dates()
        checkpoints = sum(len(heads.sizes) for heads in self.heads.values())
        cosignatures = sum(heads.cosignature_count for heads in self.heads.values())
        self.record(6, f"{checkpoints} heads of {len(self.boards)} boards fit {sum(self.sizes.values())} entries")
        self.record(7, f"{cosignatures} cosignatures are good, by witnesses of this vote")

    def _judge_falling_dates(self) -> None:
        for heads in self.heads.values():
            cuts.check_falling_dates(heads, self.evidence.falling_dates)

    def _read_board(self, co_op: str) -> None:
        party, cut = self.terms.parties[co_op], self._cut(co_op)
        papers: tuple[Card | Receipt, ...] = (*self.inputs.cards, *self.inputs.receipts)
        people = [paper for paper in papers if paper.id == co_op]
        watch = Watch(
            cut=cut,
            pseudonyms=frozenset(person.pseudonym for person in people),
            indices=frozenset(receipt.index for receipt in self.inputs.receipts if receipt.id == co_op),
            data=frozenset(self.members.signatures.values()),
        )
        board = self.boards[co_op] = read_board(party, self.entries(co_op), self.terms, watch)
        if board.size and board.begins_with != self.terms.data:
            raise CheckFailedError(8, f"the board of {co_op} does not begin with the terms")
        if party.participant:
            self.cuts[co_op] = cut
            self.bodies[co_op] = outcome.tally_groups(self.terms, board)
            for person in people:
                ballot = outcome.counted_ballot(board, person.pseudonym)
                if ballot is not None:
                    self._counted_ballots[co_op, person.pseudonym] = ballot
        board.forget_rows()

    def _cut(self, co_op: str) -> int:
        """Where counting ends on a board: at T, or where a settlement says."""
        if self.settlement is not None:
            return (self.settlement.cuts or {}).get(co_op, 0)
        return cuts.cut(co_op, self.heads[co_op].by_conclusion, self.terms)

    def _check_roots(self) -> None:
        """Compares all heads with the entries, board by board, for a tree is large."""
        for co_op, board in sorted(self.boards.items()):
            tree = MerkleTree(self.entries(co_op))
            cuts.check_roots(self.heads[co_op], tree)
            board.keep_roots(tree, self._sizes_of_roots(board))

    def _sizes_of_roots(self, board: Board) -> set[int]:
        co_op = board.owner.id
        sizes = {board.counted_size, *self.evidence.compared_sizes.get(co_op, ())}
        if board.roll is not None:
            sizes.add(board.roll + 1)
        claims = (claims_of(other, self.terms).get(co_op) for other in self.boards.values())
        return sizes | {claim[0] for claim in claims if claim is not None}

    def check_order(self) -> None:
        ignored = sum(board.ignored_count for board in self.boards.values())
        self.record(8, f"every board begins with the terms; {ignored} entries are not in order or not allowed, and are ignored")
        for co_op in self.terms.participants:
            if not self.boards[co_op].joined:
                raise CheckFailedError(9, f"{co_op} has not joined: {self.boards[co_op].why_ignored('join')}")
        self.record(9, f"all {len(self.terms.participants)} participants joined by a decision of their own")

    def check_rolls(self) -> None:
        for co_op in self.terms.participants:
            if self.boards[co_op].roll is None:
                raise CheckFailedError(10, f"the board of {co_op} has no roll in order: {self.boards[co_op].why_ignored('roll')}")
        rows = sum(sum(self.boards[co_op].groups.values()) for co_op in self.terms.participants)
        self.record(10, f"{rows} rows are what the rolls say, within the ceilings, and no group is smaller than agreed")

    def check_ready(self) -> None:
        vote_terms = self.terms
        expected = {
            (co_op, roll + 1, self.boards[co_op].roots[roll + 1])
            for co_op in vote_terms.participants
            if (roll := self.boards[co_op].roll) is not None
        }
        for co_op in vote_terms.participants:
            board = self.boards[co_op]
            if board.ready is None:
                raise CheckFailedError(11, f"{co_op} was not ready: {board.why_ignored('ready')}")
            index, ready = board.ready
            if len(ready.rolls) != len(expected) or set(ready.rolls) != expected:
                raise CheckFailedError(11, f"what {co_op} was ready with is not what the boards give")
            if index >= cuts.cut(co_op, self.heads[co_op].by_open_latest, vote_terms):
                raise CheckFailedError(11, f"{co_op} was not seen to be ready before the latest time to open")
        self.record(
            11, f"all {len(vote_terms.participants)} were ready with the same rolls, and were seen to be before the latest time to open"
        )

    # ---- the count and what people say of it ---------------------------------------------------------------------------------------------

    def check_cuts(self) -> None:
        if self.annulled:
            return
        for co_op, cut in sorted(self.cuts.items()):
            if cut > self.boards[co_op].size:
                raise CheckFailedError(12, f"the board of {co_op} does not reach its cut")
        reason = (
            "a settlement put them"
            if self.settlement is not None
            else f"{self.terms.q} of {self.terms.witness_count} witnesses had dated them in time"
        )
        self.record(
            12, f"the boards are cut where {reason}: " + ", ".join(f"{co_op} at {size}" for co_op, size in sorted(self.cuts.items()))
        )

    def count(self) -> None:
        counted = self.verdict.counted = outcome.count_vote(self.terms, self.boards, self.bodies, self.revision)
        ballots = sum(group.voters for body in counted.bodies.values() for group in body.values())
        below_cuts = sum(self.boards[co_op].ballots_below_cut for co_op in self.terms.participants)
        self.record(13, f"of {below_cuts} ballots below the cuts the last of each row was taken; {counted.rejected} entries are rejected")
        self.record(14, f"{ballots} ballots were counted anew")

    def _check_count(self) -> None:
        if self.annulled or self.outcome is None:
            self.record(15, "the vote was annulled: nothing is counted, and there is no outcome")
            return
        self.count()
        if self.verdict.counted is not None:
            counted, self.verdict.counted = self.verdict.counted, None
            outcome.check_outcome(self.outcome, counted)
            self.verdict.counted = counted
        self.record(15, "the outcome is what was counted, to the byte")

    def _check_signatures(self) -> None:
        for co_op, entry in self.signed_entries.items():
            if (entry.id, entry.vote) != (co_op, self.terms.vote) or not entry.signed.is_signed_by(self.terms.parties[co_op].statement):
                raise CheckFailedError(16, f"the signature of {co_op} is not good")
            is_here = self.members.signatures[co_op] in self.boards[co_op].found
            if self.outcome is None or entry.revision != self.outcome.revision or not is_here:
                raise CheckFailedError(16, f"the signature of {co_op} is no outcome of this revision on its own board")
        result_state.judge_signatures(self)

    def signatures(self) -> set[tuple[str, int, bytes]]:
        """(co-op id, revision, hash) of every outcome that a participant signed: on its board or in evidence, wherever it stands."""
        on_boards = {(co_op, *signed) for co_op in self.terms.participants for signed in self.boards[co_op].signed}
        return on_boards | {signed for signed in self.evidence.signed_twice if signed[0] in self.terms.participants}

    def _check_evidence(self) -> None:
        on_boards = evidence.misconduct_on_boards(self.boards, self.heads)
        self.findings = evidence.check_evidence(self.evidence, self.terms, self.boards, on_boards)
        self.record(17, f"{len(self.evidence)} pieces of evidence are true")

    def check_cards_and_receipts(self) -> None:
        counted = None if self.annulled else self._counted_ballots
        sentences = [cards_and_receipts.check_card(card, self.terms, self.boards, counted) for card in self.inputs.cards]
        sentences += [
            cards_and_receipts.check_receipt(receipt, self.terms, self.boards, counted, self.cuts) for receipt in self.inputs.receipts
        ]
        self.record(18, "; ".join(sentences) or "no card and no receipt was given")


def _entry_limits(co_op: str, vote_terms: Terms) -> FrameLimits:
    return FrameLimits(vote_terms.max_entries(co_op), MAX_ENTRY_BYTES, _MAX_TERMS_BYTES, f"the board of {co_op}")


def _note_limits(co_op: str) -> FrameLimits:
    return FrameLimits(bundle_archive.MAX_CHECKPOINTS, _MAX_NOTE_BYTES, _MAX_NOTE_BYTES, f"the checkpoints of {co_op}")


def _outcome_entry(owner: str, data: bytes) -> entries.Outcome:
    try:
        entry = entries.read_entry(decode(data))
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the signature of {owner} is not as it must be: {error}") from None
    if not isinstance(entry, entries.Outcome):
        raise CheckFailedError(2, f"the signature of {owner} is no outcome entry")
    return entry
