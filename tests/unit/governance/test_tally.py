"""The count of one co-op's vote, edge by edge."""

from fractions import Fraction
from typing import ClassVar

import pytest

from libs.rulebook.counting import ClassCap, Denominator, EachClass, FixedShares, Method, Quorum, SilentClass, Threshold
from services.governance.domain.head_count import CannotCountError, CountingMistake
from services.governance.domain.tally import Tally, count_ballots, tally
from services.governance.domain.thresholds import Shortfall, ShortfallReason
from tests.unit.governance.counting_rules import GOLDEN, HALF, make_rule, yes_no_votes

F = Fraction
INVESTORS_A_TENTH = ClassCap(("investor",), F(1, 10))
SHARES = (("supported", F(45, 100)), ("worker", F(45, 100)), ("investor", F(10, 100)))


def reason_codes(result: Tally) -> list[ShortfallReason]:
    return [shortfall.reason for shortfall in result.shortfalls]


def class_weight(result: Tally, name: str) -> Fraction:
    return next(c.weight for c in result.classes if c.name == name)


def test_a_tally_explains_each_class() -> None:
    result = tally(make_rule(class_rule=INVESTORS_A_TENTH), {"supported": 70, "worker": 30, "investor": 50}, GOLDEN)
    investor = result.classes[0]
    assert (investor.name, investor.heads.present, investor.heads.eligible) == ("investor", 48, 50)
    assert (investor.per_ballot, investor.weight, investor.share, investor.turnout) == (F(7, 48), F(7), F(15, 16), F(24, 25))
    assert (result.share_for, result.whole, result.turnout) == (F(79, 160), F(70), F(111, 150))


def test_abstentions_count_for_turnout_and_not_for_the_share() -> None:
    result = tally(make_rule(), {"member": 20}, {"member": yes_no_votes(3, 1, 6)})
    assert (result.share_for, result.turnout) == (F(3, 4), F(1, 2))


def test_abstentions_lower_a_share_of_those_present() -> None:
    present = Threshold(F(3, 4), strict=True, of=Denominator.PRESENT)
    result = tally(make_rule(threshold=present), None, {"member": yes_no_votes(75, 20, 5)})
    assert (result.share_for, result.passes) == (F(3, 4), False)
    assert tally(make_rule(threshold=present), None, {"member": yes_no_votes(76, 20, 4)}).passes


def test_members_who_do_not_vote_lower_a_share_of_the_roll() -> None:
    of_roll = Threshold(F(3, 4), strict=False, of=Denominator.ELIGIBLE)
    assert tally(make_rule(threshold=of_roll), 100, {"a": yes_no_votes(50, 0), "b": yes_no_votes(25, 0)}).passes
    assert not tally(make_rule(threshold=of_roll), {"a": 60, "b": 41}, {"a": yes_no_votes(50, 0), "b": yes_no_votes(25, 0)}).passes


def test_the_roll_weighs_what_its_classes_weigh() -> None:
    of_roll = Threshold(F(1, 2), strict=True, of=Denominator.ELIGIBLE)
    eligible = {"supported": 40, "worker": 40, "investor": 96}
    result = tally(make_rule(class_rule=INVESTORS_A_TENTH, threshold=of_roll), eligible, GOLDEN)
    assert result.whole == 80 + 96 * F(7, 48)
    assert result.share_for == (28 + 45 * F(7, 48)) / result.whole


@pytest.mark.parametrize("strict", [True, False])
def test_a_threshold_met_exactly_passes_only_when_at_least_is_enough(*, strict: bool) -> None:
    three_quarters = Threshold(F(3, 4), strict=strict)
    assert tally(make_rule(threshold=three_quarters), None, {"member": yes_no_votes(45, 15)}).passes is not strict


def test_a_tie_does_not_pass_more_than_half() -> None:
    result = tally(make_rule(), None, {"member": yes_no_votes(5, 5)})
    assert (result.tie, result.passes, reason_codes(result)) == (True, False, [ShortfallReason.THRESHOLD, ShortfallReason.TIE])


