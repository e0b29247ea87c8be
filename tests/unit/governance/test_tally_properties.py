"""Properties of every count, and a second count, person by person, that must agree with the first."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rulebook.counting import (
    ClassCap,
    ClassRule,
    CountingRule,
    Denominator,
    EachClass,
    FixedShares,
    OneMemberOneVote,
    Quorum,
    SilentClass,
    Threshold,
)
from services.governance.domain.tally import Tally, count_ballots, tally
from tests.unit.governance.counting_rules import make_rule

CLASSES = ("investor", "supported", "worker")
SWAPPED = {"for": "against", "against": "for", "abstain": "abstain"}

Person = tuple[str, str | None]
"""Class, and what the ballot says; None for a voter who stayed at home."""

fractions = st.builds(lambda part, more: Fraction(part, part + more), st.integers(0, 9), st.integers(1, 9))
thresholds = st.builds(Threshold, fractions, st.booleans(), st.sampled_from(Denominator))
quorums = st.builds(Quorum, fractions, st.integers(0, 6))
caps = st.builds(
    ClassCap,
    st.sampled_from([("investor",), ("investor", "worker"), CLASSES]),
    fractions | st.just(Fraction(1)),
    st.sampled_from(Denominator),
)
shares = st.lists(st.integers(1, 9), min_size=3, max_size=3).map(
    lambda parts: tuple((c, Fraction(p, sum(parts))) for c, p in zip(CLASSES, parts, strict=True))
)
fixed = st.builds(FixedShares, shares, st.sampled_from(SilentClass))
class_rules = st.just(OneMemberOneVote()) | caps | fixed | st.builds(EachClass, thresholds, st.booleans())
rules = st.builds(
    lambda class_rule, threshold, quorum, worker, excluded: make_rule(
        class_rule=class_rule, threshold=threshold, quorum=quorum, class_quorums=(("worker", worker),), excluded=excluded
    ),
    class_rules,
    thresholds,
    quorums,
    quorums,
    st.sampled_from([(), (), ("investor",)]),
)
people = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(["for", "against", "abstain", None])), max_size=40)


def count_people(rule: CountingRule, everybody: Sequence[Person]) -> Tally:
    eligible = {c: sum(name == c for name, _ in everybody) for c in CLASSES}
    return tally(rule, eligible, count_ballots((name, choice) for name, choice in everybody if choice is not None))


def is_in_denominator(text: str | None, of: Denominator) -> bool:
    return {Denominator.CAST: text in {"for", "against"}, Denominator.PRESENT: text is not None, Denominator.ELIGIBLE: True}[of]


@pytest.mark.capability("G1")
@given(rules, people, st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_classes_changes_nothing(rule: CountingRule, everybody: list[Person], chance: Random) -> None:
    shuffled = list(everybody)
    chance.shuffle(shuffled)
    first, second = count_people(rule, everybody), count_people(rule, shuffled)
    assert first == second
    votes = count_ballots((name, choice) for name, choice in everybody if choice is not None)
    backwards = {name: dict(reversed(votes[name].items())) for name in reversed(votes)}
    eligible = {c: sum(name == c for name, _ in everybody) for c in reversed(CLASSES)}
    assert tally(rule, eligible, backwards) == first


@given(rules, people)
def test_when_for_and_against_change_places_the_shares_do(rule: CountingRule, everybody: list[Person]) -> None:
    here = count_people(rule, everybody)
    there = count_people(rule, [(name, SWAPPED[choice] if choice else None) for name, choice in everybody])
    assert (here.totals["for"], here.totals["against"], here.whole) == (there.totals["against"], there.totals["for"], there.whole)
    forfeited = here.forfeited
    if rule.threshold.of is Denominator.CAST and here.share_for is not None and there.share_for is not None:
        assert here.share_for + there.share_for == 1 - forfeited / here.whole


@given(caps, people)
def test_a_cap_only_ever_lowers_and_holds_exactly(cap: ClassCap, everybody: list[Person]) -> None:
    result = count_people(make_rule(class_rule=cap), everybody)
    measured = {
        c.name: c.per_ballot * sum(name == c.name and is_in_denominator(choice, cap.measured_on) for name, choice in everybody)
        for c in result.classes
    }
    whole = sum(measured.values(), Fraction(0))
    capped = sum((weight for name, weight in measured.items() if name in cap.classes), Fraction(0))
    assert all(0 <= c.per_ballot <= 1 for c in result.classes)
    assert all(c.per_ballot == 1 for c in result.classes if c.name not in cap.classes)
    assert capped <= cap.fraction * whole
    lowered = any(c.per_ballot < 1 for c in result.classes)
    assert not lowered or capped == cap.fraction * whole


@given(fixed, people)
def test_fixed_shares_sum_to_one_with_what_is_forfeited(rule: FixedShares, everybody: list[Person]) -> None:
    result = count_people(make_rule(class_rule=rule), everybody)
    any_cast = any(is_in_denominator(choice, Denominator.CAST) for _, choice in everybody)
    total = sum((c.weight for c in result.classes), result.forfeited)
    assert total == (1 if any_cast or rule.silent is SilentClass.FORFEIT else 0)
    assert result.whole == total


@given(rules, people)
def test_one_more_vote_for_of_a_class_never_undoes_a_majority_without_weights(rule: CountingRule, everybody: list[Person]) -> None:
    plain = replace(rule, class_rule=OneMemberOneVote(), excluded=())
    stayed = [at for at, (_, choice) in enumerate(everybody) if choice is None]
    if not stayed or not count_people(plain, everybody).passes:
        return
    more = list(everybody)
    more[stayed[0]] = (more[stayed[0]][0], "for")
    assert count_people(plain, more).passes


@pytest.mark.capability("G1")
@given(rules, people)
def test_a_slow_count_person_by_person_agrees(rule: CountingRule, everybody: list[Person]) -> None:
    passes, share = count_slowly(rule, [p for p in everybody if p[0] not in rule.excluded])
    result = count_people(rule, everybody)
    assert (result.passes, result.share_for) == (passes, share)


def count_slowly(rule: CountingRule, everybody: list[Person]) -> tuple[bool, Fraction | None]:
    """The obvious count: give every person a weight, then walk through the room and add."""
    weights = [class_weight(rule, name, everybody) for name, _ in everybody]
    room = list(zip(everybody, weights, strict=True))
    of = rule.threshold.of
    top = sum((w for (_, choice), w in room if choice == "for"), Fraction(0))
    spoken = sum((w for (_, choice), w in room if choice in {"for", "against"}), Fraction(0))
    whole = sum((w for (_, choice), w in room if is_in_denominator(choice, of)), Fraction(0))
    if isinstance(rule.class_rule, FixedShares) and rule.class_rule.silent is SilentClass.FORFEIT:
        whole = Fraction(1)
    share = top / whole if whole else None
    enough = share is not None and spoken > 0 and meets_threshold(rule.threshold, share)
    return enough and has_quorum(rule, everybody) and classes_agree(rule.class_rule, everybody), share


def class_weight(rule: CountingRule, name: str, everybody: list[Person]) -> Fraction:
    match rule.class_rule:
        case ClassCap(classes, fraction, measured_on):
            capped = len([1 for c, choice in everybody if c in classes and is_in_denominator(choice, measured_on)])
            free = len([1 for c, choice in everybody if c not in classes and is_in_denominator(choice, measured_on)])
            if name not in classes or fraction == 1 or capped == 0:
                return Fraction(1)
            return min(Fraction(1), fraction * free / (1 - fraction) / capped)
        case FixedShares(shares_, silent):
            here = {c: share for c, share in shares_ if c not in rule.excluded}
            heard = {c for c in here if any(n == c and is_in_denominator(s, heard_denominator(rule.threshold.of)) for n, s in everybody)}
            if name not in heard:
                return Fraction(0)
            among = heard if silent is SilentClass.REDISTRIBUTE else set(here)
            share = here[name] / sum((here[c] for c in among), Fraction(0))
            return share / len([1 for c, choice in everybody if c == name and is_in_denominator(choice, rule.threshold.of)])
        case _:
            return Fraction(1)


def heard_denominator(of: Denominator) -> Denominator:
    return Denominator.CAST if of is Denominator.CAST else Denominator.PRESENT


def meets_threshold(threshold: Threshold, share: Fraction) -> bool:
    return share > threshold.fraction or (share == threshold.fraction and not threshold.strict)


def has_quorum(rule: CountingRule, everybody: list[Person]) -> bool:
    def reached(quorum: Quorum, those: list[Person]) -> bool:
        here = len([1 for _, choice in those if choice is not None])
        return here >= quorum.count and here >= quorum.fraction * len(those)

    own = [(q, [p for p in everybody if p[0] == name]) for name, q in rule.class_quorums if name not in rule.excluded]
    return reached(rule.quorum, everybody) and all(reached(q, those) for q, those in own)


def classes_agree(class_rule: ClassRule, everybody: list[Person]) -> bool:
    if not isinstance(class_rule, EachClass):
        return True
    of = class_rule.threshold.of
    for name in {name for name, _ in everybody}:
        choice = [s for c, s in everybody if c == name]
        if not any(is_in_denominator(s, heard_denominator(of)) for s in choice):
            if class_rule.silent_blocks:
                return False
            continue
        if not meets_threshold(class_rule.threshold, Fraction(choice.count("for"), len([s for s in choice if is_in_denominator(s, of)]))):
            return False
    return True
