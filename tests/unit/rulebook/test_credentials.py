"""What people must show is the rulebook's: read from it, or the usual set where it says nothing; mistakes are named with their line."""

from pathlib import Path

import pytest

from libs.rulebook import Gate, RulebookMistakes, default_credentials, read_rulebook, templates

SOUND = (Path(__file__).parent / "sound.toml").read_text(encoding="utf-8")
OURS = """
[credentials.first_aid]
name = "First aid"
description = "A course of a day."
easy_read = "You can help when somebody is hurt."
expires_after_months = 36
remind_days = 30
gates = ["visits", "personal_care"]

[credentials.languages]
name = "Languages"
description = "Which languages you speak."
easy_read = "Your languages."
gates = []
"""
ROOT = Path(__file__).parents[3]


@pytest.mark.capability("I6")
def test_a_rulebook_says_what_needs_what() -> None:
    first_aid, languages = read_rulebook(SOUND + OURS).credentials

    assert (first_aid.key, first_aid.expires_after_months, first_aid.remind_days) == ("first_aid", 36, 30)
    assert first_aid.gates == (Gate.VISITS, Gate.PERSONAL_CARE)
    assert (languages.expires_after_months, languages.remind_days, languages.gates) == (0, 60, ())


@pytest.mark.capability("I6")
@pytest.mark.parametrize("text", [SOUND, *map(templates.template_text, templates.template_names())])
def test_a_rulebook_without_them_has_the_usual_ones(text: str) -> None:
    kinds = read_rulebook(text).credentials

    assert kinds == default_credentials()
    assert {gate for kind in kinds for gate in kind.gates} == set(Gate)
    assert {kind.key for kind in kinds} >= {"dbs", "right_to_work", "references", "care_certificate", "medicines", "moving_and_handling"}


def test_the_documented_set_is_the_one_that_counts() -> None:
    fragment = (ROOT / "libs/rulebook/templates/credentials.toml").read_text(encoding="utf-8")

    assert fragment in (ROOT / "docs/formats/rulebook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "now", "problem", "suggestion"),
    [
        ('gates = ["visits", "personal_care"]', 'gates = ["visit"]', 'no gate "visit"', 'mean "visits"'),
        ('gates = ["visits", "personal_care"]\n', "", '"gates" is missing in [credentials.first_aid]', 'Add gates = ["visits"]'),
        ("expires_after_months = 36", "expires_after_months = 0", "may be from 1 to 600", "Write expires_after_months = 1"),
        ("expires_after_months = 36", "expires_after_years = 3", '"expires_after_years" is not known', "expires_after_months"),
        ("remind_days = 30", "remind_days = 400", "may be from 0 to 366", "Write remind_days = 366"),
        ('name = "Languages"', 'name = "first aid"', 'Two credentials are named "first aid"', "a name of its own"),
        ("[credentials.first_aid]", "[credentials.First-Aid]", "may only have small letters", 'Write "first_aid"'),
        (OURS, "\n[credentials]\n", "no kind of credential", "Take [credentials] out"),
    ],
)
def test_a_mistake_is_named_with_what_to_write(was: str, now: str, problem: str, suggestion: str) -> None:
    with pytest.raises(RulebookMistakes) as caught:
        read_rulebook(SOUND + OURS.replace(was, now, 1))

    (mistake,) = caught.value.mistakes
    assert problem in mistake.problem
    assert suggestion in mistake.suggestion
    assert mistake.line > SOUND.count("\n")
