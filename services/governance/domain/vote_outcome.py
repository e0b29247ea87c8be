"""Computes the outcome bytes of a federated vote from what the boards hold below the cuts.

Every participant that holds the same evidence gets the same bytes, and so does the verifier; the specification is "Outcome" in
docs/formats/federated-vote.md. Nothing here depends on the order in which evidence arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from libs.boards import document_fields
from libs.boards.document_fields import format_fraction
from libs.boards.vote_rule import CONSENT, VERSION, VoteRule
from libs.boards.vote_terms import ABSTAIN, VoteTerms
from libs.refusals import FailedPrecondition, invalid
from libs.rulebook.counting import Method
from libs.signing import canonical
from libs.signing.canonical import Json, NotCanonicalError
from services.governance.domain.federated_tally import CoOpVotes, FederatedTally, tally_federated_votes
from services.governance.domain.head_count import AGAINST, FOR, CannotCountError
from services.governance.domain.tally import Tally

OBJECT = "object"
_CONSENT_AS_YES_NO = {CONSENT: FOR, OBJECT: AGAINST}
_SINGLE_MARK_METHODS = {Method.YES_NO_ABSTAIN, Method.PLURALITY}


@dataclass(frozen=True)
class OutcomeEvidence:
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


def compute_outcome(terms: VoteTerms, evidence: OutcomeEvidence) -> bytes:
    """Return the outcome as JSON bytes.

    Raises Invalid EVIDENCE_WRONG for numbers that contradict the terms or each other, FailedPrecondition VOTE_UNCOUNTABLE.
    """
    _check_evidence(terms, evidence)
    try:
        return canonical.encode(_outcome_json(terms, evidence, count_evidence(terms, evidence)))
    except (CannotCountError, NotCanonicalError):
        raise FailedPrecondition("VOTE_UNCOUNTABLE", vote=terms.vote) from None


def count_evidence(terms: VoteTerms, evidence: OutcomeEvidence) -> FederatedTally:
    """Count the evidence by the terms' rule. Raises `CannotCountError`."""
    groups = [group for group in terms.groups if group not in terms.rule.counting.excluded]
    return tally_federated_votes(terms.rule.counting, {co_op: _co_op_votes(terms, evidence, co_op, groups) for co_op in terms.participants})


def require_countable(rule: VoteRule, groups: Sequence[str], participants: Sequence[str]) -> None:
    """Try the rule on a vote in which every group has a row and nobody votes. Raises Invalid RULE_CANNOT_COUNT."""
    eligible = {group: 1 for group in groups if group not in rule.counting.excluded}
    silent = dict.fromkeys(eligible, 0)
    try:
        tally_federated_votes(
            rule.counting, {co_op: CoOpVotes(eligible, {}, silent, rule.co_op_quorums.get(co_op)) for co_op in participants}
        )
    except CannotCountError as error:
        raise invalid("resolution_type", "RULE_CANNOT_COUNT", mistake=error.mistake.value, about=error.about) from error


def _co_op_votes(terms: VoteTerms, evidence: OutcomeEvidence, co_op: str, groups: Sequence[str]) -> CoOpVotes:
    votes: dict[str, dict[str, int]] = {group: {} for group in groups}
    for (owner, group, option), number in evidence.tallies.items():
        if owner == co_op and group in votes:
            votes[group][_tally_option(terms, option)] = number
    head_counts = {group: evidence.groups.get((co_op, group), (0, 0)) for group in groups}
    return CoOpVotes(
        eligible={group: rows for group, (rows, _) in head_counts.items()},
        votes=votes,
        voters={group: ballots for group, (_, ballots) in head_counts.items()},
        quorum=terms.rule.co_op_quorums.get(co_op),
    )


def _tally_option(terms: VoteTerms, option: str) -> str:
    return _CONSENT_AS_YES_NO.get(option, option) if terms.rule.method == CONSENT else option


def _option_name(terms: VoteTerms, option: str | None) -> str:
    """Return the option's name in the vote, undoing `_tally_option`."""
    if terms.rule.method == CONSENT:
        return {FOR: CONSENT, AGAINST: OBJECT}.get(option or "", "")
    return option or ""


