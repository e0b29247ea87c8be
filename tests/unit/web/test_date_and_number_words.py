"""Dates and numbers in everyday words."""

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from libs.refusals import FailedPrecondition
from services.web.localisation import counting_rules, dates, numbers
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, load_catalogues
from services.web.localisation.refusal_messages import http_status, refusal_message
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import CAPPED_RULE, CLASSES, make_counting_rule

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (9, 0, "9:00 in the morning"),
        (12, 0, "12 noon"),
        (0, 0, "midnight"),
        (0, 30, "12:30 at night"),
        (16, 30, "4:30 in the afternoon"),
        (20, 0, "8:00 in the evening"),
        (23, 15, "11:15 at night"),
    ],
)
def test_a_time_is_written_with_its_part_of_the_day(hour: int, minute: int, text: str) -> None:
    assert dates.format_hour(datetime(2026, 11, 24, hour, minute, tzinfo=UTC), LONDON) == text


def test_a_moment_is_said_in_the_zone_of_the_co_op_and_with_the_year_when_it_is_another() -> None:
    assert dates.format_moment(datetime(2026, 7, 1, 8, 0, tzinfo=UTC), LONDON, NOW) == "Wednesday 1 July, 9:00 in the morning"
    assert dates.format_moment(datetime(2027, 1, 5, 9, 0, tzinfo=UTC), LONDON, NOW) == "Tuesday 5 January 2027, 9:00 in the morning"


def test_how_soon_a_vote_ends_counts_days_not_hours() -> None:
    assert dates.time_left(datetime(2026, 11, 25, 1, 0, tzinfo=UTC), LONDON, NOW) == ("tomorrow", 1)
    assert dates.time_left(datetime(2026, 11, 24, 23, 0, tzinfo=UTC), LONDON, NOW) == ("today", 0)
    assert dates.time_left(NOW, LONDON, NOW) == ("over", 0)


def test_a_decimal_is_rounded_exactly_and_says_when_it_was() -> None:
    assert numbers.format_decimal_fraction(Fraction(7, 48)) == "0.15"
    assert numbers.is_rounded(Fraction(7, 48))
    assert numbers.format_decimal_fraction(Fraction(1, 2)) == "0.5"
    assert not numbers.is_rounded(Fraction(1, 2))
    assert numbers.format_decimal_fraction(Fraction(5, 1000)) == "0.01"


def test_a_share_that_misses_by_a_hair_does_not_look_like_the_one_needed() -> None:
    half = Fraction(1, 2)
    assert numbers.format_per_hundred(Fraction(199, 400), apart_from=half) == "49.8"
    assert numbers.format_per_hundred(Fraction(500_001, 1_000_000), apart_from=half) == "50.0001"
    assert numbers.format_per_hundred(half, apart_from=half) == "50"
    assert numbers.format_per_hundred(Fraction(268, 399), apart_from=half) == "67"


def test_a_capped_rule_is_explained_with_its_classes_and_quorum() -> None:
    said = " ".join(line.text for line in counting_rules.describe_rule(load_catalogues()[PLAIN_ENGLISH], CAPPED_RULE, CLASSES))
    assert "more than half" in said
    assert "at most one tenth of the whole: Investor member" in said
    assert "At least 3 people must vote" in said


def test_every_rule_can_be_described_in_both_language_levels() -> None:
    for words in load_catalogues().values():
        for of in ("cast", "present", "eligible"):
            for strict in (True, False):
                assert counting_rules.describe_threshold(words, make_counting_rule(of=of, strict=strict, threshold="2/3"))[0].text
        for kind in ("none", "cap", "fixed_shares", "each_class"):
            assert counting_rules.describe_class_rule(words, make_counting_rule(class_rule=kind, class_threshold="1/2"), CLASSES)


def test_a_value_cannot_smuggle_markup_into_a_sentence() -> None:
    assert "<script>" not in load_catalogues()[PLAIN_ENGLISH].say("home.good_morning", name="<script>")
    assert load_catalogues()[PLAIN_ENGLISH].say("home.good_morning", name=Markup("<b>x</b>")) == "Good morning, <b>x</b>"


def test_an_unknown_reason_still_gets_a_sentence_and_never_a_code() -> None:
    words = load_catalogues()[EASY_READ]
    assert refusal_message(words, "NEVER_HEARD_OF") == words.say("refusal.other")
    assert refusal_message(words, "NOTICE_TOO_SHORT") == words.say("refusal.other")  # its details are missing
    assert http_status(FailedPrecondition("BALLOT_CLOSED")) == 409
