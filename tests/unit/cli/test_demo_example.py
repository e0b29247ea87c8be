"""The example's vote is what its paper says, and a result that differs in one figure is noticed."""

import csv
import tomllib
from collections import Counter
from fractions import Fraction

import pytest

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli.demo.expected_results import (
    expected_joint_tally,
    expected_tally,
    read_classes,
    read_votes,
    result_differences,
    sample_votes,
)
from scripts.cli.demo.folders import CO_OPS, EXAMPLE, EXAMPLES
from scripts.cli.result_text import result_lines
from services.governance.domain.tally import Tally


def to_result_message(counted: Tally) -> pb.Result:
    rows = [
        pb.ClassTally(
            member_class=member_class.name,
            name=member_class.name.capitalize(),
            eligible=member_class.heads.eligible or 0,
            votes_for=member_class.heads.marks["for"],
            votes_against=member_class.heads.marks["against"],
            abstentions=member_class.heads.abstain,
            ballot_weight=str(member_class.per_ballot),
            weight=str(member_class.weight),
        )
        for member_class in counted.classes
    ]
    cap = pb.CountingRule(
        threshold="1/2",
        strict=True,
        of="present",
        class_rule="cap",
        class_figures=[pb.ClassFigure(member_class="investor", fraction="1/10")],
    )
    return pb.Result(passes=counted.passes, share_for=str(counted.share_for), classes=rows, counting=cap)


def test_the_example_has_300_members_and_240_votes_two_of_them_on_paper() -> None:
    assert Counter(read_classes(EXAMPLE).values()) == {"supported": 120, "advocate": 40, "worker": 110, "investor": 30}
    votes = read_votes(EXAMPLE)
    assert len({vote.number for vote in votes}) == len(votes) == 240
    assert sum(vote.source == "paper" for vote in votes) == 2
    assert [vote.choices for vote in votes if len(vote.choices) > 1] == [("against", "for")]


def test_the_cap_on_investors_decides_the_example() -> None:
    counted = expected_tally(EXAMPLE, "ordinary", read_votes(EXAMPLE))
    assert counted.passes
    assert counted.share_for == Fraction(14941, 29498)
    heads_for = sum(member_class.heads.marks["for"] for member_class in counted.classes)
    assert Fraction(heads_for, counted.present) == Fraction(119, 240)


def test_the_same_result_has_no_differences() -> None:
    counted = expected_tally(EXAMPLE, "ordinary", read_votes(EXAMPLE))
    assert result_differences(to_result_message(counted), counted) == []


@pytest.mark.parametrize(
    ("field", "wrong"), [("votes_for", 1), ("votes_against", 1), ("abstentions", 99), ("eligible", 1), ("weight", "1/3")]
)
def test_one_wrong_figure_is_named(field: str, wrong: int | str) -> None:
    counted = expected_tally(EXAMPLE, "ordinary", read_votes(EXAMPLE))
    answer = to_result_message(counted)
    setattr(answer.classes[1], field, wrong)
    assert len(result_differences(answer, counted)) == 1
    answer.passes = False
    assert result_differences(answer, counted)[0] == "whether it passes: False and not True"


def test_a_result_in_words_is_never_rounded_up() -> None:
    said = "\n".join(result_lines(to_result_message(expected_tally(EXAMPLE, "ordinary", read_votes(EXAMPLE))), "Shall we?"))
    assert said.startswith("Shall we? It passed.\n  50.6 % of everybody who took part was for it; more than 50 % ")
    assert "240 of 300 who may vote took part (80.0 %)." in said
    assert "Investors weigh at most 10 % of the votes cast, so their 28 votes weigh 22.111 together." in said


def test_a_result_that_fell_short_says_why() -> None:
    answer = to_result_message(expected_tally(EXAMPLE, "ordinary", read_votes(EXAMPLE)))
    answer.passes = False
    answer.reasons.add(code="class_quorum", member_class="investor")
    said = "\n".join(result_lines(answer, "Shall we?"))
    assert "It did not pass." in said
    assert "Why not: Too few took part in the class Investor." in said


GROUPS = tomllib.loads((EXAMPLES / "vote.toml").read_text(encoding="utf-8"))["groups"]


def test_a_few_ballots_are_enough_in_each_of_the_three_co_ops() -> None:
    for co_op in CO_OPS:
        counted = expected_tally(EXAMPLES / co_op, "ordinary", sample_votes(EXAMPLES / co_op))
        assert counted.passes, co_op
        assert len(sample_votes(EXAMPLES / co_op)) * 8 >= len(read_classes(EXAMPLES / co_op))


def test_the_cap_on_investors_of_all_three_decides_their_vote_together() -> None:
    votes = {EXAMPLES / co_op: read_votes(EXAMPLES / co_op, "vote-ballots.csv") for co_op in CO_OPS}
    counted, marks = expected_joint_tally(EXAMPLE, "ordinary", GROUPS, votes)
    assert counted.passes
    assert counted.share_for == Fraction(23334, 46121)
    assert (counted.eligible, counted.present) == (480, 307)
    by_option = Counter(option for *_, option in marks.elements())
    assert by_option == {"for": 153, "against": 137, "abstain": 17}
    assert Fraction(by_option["for"], counted.present) < Fraction(1, 2)
    assert marks["mill-lane", "supported", "for"] == 21


def test_members_of_the_three_take_ballots_back_change_their_minds_and_write_on_paper() -> None:
    votes = [vote for co_op in CO_OPS for vote in read_votes(EXAMPLES / co_op, "vote-ballots.csv")]
    assert len(votes) == 310
    assert sum(not vote.counts for vote in votes) == 3
    assert sum(vote.counts and len(vote.choices) > 1 for vote in votes) == 8
    assert sum(vote.source == "paper" for vote in votes) == 4


def test_nobody_is_a_member_of_two_of_the_examples() -> None:
    people: Counter[str] = Counter()
    for co_op in CO_OPS:
        with (EXAMPLES / co_op / "members.csv").open(encoding="utf-8", newline="") as file:
            people.update(row["name"] for row in csv.DictReader(file))
    # Elm Row alone has two people of one name here and there, as co-ops do.
    assert len(people) >= 450
    assert not {name for name, times in people.items() if times > 2}
