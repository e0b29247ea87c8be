"""The section `[matching]` of a rulebook."""

from pathlib import Path

import pytest

from libs.rulebook import LinkHat, MatchingRules, RulebookMistakes, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> MatchingRules:
    text = EXAMPLE.read_bytes() + b"\n" + section.encode()
    return read_rulebook(text).matching


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == MatchingRules()
    assert read("[matching]\n") == MatchingRules()


def test_what_it_says_counts() -> None:
    assert read("[matching]\ninterest_days = 7\nreview_visits = [1, 5]\n") == MatchingRules(interest_days=7, review_visits=(1, 5))
    assert read("[matching]\nreview_visits = []\n").review_visits == ()
    assert read("[matching]\nmatching_days = false\nranks_kept_days = 7\n") == MatchingRules(matching_days=False, ranks_kept_days=7)
    assert read('[matching]\nlink = "link"\n').link is LinkHat.LINK


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("interest_days = 0", "interest_days"),
        ("interest_day = 7", '"interest_day" is not known'),
        ("review_visits = [3, 3]", "larger than the one before"),
        ("review_visits = [8, 3]", "larger than the one before"),
        ("review_visits = [true]", "whole numbers"),
        ("review_visits = 3", "a list"),
        ('link = "operator"', '"operator" is not a known link'),
        ("link = 3", "a text"),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[matching]\n{line}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)


def test_no_rulebook_tells_other_co_ops_of_two_people() -> None:
    assert read("[matching]\nask_days = 7\nask_least = 8\nasks_a_day = 3\n") == MatchingRules(ask_days=7, ask_least=8, asks_a_day=3)
    with pytest.raises(RulebookMistakes):
        read("[matching]\nask_least = 2\n")
