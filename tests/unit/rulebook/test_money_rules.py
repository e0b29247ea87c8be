"""The section `[money]` of a rulebook."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from libs.rulebook import MoneyRules, PayFloor, RulebookMistakes, read_rulebook, templates

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
    floor = PayFloor(date(2025, 4, 1), 1221)
    expected = MoneyRules(Fraction(7, 40), Fraction(3, 40), pay_floors=(floor,))
    assert read_rulebook(templates.template_text("equal-care-like")).money == expected


def test_pay_floors_follow_each_other_by_their_days() -> None:
    shares = '[money]\npayer_adds = "10 %"\nworker_gives = "0 %"\nbelow_floor_with_reason = true\nfewest_in_line = 3\n'
    second = '[money.pay_floor.later]\nfirst_day = "2026-04-01"\npence_an_hour = 1300\n'
    first = '[money.pay_floor.sooner]\nfirst_day = "2025-04-01"\npence_an_hour = 1221\n'
    rules = read(shares + second + first)
    assert rules is not None
    assert (rules.below_floor_with_reason, rules.fewest_in_line) == (True, 3)
    assert rules.pay_floors == (PayFloor(date(2025, 4, 1), 1221), PayFloor(date(2026, 4, 1), 1300))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('payer_adds = "10 %"', "worker_gives"),
        ('payer_adds = 0.175\nworker_gives = "0 %"', "share in quotes"),
        ('payer_adds = "101 %"\nworker_gives = "0 %"', "at most 1"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\ntravel_pence_a_km = -1', "travel_pence_a_km"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\ntravel_pence = 1', '"travel_pence" is not known'),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\nfewest_in_line = 1', "from 2 to 1000"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\n[money.pay_floor.a]\nfirst_day = "April"\npence_an_hour = 1', "is no day"),
        ('payer_adds = "1 %"\nworker_gives = "0 %"\n[money.pay_floor.a]\nfirst_day = "2025-04-01"', "pence_an_hour"),
        (
            'payer_adds = "1 %"\nworker_gives = "0 %"\n'
            + "".join(f'[money.pay_floor.{key}]\nfirst_day = "2025-04-01"\npence_an_hour = 1\n' for key in "ab"),
            "Two pay floors begin on 2025-04-01",
        ),
    ],
)
def test_a_mistake_is_named(lines: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[money]\n{lines}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
