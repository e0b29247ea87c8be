"""How long records are kept, as the rulebook says it."""

import re

import pytest

from libs.rulebook import HoldKind, RecordKind, RulebookMistakes, default_retention, read_rulebook
from tests.architecture.codebase import ROOT
from tests.support.member_assembly import RULEBOOK

SECTION = """
[retention]
holds_not_shown = ["claim", "authority"]

[retention.profile]
years = 3
after = "leaving"
"""


def test_a_rulebook_without_the_section_has_the_usual_rules_and_they_are_documented() -> None:
    retention = read_rulebook(RULEBOOK).retention
    assert retention == default_retention()
    assert {rule.kind: rule.years for rule in retention.rules} == {
        RecordKind.PROFILE: 8,
        RecordKind.QUALIFICATIONS: 6,
        RecordKind.ENQUIRIES: 2,
        RecordKind.REQUESTS: 6,
        RecordKind.VISITS: 8,
        RecordKind.REFERRALS: 2,
    }
    assert retention.holds_not_shown == (HoldKind.SAFEGUARDING,)
    fragment = (ROOT / "libs/rulebook/templates/retention.toml").read_text(encoding="utf-8")
    assert fragment in (ROOT / "docs/formats/rulebook.md").read_text(encoding="utf-8")


def test_what_the_section_does_not_name_is_kept() -> None:
    retention = read_rulebook(RULEBOOK + SECTION).retention
    assert [(rule.kind, rule.years) for rule in retention.rules] == [(RecordKind.PROFILE, 3)]
    assert retention.holds_not_shown == (HoldKind.CLAIM, HoldKind.AUTHORITY)


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        ("years = 0", "years = 3", "years"),
        ('after = "applying"', 'after = "leaving"', "counted from leaving"),
        ("[retention.profiles]", "[retention.profile]", "profiles"),
        ('["claims"]', '["claim", "authority"]', "claims"),
    ],
)
def test_a_mistake_is_named(wrong: str, right: str, problem: str) -> None:
    with pytest.raises(RulebookMistakes) as refused:
        read_rulebook(RULEBOOK + SECTION.replace(right, wrong))
    assert re.search(problem, str([mistake.problem for mistake in refused.value.mistakes]))