def test_a_tie_is_of_weights_and_not_of_heads() -> None:
    votes = {"user": yes_no_votes(9, 10), "investor": yes_no_votes(40, 0)}
    result = tally(make_rule(class_rule=ClassCap(("investor",), F(1, 20))), None, votes)
    assert class_weight(result, "investor") == 1
    assert result.tie


def test_at_least_half_is_met_by_half_and_the_tie_is_still_told() -> None:
    result = tally(make_rule(threshold=Threshold(F(1, 2), strict=False)), None, {"member": yes_no_votes(5, 5)})
    assert (result.passes, result.tie) == (True, True)


@pytest.mark.parametrize("of", list(Denominator))
def test_where_nobody_votes_nothing_passes(of: Denominator) -> None:
    result = tally(make_rule(threshold=Threshold(F(0), strict=False, of=of)), {"member": 12}, {})
    assert (result.passes, result.tie) == (False, False)
    assert reason_codes(result) == [ShortfallReason.THRESHOLD, ShortfallReason.NOTHING_CAST]


def test_where_nobody_votes_there_is_no_share() -> None:
    assert tally(make_rule(), {"member": 12}, {}).share_for is None
    assert tally(make_rule(), {}, {}).turnout is None


def test_only_abstentions_reach_the_quorum_and_pass_nothing() -> None:
    result = tally(make_rule(quorum=Quorum(F(1, 2))), {"member": 12}, {"member": yes_no_votes(0, 0, 12)})
    assert (result.quorate, reason_codes(result)) == (True, [ShortfallReason.THRESHOLD, ShortfallReason.NOTHING_CAST])


class TestCap:
    def test_a_cap_does_not_raise_a_weight(self) -> None:
        result = tally(make_rule(class_rule=INVESTORS_A_TENTH), None, {"user": yes_no_votes(40, 23), "investor": yes_no_votes(2, 0)})
        assert (class_weight(result, "investor"), result.share_for) == (F(2), F(42, 65))

    def test_a_class_exactly_at_its_cap_keeps_its_weight(self) -> None:
        result = tally(make_rule(class_rule=INVESTORS_A_TENTH), None, {"user": yes_no_votes(45, 45), "investor": yes_no_votes(10, 0)})
        assert class_weight(result, "investor") == 10

    def test_capped_classes_decide_nothing_by_themselves(self) -> None:
        result = tally(make_rule(class_rule=INVESTORS_A_TENTH), None, {"user": yes_no_votes(0, 0, 3), "investor": yes_no_votes(9, 0)})
        assert (result.share_for, result.passes) == (None, False)
        assert ShortfallReason.NOTHING_CAST in reason_codes(result)

    def test_a_cap_of_nothing_silences(self) -> None:
        result = tally(make_rule(class_rule=ClassCap(("investor",), F(0))), None, GOLDEN)
        assert (class_weight(result, "investor"), result.share_for) == (F(0), F(28, 63))

    def test_a_cap_of_the_whole_changes_nothing(self) -> None:
        assert tally(make_rule(class_rule=ClassCap(("investor",), F(1))), None, GOLDEN).share_for == F(73, 111)
        assert tally(make_rule(class_rule=ClassCap(("investor",), F(1))), None, {"investor": yes_no_votes(2, 1)}).share_for == F(2, 3)

    def test_several_classes_share_one_cap(self) -> None:
        votes = {"user": yes_no_votes(40, 23), "investor": yes_no_votes(10, 0), "supporter": yes_no_votes(0, 4)}
        result = tally(make_rule(class_rule=ClassCap(("investor", "supporter"), F(1, 10))), None, votes)
        assert class_weight(result, "investor") == 5
        assert class_weight(result, "supporter") == 2
        assert result.share_for == F(45, 70)

    def test_a_cap_on_the_roll_does_not_grow_tighter_when_users_stay_at_home(self) -> None:
        on_roll = ClassCap(("investor",), F(1, 10), measured_on=Denominator.ELIGIBLE)
        result = tally(
            make_rule(class_rule=on_roll), {"user": 90, "investor": 20}, {"user": yes_no_votes(2, 1), "investor": yes_no_votes(8, 0)}
        )
        assert class_weight(result, "investor") == 4
        assert result.share_for == F(6, 7)

    def test_a_cap_on_the_roll_needs_the_roll_by_class(self) -> None:
        on_roll = ClassCap(("investor",), F(1, 10), measured_on=Denominator.ELIGIBLE)
        with pytest.raises(CannotCountError) as refused:
            tally(make_rule(class_rule=on_roll), 150, GOLDEN)
        assert refused.value.mistake is CountingMistake.ELIGIBLE_BY_CLASS_NEEDED

    def test_a_class_that_only_abstains_weighs_nothing_in_votes_cast(self) -> None:
        result = tally(make_rule(class_rule=INVESTORS_A_TENTH), None, {"user": yes_no_votes(4, 3), "investor": yes_no_votes(0, 0, 50)})
        assert (class_weight(result, "investor"), result.share_for) == (F(0), F(4, 7))


