"""Words for working time: lengths, opt-outs and what a rule that was not kept means."""

from datetime import datetime

from markupsafe import Markup

from kith.scheduling.v1 import working_time_pb2 as pb
from kith.scheduling.v1.enums import WorkingTimeRule
from libs.rpc.enums import known_word
from services.web.page_context import PageContext

_OF_A_SPAN = (WorkingTimeRule.AVERAGE_WEEK, WorkingTimeRule.NIGHT_AVERAGE)


def hours_words(ctx: PageContext, minutes: int) -> str:
    """Such as "41 hours 20 minutes"."""
    hours, rest = divmod(minutes, 60)
    words = [str(ctx.say("hours.hours", hours))] if hours or not rest else []
    return " ".join([*words, *([str(ctx.say("hours.minutes", rest))] if rest else [])])


def short_hours(ctx: PageContext, minutes: int) -> str:
    """For the cell of a table, such as "41 h 20"."""
    hours, rest = divmod(minutes, 60)
    return str(ctx.say("hours.short_minutes" if rest else "hours.short", hours=hours, minutes=f"{rest:02}")) if minutes else "0"


def opt_out_words(ctx: PageContext, opt_out: pb.OptOut) -> Markup:
    """From when until when."""
    first, last = ctx.format_day(opt_out.first_day), ctx.format_day(opt_out.last_day)
    return ctx.say("away.span", first=first, last=last) if last else ctx.say("engagement.from", first=first)


def breach_words(ctx: PageContext, breach: pb.Breach) -> Markup | None:
    """Which rule was not kept, and when; None for a rule that only a newer version knows."""
    rule = known_word(pb.WorkingTimeRule, WorkingTimeRule, breach.rule, None)
    if rule is None:
        return None
    if rule in _OF_A_SPAN:
        return ctx.say(f"hours_breach.{rule}")
    return ctx.say(f"hours_breach.{rule}", day=ctx.format_day(datetime.fromisoformat(breach.at).date().isoformat()))
