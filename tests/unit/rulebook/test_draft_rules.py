"""The section `[drafts]` of a rulebook."""

from dataclasses import asdict
from pathlib import Path

import pytest

from libs.rulebook import DraftHat, DraftPoints, DraftRules, RulebookMistakes, read_rulebook
from services.scheduling.domain.week_problem import USUAL_WEIGHTS

EXAMPLE = Path("examples/elm-row/rulebook.toml")


def read(section: str) -> DraftRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).drafts


def test_a_rulebook_without_it_has_the_usual_rules() -> None:
    assert read("") == read("[drafts]\n") == DraftRules(DraftHat.SECRETARY, DraftPoints())
    assert asdict(DraftPoints()) == asdict(USUAL_WEIGHTS), "those of the engine"


def test_what_it_says_counts() -> None:
    rules = read('[drafts]\nhat = "week_planner"\n\n[drafts.points]\ntravel = 3\nnew_face = 0\n')
    assert rules == DraftRules(DraftHat.WEEK_PLANNER, DraftPoints(travel=3, new_face=0))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('hat = "operator"', "operator"),
        ("[drafts.points]\nnobody = 999", "nobody"),
        ("[drafts.points]\ntravel = -1", "travel"),
        ("[drafts.points]\nchange = 1001", "change"),
        ("[drafts.points]\ntraval = 1", '"traval" is not known'),
        ("points = 3", "points"),
    ],
)
def test_a_mistake_is_named_with_its_line(lines: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[drafts]\n{lines}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