class TestFixedShares:
    SILENT: ClassVar = {"supported": yes_no_votes(25, 10), "worker": yes_no_votes(3, 25), "investor": yes_no_votes(0, 0, 4)}

    def test_a_silent_class_forfeits_its_share(self) -> None:
        result = tally(make_rule(class_rule=FixedShares(SHARES)), None, self.SILENT)
        assert (result.forfeited, result.whole) == (F(1, 10), F(1))
        assert result.share_for == F(45, 100) * F(25, 35) + F(45, 100) * F(3, 28)

    def test_a_silent_class_leaves_its_share_to_the_others(self) -> None:
        result = tally(make_rule(class_rule=FixedShares(SHARES, SilentClass.REDISTRIBUTE)), None, self.SILENT)
        assert (result.forfeited, class_weight(result, "worker")) == (F(0), F(1, 2))
        assert result.share_for == F(1, 2) * F(25, 35) + F(1, 2) * F(3, 28)

    def test_abstentions_count_among_those_present(self) -> None:
        present = Threshold(F(1, 2), strict=True, of=Denominator.PRESENT)
        result = tally(make_rule(class_rule=FixedShares(SHARES, SilentClass.REDISTRIBUTE), threshold=present), None, self.SILENT)
        assert result.whole == 1
        assert result.share_for == F(45, 100) * F(25, 35) + F(45, 100) * F(3, 28)

    def test_a_class_missing_from_the_votes_is_silent(self) -> None:
        votes = {"supported": yes_no_votes(1, 0), "worker": yes_no_votes(1, 0)}
        assert tally(make_rule(class_rule=FixedShares(SHARES)), None, votes).share_for == F(9, 10)

    def test_a_class_with_nobody_on_the_roll_is_silent(self) -> None:
        votes = {"supported": yes_no_votes(1, 0), "worker": yes_no_votes(1, 0)}
        eligible = {"supported": 5, "worker": 5, "investor": 0}
        assert tally(make_rule(class_rule=FixedShares(SHARES)), eligible, votes).share_for == F(9, 10)
        redistributed = FixedShares(SHARES, SilentClass.REDISTRIBUTE)
        assert tally(make_rule(class_rule=redistributed), eligible, votes).share_for == 1

    def test_an_excluded_class_leaves_its_share_to_the_others_and_does_not_forfeit_it(self) -> None:
        result = tally(make_rule(class_rule=FixedShares(SHARES), excluded=("investor",)), None, GOLDEN)
        assert (result.forfeited, class_weight(result, "worker")) == (F(0), F(1, 2))

    def test_of_the_roll_each_class_speaks_for_its_share_of_it(self) -> None:
        of_roll = Threshold(F(1, 2), strict=True, of=Denominator.ELIGIBLE)
        eligible = {"supported": 50, "worker": 30, "investor": 48}
        result = tally(make_rule(class_rule=FixedShares(SHARES), threshold=of_roll), eligible, GOLDEN)
        assert result.whole == 1
        assert result.share_for == F(45, 100) * F(25, 50) + F(45, 100) * F(3, 30) + F(10, 100) * F(45, 48)

    def test_where_all_are_silent_nothing_is_shared(self) -> None:
        for silent in SilentClass:
            result = tally(make_rule(class_rule=FixedShares(SHARES, silent)), None, {})
            assert not result.passes
            assert ShortfallReason.NOTHING_CAST in reason_codes(result)

    def test_a_class_without_a_share_cannot_be_counted(self) -> None:
        with pytest.raises(CannotCountError) as refused:
            tally(make_rule(class_rule=FixedShares(SHARES)), None, {**GOLDEN, "supporter": yes_no_votes(1, 0)})
        assert (refused.value.mistake, refused.value.about) == (CountingMistake.SHARE_MISSING, "supporter")


