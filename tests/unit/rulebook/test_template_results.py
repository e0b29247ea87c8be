"""What a template says is what is counted: the same votes, under each template, give the figures worked out by hand."""

from fractions import Fraction

import pytest

from libs.rulebook import read_rulebook, templates
from libs.rulebook.counting import CountingRule
from services.governance.domain.tally import tally

USERS, WORKERS, INVESTORS = {"for": 25, "against": 10}, {"for": 3, "against": 25}, {"for": 45, "against": 3}


def counting_rule_of(template: str, resolution: str) -> CountingRule:
    found = read_rulebook(templates.template_text(template)).resolution(resolution)
    assert found is not None
    return found.counting


@pytest.mark.capability("G1")
@pytest.mark.parametrize(
    ("resolution", "share"),
    [
        # Investors together weigh 63/9 = 7 beside 63 votes of users: 28 + 45 * 7/48 of 70.
        ("ordinary", Fraction(79, 160)),
        ("extraordinary", Fraction(79, 160)),
        # No cap on a statutory resolution: 73 of 111.
        ("special_merge", Fraction(73, 111)),
        # Investors have no vote on becoming a company: 28 of 63.
        ("special_convert", Fraction(28, 63)),
    ],
)
def test_the_equal_care_like_template_holds_investors_down(resolution: str, share: Fraction) -> None:
    roll = {"supported": 50, "advocate": 5, "worker": 40, "investor": 50}
    counted = tally(counting_rule_of("equal-care-like", resolution), roll, {"supported": USERS, "worker": WORKERS, "investor": INVESTORS})
    assert (counted.share_for, counted.passes) == (share, False)


@pytest.mark.capability("G1")
def test_the_somerset_like_template_weighs_classes_by_their_share() -> None:
    roll = {"worker": 40, "user": 50, "investor": 50}
    counted = tally(counting_rule_of("somerset-like", "ordinary"), roll, {"worker": WORKERS, "user": USERS, "investor": INVESTORS})
    assert (counted.share_for, counted.passes) == (Fraction(209, 448), False)


@pytest.mark.capability("G1")
def test_the_fairshares_like_template_lets_one_class_stop_a_special_resolution() -> None:
    roll = {"founder": 3, "labour": 40, "user": 50, "investor": 300}
    votes = {"labour": WORKERS, "user": USERS, "investor": {"for": 290, "against": 3}}
    counted = tally(counting_rule_of("fairshares-like", "special"), roll, votes)
    assert counted.share_for == Fraction(318, 356)
    assert counted.share_for > Fraction(3, 4)
    assert not counted.passes


@pytest.mark.capability("G1")
@pytest.mark.parametrize(("voting", "passes"), [(60, True), (58, False)])
def test_becoming_a_company_needs_half_of_all_to_vote(voting: int, passes: bool) -> None:  # noqa: FBT001 - a table's column
    against = voting // 4
    roll = {"supported": 60, "advocate": 0, "worker": 60, "investor": 500}
    votes = {"supported": {"for": voting - against, "against": 0}, "worker": {"for": 0, "against": against}}
    assert tally(counting_rule_of("equal-care-like", "special_convert"), roll, votes).passes is passes
