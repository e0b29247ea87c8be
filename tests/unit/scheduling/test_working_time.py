"""Working time: every rule of the page, minute by minute, over clock changes, birthdays, fortnights and midnights."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.rulebook import RestRules, WorkingTimeRules
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.working_time import (
    Breach,
    BreakOutsideError,
    Person,
    Rule,
    Window,
    breaches,
    make_period,
    minutes_in,
)

LONDON = ZoneInfo("Europe/London")
ENGLAND = WorkingTimeRules(
    adult=RestRules(660, 1440, 360, 20, (1380, 360)),
    young=RestRules(720, 2880, 270, 30, (1320, 360)),
    average_week=2880,
    night_average=480,
    night_counts_from=180,
    young_day=480,
    young_week=2400,
)
ADULT, GROWN_UP_SOON = date(1990, 1, 31), date(2008, 3, 26)
"""The second turns 18 on Thursday 26 March 2026, three days before the clocks change."""

Work = list[tuple[datetime, datetime, list[tuple[int, int]]]]


def person(work: Work, born: date = ADULT, opt_outs: tuple[tuple[date, date | None], ...] = ()) -> Person:
    return Person("w", born, Engagement.EMPLOYED, opt_outs, [make_period(LONDON, *period) for period in work])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def real(local: datetime) -> int:
    """Minutes since 1970: the first of two such times."""
    return int((local.replace(tzinfo=LONDON).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(minutes=1))


class MinuteByMinute:
    """The rules by the words of the page, over sets of minutes."""

    def __init__(
        self, rules: WorkingTimeRules, first: date, weeks: int, work: Work, born: date, opt_outs: tuple[tuple[date, date | None], ...]
    ) -> None:
        self.rules, self.first, self.weeks, self.born, self.opt_outs = rules, first, weeks, born, opt_outs
        self.bounds = [real(datetime.combine(first + timedelta(days=7 * week), datetime.min.time())) for week in range(weeks + 1)]
        self.busy: set[int] = set()
        self.periods = []
        for start, end, breaks in work:
            minutes = range(real(start), real(end))
            paused = [self.pause(minutes, *times) for times in breaks]
            self.busy |= set(minutes)
            if self.bounds[0] <= minutes.start < self.bounds[-1]:
                self.periods.append((start, minutes, set(minutes) - {minute for pause in paused for minute in pause}, paused))

    def pause(self, minutes: range, first: int, last: int) -> range:
        """Looks at the clock from minute to minute."""
        begins = next(
            minute for minute in range(minutes.start, minutes.start + 3000) if self.is_first(minute) and self.clock(minute) == first
        )
        ends = next(minute for minute in range(begins, begins + 3000) if self.is_first(minute) and self.clock(minute) == last % 1440)
        return range(begins, ends)

    @staticmethod
    @cache
    def clock(minute: int) -> int:
        local = datetime.fromtimestamp(minute * 60, LONDON)
        return local.hour * 60 + local.minute

    @staticmethod
    @cache
    def is_first(minute: int) -> bool:
        return datetime.fromtimestamp(minute * 60, LONDON).fold == 0

    def young(self, day: date) -> bool:
        birthday = date(self.born.year + 18, self.born.month, self.born.day)
        return day < birthday

    def rests(self, start: int, end: int) -> Iterator[int]:
        length = 0
        for minute in range(start, end):
            if minute not in self.busy:
                length += 1
            elif length:
                yield length
                length = 0
        yield length

    def at_night(self, minutes: set[int], night: tuple[int, int]) -> int:
        hours = set(range(*night)) if night[0] < night[1] else set(range(1440)) - set(range(night[1], night[0]))
        return sum(self.clock(minute) in hours for minute in minutes)

    def minutes(self) -> int:
        return sum(len(worked) for _, _, worked, _ in self.periods)

    def found(self) -> Iterator[tuple[str, str]]:
        yield from self.of_periods()
        for week in range(self.weeks):
            yield from ((f"{self.first + timedelta(days=7 * week)}T00:00", rule) for rule in self.of_week(week))
        yield from ((f"{self.first}T00:00", rule) for rule in self.of_window())

    def of_periods(self) -> Iterator[tuple[str, str]]:
        by_day: dict[date, int] = {}
        for start, minutes, worked, paused in self.periods:
            young = self.young(start.date())
            figures = self.rules.young if young else self.rules.adult
            moment = f"{start:%Y-%m-%dT%H:%M}"
            if not any(rest >= figures.daily_rest for rest in self.rests(minutes.start, minutes.start + 1440)):
                yield moment, "DAILY_REST"
            if len(minutes) > figures.break_after and not any(len(pause) >= figures.shortest_break for pause in paused):
                yield moment, "BREAK"
            if young and self.at_night(worked, figures.night):
                yield moment, "YOUNG_NIGHT"
            by_day[start.date()] = by_day.get(start.date(), 0) + len(worked)
        yield from ((f"{day}T00:00", "YOUNG_DAY") for day, worked in by_day.items() if self.young(day) and worked > self.rules.young_day)

    def of_week(self, week: int) -> Iterator[str]:
        start, end = self.bounds[week], self.bounds[week + 1]
        young = self.young(self.first + timedelta(days=7 * week))
        rest = (self.rules.young if young else self.rules.adult).weekly_rest
        rested = any(stretch >= rest for stretch in self.rests(start, end))
        partner = week + 1 if week % 2 == 0 else week - 1
        if not young and partner < self.weeks:
            both = list(self.rests(self.bounds[min(week, partner)], self.bounds[max(week, partner) + 1]))
            rested = rested or any(stretch >= 2 * rest for stretch in both) or sum(stretch >= rest for stretch in both) >= 2
        if not rested:
            yield "WEEKLY_REST"
        if young and sum(len(worked) for _, minutes, worked, _ in self.periods if start <= minutes.start < end) > self.rules.young_week:
            yield "YOUNG_WEEK"

    def of_window(self) -> Iterator[str]:
        last = self.first + timedelta(days=7 * self.weeks - 1)
        opted_out = any(start <= last <= (end or date.max) for start, end in self.opt_outs) and not self.young(self.first)
        if self.minutes() > self.rules.average_week * self.weeks and not opted_out:
            yield "AVERAGE_WEEK"
        nights = [self.at_night(worked, self.rules.adult.night) >= self.rules.night_counts_from for _, _, worked, _ in self.periods]
        if nights.count(True) >= nights.count(False) and self.minutes() > self.rules.night_average * 6 * self.weeks:
            yield "NIGHT_AVERAGE"


@st.composite
def works(draw: st.DrawFn, first: date, weeks: int) -> Work:
    """Periods of at most 20 hours one after another, from before the window until after it, with breaks inside them."""
    work: Work = []
    start = datetime.combine(first, datetime.min.time()) - timedelta(days=1, minutes=10 * draw(st.integers(0, 144)))
    usual = draw(st.sampled_from([240, 600, 840, 1500, 3000]))
    while start.date() < first + timedelta(days=7 * weeks + 1) and len(work) < 40:
        length = 10 * draw(st.integers(1, 90))
        # Nobody writes down a time that the clock skips, or that comes twice.
        start, end = (moment + timedelta(hours=2) if moment.hour == 1 else moment for moment in (start, start + timedelta(minutes=length)))
        if real(end) <= real(start):
            end = start + timedelta(hours=4)
        offset = 10 * draw(st.integers(1, 12))
        pause = draw(st.sampled_from([10, 20, 30]))
        opens = start + timedelta(minutes=offset)
        closes = opens + timedelta(minutes=pause)
        breaks = [(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)]
        fits = real(closes) <= real(end) and real(closes) - real(opens) == pause and real(opens) - real(start) == offset
        work.append((start, end, breaks if fits and 1 not in (opens.hour, closes.hour) and draw(st.booleans()) else []))
        start = end + timedelta(minutes=max(0, usual - 10 * draw(st.integers(0, 60))))
    return work


RULES = st.builds(
    WorkingTimeRules,
    st.builds(RestRules, st.integers(300, 700), st.integers(600, 1600), st.integers(100, 400), st.integers(10, 30), st.just((1380, 360))),
    st.builds(RestRules, st.integers(300, 800), st.integers(900, 2900), st.integers(100, 300), st.integers(10, 30), st.just((1320, 1440))),
    st.integers(500, 3000),
    st.integers(60, 480),
    st.integers(0, 200),
    st.integers(100, 500),
    st.integers(500, 2400),
)


@given(
    st.data(),
    st.one_of(st.just(ENGLAND), RULES),
    st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 7, 6)]),
    st.integers(1, 3),
    st.sampled_from([ADULT, GROWN_UP_SOON, date(2008, 4, 6), date(2009, 1, 1)]),
    st.sampled_from([(), ((date(2026, 1, 1), None),), ((date(2026, 1, 1), date(2026, 4, 5)),), ((date(2026, 4, 12), date(2026, 4, 12)),)]),
)
@settings(max_examples=120, deadline=None)
def test_every_rule_minute_by_minute(
    data: st.DataObject,
    rules: WorkingTimeRules,
    first: date,
    weeks: int,
    born: date,
    opt_outs: tuple[tuple[date, date | None], ...],
) -> None:
    work = data.draw(works(first, weeks))
    slow = MinuteByMinute(rules, first, weeks, work, born, opt_outs)
    worker, window = person(work, born, opt_outs), Window(LONDON, first, weeks)

    assert minutes_in(window, worker) == slow.minutes()
    assert [(f"{breach.at:%Y-%m-%dT%H:%M}", breach.rule.value) for breach in breaches(rules, window, worker)] == sorted(slow.found())


def shift(start: str, end: str, *breaks: tuple[int, int]) -> tuple[datetime, datetime, list[tuple[int, int]]]:
    return at(start), at(end), list(breaks)


def found(work: Work, first: str = "2026-06-01", weeks: int = 1, born: date = ADULT, **fields: object) -> list[str]:
    opt_outs = fields.pop("opt_outs", ())
    worker = person(work, born, opt_outs)  # type: ignore[arg-type]  # what a test gives
    return [
        f"{breach.at:%m-%d %H:%M} {breach.rule}" for breach in breaches(ENGLAND, Window(LONDON, date.fromisoformat(first), weeks), worker)
    ]


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-03-28T22:00", "2026-03-29T06:00", 420),  # spring: an hour shorter
        ("2026-10-24T22:00", "2026-10-25T06:00", 540),  # autumn: an hour longer
        ("2026-10-25T01:30", "2026-10-25T02:00", 90),  # the first 01:30 of two
        ("2026-10-25T00:30", "2026-10-25T01:30", 60),
        ("2026-03-29T01:30", "2026-03-29T03:00", 30),  # there is no 01:30: with the offset before the change it is 02:30
    ],
)
def test_minutes_are_real_over_a_clock_change(start: str, end: str, worked: int) -> None:
    assert make_period(LONDON, at(start), at(end), []).worked == worked


@pytest.mark.parametrize(
    ("breaks", "worked"),
    [
        ([(60, 80)], 460),  # 01:00 to 01:20, after midnight
        ([(1430, 10)], 460),  # over midnight
        ([(1420, 1440)], 460),  # 24:00 is an end
        ([(1320, 1320)], 480),  # no length, at the very start
        ([(330, 360)], 450),  # until the very end
        ([(0, 30), (20, 40)], 440),  # their union
        ([], 480),
    ],
)
def test_breaks_are_the_first_such_times_after_the_start(breaks: list[tuple[int, int]], worked: int) -> None:
    assert make_period(LONDON, at("2026-06-01T22:00"), at("2026-06-02T06:00"), breaks).worked == worked


@pytest.mark.parametrize("breaks", [[(1319, 1330)], [(350, 361)], [(400, 420)], [(1330, 1325)]])
def test_a_break_outside_its_period_is_refused(breaks: list[tuple[int, int]]) -> None:
    with pytest.raises(BreakOutsideError):
        make_period(LONDON, at("2026-06-01T22:00"), at("2026-06-02T06:00"), breaks)


def test_two_breaks_that_touch_are_one() -> None:
    assert found([shift("2026-06-01T08:00", "2026-06-01T15:00", (660, 670), (670, 680))]) == []
    assert found([shift("2026-06-01T08:00", "2026-06-01T15:00", (660, 670), (671, 681))]) == ["06-01 08:00 BREAK"]


def test_daily_rest_may_run_up_to_24_hours_after_the_start() -> None:
    assert found([shift("2026-06-01T06:00", "2026-06-01T19:00", (600, 630)), shift("2026-06-02T06:00", "2026-06-02T10:00")]) == []
    assert found([shift("2026-06-01T06:00", "2026-06-01T19:01", (600, 630)), shift("2026-06-02T06:00", "2026-06-02T10:00")]) == [
        "06-01 06:00 DAILY_REST"
    ]


def test_work_outside_the_window_counts_for_rests_only() -> None:
    work = [shift("2026-06-07T18:00", "2026-06-07T22:00"), shift("2026-06-08T01:00", "2026-06-08T08:30", (300, 330))]
    worker = person(work)

    assert minutes_in(Window(LONDON, date(2026, 6, 1), 1), worker) == 240
    assert found([shift("2026-06-07T08:00", "2026-06-07T22:00", (600, 630)), *work[1:]]) == ["06-07 08:00 DAILY_REST"]


def daily(first: str, days: int, start: str, hours: int) -> Work:
    return [
        (moment, moment + timedelta(hours=hours), []) for moment in (at(f"{first}T{start}") + timedelta(days=day) for day in range(days))
    ]


def test_a_fortnight_may_hold_the_rest_of_both_weeks_and_the_last_odd_week_stands_alone() -> None:
    thirteen_days = daily("2026-06-01", 12, "09:00", 4)
    one_day_off = daily("2026-06-01", 13, "09:00", 4)

    # Two whole days off at the end of the second week: 48 hours and more in one stretch.
    assert found(thirteen_days, weeks=2) == []
    # One day off: one stretch of less than 48 hours, and the first week has none.
    assert found(one_day_off, weeks=2) == ["06-01 00:00 WEEKLY_REST"]
    assert found(daily("2026-06-01", 21, "09:00", 4), weeks=3) == [f"06-{day} 00:00 WEEKLY_REST" for day in ("01", "08", "15")]
    assert found(daily("2026-06-01", 7, "09:00", 4), weeks=1) == ["06-01 00:00 WEEKLY_REST"]
    # The two days of rest in week 2 do not help week 3.
    assert found([*thirteen_days, *daily("2026-06-15", 7, "09:00", 4)], weeks=3) == ["06-15 00:00 WEEKLY_REST"]


def test_exactly_the_weekly_rest_is_enough() -> None:
    six_days = daily("2026-06-01", 6, "16:00", 5)

    assert found([*six_days, shift("2026-06-07T21:00", "2026-06-07T22:00")]) == []
    assert found([*six_days, shift("2026-06-07T20:59", "2026-06-07T22:00")]) == ["06-01 00:00 WEEKLY_REST"]


@pytest.mark.parametrize(
    ("opt_outs", "breach"),
    [
        ((), True),
        (((date(2026, 6, 7), date(2026, 6, 7)),), False),
        (((date(2026, 6, 7), None),), False),
        (((date(2026, 6, 8), None),), True),
        (((date(2026, 1, 1), date(2026, 6, 6)),), True),
    ],
)
def test_an_opt_out_counts_on_the_last_day_of_the_window(opt_outs: tuple[tuple[date, date | None], ...], breach: bool) -> None:  # noqa: FBT001 - a table
    work = [(*period[:2], [(720, 740)]) for period in daily("2026-06-01", 5, "08:00", 10)]

    assert ("06-01 00:00 AVERAGE_WEEK" in found(work, opt_outs=opt_outs)) is breach
    # A young person cannot opt out.
    assert "06-01 00:00 AVERAGE_WEEK" in found(work, born=date(2009, 1, 1), opt_outs=opt_outs)


def test_a_night_worker_may_not_work_more_than_the_average() -> None:
    nights = [(start, end, [(180, 190)]) for start, end, _ in daily("2026-06-01", 5, "20:00", 10)]

    assert "06-01 00:00 NIGHT_AVERAGE" in found(nights)
    # Days of as many hours are no night work.
    assert "06-01 00:00 NIGHT_AVERAGE" not in found(daily("2026-06-01", 5, "08:00", 10))


def test_who_turns_eighteen_is_young_until_midnight() -> None:
    work = daily("2026-06-01", 2, "19:00", 5)

    assert found(work, born=date(2008, 6, 2)) == ["06-01 19:00 BREAK", "06-01 19:00 YOUNG_NIGHT"]
    assert found(work, born=date(2008, 6, 1)) == []
    # Who was born on 29 February turns 18 on 1 March.
    assert "02-28 19:00 YOUNG_NIGHT" in found(daily("2026-02-28", 2, "19:00", 5), first="2026-02-23", born=date(2008, 2, 29))
    assert "03-01 19:00 YOUNG_NIGHT" not in found(daily("2026-02-28", 2, "19:00", 5), first="2026-02-23", born=date(2008, 2, 29))


@pytest.mark.parametrize("engagement", [Engagement.SELF_EMPLOYED, Engagement.VOLUNTEER])
def test_who_is_not_employed_has_a_total_and_no_breach(engagement: Engagement) -> None:
    work = [make_period(LONDON, *period) for period in daily("2026-06-01", 7, "06:00", 16)]
    worker, window = Person("w", ADULT, engagement, (), work), Window(LONDON, date(2026, 6, 1), 1)

    assert (minutes_in(window, worker), breaches(ENGLAND, window, worker)) == (7 * 960, [])


def test_nobody_works_at_all() -> None:
    assert found([]) == []
    assert Breach(at("2026-06-01T00:00"), Rule.BREAK) < Breach(at("2026-06-01T00:00"), Rule.DAILY_REST)