class TestEachClass:
    def test_one_class_against_fails_the_motion_and_is_named(self) -> None:
        result = tally(make_rule(class_rule=EachClass(HALF)), None, GOLDEN)
        assert result.shortfalls == (Shortfall(ShortfallReason.CLASS_THRESHOLD, ("worker",)),)

    def test_all_classes_for_is_not_enough_without_the_whole(self) -> None:
        votes = {"supported": yes_no_votes(6, 4), "worker": yes_no_votes(6, 4)}
        result = tally(make_rule(class_rule=EachClass(HALF), threshold=Threshold(F(3, 4), strict=False)), None, votes)
        assert reason_codes(result) == [ShortfallReason.THRESHOLD]

    @pytest.mark.parametrize("blocks", [True, False])
    def test_the_rule_says_whether_a_silent_class_blocks(self, *, blocks: bool) -> None:
        votes = {"supported": yes_no_votes(6, 4), "worker": yes_no_votes(0, 0, 2)}
        result = tally(make_rule(class_rule=EachClass(HALF, silent_blocks=blocks)), {"supported": 20, "worker": 3}, votes)
        assert result.passes is not blocks

    def test_a_class_with_nobody_in_it_never_blocks(self) -> None:
        rule = make_rule(class_rule=EachClass(HALF, silent_blocks=True))
        assert tally(rule, {"supported": 20, "worker": 0}, {"supported": yes_no_votes(6, 4)}).passes

    def test_a_class_that_only_abstains_was_present_and_not_for(self) -> None:
        present = Threshold(F(1, 2), strict=True, of=Denominator.PRESENT)
        votes = {"supported": yes_no_votes(6, 4), "worker": yes_no_votes(0, 0, 2)}
        assert reason_codes(tally(make_rule(class_rule=EachClass(present)), None, votes)) == [ShortfallReason.CLASS_THRESHOLD]


