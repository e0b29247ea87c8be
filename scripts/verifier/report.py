"""Check 19: what was checked and what cannot be, for a person or as JSON."""

import json
from typing import Any

from scripts.verifier.checks import Exit, Verdict
from scripts.verifier.counting import Group
from scripts.verifier.outcome import Count, in_words
from scripts.verifier.rule import ABSTAIN

CANNOT_BE_CHECKED = (
    "that every row is a real person with a right to vote",
    "that the ballots are their own free wish",
    "that no ballot was left out before a witness held it",
)
_REASONS = {
    "quorum": "too few took part",
    "class_quorum": "too few of a group took part",
    "class_threshold": "a group was not for it",
    "threshold": "the share for it was not enough",
    "co_op_threshold": "too few co-ops were for it",
    "tie": "it was a tie",
    "nothing_cast": "no vote with any weight was cast",
}
_VERDICTS = {
    Exit.FINAL: "FINAL. The result stands, and it comes from the co-ops you named.",
    Exit.NOT_PINNED: (
        "NOT PINNED. The file is sound, but anyone can invent a whole federation: give the root fingerprints you got from the co-ops "
        "themselves (--pins, --pin or --card)."
    ),
    Exit.NOT_FINAL: "NOT FINAL. The file is sound, but it does not decide anything yet.",
    Exit.WRONG: "WRONG. Do not believe this file.",
}


def in_lines(verdict: Verdict) -> list[str]:
    lines = []
    if verdict.terms is not None:
        lines += [f"Vote {verdict.terms.vote}", f"Question: {verdict.terms.question}", ""]
    lines += [f"{number:>3}  {sentence}" for number, sentence in verdict.checked]
    if verdict.wrong is not None:
        return [*lines, f"{verdict.wrong.number:>3}  FAILED: {verdict.wrong.sentence}", "", _VERDICTS[Exit.WRONG]]
    if verdict.counted is not None:
        lines += ["", *_result(verdict.counted)]
    lines += ["", " 19  What no file can show:", *(f"       {one}" for one in CANNOT_BE_CHECKED)]
    if verdict.told:
        lines += ["", "You should know:", *(f"  {one}" for one in verdict.told)]
    if verdict.not_pinned:
        lines += ["", f"Not pinned: {', '.join(verdict.not_pinned)}"]
    return [*lines, "", f"State: {verdict.state}", _VERDICTS[verdict.exit]]


def in_json(verdict: Verdict) -> str:
    """One object; `failed` is the number of the check that failed, or 0."""
    wrong, counted = verdict.wrong, verdict.counted
    value: dict[str, Any] = {  # Any: it goes straight to json
        "exit": int(verdict.exit),
        "failed": wrong.number if wrong is not None else 0,
        "why": wrong.sentence if wrong is not None else "",
        "vote": verdict.terms.vote if verdict.terms is not None else "",
        "question": verdict.terms.question if verdict.terms is not None else "",
        "state": verdict.state if wrong is None else "wrong",
        "not_pinned": verdict.not_pinned,
        "told": verdict.told,
        "checked": [{"check": number, "says": sentence} for number, sentence in verdict.checked],
        "cannot_be_checked": list(CANNOT_BE_CHECKED),
    }
    if counted is not None:
        value["outcome"] = json.loads(counted.data)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _result(counted: Count) -> list[str]:
    decision = counted.decision
    said = "it passed" if decision.passes else "it did not pass"
    lines = [f"Result: {said}" + (f": {decision.winner}" if decision.winner else "")]
    for code, about in sorted(decision.reasons):
        lines.append(f"  because {_REASONS[code]}" + (f" ({', '.join(about)})" if about else ""))
    if decision.members is not None and decision.members.share is not None:
        lines.append(f"  of the members' votes: {in_words(decision.members.share)}")
    if decision.share is not None:
        lines.append(f"  of the co-ops: {in_words(decision.share)}")
    for one, body in counted.bodies.items():
        stance = decision.stances.get(one)
        lines.append(f"  {one}" + (f": {stance.word.replace('_', ' ')}" if stance is not None else ""))
        lines += [f"    {name}: {_group(group)}" for name, group in body.items() if group.rows]
    return lines


def _group(group: Group) -> str:
    marks = [f"{number} {option}" for option, number in sorted(group.marks.items()) if number]
    if group.abstained:
        marks.append(f"{group.abstained} {ABSTAIN}")
    return f"{group.voters} of {group.rows} voted" + (f" ({', '.join(marks)})" if marks else "")
