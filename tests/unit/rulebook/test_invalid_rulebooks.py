"""Every kind of broken rulebook is refused with the line, what is wrong and what to write instead."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.rulebook import Mistake, RulebookMistakes, read_rulebook

SOUND = (Path(__file__).parent / "sound.toml").read_text(encoding="utf-8")


def mistakes_of(text: str | bytes) -> tuple[Mistake, ...]:
    with pytest.raises(RulebookMistakes) as caught:
        read_rulebook(text)
    return caught.value.mistakes


@dataclass(frozen=True)
class InvalidRulebook:
    kind: str
    was: str
    now: str
    line: int
    problem: str
    suggestion: str


NO_RULE = 'class_rule = { kind = "cap", classes = ["investor"], fraction = "10 %" }'
FIXED = 'class_rule = { kind = "fixed_shares", shares = { %s } }'
BROKEN = [
    InvalidRulebook("schema of another version", "rulebook.v1", "rulebook.v9", 1, "not a form of rulebook", 'schema = "kith.rulebook.v1"'),
    InvalidRulebook(
        "schema missing", 'schema = "kith.rulebook.v1"\n', "# nothing\n", 1, '"schema" is missing', 'Add schema = "kith.rulebook.v1"'
    ),
    InvalidRulebook("unknown key at the top", "[ballots]", "[balots]", 13, '"balots" is not known', 'Did you mean "ballots"?'),
    InvalidRulebook(
        "unknown key in a class", 'easy_read = "You work', 'easyread = "You work', 6, '"easyread" is not known', 'mean "easy_read"?'
    ),
    InvalidRulebook("unknown key in a resolution", "notice_days", "notise_days", 28, '"notise_days" is not known', 'mean "notice_days"?'),
    InvalidRulebook(
        "key missing", "notice_days = 14\n", "", 19, '"notice_days" is missing in [resolutions.ordinary]', "Add notice_days = 14"
    ),
    InvalidRulebook(
        "key twice", "notice_days = 14", "notice_days = 14\nnotice_days = 21", 29, "stands twice; the first is in line 28", "Keep one"
    ),
    InvalidRulebook(
        "table twice", "[ballots]", "[classes.worker]\n[ballots]", 13, "stands twice; the first is in line 3", "under one heading"
    ),
    InvalidRulebook("list of tables", "[classes.worker]", "[[classes.worker]]", 3, "no lists of tables", "Write [classes.worker.key]"),
    InvalidRulebook(
        "no quotes round a text", 'name = "Worker member"', "name = Worker member", 4, "cannot be read", 'name = "Worker member"'
    ),
    InvalidRulebook("quote not closed", 'name = "Worker member"', 'name = "Worker member', 4, "cannot be read", 'Close the quote with "'),
    InvalidRulebook("long text not closed", 'name = "Worker member"', 'name = """Worker member', 4, "never closed", 'Close it with """'),
    InvalidRulebook("list not closed", "excluded = []", "excluded = [", 24, "cannot be read", "Close the list with ]"),
    InvalidRulebook("braces not closed", '{ more_than = "1/2" }', '{ more_than = "1/2"', 25, "cannot be read", "Close the braces with }"),
    InvalidRulebook("heading not closed", "[ballots]", "[ballots", 13, "heading cannot be read", "Write [ballots]."),
    InvalidRulebook("no equals sign", 'kind = "recorded"', 'kind "recorded"', 14, "cannot be read", 'Write key = "value"'),
    InvalidRulebook("no value", "notice_days = 14", "notice_days =", 28, "cannot be read", 'Write notice_days = "value"'),
    InvalidRulebook(
        "True with a capital", "changes_rulebook = true", "changes_rulebook = True", 23, "cannot be read", "changes_rulebook = true"
    ),
    InvalidRulebook(
        "yes for true",
        "changes_rulebook = true",
        'changes_rulebook = "yes"',
        23,
        "must be true or false",
        "changes_rulebook = true, without",
    ),
    InvalidRulebook("brackets too deep", "excluded = []", f"excluded = {'[' * 9000}", 24, "too deep", "Close every bracket"),
    InvalidRulebook(
        "a table where a text belongs", 'name = "Worker member"', "name = { a = 1 }", 4, "must be a text, not a table", 'name = "Worker'
    ),
    InvalidRulebook(
        "a text where a table belongs", '{ more_than = "1/2" }', '"1/2"', 25, "must be a table, not a text", '{ more_than = "1/2" }'
    ),
    InvalidRulebook(
        "a list where a number belongs",
        "notice_days = 14",
        "notice_days = [14]",
        28,
        "must be a whole number, not a list",
        "notice_days = 14",
    ),
    InvalidRulebook(
        "a number in quotes", "notice_days = 14", 'notice_days = "21"', 28, "must be a whole number, not a text", "notice_days = 21,"
    ),
    InvalidRulebook("a text empty", 'name = "Worker member"', 'name = " "', 4, '"name" is empty', 'name = "Worker member"'),
    InvalidRulebook("a text far too long", "You work here.", "work " * 200, 6, "999 characters; at most 500", "Say it shorter"),
    InvalidRulebook("a float for a share", '"10 %" }', "0.1 }", 26, "share in quotes", 'fraction = "1/10"'),
    InvalidRulebook("a float percentage", '"10 %" }', "12.5 }", 26, "share in quotes", 'fraction = "12.5 %"'),
    InvalidRulebook("a number for a share", '"10 %" }', "10 }", 26, "share in quotes", 'fraction = "10 %"'),
    InvalidRulebook("not a share", '"1/2"', '"half"', 25, '"half" is not a share', 'more_than = "1/2"'),
    InvalidRulebook("division by nothing", '"1/2"', '"1/0"', 25, '"1/0" is not a share', 'more_than = "1/2"'),
    InvalidRulebook(
        "threshold of nothing", 'more_than = "1/2"', 'at_least = "0 %"', 25, "must be above 0 and at most 1", 'at_least = "3/4"'
    ),
    InvalidRulebook(
        "threshold over all", 'more_than = "1/2"', 'at_least = "110 %"', 25, "must be above 0 and at most 1", 'at_least = "3/4"'
    ),
    InvalidRulebook(
        "more than everybody", 'more_than = "1/2"', 'more_than = "1/1"', 25, "must be above 0 and below 1", 'more_than = "1/2"'
    ),
    InvalidRulebook("threshold with both", 'more_than = "1/2"', 'more_than = "1/2", at_least = "1/2"', 25, "not both", "Keep one"),
    InvalidRulebook(
        "threshold with neither",
        '{ more_than = "1/2" }',
        '{ of = "cast" }',
        25,
        "does not say how much",
        'threshold = { more_than = "1/2" }',
    ),
    InvalidRulebook("unknown denominator", '"1/2" }', '"1/2", of = "casts" }', 25, '"casts" is not a known of', 'Did you mean "cast"?'),
    InvalidRulebook("unknown class rule", '"cap"', '"capp"', 26, '"capp" is not a known kind', 'Did you mean "cap"?'),
    InvalidRulebook("unknown class in a cap", '["investor"]', '["invester"]', 26, 'no class "invester"', 'Did you mean "investor"?'),
    InvalidRulebook(
        "cap names every class", '["investor"]', '["investor", "worker"]', 26, "every class that votes", "Leave at least one class out"
    ),
    InvalidRulebook("cap names no class", '["investor"]', "[]", 26, "must name the classes", 'classes = ["investor"]'),
    InvalidRulebook("cap names a class twice", '["investor"]', '["investor", "investor"]', 26, "listed twice", "List it once"),
    InvalidRulebook("excluded class capped", "excluded = []", 'excluded = ["investor"]', 26, "has no vote here", 'Take "investor" out'),
    InvalidRulebook(
        "shares not one", NO_RULE, FIXED % 'worker = "60 %", investor = "30 %"', 26, "sum to 9/10, not to one: 1/10", "sum to 100 %"
    ),
    InvalidRulebook(
        "a class without a share", NO_RULE, FIXED % 'worker = "1/1"', 26, '"investor" has a vote but no share', 'Add investor = "1/4"'
    ),
    InvalidRulebook(
        "share of an unknown class", NO_RULE, FIXED % 'worker = "1/2", user = "1/2"', 26, 'no class "user"', "Use worker or investor"
    ),
    InvalidRulebook("unknown class excluded", "excluded = []", 'excluded = ["worke"]', 24, 'no class "worke"', 'Did you mean "worker"?'),
    InvalidRulebook(
        "everybody excluded", "excluded = []", 'excluded = ["worker", "investor"]', 24, "nobody could vote", "Leave at least one"
    ),
    InvalidRulebook(
        "class never votes", "excluded = []\n", 'excluded = ["worker"]\n', 3, "so it never votes", "votes = false under [classes.worker]"
    ),
    InvalidRulebook(
        "class quorum unknown",
        "quorum = {",
        "class_quorums = { wroker = { count = 1 } }\nquorum = {",
        27,
        'no class "wroker"',
        'mean "worker"?',
    ),
    InvalidRulebook("quorum says nothing", '{ fraction = "1/10", count = 3 }', "{}", 27, "quorum says nothing", "count = 10"),
    InvalidRulebook(
        "nothing changes the rulebook",
        "changes_rulebook = true",
        "changes_rulebook = false",
        19,
        "never be changed",
        "changes_rulebook = true",
    ),
    InvalidRulebook(
        "open longer than at most",
        "maximum_open_days = 28",
        "maximum_open_days = 2",
        29,
        "at least 72 hours but at most 2",
        "maximum_open_days = 3",
    ),
    InvalidRulebook("negative days", "notice_days = 14", "notice_days = -1", 28, "may be from 0 to 365", "notice_days = 0"),
    InvalidRulebook("a number of 5000 digits", "notice_days = 14", f"notice_days = {'9' * 5000}", 28, "cannot be read", "notice_days"),
    InvalidRulebook("secret ballots", '"recorded"', '"secret"', 14, "this version of Kith has recorded ballots", 'kind = "recorded"'),
    InvalidRulebook("one recorder", "recorders = 2", "recorders = 1", 17, "One person alone", "recorders = 2"),
    InvalidRulebook("three recorders", "recorders = 2", "recorders = 3", 17, "two people, not more", "recorders = 2"),
    InvalidRulebook("proxies", "[ballots]", "[proxies]\nmaximum = 5\n[ballots]", 13, "Proxies are not counted", 'Take "proxies" out'),
    InvalidRulebook("co-op's name", "[ballots]", "[name]\n[ballots]", 13, "name is not part of its rulebook", 'Take "name" out'),
    InvalidRulebook(
        "choosing among options", "excluded = []", 'method = "approval"', 24, "yes, no or abstain", 'method = "yes_no_abstain"'
    ),
    InvalidRulebook(
        "class key with capitals", "[classes.worker]", '[classes."Worker People"]', 3, "only have small letters", 'Write "worker_people"'
    ),
    InvalidRulebook(
        "two classes of one name", "Investor member", "worker Member", 8, 'Two classes are named "worker Member"', "a name of its own"
    ),
    InvalidRulebook(
        "second meeting backwards",
        "excluded = []",
        'second_meeting = { earliest_days = 30, latest_days = 14, threshold = { more_than = "1/2" } }',
        24,
        "30 days later at the earliest but 14",
        "latest_days = 30",
    ),
    InvalidRulebook("accent apart", "You work here.", "Caf\u0065\u0301.", 6, "letter and accent apart", "Caf\u00e9."),
    InvalidRulebook("reading direction turned", "You work here.", "You\u202e work.", 6, "turns the reading direction", "type it again"),
    InvalidRulebook("carriage return alone", "You work here.", "You\rwork.", 6, "carriage return", "save the file"),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.kind)
def test_a_broken_rulebook_names_line_problem_and_suggestion(broken: InvalidRulebook) -> None:
    assert broken.was in SOUND
    found = mistakes_of(SOUND.replace(broken.was, broken.now, 1))
    fitting = [one for one in found if one.line == broken.line and broken.problem in one.problem and broken.suggestion in one.suggestion]
    assert fitting, found


ONE_MISTAKE_EACH = [
    broken
    for broken in BROKEN
    if broken.kind
    not in {
        # These truly are two mistakes: the thing itself, and what it leaves undone.
        "unknown class in a cap",
        "cap names no class",
        "excluded class capped",
        "everybody excluded",
        "class never votes",
        "list of tables",
        "class key with capitals",
        "carriage return alone",
        "table twice",
        "share of an unknown class",
    }
]


@pytest.mark.parametrize("broken", ONE_MISTAKE_EACH, ids=lambda broken: broken.kind)
def test_one_slip_gives_one_mistake(broken: InvalidRulebook) -> None:
    assert len(mistakes_of(SOUND.replace(broken.was, broken.now, 1))) == 1


def test_all_mistakes_of_the_file_are_reported_at_once_in_line_order() -> None:
    text = SOUND.replace('"recorded"', '"secret"').replace("notice_days = 14", "notice_days = x").replace('"10 %"', "0.1")
    found = mistakes_of(text.replace('easy_read = "You work', 'easyread = "You work'))
    assert [one.line for one in found] == [6, 14, 26, 28]


def test_a_mistake_names_its_key() -> None:
    (mistake,) = mistakes_of(SOUND.replace('"1/2"', "0.5"))
    assert mistake.key == "resolutions.ordinary.threshold.more_than"


def test_an_empty_file_says_where_to_begin() -> None:
    (mistake,) = mistakes_of("# only a comment\n")
    assert mistake.line == 1
    assert "empty" in mistake.problem
    assert "kith init --template" in mistake.suggestion


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    (mistake,) = mistakes_of(SOUND.encode().replace(b"Investor member", b"Caf\xe9 member"))
    assert mistake.line == 9
    assert "0xe9" in mistake.problem
    assert "UTF-8" in mistake.suggestion


def test_a_byte_order_mark_is_named() -> None:
    (mistake,) = mistakes_of(b"\xef\xbb\xbf" + SOUND.encode())
    assert (mistake.line, "byte order mark" in mistake.problem, "without" in mistake.suggestion or "not" in mistake.suggestion) == (
        1,
        True,
        True,
    )


def test_utf_16_is_named() -> None:
    (mistake,) = mistakes_of(SOUND.encode("utf-16"))
    assert "UTF-16" in mistake.problem


def test_text_with_a_lone_surrogate_is_refused_not_crashed_on() -> None:
    (mistake,) = mistakes_of(SOUND.replace("You work here.", "\ud800"))
    assert mistake.line == 6


def test_a_file_over_256_kilobytes_is_refused_without_being_read() -> None:
    (mistake,) = mistakes_of(SOUND + "#" * 262_144)
    assert "at most 262144" in mistake.problem


def test_a_key_of_many_parts_is_refused() -> None:
    (mistake,) = mistakes_of(SOUND + ".".join(["a"] * 50) + " = 1\n")
    assert "too many parts" in mistake.problem


def test_an_endless_statement_is_refused_unread() -> None:
    (mistake,) = mistakes_of(SOUND + ".".join(["a"] * 50_000) + " = 1\n")
    assert mistake.line == SOUND.count("\n") + 1
    assert "99999 characters" in mistake.problem or "100003 characters" in mistake.problem


def test_noise_of_any_kind_never_raises_anything_else() -> None:
    for noise in ('"', "[", "]", "=", "{", "}", "'", "\\", '"""', "#", "[[", "a.b.c=1", "\x00", "1979-05-27"):
        for line in range(SOUND.count("\n")):
            lines = SOUND.split("\n")
            lines[line] += noise
            try:
                read_rulebook("\n".join(lines))
            except RulebookMistakes as refused:
                assert all(1 <= mistake.line <= len(lines) for mistake in refused.mistakes)
