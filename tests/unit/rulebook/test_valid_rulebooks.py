"""A sound rulebook becomes exact values, and each template is one."""

import tomllib
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rulebook import RulebookMistakes, read_rulebook, templates
from libs.rulebook.counting import ClassCap, Denominator, EachClass, FixedShares, Method, OneMemberOneVote, Quorum, SilentClass, Threshold
from libs.rulebook.fraction_text import format_fraction, parse_fraction
from libs.rulebook.toml_source import parse_toml

SOUND = (Path(__file__).parent / "sound.toml").read_text(encoding="utf-8")


def test_the_hash_is_of_the_exact_bytes() -> None:
    content = SOUND.encode()
    assert read_rulebook(content).hash == sha256(content).hexdigest()
    assert read_rulebook(SOUND).hash == read_rulebook(content).hash
    assert read_rulebook(content + b"\n").hash != read_rulebook(content).hash


def test_windows_line_ends_are_read_and_lines_counted_right() -> None:
    windows = SOUND.replace("\n", "\r\n")
    assert read_rulebook(windows).resolutions == read_rulebook(SOUND).resolutions
    assert read_rulebook(windows).hash != read_rulebook(SOUND).hash
    with pytest.raises(RulebookMistakes) as caught:
        read_rulebook(windows.replace('"recorded"', '"recordet"'))
    assert [mistake.line for mistake in caught.value.mistakes] == [14]


def test_every_word_of_a_resolution_is_read() -> None:
    rulebook = read_rulebook(SOUND)
    ordinary = rulebook.resolution("ordinary")
    assert ordinary is not None
    assert ordinary.counting.method is Method.YES_NO_ABSTAIN
    assert ordinary.counting.threshold == Threshold(Fraction(1, 2), strict=True, of=Denominator.CAST)
    assert ordinary.counting.class_rule == ClassCap(("investor",), Fraction(1, 10), Denominator.CAST)
    assert ordinary.counting.quorum == Quorum(Fraction(1, 10), 3)
    assert (ordinary.notice_days, ordinary.minimum_open_hours, ordinary.maximum_open_days) == (14, 72, 28)
    assert ordinary.changes_rulebook
    assert (rulebook.ballot_kind, rulebook.recorders) == ("recorded", 2)
    assert rulebook.resolution("extraordinary") is None
    assert rulebook.member_class("worker") is rulebook.classes[0]


def test_a_class_without_votes_is_left_off_every_roll() -> None:
    rulebook = read_rulebook(SOUND.replace('easy_read = "You put money in."', 'easy_read = "You put money in."\nvotes = false').replace(
        'class_rule = { kind = "cap", classes = ["investor"], fraction = "10 %" }\n', ""
    ))  # fmt: skip
    assert rulebook.resolutions[0].counting.excluded == ("investor",)
    assert rulebook.resolutions[0].counting.class_rule == OneMemberOneVote()


def test_the_equal_care_like_template_holds_the_published_figures() -> None:
    rulebook = read_rulebook(templates.template_text("equal-care-like"))
    assert [member_class.key for member_class in rulebook.classes] == ["supported", "advocate", "worker", "investor"]
    rules = {resolution.key: resolution.counting for resolution in rulebook.resolutions}
    tenth = ClassCap(("investor",), Fraction(1, 10), Denominator.CAST)
    assert rules["ordinary"].threshold == Threshold(Fraction(1, 2), strict=True, of=Denominator.PRESENT)
    assert rules["extraordinary"].threshold == Threshold(Fraction(3, 4), strict=True, of=Denominator.PRESENT)
    assert rules["ordinary"].class_rule == rules["extraordinary"].class_rule == tenth
    convert = rules["special_convert"]
    assert (convert.threshold, convert.quorum.fraction) == (Threshold(Fraction(3, 4), strict=False), Fraction(1, 2))
    assert (convert.excluded, convert.class_rule) == (("investor",), OneMemberOneVote())
    assert rules["special_merge"].threshold == Threshold(Fraction(2, 3), strict=False)


def test_a_statutory_resolution_names_its_second_meeting() -> None:
    convert = read_rulebook(templates.template_text("equal-care-like")).resolution("special_convert")
    assert convert is not None
    assert convert.second_meeting is not None
    assert (convert.second_meeting.earliest_days, convert.second_meeting.latest_days) == (14, 28)
    assert convert.second_meeting.threshold == Threshold(Fraction(1, 2), strict=True)


def test_the_somerset_like_template_has_fixed_shares() -> None:
    ordinary = read_rulebook(templates.template_text("somerset-like")).resolution("ordinary")
    assert ordinary is not None
    shares = (("worker", Fraction(1, 2)), ("user", Fraction(1, 4)), ("investor", Fraction(1, 4)))
    assert ordinary.counting.class_rule == FixedShares(shares, SilentClass.FORFEIT)
    assert ordinary.counting.class_quorums == (("worker", Quorum(count=1)), ("user", Quorum(count=1)))


def test_the_fairshares_like_template_asks_each_class() -> None:
    special = read_rulebook(templates.template_text("fairshares-like")).resolution("special")
    assert special is not None
    assert special.counting.class_rule == EachClass(Threshold(Fraction(1, 2), strict=True))
    assert special.counting.threshold == Threshold(Fraction(3, 4), strict=False)


@pytest.mark.parametrize("name", templates.template_names())
def test_every_british_figure_of_a_template_is_called_a_default_to_check(name: str) -> None:
    paragraphs = templates.template_text(name).replace("\n# ", " ").split("CHECK:")[1:]
    assert len(paragraphs) >= 4
    for paragraph in paragraphs:
        assert "default to check with your adviser" in paragraph.split("\n", 1)[0], paragraph[:80]


@pytest.mark.parametrize("name", templates.template_names())
def test_a_template_prints_well(name: str) -> None:
    assert max(map(len, templates.template_text(name).split("\n"))) <= 140
    assert templates.template_summary(name)


def test_an_unknown_template_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        templates.template_text("../../secret")


@pytest.mark.parametrize("name", templates.template_names())
def test_our_reading_and_pythons_agree_on_every_template(name: str) -> None:
    text = templates.template_text(name)
    assert parse_toml(text.encode()).tree == tomllib.loads(text)


@given(st.integers(0, 10**9 - 1), st.integers(1, 10**9 - 1))
def test_a_share_written_and_read_again_is_the_same(over: int, under: int) -> None:
    share = Fraction(over, under)
    assert parse_fraction(format_fraction(share)) == share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1/3", Fraction(1, 3)),
        (" 10 % ", Fraction(1, 10)),
        ("33.3%", Fraction(333, 1000)),
        ("0.1 %", Fraction(1, 1000)),
        ("100 %", Fraction(1)),
    ],
)
def test_shares_are_read_exactly(text: str, share: Fraction) -> None:
    assert parse_fraction(text) == share


@pytest.mark.parametrize("text", ["0.1", "1/0", "-1/2", "1e3 %", "٣/٤", "", "%", "1//2", "9" * 40 + "/1"])
def test_anything_else_is_no_share(text: str) -> None:
    assert parse_fraction(text) is None


def test_the_example_in_the_format_page_is_sound() -> None:
    page = (Path(__file__).parents[3] / "docs/formats/rulebook.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert [member_class.key for member_class in read_rulebook(example).classes] == ["worker", "investor"]