class TestQuorum:
    @pytest.mark.capability("G14")
    @pytest.mark.parametrize(("workers", "passes"), [(4, False), (5, True)])
    def test_a_class_has_a_quorum_of_its_own(self, *, workers: int, passes: bool) -> None:
        rule = make_rule(quorum=Quorum(F(1, 2)), class_quorums=(("worker", Quorum(F(1, 2))),))
        result = tally(rule, {"supported": 10, "worker": 10}, {"supported": yes_no_votes(10, 0), "worker": yes_no_votes(0, 0, workers)})
        assert result.passes is passes
        assert result.shortfalls == (() if passes else (Shortfall(ShortfallReason.CLASS_QUORUM, ("worker",)),))

    def test_a_quorum_may_be_a_number_of_people(self) -> None:
        assert reason_codes(tally(make_rule(quorum=Quorum(count=5)), None, {"member": yes_no_votes(4, 0)})) == [ShortfallReason.QUORUM]
        assert tally(make_rule(quorum=Quorum(count=5)), None, {"member": yes_no_votes(4, 0, 1)}).passes

    def test_fraction_and_number_must_both_be_reached(self) -> None:
        both = make_rule(quorum=Quorum(F(1, 4), count=3))
        assert not tally(both, {"member": 8}, {"member": yes_no_votes(2, 0)}).quorate
        assert not tally(both, {"member": 16}, {"member": yes_no_votes(3, 0)}).quorate
        assert tally(both, {"member": 12}, {"member": yes_no_votes(3, 0)}).quorate

    def test_excluded_classes_are_no_part_of_the_roll(self) -> None:
        rule = make_rule(quorum=Quorum(F(1, 2)), excluded=("investor",), class_quorums=(("investor", Quorum(count=1)),))
        result = tally(rule, {"member": 10, "investor": 90}, {"member": yes_no_votes(5, 0), "investor": yes_no_votes(0, 80)})
        assert (result.passes, result.turnout, result.share_for) == (True, F(1, 2), F(1))
        assert [c.name for c in result.excluded] == ["investor"]

    def test_a_class_that_is_not_on_the_roll_reaches_no_quorum_of_people(self) -> None:
        rule = make_rule(class_quorums=(("worker", Quorum(count=1)),))
        assert tally(rule, {"member": 3}, {"member": yes_no_votes(3, 0)}).shortfalls == (
            Shortfall(ShortfallReason.CLASS_QUORUM, ("worker",)),
        )

    def test_every_shortfall_is_reported_in_order(self) -> None:
        rule = make_rule(class_rule=EachClass(HALF), quorum=Quorum(count=9), class_quorums=(("worker", Quorum(count=9)),))
        result = tally(rule, None, {"worker": yes_no_votes(0, 1)})
        assert reason_codes(result) == [
            ShortfallReason.QUORUM,
            ShortfallReason.CLASS_QUORUM,
            ShortfallReason.CLASS_THRESHOLD,
            ShortfallReason.THRESHOLD,
        ]
        assert result.failing == Shortfall(ShortfallReason.QUORUM)

    def test_a_part_of_the_roll_needs_the_roll(self) -> None:
        with pytest.raises(CannotCountError) as refused:
            tally(make_rule(quorum=Quorum(F(1, 2))), None, GOLDEN)
        assert refused.value.mistake is CountingMistake.ELIGIBLE_NEEDED


class TestManyOptions:
    def test_the_option_with_most_votes_wins(self) -> None:
        most = make_rule(method=Method.PLURALITY, threshold=Threshold(F(0), strict=True))
        result = tally(most, None, {"member": {"north": 4, "south": 3, "east": 2, "abstain": 9}})
        assert (result.winner, result.share_for, result.present) == ("north", F(4, 9), 18)

    def test_most_votes_is_not_enough_where_more_than_half_is_asked(self) -> None:
        result = tally(make_rule(method=Method.PLURALITY), None, {"member": {"north": 4, "south": 3, "east": 2}})
        assert (result.winner, result.leaders, reason_codes(result)) == (None, ("north",), [ShortfallReason.THRESHOLD])

    def test_options_that_lead_together_decide_nothing(self) -> None:
        most = make_rule(method=Method.PLURALITY, threshold=Threshold(F(0), strict=True))
        result = tally(most, None, {"member": {"north": 4, "south": 4, "east": 2}})
        assert (result.leaders, result.tie, reason_codes(result)) == (("north", "south"), True, [ShortfallReason.TIE])

    def test_options_are_weighed_by_class(self) -> None:
        most = make_rule(method=Method.PLURALITY, class_rule=INVESTORS_A_TENTH, threshold=Threshold(F(0), strict=True))
        result = tally(most, None, {"user": {"north": 5, "south": 4}, "investor": {"south": 10}})
        assert (result.winner, result.tie) == (None, True)
        assert result.totals == {"north": F(5), "south": F(5)}

    def test_one_ballot_may_approve_several_options(self) -> None:
        rule = make_rule(method=Method.APPROVAL)
        result = tally(rule, {"member": 20}, {"member": {"north": 7, "south": 9, "abstain": 2}}, {"member": 12})
        assert (result.winner, result.share_for, result.turnout) == ("south", F(9, 10), F(3, 5))

    def test_approval_needs_the_number_of_voters(self) -> None:
        with pytest.raises(CannotCountError) as refused:
            tally(make_rule(method=Method.APPROVAL), None, {"member": {"north": 7}})
        assert refused.value.mistake is CountingMistake.VOTERS_NEEDED

    def test_scores_are_a_share_of_the_most_that_could_be_given(self) -> None:
        rule = make_rule(method=Method.SCORE, highest_score=5)
        result = tally(rule, None, {"member": {"north": 30, "south": 20}}, {"member": 10})
        assert (result.winner, result.share_for) == ("north", F(3, 5))

    def test_each_class_must_be_for_the_leading_option(self) -> None:
        rule = make_rule(method=Method.PLURALITY, class_rule=EachClass(HALF))
        result = tally(rule, None, {"user": {"north": 9, "south": 1}, "worker": {"south": 2}})
        assert result.shortfalls == (Shortfall(ShortfallReason.CLASS_THRESHOLD, ("worker",)),)


