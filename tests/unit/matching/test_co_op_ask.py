"""An ask to other co-ops: its words, its room, who fits it, and yes and no to a reply."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import WorksAs
from libs.asks.area import Area
from libs.asks.documents import Ask
from libs.asks.vocabulary import BLOCKS
from libs.places import Place, district_of
from libs.refusals import FailedPrecondition, Invalid, NotFound
from libs.rulebook import MatchingRules
from services.matching.domain import co_op_ask
from services.matching.domain.ask_fit import who_fits
from services.matching.domain.co_op_ask import AskReply, AskWords, CoOpAsk, times_of, wanted_of
from services.matching.domain.districts import read_districts
from services.matching.domain.suggestion_question import Supporter
from services.matching.domain.support_profile import GivingSupport
from services.matching.domain.weekly_hours import DAY_MINUTES, WeeklyTime, merge

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PERSON = UUID(int=7)
LEEDS = Area(1438, 1784)
DISTRICTS = {"LS6": LEEDS}
WORDS = AskWords(("dbs",), ("bsl",), ("tue_morning",), "ls6")
RULES = MatchingRules()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (AskWords(("magic",), (), ("tue_morning",), "LS6"), "SKILL_UNKNOWN"),
        (AskWords((), ("xx",), ("tue_morning",), "LS6"), "LANGUAGE_UNKNOWN"),
        (AskWords((), (), (), "LS6"), "BLOCK_MISSING"),
        (AskWords((), (), ("tue_noon",), "LS6"), "BLOCK_UNKNOWN"),
        (AskWords((), (), ("tue_morning",), " "), "DISTRICT_MISSING"),
        (AskWords((), (), ("tue_morning",), "LS6 3AB"), "DISTRICT_UNKNOWN"),
        (AskWords((), ("ar", "bn", "cy", "en", "fa", "gu"), ("tue_morning",), "LS6"), "LIST_TOO_LONG"),
    ],
)
def test_only_closed_words_leave(words: AskWords, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        co_op_ask.check_words(words, {"dbs"}, DISTRICTS)
    assert [problem.reason for problem in refused.value.problems] == [reason]


def test_the_district_stays_and_the_square_leaves() -> None:
    checked = co_op_ask.check_words(WORDS, {"dbs"}, DISTRICTS)
    asked = co_op_ask.ask("0a" * 16, PERSON, checked, ["brook", "alder", "brook"], NOW, 28)
    assert (asked.co_ops, asked.district, asked.north, asked.east) == (("alder", "brook"), "LS6", 1438, 1784)
    assert asked.until == NOW + timedelta(days=28)
    with pytest.raises(Invalid, match="NO_CO_OP_CHOSEN"):
        co_op_ask.ask("0a" * 16, PERSON, checked, [], NOW, 28)


def test_nobody_asks_for_more_than_their_share() -> None:
    co_op_ask.require_room(1, 9, RULES)
    with pytest.raises(FailedPrecondition, match="TOO_MANY_ASKS"):
        co_op_ask.require_room(2, 0, RULES)
    with pytest.raises(FailedPrecondition, match="ASKS_TODAY"):
        co_op_ask.require_room(0, 10, RULES)


def test_the_blocks_are_the_whole_week_once() -> None:
    times = [time for block in BLOCKS for time in times_of(block)]
    assert merge(times) == ((0, 7 * DAY_MINUTES),)
    assert sum(time.ends - time.begins for time in times) == 7 * DAY_MINUTES
    # A night ends on the next morning, and that of Sunday on Monday.
    assert times_of("sun_night") == (WeeklyTime(6 * DAY_MINUTES + 1320, 7 * DAY_MINUTES), WeeklyTime(0, 360))


def test_districts_are_the_first_parts_of_postcodes() -> None:
    assert [district_of(code) for code in ("ls6 3ab", "M1 1AA", "10115", "LS6", "8001")] == ["LS6", "M1", "10", "LS6", "8001"]
    places = {"LS63AB": Place(53_800_000, -1_560_000), "LS63AC": Place(53_840_000, -1_520_000)}
    assert read_districts(places) == DISTRICTS


def _offer(*, reach_km: int = 10, languages: tuple[str, ...] = ("bsl",), begins: int = DAY_MINUTES + 9 * 60) -> Supporter:
    offer = GivingSupport(
        "LS63AB", Place(53_850_000, -1_550_000), reach_km, (WeeklyTime(begins, begins + 60),), 600, languages, "", (), (),
        WorksAs.EMPLOYED, 0, "", open=True,
    )  # fmt: skip
    return Supporter(offer, ())


def test_who_fits_is_whom_suggestions_would_show() -> None:
    asked = Ask("0a" * 16, (), ("bsl",), ("tue_morning",), LEEDS, 1)
    offers = {
        "fits": _offer(),
        "far": _offer(reach_km=1),
        "does not sign": _offer(languages=("en",)),
        "on Wednesdays": _offer(begins=2 * DAY_MINUTES + 9 * 60),
    }
    # The middle of the square is where the offers are, so that even a small reach is enough.
    assert who_fits(date(2026, 11, 24), wanted_of(asked), offers, {}) == {"fits", "far"}
    gated = {"dbs": ("visits",)}
    assert who_fits(date(2026, 11, 24), wanted_of(asked), offers, gated) == frozenset(), "a check before a first visit is missing"
    elsewhere = Ask("0a" * 16, (), ("bsl",), ("tue_morning",), Area(1438, 1787), 1)
    assert who_fits(date(2026, 11, 24), wanted_of(elsewhere), offers, {}) == frozenset()


def _asked(until: datetime = NOW + timedelta(days=1), ended_at: datetime | None = None) -> CoOpAsk:
    return CoOpAsk("0a" * 16, PERSON, ("brook",), (), (), ("tue_morning",), "LS6", 1438, 1784, NOW, until, ended_at)


@given(st.lists(st.booleans(), min_size=1, max_size=4))
def test_a_no_leaves_nothing_and_the_last_word_counts(answers: list[bool]) -> None:
    reply = AskReply("1b" * 16, "0a" * 16, "brook", PERSON, NOW)
    for yes in answers:
        try:
            reply = co_op_ask.answer(reply, _asked(), NOW, "K7QF-2M9D", yes=yes)
        except NotFound:
            assert reply.answer is False, "a yes after a no has nothing to say yes to"
    assert (reply.reference != "") == all(answers) == (reply.agreed_at is not None)


@pytest.mark.parametrize("found", [None, _asked(until=NOW), _asked(ended_at=NOW)])
def test_nobody_says_yes_once_the_ask_is_over(found: CoOpAsk | None) -> None:
    reply = AskReply("1b" * 16, "0a" * 16, "brook", PERSON, NOW)
    with pytest.raises(NotFound, match="ASK_REPLY_UNKNOWN"):
        co_op_ask.answer(reply, found, NOW, "K7QF-2M9D", yes=True)
    assert co_op_ask.answer(reply, found, NOW, "K7QF-2M9D", yes=False).answer is False
