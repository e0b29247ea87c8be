"""The section `[money]` of a rulebook."""

from fractions import Fraction
from pathlib import Path

import pytest

from libs.rulebook import MoneyRules, RulebookMistakes, read_rulebook, templates

EXAMPLE = Path("tests/unit/rulebook/sound.toml")


def read(section: str) -> MoneyRules | None:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).money


def test_a_rulebook_without_it_has_no_shares_of_anybody_elses_choosing() -> None:
    assert read("") is None


def test_what_it_says_counts() -> None:
    shares = '[money]\npayer_adds = "17.5 %"\nworker_gives = "0 %"\n'
    assert read(shares) == MoneyRules(Fraction(7, 40), Fraction(0))
    assert read(shares + "travel_pence_a_km = 28\n") == MoneyRules(Fraction(7, 40), Fraction(0), travel_pence_a_km=28)


def test_the_template_of_a_care_co_op_has_its_published_shares() -> None:
    assert read_rulebook(templates.template_text("equal-care-like")).money == MoneyRules(Fraction(7, 40), Fraction(3, 40))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('payer_adds = "10 %"', "worker_gives"),
        ('payer_adds = 0.175\nworker_gives = "0 %"', "share in quotes"),
        ('payer_adds = "101 %"\nworker_gives = "0 %"', "at most 1"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\ntravel_pence_a_km = -1', "travel_pence_a_km"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\ntravel_pence = 1', '"travel_pence" is not known'),
    ],
)
def test_a_mistake_is_named(lines: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[money]\n{lines}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
