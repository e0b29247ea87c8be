"""The section `[partners]` of a rulebook."""

from pathlib import Path

import pytest

from libs.rulebook import PartnerRules, RulebookMistakes, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> PartnerRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).partners


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == read("[partners]\n") == PartnerRules(answer_days=14)


def test_what_it_says_counts() -> None:
    assert read("[partners]\nanswer_days = 5\n").answer_days == 5


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("answer_days = 0", "answer_days"),
        ("answer_days = 367", "answer_days"),
        ('answer_days = "7"', "answer_days"),
        ("answer_day = 7", '"answer_day" is not known'),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[partners]\n{line}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
