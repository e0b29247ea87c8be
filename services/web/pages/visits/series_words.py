"""Visits that repeat in words: "Every Monday and Thursday, at 9:00 in the morning, for 1 hour, until 31 March"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from markupsafe import Markup

from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1.enums import SeriesState
from libs.rpc.enums import known_word
from libs.texts.days import read_day
from services.web.localisation import dates
from services.web.page_context import PageContext
from services.web.pages.support.typed_times import DAYS

_STATUS = {SeriesState.AGREED: "yes", SeriesState.PROPOSED: "wait", SeriesState.ENDED: "calm"}
_EVERY_DAY = 7


@dataclass(frozen=True)
class PatternWords:
    """When visits are, part by part, and as one sentence."""

    every: Markup
    time: str
    length: str
    until: Markup
    sentence: Markup


@dataclass(frozen=True)
class SeriesRow:
    """A series in a list."""

    id: str
    name: str
    is_mine: bool
    status: str
    says: Markup
    pattern: Markup
    version: int


def pattern_words(ctx: PageContext, pattern: pb.SeriesPattern) -> PatternWords:
    """Of a pattern that a service has taken, or that is about to be sent."""
    every = _every(ctx, [day for day in pattern.weekdays if 1 <= day <= _EVERY_DAY], pattern.every_weeks)
    minutes = min(max(pattern.start, 0), 24 * 60 - 1)
    starts = datetime.combine(ctx.local_day(), time(*divmod(minutes, 60)), ctx.state.co_op.zone)
    clock, length = dates.format_hour(starts, ctx.state.co_op.zone), length_words(ctx, pattern.minutes)
    until = ctx.say("series.until", day=ctx.format_day(pattern.last_day)) if read_day(pattern.last_day) else ctx.say("series.goes_on")
    return PatternWords(every, clock, length, until, ctx.say("series.pattern", every=every, time=clock, length=length, until=until))


def length_words(ctx: PageContext, minutes: int) -> str:
    """As "1 hour and 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [ctx.say("series.hours", hours)] if hours else []
    return _listed(ctx, [*parts, *([ctx.say("series.minutes", rest)] if rest or not hours else [])])


def state_of(series: pb.VisitSeries) -> SeriesState | None:
    """None for a state that only a newer version knows."""
    return known_word(pb.SeriesState, SeriesState, series.state, None)


def series_status(ctx: PageContext, series: pb.VisitSeries) -> tuple[str, Markup]:
    """The kind of the status and its word."""
    state = state_of(series)
    return _STATUS.get(state, "no") if state else "wait", ctx.say(f"series_is.{state.value}") if state else Markup()


def series_row(ctx: PageContext, series: pb.VisitSeries, name: str) -> SeriesRow:
    """`name` is that of the person who gets the visits."""
    status, says = series_status(ctx, series)
    pattern = pattern_words(ctx, series.pattern).sentence
    return SeriesRow(series.series_id, name, series.person_id == ctx.subject_id, status, says, pattern, series.version)


def _every(ctx: PageContext, weekdays: Sequence[int], every_weeks: int) -> Markup:
    if len(weekdays) == _EVERY_DAY and every_weeks == 1:
        return ctx.say("series.every_day")
    names = _listed(ctx, [ctx.say(f"data.value.day.{DAYS[day - 1]}") for day in weekdays])
    return ctx.say("series.every", every_weeks, days=names)


def _listed(ctx: PageContext, words: Sequence[Markup]) -> str:
    """As "Monday, Tuesday and Friday"."""
    if len(words) < 2:
        return "".join(map(str, words))
    return str(ctx.say("series.and", first=", ".join(map(str, words[:-1])), last=words[-1]))
