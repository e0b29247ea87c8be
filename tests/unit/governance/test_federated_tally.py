"""The count when several co-ops decide together."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rulebook.counting import Basis, BelowQuorum, ClassCap, Denominator, Method, Quorum, Threshold
from services.governance.domain.federated_tally import CoOpStance, CoOpVotes, FederatedTally, tally_federated_votes
from services.governance.domain.head_count import CannotCountError, CountingMistake
from services.governance.domain.tally import tally
from services.governance.domain.thresholds import ShortfallReason
from tests.unit.governance.counting_rules import make_rule, yes_no_votes

F = Fraction


def make_co_op_votes(number_for: int, against: int, eligible: int | None = None, abstain: int = 0) -> CoOpVotes:
    return CoOpVotes(None if eligible is None else {"member": eligible}, {"member": yes_no_votes(number_for, against, abstain)})


THREE: Mapping[str, CoOpVotes] = {"a": make_co_op_votes(60, 40), "b": make_co_op_votes(2, 8), "c": make_co_op_votes(3, 7)}


def stances_by_co_op(joint: FederatedTally) -> dict[str, CoOpStance]:
    return {r.co_op: r.stance for r in joint.co_ops}


def reason_codes(joint: FederatedTally) -> list[ShortfallReason]:
    return [shortfall.reason for shortfall in joint.shortfalls]


def test_the_same_votes_pass_pooled_and_fail_by_co_op() -> None:
    pooled, by_co_op, double = (
        tally_federated_votes(make_rule(basis=basis), THREE) for basis in (Basis.POOLED, Basis.ONE_CO_OP_ONE_VOTE, Basis.DOUBLE_MAJORITY)
    )
    assert (pooled.passes, pooled.share_for) == (True, F(13, 24))
    assert (by_co_op.passes, by_co_op.share_for) == (False, F(1, 3))
    assert (double.passes, double.share_of_co_ops, reason_codes(double)) == (False, F(1, 3), [ShortfallReason.CO_OP_THRESHOLD])
    assert double.members is not None
    assert double.members.share_for == F(13, 24)


def test_a_double_majority_fails_where_the_members_do() -> None:
    co_ops = {"a": make_co_op_votes(10, 90), "b": make_co_op_votes(6, 4), "c": make_co_op_votes(6, 4)}
    assert reason_codes(tally_federated_votes(make_rule(basis=Basis.DOUBLE_MAJORITY), co_ops)) == [ShortfallReason.THRESHOLD]


def test_the_class_rule_applies_inside_each_co_op_first() -> None:
    capped = make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE, class_rule=ClassCap(("investor",), F(1, 10)))
    mixed = CoOpVotes(None, {"user": yes_no_votes(4, 5), "investor": yes_no_votes(9, 0)})
    joint = tally_federated_votes(capped, {"a": mixed, "b": make_co_op_votes(1, 0)})
    assert stances_by_co_op(joint) == {"a": CoOpStance.DOES_NOT_AGREE, "b": CoOpStance.AGREES}
    assert (joint.share_for, joint.tie, reason_codes(joint)) == (F(1, 2), True, [ShortfallReason.THRESHOLD, ShortfallReason.TIE])


def test_pooled_rolls_stay_known_by_class() -> None:
    on_roll = make_rule(class_rule=ClassCap(("investor",), F(1, 10), measured_on=Denominator.ELIGIBLE))
    brought = CoOpVotes({"user": 45, "investor": 10}, {"user": yes_no_votes(2, 1), "investor": yes_no_votes(4, 0)})
    joint = tally_federated_votes(on_roll, {"a": brought, "b": brought})
    assert joint.share_for == F(4 + 4, 6 + 4)


def test_one_roll_without_classes_leaves_the_pooled_roll_a_number_without_the_excluded() -> None:
    rule = make_rule(excluded=("investor",))
    by_class = CoOpVotes({"user": 10, "investor": 90}, {"user": yes_no_votes(5, 0)})
    joint = tally_federated_votes(rule, {"a": by_class, "b": CoOpVotes(10, {"user": yes_no_votes(5, 0)})})
    assert joint.members is not None
    assert (joint.members.eligible, joint.members.turnout) == (20, F(1, 2))


def test_all_co_ops_must_agree() -> None:
    rule = make_rule(basis=Basis.ALL_CO_OPS)
    assert tally_federated_votes(rule, {"a": make_co_op_votes(6, 4), "b": make_co_op_votes(1, 0)}).passes
    refused = tally_federated_votes(rule, {"a": make_co_op_votes(60, 4), "b": make_co_op_votes(5, 5), "c": make_co_op_votes(0, 1)})
    assert (refused.failing is not None and refused.failing.about, refused.share_for) == (("b", "c"), F(1, 3))


def test_a_co_op_with_a_fixed_weight_gives_it_whole() -> None:
    weights = (("a", F(1, 2)), ("b", F(1, 4)), ("c", F(1, 4)))
    joint = tally_federated_votes(make_rule(basis=Basis.FIXED_WEIGHTS, co_op_weights=weights), THREE)
    assert (joint.share_for, joint.passes) == (F(1, 2), False)


@pytest.mark.parametrize(
    ("weights", "mistake"),
    [
        ((("a", F(1)),), CountingMistake.WEIGHT_MISSING),
        ((("a", F(1)), ("b", F(1)), ("c", F(1)), ("d", F(1))), CountingMistake.UNKNOWN_CO_OP),
        ((("a", F(1)), ("b", F(1)), ("c", F(0))), CountingMistake.WEIGHT_NOT_POSITIVE),
    ],
)
def test_every_co_op_has_exactly_one_weight(weights: tuple[tuple[str, Fraction], ...], mistake: CountingMistake) -> None:
    with pytest.raises(CannotCountError) as refused:
        tally_federated_votes(make_rule(basis=Basis.FIXED_WEIGHTS, co_op_weights=weights), THREE)
    assert refused.value.mistake is mistake


class TestBelowItsOwnQuorum:
    HALF_MUST_COME = make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE, quorum=Quorum(F(1, 2)))
    SLEEPY: ClassVar = {
        "a": make_co_op_votes(6, 4, 20),
        "b": make_co_op_votes(7, 1, 10),
        "c": make_co_op_votes(2, 0, 10),
        "d": make_co_op_votes(1, 6, 10),
    }

    @pytest.mark.parametrize(
        ("means", "stance", "share"),
        [
            (BelowQuorum.LEFT_OUT, CoOpStance.LEFT_OUT, F(2, 3)),
            (BelowQuorum.AGAINST, CoOpStance.DOES_NOT_AGREE, F(1, 2)),
            (BelowQuorum.BLOCKS, CoOpStance.BLOCKS, F(2, 3)),
        ],
    )
    def test_the_rule_says_what_it_means(self, means: BelowQuorum, stance: CoOpStance, share: Fraction) -> None:
        joint = tally_federated_votes(replace(self.HALF_MUST_COME, below_quorum=means), self.SLEEPY)
        assert (stances_by_co_op(joint)["c"], joint.share_of_co_ops) == (stance, share)
        assert joint.passes is (means is BelowQuorum.LEFT_OUT)

    def test_the_co_op_that_blocks_is_named(self) -> None:
        joint = tally_federated_votes(replace(self.HALF_MUST_COME, below_quorum=BelowQuorum.BLOCKS), self.SLEEPY)
        assert joint.failing is not None
        assert (joint.failing.reason, joint.failing.about) == (ShortfallReason.QUORUM, ("c",))

    def test_a_share_of_all_that_take_part_holds_the_sleepy_against_it(self) -> None:
        of_all = Threshold(F(1, 2), strict=True, of=Denominator.ELIGIBLE)
        joint = tally_federated_votes(replace(self.HALF_MUST_COME, co_op_threshold=of_all), self.SLEEPY)
        assert (joint.share_of_co_ops, joint.passes) == (F(1, 2), False)

    def test_where_no_co_op_has_a_quorum_nothing_passes(self) -> None:
        joint = tally_federated_votes(self.HALF_MUST_COME, {"a": make_co_op_votes(2, 0, 10), "b": make_co_op_votes(1, 0, 10)})
        assert (joint.passes, joint.share_for, reason_codes(joint)) == (False, None, [ShortfallReason.QUORUM])

    def test_a_co_op_may_have_a_quorum_of_its_own(self) -> None:
        co_ops = {**self.SLEEPY, "c": replace(self.SLEEPY["c"], quorum=Quorum(F(1, 5)))}
        joint = tally_federated_votes(self.HALF_MUST_COME, co_ops)
        assert (stances_by_co_op(joint)["c"], joint.share_for) == (CoOpStance.AGREES, F(3, 4))

    def test_members_of_a_sleepy_co_op_still_count_among_the_members(self) -> None:
        joint = tally_federated_votes(replace(self.HALF_MUST_COME, basis=Basis.DOUBLE_MAJORITY), self.SLEEPY)
        assert joint.members is not None
        assert (joint.members.share_for, joint.share_of_co_ops, joint.passes) == (F(16, 27), F(2, 3), True)


class TestManyOptions:
    MOST = make_rule(method=Method.PLURALITY, threshold=Threshold(F(0), strict=True), basis=Basis.ONE_CO_OP_ONE_VOTE)

    def test_the_option_most_co_ops_choose_wins(self) -> None:
        co_ops = {name: CoOpVotes(None, {"member": votes}) for name, votes in {"a": {"x": 9}, "b": {"y": 1}, "c": {"y": 2, "x": 1}}.items()}
        joint = tally_federated_votes(self.MOST, co_ops)
        assert (joint.winner, joint.share_for) == ("y", F(2, 3))

    def test_co_ops_that_choose_differently_decide_nothing(self) -> None:
        co_ops = {"a": CoOpVotes(None, {"member": {"x": 9}}), "b": CoOpVotes(None, {"member": {"y": 1}})}
        joint = tally_federated_votes(self.MOST, co_ops)
        assert (joint.winner, joint.tie) == (None, True)

    def test_a_double_majority_needs_the_members_option_in_the_co_ops(self) -> None:
        co_ops = {name: CoOpVotes(None, {"member": votes}) for name, votes in {"a": {"x": 9}, "b": {"y": 1}, "c": {"y": 2, "x": 1}}.items()}
        half = Threshold(F(1, 2), strict=True)
        joint = tally_federated_votes(replace(self.MOST, basis=Basis.DOUBLE_MAJORITY, threshold=half), co_ops)
        assert (joint.choice, joint.share_of_co_ops, reason_codes(joint)) == ("x", F(1, 3), [ShortfallReason.CO_OP_THRESHOLD])


def test_without_a_co_op_there_is_nothing_to_count() -> None:
    with pytest.raises(CannotCountError):
        tally_federated_votes(make_rule(), {})


votes_of_one = st.builds(make_co_op_votes, st.integers(0, 9), st.integers(0, 9), st.integers(27, 40), st.integers(0, 9))


@given(st.dictionaries(st.sampled_from("abcdef"), votes_of_one, min_size=1), st.sampled_from(Basis))
def test_the_order_of_co_ops_changes_nothing(co_ops: dict[str, CoOpVotes], basis: Basis) -> None:
    rule = make_rule(basis=basis, quorum=Quorum(F(1, 4)), co_op_weights=tuple((name, F(2)) for name in co_ops))
    assert tally_federated_votes(rule, co_ops) == tally_federated_votes(rule, dict(reversed(co_ops.items())))


@given(st.dictionaries(st.sampled_from("abcdef"), votes_of_one, min_size=1))
def test_pooling_is_counting_all_as_one(co_ops: dict[str, CoOpVotes]) -> None:
    every = [brought.votes["member"] for brought in co_ops.values()]
    together = {"member": {option: sum(votes[option] for votes in every) for option in ("for", "against", "abstain")}}
    assert tally_federated_votes(make_rule(), co_ops).share_for == tally(make_rule(), None, together).share_for


@given(st.dictionaries(st.sampled_from("abcdef"), votes_of_one, min_size=1), st.integers(1, 5))
def test_equal_weights_are_one_co_op_one_vote(co_ops: dict[str, CoOpVotes], weight: int) -> None:
    equal = make_rule(basis=Basis.FIXED_WEIGHTS, co_op_weights=tuple((name, F(weight)) for name in co_ops))
    one = make_rule(basis=Basis.ONE_CO_OP_ONE_VOTE)
    assert tally_federated_votes(equal, co_ops).share_for == tally_federated_votes(one, co_ops).share_for
