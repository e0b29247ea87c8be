"""The section `[watch]` of a rulebook."""

from pathlib import Path

import pytest

from libs.rulebook import RulebookMistakes, WatchRules, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> WatchRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).watch


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == read("[watch]\n") == WatchRules(late_after=15, next_after=10, lone_after=15, lone_always=False)


def test_what_it_says_counts() -> None:
    section = "[watch]\nlate_after_minutes = 20\nnext_after_minutes = 5\nlone_after_minutes = 45\nlone_always = true\n"
    assert read(section) == WatchRules(20, 5, 45, lone_always=True)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("late_after_minutes = 0", "late_after_minutes"),
        ("next_after_minutes = 1441", "next_after_minutes"),
        ('lone_after_minutes = "15"', "lone_after_minutes"),
        ('lone_always = "yes"', "lone_always"),
        ("late_after = 15", '"late_after" is not known'),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[watch]\n{line}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
