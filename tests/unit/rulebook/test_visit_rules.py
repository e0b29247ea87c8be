"""The section `[visits]` of a rulebook."""

from pathlib import Path

import pytest

from libs.rulebook import RulebookMistakes, VisitRules, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> VisitRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).visits


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == read("[visits]\n") == VisitRules(confirm_after_days=7)


def test_what_it_says_counts() -> None:
    assert read("[visits]\nconfirm_after_days = 21\n").confirm_after_days == 21


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("confirm_after_days = 0", "confirm_after_days"),
        ("confirm_after_days = 367", "confirm_after_days"),
        ('confirm_after_days = "7"', "confirm_after_days"),
        ("confirm_after_day = 7", '"confirm_after_day" is not known'),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[visits]\n{line}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
