"""What a worker has taken leaves them rest: asked at every visit that they take."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from libs.refusals import FailedPrecondition, Invalid
from libs.rulebook import PassableRule, RestReason, WorkingTimeRules
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.worker_hours import REASONS, require_rest

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
Times = tuple[datetime, datetime]


def at(day: int, hour: float, hours: float = 1) -> Times:
    """Hours of a day, counted from a Monday in winter."""
    start = MONDAY + timedelta(days=day, hours=hour)
    return start, start + timedelta(hours=hours)


def refusal(taken: list[Times], new: Times) -> tuple[str, str]:
    with pytest.raises(FailedPrecondition) as refused:
        require_rest(WorkingTimeRules(), LONDON, taken, new)
    return refused.value.reason, refused.value.details["at"]


@pytest.mark.capability("L8", "S1")
def test_eleven_hours_of_rest_a_day_to_the_minute() -> None:
    late = at(0, 21)
    require_rest(WorkingTimeRules(), LONDON, [late], at(1, 9))
    assert refusal([late, at(0, 8)], at(1, 8 + 59 / 60, 13)) == ("REST_TOO_SHORT", "2026-01-05T21:00")
    require_rest(WorkingTimeRules(), LONDON, [late, at(0, 9)], at(1, 9))


@pytest.mark.capability("L8")
def test_a_day_off_a_week_or_two_in_a_fortnight() -> None:
    fortnight = [at(day, 8, 8) for day in range(7, 20)]
    require_rest(WorkingTimeRules(), LONDON, fortnight[:11], fortnight[11])
    assert refusal(fortnight[:12], fortnight[12])[0] == "WEEKLY_REST_TOO_SHORT", "two days off in the second week, or none at all"
    one_a_week = [times for times in fortnight if times != at(12, 8, 8)]
    require_rest(WorkingTimeRules(), LONDON, one_a_week[:-1], one_a_week[-1])


@pytest.mark.capability("L8")
def test_forty_eight_hours_a_week_over_seventeen_weeks_to_the_minute() -> None:
    weeks = [at(7 * week + day, 8, 9.6) for week in range(17) for day in range(5)]
    *others, last = weeks
    require_rest(WorkingTimeRules(), LONDON, others, last)
    longer = (last[0], last[1] + timedelta(minutes=1))
    assert refusal(others, longer)[0] == "WEEK_TOO_LONG"
    assert refusal(weeks[1:], (weeks[0][0], weeks[0][1] + timedelta(minutes=1)))[0] == "WEEK_TOO_LONG", "visits to come count as well"
    assert refusal(weeks, at(7 * 8 + 5, 8, 1))[0] == "WEEK_TOO_LONG"


def test_nobody_is_asked_for_a_rest_that_was_missing_before() -> None:
    tight = [at(0, 21), at(1, 7), at(0, 10)]
    require_rest(WorkingTimeRules(), LONDON, tight, at(4, 10))


def test_the_night_of_the_clock_change_is_an_hour_shorter() -> None:
    saturday = datetime(2026, 3, 28, tzinfo=UTC)
    day = (saturday + timedelta(hours=9), saturday + timedelta(hours=21, minutes=30))
    by_the_clock = datetime(2026, 3, 29, 8, 30, tzinfo=LONDON).astimezone(UTC)
    assert refusal([day], (by_the_clock, by_the_clock + timedelta(hours=2)))[0] == "REST_TOO_SHORT"
    hour_later = by_the_clock + timedelta(hours=1)
    require_rest(WorkingTimeRules(), LONDON, [(day[0], day[1])], (hour_later, hour_later + timedelta(hours=2)))


DAILY, WEEKLY, AVERAGE = PassableRule.DAILY_REST, PassableRule.WEEKLY_REST, PassableRule.AVERAGE_WEEK
ILL, FLOOD = RestReason("ill", "Ill", (DAILY,)), RestReason("flood", "Flood", (DAILY, WEEKLY))
SHORT_REST = ([at(0, 20, 2)], at(1, 8, 2))
FORTNIGHT = [at(day, 8, 8) for day in range(7, 20)]
NO_DAY_OFF = (FORTNIGHT[:12], FORTNIGHT[12])
TOO_LITTLE_OF_BOTH = ([*FORTNIGHT[:11], at(18, 12, 10)], at(19, 8, 8))
LONG_WEEKS = [at(7 * week + day, 8, 9.6) for week in range(17) for day in range(5)]


def passed(case: tuple[list[Times], Times], said: SaidReason | str = "", *reasons: RestReason) -> list[PassableRule]:
    word = SaidReason(said, is_adult=True) if isinstance(said, str) and said else said or None
    return require_rest(WorkingTimeRules(reasons=reasons), LONDON, *case, (), word)


@pytest.mark.capability("L8")
def test_a_reason_passes_the_rules_of_its_list_and_no_other() -> None:
    assert passed(SHORT_REST, "ill", ILL, FLOOD) == [DAILY]
    assert passed(NO_DAY_OFF, "flood", ILL, FLOOD) == [WEEKLY]
    assert passed(TOO_LITTLE_OF_BOTH, "flood", ILL, FLOOD) == [DAILY, WEEKLY]
    assert passed((SHORT_REST[0], at(1, 12)), "ill", ILL) == [], "nothing is missing"


@pytest.mark.capability("L8")
@pytest.mark.parametrize(
    ("case", "said", "reason"),
    [
        (SHORT_REST, "tired", "REST_REASON_UNKNOWN"),
        (NO_DAY_OFF, "ill", "REST_REASON_OTHER_RULE"),
        (TOO_LITTLE_OF_BOTH, "ill", "REST_REASON_OTHER_RULE"),
        (SHORT_REST, SaidReason("ill", is_adult=False), "REST_REASON_FOR_ADULTS"),
    ],
)
def test_what_a_worker_says_is_one_of_the_rulebooks_reasons_for_this_rule(
    case: tuple[list[Times], Times], said: SaidReason | str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        passed(case, said, ILL, FLOOD)
    assert refused.value.details["rest_reasons"], "so that they can choose again"
    assert refused.value.details["breach"] in REASONS.values()


@pytest.mark.capability("L8")
def test_without_a_reason_it_says_which_rule_by_how_much_and_which_reasons_count() -> None:
    weekly = RestReason("flood", "Flood", (WEEKLY,))
    for case, reasons, expected in (
        (SHORT_REST, (ILL, FLOOD), ("REST_TOO_SHORT", "11", "10", "ill flood")),
        (SHORT_REST, (), ("REST_TOO_SHORT", "11", "10", "")),
        (NO_DAY_OFF, (ILL,), ("WEEKLY_REST_TOO_SHORT", "24", "16", "")),
        # Both are missing, and no reason counts for both.
        (TOO_LITTLE_OF_BOTH, (ILL, weekly), ("WEEKLY_REST_TOO_SHORT", "24", "16", "")),
        # What no reason passes is said first, though it comes later.
        (TOO_LITTLE_OF_BOTH, (weekly,), ("REST_TOO_SHORT", "11", "10", "")),
        ((LONG_WEEKS, at(7 * 8 + 5, 8, 1)), (ILL,), ("WEEK_TOO_LONG", "48", "48.1", "")),
    ):
        with pytest.raises(FailedPrecondition) as refused:
            passed(case, "", *reasons)
        details = refused.value.details
        assert (refused.value.reason, details["hours"], details["left"], details.get("rest_reasons", "")) == expected


@pytest.mark.capability("L8")
def test_a_rule_that_the_rulebook_does_not_list_stays_hard_whatever_is_said() -> None:
    for said in ("", "ill", "tired"):
        with pytest.raises(FailedPrecondition, match="WEEK_TOO_LONG") as refused:
            passed((LONG_WEEKS, at(7 * 8 + 5, 8, 1)), said, ILL, FLOOD)
        assert "rest_reasons" not in refused.value.details
    assert passed((LONG_WEEKS, at(7 * 8 + 5, 8, 1)), "all", RestReason("all", "All", (AVERAGE,))) == [AVERAGE]


def test_what_is_left_never_looks_like_what_is_asked_for() -> None:
    with pytest.raises(FailedPrecondition) as refused:
        passed(([at(0, 21), at(0, 8)], at(1, 8 + 59 / 60, 13)))
    assert refused.value.details["left"] == "10.9"
