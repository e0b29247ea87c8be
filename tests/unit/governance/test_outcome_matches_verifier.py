"""Governance and the verifier, both written from docs/formats without shared code, always count the same."""

from dataclasses import replace
from fractions import Fraction
from random import Random

from libs.boards.vote_rule import CONSENT, METHODS, write_rule
from libs.boards.vote_terms import ABSTAIN, VoteTerms
from libs.rulebook.counting import (
    Basis,
    BelowQuorum,
    ClassCap,
    ClassRule,
    Denominator,
    EachClass,
    FixedShares,
    Method,
    OneMemberOneVote,
    Quorum,
    SilentClass,
    Threshold,
)
from libs.signing import canonical
from scripts.verifier import federated_decision
from scripts.verifier import outcome as verifier
from scripts.verifier import vote_rule as verifiers_rule
from scripts.verifier.counting import GroupTally
from services.governance.domain.vote_outcome import OutcomeEvidence, compute_outcome
from tests.unit.governance.counting_rules import PLAIN
from tests.unit.governance.vote_terms import make_evidence, make_terms

F = Fraction
GROUPS = ("investor", "supported", "worker")
CO_OPS = ("ash", "birch", "cedar", "dell")
TREES = ("oak", "elm", "yew")
CASES = 600


def test_both_count_the_same() -> None:
    random = Random(20260)  # noqa: S311 - cases, not secrets
    passed = 0
    for number in range(CASES):
        terms, evidence = _random_case(random)
        ours = canonical.decode(compute_outcome(terms, evidence))
        theirs = _verifier_outcome(terms, evidence)
        assert isinstance(ours, dict)
        assert {key: ours[key] for key in theirs} == theirs, f"case {number}: {write_rule(terms.rule)}"
        passed += ours["reasons"] == []
    # Cases that all fail, or all pass, would show nothing.
    assert CASES // 20 < passed < CASES * 19 // 20


def _random_case(random: Random) -> tuple[VoteTerms, OutcomeEvidence]:
    method = random.choice(METHODS)
    basis = random.choice([*Basis])
    co_ops = CO_OPS[: random.randint(2, 4)]
    counting = replace(
        PLAIN,
        method=Method.YES_NO_ABSTAIN if method == CONSENT else Method(method),
        basis=basis,
        threshold=_random_threshold(random),
        class_rule=_random_class_rule(random),
        quorum=_random_quorum(random),
        below_quorum=random.choice([*BelowQuorum]),
        excluded=(random.choice(GROUPS),) if random.random() < 0.3 else (),
        class_quorums=((random.choice(GROUPS), _random_quorum(random)),) if random.random() < 0.3 else (),
        highest_score=5 if method == Method.SCORE else None,
        co_op_threshold=_random_threshold(random) if random.random() < 0.4 else None,
        co_op_weights=tuple((co_op, F(random.randint(1, 3), 4)) for co_op in co_ops) if basis is Basis.FIXED_WEIGHTS else (),
    )
    quorums = {co_ops[0]: _random_quorum(random)} if random.random() < 0.3 else {}
    terms = make_terms(counting, groups=GROUPS, co_ops=co_ops, method=method, options=TREES, quorums=quorums)
    voting_groups = [group for group in GROUPS if group not in counting.excluded]
    cast = {co_op: {group: _random_marks(random, terms) for group in voting_groups if random.random() < 0.85} for co_op in co_ops}
    return terms, make_evidence(terms, cast)


def _random_threshold(random: Random) -> Threshold:
    """As terms can have it: above nothing, and more than everything is not asked."""
    fraction = random.choice([F(1, 100), F(1, 3), F(1, 2), F(1, 2), F(2, 3), F(1)])
    return Threshold(fraction, strict=fraction < 1 and random.random() < 0.5, of=random.choice([*Denominator]))


def _random_quorum(random: Random) -> Quorum:
    return random.choice([Quorum(), Quorum(), Quorum(F(1, 2)), Quorum(count=4), Quorum(F(1, 3), 2)])


def _random_class_rule(random: Random) -> ClassRule:
    shares = (("investor", F(1, 10)), ("supported", F(2, 5)), ("worker", F(1, 2)))
    cap = ClassCap(tuple(sorted(random.sample(GROUPS, random.randint(1, 2)))), random.choice([F(0), F(1, 10), F(1, 3), F(1)]))
    rules: list[ClassRule] = [
        OneMemberOneVote(),
        ClassCap(cap.classes, cap.fraction, random.choice([*Denominator])),
        FixedShares(shares, random.choice([*SilentClass])),
        EachClass(_random_threshold(random), silent_blocks=random.random() < 0.5),
    ]
    return random.choice(rules)


def _random_marks(random: Random, terms: VoteTerms) -> dict[str, int]:
    rows = random.choice([1, 3, 6])
    ballots = random.choice([0, rows, random.randint(0, rows)])
    fields = {"rows": rows, "ballots": ballots}
    if terms.rule.method in {Method.APPROVAL, Method.SCORE}:
        most = ballots * (terms.rule.counting.highest_score or 1)
        return fields | {option: random.choice([0, most, random.randint(0, most)]) for option in terms.options}
    options = [*dict.fromkeys([*terms.options, ABSTAIN])]
    for option in random.choices(options, k=ballots):
        fields[option] = fields.get(option, 0) + 1
    return fields


def _verifier_outcome(terms: VoteTerms, evidence: OutcomeEvidence) -> dict[str, canonical.Json]:
    """What the verifier makes of the same numbers."""
    voting_groups = [group for group in terms.groups if group not in terms.rule.counting.excluded]
    bodies = {participant: {group: GroupTally() for group in voting_groups} for participant in terms.participants}
    for (co_op, group), (rows, ballots) in evidence.groups.items():
        bodies[co_op][group].rows, bodies[co_op][group].voters = rows, ballots
    for (co_op, group, option), number in evidence.tallies.items():
        if option == ABSTAIN:
            bodies[co_op][group].abstained = number
        else:
            bodies[co_op][group].tally[option] = number
    rule = verifiers_rule.read_rule(canonical.decode(canonical.encode(write_rule(terms.rule))))
    decision = federated_decision.decide(bodies, list(terms.options), rule)
    return {
        "result": {
            "passes": decision.passes,
            "winner": decision.winner,
            "tie": decision.tie,
            "co_ops": verifier._sorted([[one, stance.word, stance.choice] for one, stance in decision.stances.items()]),
        },
        "reasons": verifier._sorted([[code, verifier._sorted(list(about))] for code, about in decision.reasons]),
        "figures": verifier._sorted(verifier._figures(decision)),
    }
