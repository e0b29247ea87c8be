"""The outcome of a vote between co-ops, to the last byte: what the boards hold below the cuts in, outcome bytes out.

Every participant that holds the same evidence makes the same bytes, and so does the verifier; the law is "Outcome" in
docs/formats/federated-vote.md. Nothing in here depends on the order in which anything came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from libs.boards import forms
from libs.boards.forms import said
from libs.boards.rule import CONSENT, VERSION, Rule
from libs.boards.terms import ABSTAIN, Terms
from libs.refusals import NotNow, invalid
from libs.rulebook.counting import Method
from libs.signing import canonical
from libs.signing.canonical import Json, NotCanonicalError
from services.governance.domain.across_co_ops import CoOpVotes, JointTally, tally_across
from services.governance.domain.head_count import AGAINST, FOR, CannotCountError
from services.governance.domain.tally import Tally

OBJECT = "object"
_COUNTED_AS = {CONSENT: FOR, OBJECT: AGAINST}
_ONE_MARK = {Method.YES_NO_ABSTAIN, Method.PLURALITY}


@dataclass(frozen=True)
class Evidence:
    """What the boards hold below the cuts."""

    revision: int
    boards: Sequence[tuple[str, int, bytes]]
    """(co-op, counted size, root of the tree of that size), one for each participant."""
    tallies: Mapping[tuple[str, str, str], int]
    """(co-op, group, option) -> ballots, or points for score."""
    groups: Mapping[tuple[str, str], tuple[int, int]]
    """(co-op, group) -> (rows, counted ballots), for every group with rows."""
    rejected: Sequence[tuple[str, int, str]]
    """(co-op, index, code)."""


def outcome(terms: Terms, evidence: Evidence) -> bytes:
    """JSON bytes. Raises Invalid EVIDENCE_WRONG for numbers that contradict the terms or themselves, NotNow VOTE_UNCOUNTABLE."""
    _check(terms, evidence)
    try:
        return canonical.encode(_outcome(terms, evidence, count(terms, evidence)))
    except (CannotCountError, NotCanonicalError):
        raise NotNow("VOTE_UNCOUNTABLE", vote=terms.vote) from None


def count(terms: Terms, evidence: Evidence) -> JointTally:
    """Raises `CannotCountError`."""
    groups = [one for one in terms.groups if one not in terms.rule.counting.excluded]
    return tally_across(terms.rule.counting, {co_op: _brought(terms, evidence, co_op, groups) for co_op in terms.participants})


def require_countable(rule: Rule, groups: Sequence[str], participants: Sequence[str]) -> None:
    """Tries the rule on a vote in which every group has a row and nobody votes. Raises Invalid RULE_CANNOT_COUNT."""
    asked = {one: 1 for one in groups if one not in rule.counting.excluded}
    silent = dict.fromkeys(asked, 0)
    try:
        tally_across(rule.counting, {one: CoOpVotes(asked, {}, silent, rule.co_op_quorums.get(one)) for one in participants})
    except CannotCountError as error:
        raise invalid("resolution_type", "RULE_CANNOT_COUNT", mistake=error.mistake.value, about=error.about) from error


def _brought(terms: Terms, evidence: Evidence, co_op: str, groups: Sequence[str]) -> CoOpVotes:
    votes: dict[str, dict[str, int]] = {group: {} for group in groups}
    for (owner, group, option), number in evidence.tallies.items():
        if owner == co_op and group in votes:
            votes[group][_counted_as(terms, option)] = number
    here = {group: evidence.groups.get((co_op, group), (0, 0)) for group in groups}
    return CoOpVotes(
        eligible={group: rows for group, (rows, _) in here.items()},
        votes=votes,
        voters={group: ballots for group, (_, ballots) in here.items()},
        quorum=terms.rule.co_op_quorums.get(co_op),
    )


def _counted_as(terms: Terms, option: str) -> str:
    return _COUNTED_AS.get(option, option) if terms.rule.method == CONSENT else option


def _named(terms: Terms, option: str | None) -> str:
    """The option's own word."""
    if terms.rule.method == CONSENT:
        return {FOR: CONSENT, AGAINST: OBJECT}.get(option or "", "")
    return option or ""


