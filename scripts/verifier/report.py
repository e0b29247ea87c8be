"""Check 19: the report of what was checked and what cannot be checked, as text or JSON."""

import json
from typing import Any

from scripts.verifier.checks import ExitCode, Verdict
from scripts.verifier.counting import GroupTally
from scripts.verifier.outcome import VoteCount, format_fraction
from scripts.verifier.vote_rule import ABSTAIN

CANNOT_BE_CHECKED = (
    "that every row is a real person with a right to vote",
    "that the ballots are their own free wish",
    "that no ballot was left out before a witness held it",
)
_REASON_TEXTS = {
    "quorum": "too few took part",
    "class_quorum": "too few of a group took part",
    "class_threshold": "a group was not for it",
    "threshold": "the share for it was not enough",
    "co_op_threshold": "too few co-ops were for it",
    "tie": "it was a tie",
    "nothing_cast": "no vote with any weight was cast",
}
_VERDICT_TEXTS = {
    ExitCode.FINAL: "FINAL. The result stands, and it comes from the co-ops you named.",
    ExitCode.NOT_PINNED: (
        "NOT PINNED. The file is sound, but anyone can invent a whole federation: give the root fingerprints you got from the co-ops "
        "themselves (--pins, --pin or --card)."
    ),
    ExitCode.NOT_FINAL: "NOT FINAL. The file is sound, but it does not decide anything yet.",
    ExitCode.WRONG: "WRONG. Do not believe this file.",
}


def report_as_text(verdict: Verdict) -> list[str]:
    lines = []
    if verdict.terms is not None:
        lines += [f"Vote {verdict.terms.vote}", f"Question: {verdict.terms.question}", ""]
    lines += [f"{number:>3}  {sentence}" for number, sentence in verdict.checked]
    if verdict.failure is not None:
        return [*lines, f"{verdict.failure.number:>3}  FAILED: {verdict.failure.sentence}", "", _VERDICT_TEXTS[ExitCode.WRONG]]
    if verdict.counted is not None:
        lines += ["", *_result_lines(verdict.counted)]
    lines += ["", " 19  What no file can show:", *(f"       {remark}" for remark in CANNOT_BE_CHECKED)]
    if verdict.remarks:
        lines += ["", "You should know:", *(f"  {remark}" for remark in verdict.remarks)]
    if verdict.not_pinned:
        lines += ["", f"Not pinned: {', '.join(verdict.not_pinned)}"]
    return [*lines, "", f"State: {verdict.state}", _VERDICT_TEXTS[verdict.exit]]


def report_as_json(verdict: Verdict) -> str:
    """A JSON object; `failed` is the number of the failed check, or 0."""
    failure, counted = verdict.failure, verdict.counted
    value: dict[str, Any] = {  # Any: it goes straight to json
        "exit": int(verdict.exit),
        "failed": failure.number if failure is not None else 0,
        "why": failure.sentence if failure is not None else "",
        "vote": verdict.terms.vote if verdict.terms is not None else "",
        "question": verdict.terms.question if verdict.terms is not None else "",
        "state": verdict.state if failure is None else "wrong",
        "not_pinned": verdict.not_pinned,
        "told": verdict.remarks,
        "checked": [{"check": number, "says": sentence} for number, sentence in verdict.checked],
        "cannot_be_checked": list(CANNOT_BE_CHECKED),
    }
    if counted is not None:
        value["outcome"] = json.loads(counted.data)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _result_lines(counted: VoteCount) -> list[str]:
    decision = counted.decision
    verdict_text = "it passed" if decision.passes else "it did not pass"
    lines = [f"Result: {verdict_text}" + (f": {decision.winner}" if decision.winner else "")]
    for code, about in sorted(decision.reasons):
        lines.append(f"  because {_REASON_TEXTS[code]}" + (f" ({', '.join(about)})" if about else ""))
    if decision.members is not None and decision.members.share is not None:
        lines.append(f"  of the members' votes: {format_fraction(decision.members.share)}")
    if decision.share is not None:
        lines.append(f"  of the co-ops: {format_fraction(decision.share)}")
    for co_op, body in counted.bodies.items():
        stance = decision.stances.get(co_op)
        lines.append(f"  {co_op}" + (f": {stance.word.replace('_', ' ')}" if stance is not None else ""))
        lines += [f"    {name}: {_group_text(group)}" for name, group in body.items() if group.rows]
    return lines


def _group_text(group: GroupTally) -> str:
    marks = [f"{number} {option}" for option, number in sorted(group.tally.items()) if number]
    if group.abstained:
        marks.append(f"{group.abstained} {ABSTAIN}")
    return f"{group.voters} of {group.rows} voted" + (f" ({', '.join(marks)})" if marks else "")
