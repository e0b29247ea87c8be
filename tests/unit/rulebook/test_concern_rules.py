"""The section `[concerns]` of a rulebook."""

from pathlib import Path

import pytest

from libs.rulebook import ConcernRules, RulebookMistakes, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> ConcernRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).concerns


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == read("[concerns]\n") == ConcernRules(14, 28, 14, 28, 180)


def test_what_it_says_counts_and_the_rest_is_as_usual() -> None:
    rules = read("[concerns]\ntalk_days = 7\nkept_days = 30\n")
    assert rules == ConcernRules(talk_days=7, kept_days=30)


@pytest.mark.parametrize("name", ["talk_days", "facilitated_days", "answer_days", "cover_days", "kept_days"])
@pytest.mark.parametrize("value", ["0", "367", '"7"'])
def test_a_mistake_is_named_with_its_line(name: str, value: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[concerns]\n{name} = {value}\n")
    [mistake] = mistakes.value.mistakes
    assert name in str(mistake)


def test_a_key_that_is_not_known_is_named() -> None:
    with pytest.raises(RulebookMistakes, match='"talk_day" is not known'):
        read("[concerns]\ntalk_day = 7\n")