def _outcome_json(terms: VoteTerms, evidence: OutcomeEvidence, tally: FederatedTally) -> dict[str, Json]:
    return {
        "v": 1,
        "vote": terms.vote,
        "rule": VERSION,
        "revision": evidence.revision,
        "result": {
            "passes": tally.passes,
            "winner": _option_name(terms, tally.winner),
            "tie": tally.tie,
            "co_ops": document_fields.sort_items(
                [[result.co_op, result.stance.value, _option_name(terms, result.choice)] for result in tally.co_ops]
            ),
        },
        "reasons": document_fields.sort_items(
            [[shortfall.reason.value, document_fields.sort_items(list(shortfall.about))] for shortfall in tally.shortfalls]
        ),
        "boards": document_fields.sort_items([[co_op, size, root.hex()] for co_op, size, root in evidence.boards]),
        "tallies": document_fields.sort_items([[*key, number] for key, number in evidence.tallies.items() if number]),
        "figures": document_fields.sort_items(
            [[name, format_fraction(figure)] for name, figure in figures(terms, evidence, tally).items()]
        ),
        "quorums": document_fields.sort_items([[*key, rows, ballots] for key, (rows, ballots) in evidence.groups.items() if rows]),
        "rejected": document_fields.sort_items([[co_op, index, code] for co_op, index, code in evidence.rejected]),
    }


def figures(terms: VoteTerms, evidence: OutcomeEvidence, tally: FederatedTally) -> dict[str, Fraction]:
    """Return the figures behind the result by name, for people and for comparison."""
    figures_by_name: dict[str, Fraction] = {}
    if tally.members is not None:
        on_roll = {group for (_, group), (rows, _) in evidence.groups.items() if rows}
        figures_by_name |= _tally_figures(terms, "members", tally.members, on_roll)
    for result in tally.co_ops:
        on_roll = {group for (co_op, group), (rows, _) in evidence.groups.items() if rows and co_op == result.co_op}
        figures_by_name |= _tally_figures(terms, result.co_op, result.tally, on_roll)
    if tally.share_of_co_ops is not None:
        figures_by_name["co_ops/share"] = tally.share_of_co_ops
    return figures_by_name


def _tally_figures(terms: VoteTerms, prefix: str, tally: Tally, on_roll: set[str]) -> dict[str, Fraction]:
    figures_by_name = {f"{prefix}/whole": tally.whole}
    if tally.share_for is not None:
        figures_by_name[f"{prefix}/share_for"] = tally.share_for
    if tally.eligible:
        figures_by_name[f"{prefix}/turnout"] = Fraction(tally.present, tally.eligible)
    for option in terms.options:
        if option != ABSTAIN:
            figures_by_name[f"{prefix}/total/{option}"] = tally.totals.get(_tally_option(terms, option), Fraction(0))
    for class_tally in tally.classes:
        if class_tally.name in on_roll:
            figures_by_name[f"{prefix}/ballot/{class_tally.name}"] = class_tally.per_ballot
    return figures_by_name


def _check_evidence(terms: VoteTerms, evidence: OutcomeEvidence) -> None:
    rule = terms.rule.counting
    options = {*terms.options, ABSTAIN} if rule.method is Method.PLURALITY else set(terms.options)
    voting_groups = {group for group in terms.groups if group not in rule.excluded}
    boards = [co_op for co_op, _, _ in evidence.boards]
    marks: dict[tuple[str, str], int] = {}
    for (co_op, group, _), number in evidence.tallies.items():
        marks[co_op, group] = marks.get((co_op, group), 0) + number
    contradictions = (
        evidence.revision < 1,
        sorted(boards) != list(terms.participants),
        any(size < 0 or len(root) != 32 for _, size, root in evidence.boards),
        any(co_op not in boards or group not in voting_groups for co_op, group in evidence.groups),
        any(not 0 <= ballots <= rows for rows, ballots in evidence.groups.values()),
        any(option not in options or number < 0 for (_, _, option), number in evidence.tallies.items()),
        any(key not in evidence.groups for key in marks),
        rule.method in _SINGLE_MARK_METHODS and any(marks.get(key, 0) != ballots for key, (_, ballots) in evidence.groups.items()),
        any(co_op not in boards or index < 0 for co_op, index, _ in evidence.rejected),
    )
    if any(contradictions):
        raise invalid("tallies", "EVIDENCE_WRONG", vote=terms.vote)