REFUSED = {
    CountingMistake.NEGATIVE: lambda: tally(make_rule(), None, {"member": yes_no_votes(-1, 0)}),
    CountingMistake.UNKNOWN_CLASS: lambda: tally(make_rule(), {"member": 3}, {"worker": yes_no_votes(1, 0)}),
    CountingMistake.UNKNOWN_OPTION: lambda: tally(make_rule(), None, {"member": {"maybe": 1}}),
    CountingMistake.MORE_VOTES_THAN_ELIGIBLE: lambda: tally(make_rule(), {"a": 3, "b": 9}, {"a": yes_no_votes(2, 1, 1)}),
    CountingMistake.MORE_VOTES_THAN_VOTERS: lambda: tally(make_rule(), None, {"a": yes_no_votes(2, 1, 1)}, {"a": 3}),
    CountingMistake.FRACTION_OUT_OF_RANGE: lambda: tally(make_rule(threshold=Threshold(F(4, 3), strict=True)), None, GOLDEN),
    CountingMistake.SHARES_DO_NOT_SUM_TO_ONE: lambda: tally(make_rule(class_rule=FixedShares(SHARES[:2])), None, GOLDEN),
    CountingMistake.SHARE_NOT_POSITIVE: lambda: tally(make_rule(class_rule=FixedShares((("a", F(1)), ("b", F(0))))), None, GOLDEN),
    CountingMistake.NAMED_TWICE: lambda: tally(make_rule(class_rule=FixedShares((("a", F(1, 2)), ("a", F(1, 2))))), None, GOLDEN),
    CountingMistake.HIGHEST_SCORE_NEEDED: lambda: tally(make_rule(method=Method.SCORE), None, {}),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_numbers_and_rules_that_contradict_themselves_are_refused(mistake: CountingMistake) -> None:
    with pytest.raises(CannotCountError) as refused:
        REFUSED[mistake]()
    assert refused.value.mistake is mistake


def test_more_votes_than_the_whole_roll_are_refused() -> None:
    with pytest.raises(CannotCountError) as refused:
        tally(make_rule(), 5, {"a": yes_no_votes(2, 1), "b": yes_no_votes(2, 1)})
    assert refused.value.mistake is CountingMistake.MORE_VOTES_THAN_ELIGIBLE


def test_ballots_are_counted_by_class_and_option() -> None:
    ballots = [("worker", "for"), ("supported", "for"), ("worker", "against"), ("worker", "for")]
    assert count_ballots(iter(ballots)) == {"worker": {"for": 2, "against": 1}, "supported": {"for": 1}}
