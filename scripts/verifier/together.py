"""Bundles of one vote from several co-ops, judged as one.

Each is checked by itself first. Then the longest board of each party is taken, with the heads and cosignatures of all files, all evidence,
and of each party the latest identity document; and that is checked again. What one file left out another may have: a later outcome, a
second signature, a revocation, a head that moves a cut. Two boards of one party of which neither begins the other are a fork.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from scripts.verifier import cuts, evidence, result_state
from scripts.verifier.checks import Verification
from scripts.verifier.cuts import BoardHeads
from scripts.verifier.errors import CheckFailedError, DamagedError, DifferentVotesError
from scripts.verifier.evidence import FALLING, TWO_BOARDS, EvidenceFindings, EvidencePieces
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.verdict import Verdict, VerifierInputs

_PIECE_BYTES = 1024 * 1024


def verify(files: Sequence[BinaryIO], names: Sequence[str], inputs: VerifierInputs) -> Verdict:
    """Judges all files as one. A file that is wrong or damaged by itself ends it. Raises only DifferentVotesError."""
    runs: list[Verification] = []
    reaches: list[str] = []
    digests: set[str] = set()
    for file, name in zip(files, names, strict=True):
        verdict = Verdict()
        try:
            run = Verification(file, VerifierInputs(inputs.pins, now=inputs.now), verdict)
            run.run()
        except CheckFailedError as error:
            return Verdict(verdict.checked, CheckFailedError(error.number, f"{name}: {error.sentence}"), terms=verdict.terms)
        except DamagedError as error:
            return Verdict(damaged=f"{name}: {error}")
        reaches.append(f"{name} by itself: {verdict.state}")
        digest = _digest_of(file)
        if digest in digests:
            reaches.append(f"{name} is the same file as one before, and adds nothing")
            continue
        digests.add(digest)
        runs.append(run)
    if len({run.terms.vote for run in runs}) > 1:
        raise DifferentVotesError("these are bundles of different votes; give several only of one vote")
    return _judge(runs, reaches, inputs)


def _judge(runs: list[Verification], reaches: list[str], inputs: VerifierInputs) -> Verdict:
    verdict = Verdict(files=len(runs), reaches=reaches)
    try:
        # The order in which the files are given must not matter.
        _Together(sorted(runs, key=_precedence), inputs, verdict).run()
    except CheckFailedError as error:
        verdict.failure = error
    return verdict


def _precedence(run: Verification) -> tuple[int, int, bytes]:
    """Where boards fork, those of the first file are counted: the highest revision, then the most signatures."""
    counted = run.verdict.counted
    outcome_hash = hashlib.sha256(counted.data).digest() if counted is not None else b""
    signers = {co_op for co_op, revision, signed in run.signatures() if (revision, signed) == (run.revision, outcome_hash)}
    return -run.revision, -len(signers), outcome_hash


def _digest_of(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


class _Together(Verification):
    """The same checks on what all files have together. Only what a union can change is asked again."""

    def __init__(self, runs: list[Verification], inputs: VerifierInputs, verdict: Verdict) -> None:
        super().__init__(runs[0].file, inputs, verdict)
        self._runs = runs
        self._chosen: dict[str, Verification] = {}
        self._agreeing: dict[str, list[Verification]] = {}
        self.identities = {
            co_op: max((run.identities[co_op] for run in runs), key=lambda document: (document.seq, len(document.revoked)))
            for co_op in self.terms.parties
        }
        loaders = {name: part.read for run in runs for name, part in run.members.evidence.items()}
        self.evidence = EvidencePieces(loaders, of_several=True)

    def run(self) -> None:
        self.record(1, f"{len(self._runs)} files are bundles of one vote, each sound by itself")
        self.record(2, f"{len(self.evidence)} pieces of evidence are in all of them together")
        self.check_parties()
        for co_op in sorted(self.terms.parties):
            self._choose_board(co_op)
        self.read_boards()
        self.check_order()
        self.check_rolls()
        self.check_ready()
        self.check_cuts()
        self._compare_count()
        result_state.judge_signatures(self)
        self._unite_findings()
        self.check_cards_and_receipts()
        result_state.conclude(self)
        if self.evidence.two_settlements:
            self.verdict.state = result_state.TWO_SETTLEMENTS
            self.verdict.remarks.append("people signed two different settlements of one revision")

    def entries(self, co_op: str) -> Iterator[bytes]:
        return self._chosen[co_op].entries(co_op)

    def read_heads(self, co_op: str) -> BoardHeads:
        notes = (run.notes(co_op) for run in self._agreeing[co_op])
        return cuts.merge_heads(self.terms.parties[co_op], notes, self.sizes[co_op], self.terms)

    def signatures(self) -> set[tuple[str, int, bytes]]:
        return super().signatures() | {signed for run in self._runs for signed in run.signatures()}

    def _choose_board(self, co_op: str) -> None:
        """The longest board that goes on from that of the first file."""
        first = self._runs[0].heads[co_op]
        for run in sorted(self._runs, key=lambda run: -run.heads[co_op].size):
            tree = MerkleTree(run.entries(co_op))
            if _is_head_of(first, tree):
                self._chosen[co_op], self.sizes[co_op] = run, tree.size
                self._agreeing[co_op] = [other for other in self._runs if _is_head_of(other.heads[co_op], tree)]
                return

    def _judge_falling_dates(self) -> None:
        """Dates that fall only from file to file are found here, and no evidence can have said so."""

    def _compare_count(self) -> None:
        if self.annulled:
            self.record(15, "the vote was annulled: nothing is counted, and there is no outcome")
            return
        self.count()
        self.record(15, "everything was counted anew from what all files have together")

    def _unite_findings(self) -> None:
        misconduct = evidence.misconduct_on_boards(self.boards, self.heads)
        misconduct |= {found for run in self._runs for found in run.findings.misconduct}
        misconduct |= {(co_op, TWO_BOARDS) for co_op, agreeing in self._agreeing.items() if len(agreeing) < len(self._runs)}
        misconduct |= {(witness, FALLING) for heads in self.heads.values() for witness in heads.falling}
        heads: dict[str, int] = {}
        for run in self._runs:
            for co_op, size in run.findings.heads.items():
                heads[co_op] = max(size, heads.get(co_op, 0))
        objections = {co_op for run in self._runs for co_op in run.findings.objections}
        self.findings = EvidenceFindings(misconduct, objections, heads)
        self.record(17, f"{len(self.evidence)} pieces of evidence are true, each in its file")


def _is_head_of(heads: BoardHeads, tree: MerkleTree) -> bool:
    return heads.size <= tree.size and (not heads.size or tree.root(heads.size) == heads.roots[-1].hex())
