"""Checks 16 and 17: what the signatures, the evidence and the clock make of a counted vote, and what a person should know besides.

The state is, in this order: annulled; not final, for the voting is not over by the caller's clock; not final, for too few signed; disputed;
not final, for a later outcome was signed; not final, for the file contradicts itself; contested; final.
"""

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.verifier.contradictions import Contradictions, find_contradictions
from scripts.verifier.verdict import ANNULLED, CONTESTED, FINAL

if TYPE_CHECKING:
    from scripts.verifier.checks import Verification

TOO_FEW, TWO_OUTCOMES = "not final: too few signatures", "disputed: two outcomes"
NOT_OVER, SUPERSEDED, CONTRADICTED = (
    "not final: the voting is not over",
    "not final: a later outcome was signed",
    "not final: the file contradicts itself",
)
TWO_SETTLEMENTS = "disputed: two settlements"

_NOTICE_TEXTS = {"objection": "an objection", "evidence": "evidence"}


def judge_signatures(run: "Verification") -> None:
    """Check 16: sets the state as far as the signatures alone decide it."""
    verdict, vote_terms = run.verdict, run.terms
    if run.annulled or verdict.counted is None:
        run.record(16, "an annulled vote has no signatures")
        verdict.state = ANNULLED
        return
    counted_hash, signers = hashlib.sha256(verdict.counted.data).digest(), dict[bytes, set[str]]()
    for co_op, revision, outcome_hash in run.signatures():
        if revision == run.revision:
            signers.setdefault(outcome_hash, set()).add(co_op)
    n, needed, signed = len(vote_terms.participants), vote_terms.signatures_needed, len(signers.pop(counted_hash, ()))
    rival = max(map(len, signers.values()), default=0)
    if signed < needed:
        verdict.state = TOO_FEW
        verdict.remarks.append(f"only {signed} of {n} participants signed this outcome; {needed} must")
    elif rival >= needed:
        verdict.state = TWO_OUTCOMES
        verdict.remarks.append(f"{rival} participants also signed another outcome; people must settle it")
    else:
        verdict.state = FINAL
    run.record(16, f"{signed} of {n} participants signed this outcome; {needed} are needed")


def conclude(run: "Verification") -> None:
    """Sets the state for good, and adds what a person should know."""
    verdict, settled = run.verdict, run.settlement is not None
    found = find_contradictions(run.terms, run.boards, run.heads, run.findings.heads, settled=settled)
    later = {co_op for co_op, revision, _ in run.signatures() if revision > run.revision}
    verdict.remarks += [
        *(f"{co_op} has revoked a key that this vote stands on; its people must say what of it can be believed" for co_op in run.revokers),
        *(f"it is proven that {co_op} {misconduct}" for co_op, misconduct in sorted(run.findings.misconduct)),
        *(f"{co_op} objected to the result" for co_op in sorted(run.findings.objections)),
        *(f"{co_op} signed a later outcome than this one, which follows from a settlement that is not here" for co_op in sorted(later)),
        *found.told,
        *_evidence_named_on_boards(run),
    ]
    if verdict.state == FINAL:
        contested = not settled and (run.findings.misconduct or run.findings.objections or run.revokers or found.contesting)
        verdict.state = _state(run, found, later, contested=bool(contested or later))
    _look_at_clock(run)
    verdict.reaches += _reaches(run)


def _state(run: "Verification", found: Contradictions, later: set[str], *, contested: bool) -> str:
    if len(later) >= run.terms.signatures_needed:
        return SUPERSEDED
    if found.deciding:
        return CONTRADICTED
    return CONTESTED if contested else FINAL


def _look_at_clock(run: "Verification") -> None:
    """Nobody can have concluded a vote before T."""
    verdict, now = run.verdict, run.inputs.now
    if now is None or verdict.state == ANNULLED:
        return
    if now <= run.terms.concluded_from:
        verdict.state = NOT_OVER
        end = _time_text(run.terms.concluded_from)
        verdict.remarks.append(f"by this machine's clock it is {_time_text(now)}, and this vote can be counted only after {end}")
        return
    last = max((heads.last_date for heads in run.heads.values()), default=0)
    if last > now:
        verdict.remarks.append(f"a cosignature here is dated {_time_text(last)}, and by this machine's clock it is only {_time_text(now)}")
    window_end = run.terms.concluded_from + run.terms.window
    if now <= window_end:
        verdict.remarks.append(f"co-ops can still object to the result, until {_time_text(window_end)}")


def _evidence_named_on_boards(run: "Verification") -> list[str]:
    """Notices about evidence or objections that are not in the file. A notice by itself proves nothing, so that it changes no state."""
    return [
        f"entry {index} of the board of {co_op} tells of {_NOTICE_TEXTS[notice.about]} that is not in this file; ask {co_op} for it"
        for co_op in run.terms.participants
        for index, notice in run.boards[co_op].notices
        if notice.hash not in run.evidence.hashes
    ]


def _reaches(run: "Verification") -> list[str]:
    """How far the boards and identity documents go."""
    lines = []
    for co_op, heads in sorted(run.heads.items()):
        document = run.identities[co_op]
        seen = f"last held by another party on {_time_text(heads.last_date)}" if heads.last_date else "held by no other party"
        issued = _time_text(document.issued)
        lines.append(f"{co_op}: {run.boards[co_op].size} entries, {seen}; its identity document is number {document.seq}, of {issued}")
    lines.append("a key that a co-op revoked later than its identity document says does not show")
    last, end = max((heads.last_date for heads in run.heads.values()), default=0), run.terms.concluded_from + run.terms.window
    if last <= end:
        lines.append(f"co-ops could object until {_time_text(end)}; nothing here is later than {_time_text(last)}")
    return lines


def _time_text(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"
