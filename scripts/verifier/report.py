"""Check 19: the report of what was checked and what cannot be checked, as text or JSON."""

import json
import unicodedata
from typing import Any

from scripts.verifier.counting import GroupTally
from scripts.verifier.outcome import VoteCount, format_fraction
from scripts.verifier.verdict import ExitCode, Verdict
from scripts.verifier.vote_rule import ABSTAIN

CANNOT_BE_CHECKED = (
    "that every row is a real person with a right to vote",
    "that the ballots are their own free wish",
    "that a ballot was made by the member of its row: a co-op can vote for any of its members, or over their ballot",
    "that no ballot was left out before a witness held it",
    "that nothing came after what is here: the one who packed the file chose where it ends",
)
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
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
    ExitCode.FINAL: (
        "FINAL, as far as {these} {reach}. Enough of the co-ops you named signed this result, and nothing here speaks against it.{ask}"
    ),
    ExitCode.CONTESTED: (
        "CONTESTED. The count is right and enough co-ops signed it, but something speaks against it: read what you should know. People "
        "of the co-ops must settle what it is worth."
    ),
    ExitCode.NOT_PINNED: (
        "NOT PINNED. The file is sound, but anyone can invent a whole federation: give the root fingerprints you got from the co-ops "
        "themselves (--pins, --pin or --card)."
    ),
    ExitCode.NOT_FINAL: "NOT FINAL. The file is sound, but it does not decide anything yet.",
    ExitCode.WRONG: "WRONG. Do not believe this file.",
    ExitCode.DAMAGED: "DAMAGED, or not a bundle. Nothing was checked, and nothing speaks of a forgery. Fetch the file again.",
}
_ASK = " Ask a second co-op for its file, and check both together: kith verify ONE TWO."


def printable(text: str) -> str:
    """The text without characters that a terminal does not show, or that turn the direction of what follows."""
    return "".join("\ufffd" if character != "\n" and unicodedata.category(character) in _NOT_SHOWN else character for character in text)


def escaped_json(text: str, encoding: str | None) -> str:
    """The JSON text with escapes for what an encoding cannot write. Such letters stand in strings only."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)
    return text


def report_as_text(verdict: Verdict) -> list[str]:
    lines = []
    if verdict.damaged:
        return [f"The file cannot be read: {verdict.damaged}.", _VERDICT_TEXTS[ExitCode.DAMAGED]]
    if verdict.terms is not None:
        lines += [f"Vote {verdict.terms.vote}", f"Question: {verdict.terms.question}", ""]
    lines += [f"{number:>3}  {sentence}" for number, sentence in verdict.checked]
    if verdict.failure is not None:
        return [*lines, f"{verdict.failure.number:>3}  FAILED: {verdict.failure.sentence}", "", _VERDICT_TEXTS[ExitCode.WRONG]]
    if verdict.counted is not None:
        lines += ["", *_result_lines(verdict.counted)]
    lines += ["", " 19  What no file can show:", *(f"       {remark}" for remark in CANNOT_BE_CHECKED)]
    if verdict.reaches:
        lines += ["", "How far this reaches:", *(f"  {line}" for line in verdict.reaches)]
    if verdict.remarks:
        lines += ["", "You should know:", *(f"  {remark}" for remark in verdict.remarks)]
    if verdict.not_pinned:
        lines += ["", f"Not pinned: {', '.join(verdict.not_pinned)}"]
    return [*lines, "", f"State: {verdict.state}", _verdict_text(verdict)]


def _verdict_text(verdict: Verdict) -> str:
    alone = verdict.files == 1
    these, reach = ("this file", "reaches") if alone else (f"these {verdict.files} files", "reach")
    return _VERDICT_TEXTS[verdict.exit].format(these=these, reach=reach, ask=_ASK if alone else "")


def report_as_json(verdict: Verdict) -> str:
    """A JSON object; `failed` is the number of the failed check, or 0. `state` is that of the formats, `wrong` or `damaged`."""
    failure, counted = verdict.failure, verdict.counted
    value: dict[str, Any] = {  # Any: it goes straight to json
        "exit": int(verdict.exit),
        "failed": failure.number if failure is not None else 0,
        "why": failure.sentence if failure is not None else verdict.damaged,
        "files": verdict.files,
        "vote": verdict.terms.vote if verdict.terms is not None else "",
        "question": verdict.terms.question if verdict.terms is not None else "",
        "state": "damaged" if verdict.damaged else verdict.state if failure is None else "wrong",
        "not_pinned": verdict.not_pinned,
        "told": verdict.remarks,
        "reaches": verdict.reaches,
        "checked": [{"check": number, "says": sentence} for number, sentence in verdict.checked],
        "cannot_be_checked": list(CANNOT_BE_CHECKED),
    }
    text = json.dumps(value, ensure_ascii=False, indent=1)
    if counted is None:
        return text
    # The outcome is JSON already, and can be long.
    return f'{text.removesuffix("}").rstrip()},\n "outcome": {counted.data.decode()}\n}}'


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
