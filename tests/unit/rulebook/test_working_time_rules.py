"""The section `[working_time]` of a rulebook."""

from dataclasses import replace
from pathlib import Path

import pytest

from libs.rulebook import PassableRule, RestReason, RestRules, RulebookMistakes, WorkingTimeRules, read_rulebook

EXAMPLE = Path("examples/elm-row/rulebook.toml")
TEMPLATES = Path("libs/rulebook/templates")


def read(section: str) -> WorkingTimeRules:
    return read_rulebook(EXAMPLE.read_bytes() + b"\n" + section.encode()).working_time


@pytest.mark.capability("L8")
def test_a_rulebook_without_it_has_the_figures_of_the_law() -> None:
    usual = read("")
    assert usual == read("[working_time]\n[working_time.young]\n")
    assert usual.adult == RestRules(660, 1440, 360, 20, (1380, 360))
    assert usual.young == RestRules(720, 2880, 270, 30, (1320, 360))
    assert (usual.average_week, usual.averaged_weeks, usual.opt_out_notice_days) == (48 * 60, 17, 7)
    assert (usual.night_average, usual.night_counts_from, usual.young_day, usual.young_week) == (480, 180, 480, 2400)


@pytest.mark.parametrize("name", ["equal-care-like", "fairshares-like", "single-class", "somerset-like"])
def test_every_template_writes_them_out(name: str) -> None:
    content = (TEMPLATES / f"{name}.toml").read_bytes()
    assert b"[working_time.young]" in content
    assert read_rulebook(content).working_time == WorkingTimeRules()


def test_what_it_says_counts() -> None:
    section = """[working_time]
daily_rest_minutes = 720
averaged_weeks = 26
opt_out_notice_days = 90
night_starts = "22:30"
night_ends = "24:00"
[working_time.young]
day_minutes = 300
"""
    usual = WorkingTimeRules()
    adult = replace(usual.adult, daily_rest=720, night=(1350, 1440))
    assert read(section) == replace(usual, adult=adult, averaged_weeks=26, opt_out_notice_days=90, young_day=300)


@pytest.mark.capability("L8")
def test_reasons_are_those_it_names_with_the_rules_that_each_passes() -> None:
    section = """[working_time.reasons.ill]
name = "Somebody else is ill"
passes = ["daily_rest", "night_average"]
[working_time.reasons.flood]
name = "There is a flood"
passes = ["weekly_rest"]
"""
    assert read(section).reasons == (
        RestReason("ill", "Somebody else is ill", (PassableRule.DAILY_REST, PassableRule.NIGHT_AVERAGE)),
        RestReason("flood", "There is a flood", (PassableRule.WEEKLY_REST,)),
    )


@pytest.mark.parametrize("name", ["equal-care-like", "fairshares-like", "single-class", "somerset-like"])
def test_the_reasons_that_a_template_suggests_are_sound_once_they_count(name: str) -> None:
    text = (TEMPLATES / f"{name}.toml").read_text()
    start = text.index("# [working_time.reasons.")
    suggested, rest = text[start:].split("\n\n", 1)
    with_them = text[:start] + suggested.replace("# ", "") + "\n\n" + rest
    assert [reason.key for reason in read_rulebook(with_them.encode()).working_time.reasons] == ["ill", "emergency"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("daily_rest_minutes = 1441", "daily_rest_minutes"),
        ('weekly_rest_minutes = "1440"', "weekly_rest_minutes"),
        ("opt_out_notice_days = 91", "opt_out_notice_days"),
        ("averaged_weeks = 0", "averaged_weeks"),
        ('night_starts = "24:00"', '"24:00" is no time of day'),
        ('night_ends = "6 am"', '"6 am" is no time of day'),
        ("night_ends = 6", "night_ends"),
        ('night_ends = "23:00"', "starts and ends at the same time"),
        ("daily_rest = 660", '"daily_rest" is not known'),
        ("[working_time.young]\nday_minutes = -1", "day_minutes"),
        ("[working_time.young]\nnight = 1", '"night" is not known'),
        ('[working_time.reasons.ill]\npasses = ["daily_rest"]', '"name" is missing'),
        ('[working_time.reasons.ill]\nname = "Ill"', '"passes" is missing'),
        ('[working_time.reasons.ill]\nname = "Ill"\npasses = []', "passes no rule"),
        ('[working_time.reasons.ill]\nname = "Ill"\npasses = ["young_night"]', "young_night"),
        ('[working_time.reasons.ill]\nname = "Ill"\npasses = ["daily_rest"]\nhours = 2', '"hours" is not known'),
        (
            "\n".join(f'[working_time.reasons.r{number}]\nname = "Ill"\npasses = ["daily_rest"]' for number in range(2)),
            'Two reasons are named "Ill"',
        ),
        (
            "\n".join(f'[working_time.reasons.r{number}]\nname = "{number}"\npasses = ["daily_rest"]' for number in range(13)),
            "at most 12",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(RulebookMistakes) as mistakes:
        read(f"[working_time]\n{line}\n")
    [mistake] = mistakes.value.mistakes
    assert says in str(mistake)