def _outcome(terms: Terms, evidence: Evidence, joint: JointTally) -> dict[str, Json]:
    return {
        "v": 1,
        "vote": terms.vote,
        "rule": VERSION,
        "revision": evidence.revision,
        "result": {
            "passes": joint.passes,
            "winner": _named(terms, joint.winner),
            "tie": joint.tie,
            "co_ops": forms.in_order([[one.co_op, one.stance.value, _named(terms, one.choice)] for one in joint.co_ops]),
        },
        "reasons": forms.in_order([[short.reason.value, forms.in_order(list(short.about))] for short in joint.shortfalls]),
        "boards": forms.in_order([[co_op, size, root.hex()] for co_op, size, root in evidence.boards]),
        "tallies": forms.in_order([[*key, number] for key, number in evidence.tallies.items() if number]),
        "figures": forms.in_order([[name, said(figure)] for name, figure in figures(terms, evidence, joint).items()]),
        "quorums": forms.in_order([[*key, rows, ballots] for key, (rows, ballots) in evidence.groups.items() if rows]),
        "rejected": forms.in_order([[co_op, index, code] for co_op, index, code in evidence.rejected]),
    }


def figures(terms: Terms, evidence: Evidence, joint: JointTally) -> dict[str, Fraction]:
    """By name: what led to the result, for people and for comparing."""
    found: dict[str, Fraction] = {}
    if joint.members is not None:
        on_roll = {group for (_, group), (rows, _) in evidence.groups.items() if rows}
        found |= _figures(terms, "members", joint.members, on_roll)
    for one in joint.co_ops:
        on_roll = {group for (co_op, group), (rows, _) in evidence.groups.items() if rows and co_op == one.co_op}
        found |= _figures(terms, one.co_op, one.tally, on_roll)
    if joint.share_of_co_ops is not None:
        found["co_ops/share"] = joint.share_of_co_ops
    return found


def _figures(terms: Terms, whose: str, tally: Tally, on_roll: set[str]) -> dict[str, Fraction]:
    found = {f"{whose}/whole": tally.whole}
    if tally.share_for is not None:
        found[f"{whose}/share_for"] = tally.share_for
    if tally.eligible:
        found[f"{whose}/turnout"] = Fraction(tally.present, tally.eligible)
    for option in terms.options:
        if option != ABSTAIN:
            found[f"{whose}/total/{option}"] = tally.totals.get(_counted_as(terms, option), Fraction(0))
    for one in tally.classes:
        if one.name in on_roll:
            found[f"{whose}/ballot/{one.name}"] = one.per_ballot
    return found


def _check(terms: Terms, evidence: Evidence) -> None:
    rule = terms.rule.counting
    options = {*terms.options, ABSTAIN} if rule.method is Method.PLURALITY else set(terms.options)
    asked = {group for group in terms.groups if group not in rule.excluded}
    boards = [co_op for co_op, _, _ in evidence.boards]
    marks: dict[tuple[str, str], int] = {}
    for (co_op, group, _), number in evidence.tallies.items():
        marks[co_op, group] = marks.get((co_op, group), 0) + number
    wrong = (
        evidence.revision < 1,
        sorted(boards) != list(terms.participants),
        any(size < 0 or len(root) != 32 for _, size, root in evidence.boards),
        any(co_op not in boards or group not in asked for co_op, group in evidence.groups),
        any(not 0 <= ballots <= rows for rows, ballots in evidence.groups.values()),
        any(option not in options or number < 0 for (_, _, option), number in evidence.tallies.items()),
        any(key not in evidence.groups for key in marks),
        rule.method in _ONE_MARK and any(marks.get(key, 0) != ballots for key, (_, ballots) in evidence.groups.items()),
        any(co_op not in boards or index < 0 for co_op, index, _ in evidence.rejected),
    )
    if any(wrong):
        raise invalid("tallies", "EVIDENCE_WRONG", vote=terms.vote)
