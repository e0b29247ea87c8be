"""Words for working time: lengths, opt-outs and what a rule that was not kept means."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from kith.scheduling.v1 import working_time_pb2 as pb
from kith.scheduling.v1.enums import WorkingTimeRule
from libs.rpc.enums import known_word
from services.web.localisation.dates import format_hour
from services.web.page_context import PageContext
from services.web.pages.rulebook_lookup import fetch_rulebook

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


async def with_reason_words(ctx: PageContext, visits: Sequence[pb.VisitWithReason]) -> list[Markup]:
    """When each was, the reason as the rulebook in force calls it, or its key there once, and which rules were not kept."""
    names = {reason.key: reason.name for reason in (await fetch_rulebook(ctx)).rest_reasons} if visits else {}
    return [_with_reason(ctx, visit, names.get(visit.reason, visit.reason.replace("_", " "))) for visit in visits]


def _with_reason(ctx: PageContext, visit: pb.VisitWithReason, reason: str) -> Markup:
    at = datetime.fromisoformat(visit.at).replace(tzinfo=ctx.state.co_op.zone)
    known = [known_word(pb.WorkingTimeRule, WorkingTimeRule, rule, None) for rule in visit.rules]
    rules = ", ".join(str(ctx.say(f"rest_reason_rule.{rule}")) for rule in known if rule is not None)
    return ctx.say(
        "rest_reason.said",
        day=ctx.format_day(at.date().isoformat()),
        hour=format_hour(at, ctx.state.co_op.zone),
        reason=reason,
        rules=rules,
    )
