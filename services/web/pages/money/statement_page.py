"""What everybody may read of each closed period: what was paid for visits, what workers got of it, and what the co-op kept."""

from fractions import Fraction

from starlette.responses import Response

from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.money.money_words import amount
from services.web.pages.money.period_words import period_days

_LISTED = 12


async def show(ctx: PageContext) -> Response:
    """The latest periods first."""
    request = pb.ListPeriodsRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    found: pb.ListPeriodsResponse = await ctx.call(ctx.state.services.pay_periods.ListPeriods, request)
    return ctx.render(
        "money/statement",
        periods=[_view(ctx, period) for period in found.periods],
        more=ctx.next_page(found.next_page_token),
    )


def _view(ctx: PageContext, period: pb.PayPeriod) -> dict[str, object]:
    statement = period.statement
    lines = {"pay": statement.pay_pence}
    if statement.is_travel_shown:
        lines["travel"] = statement.travel_pay_pence
    lines["overhead"] = statement.overhead_pence
    said = str(ctx.say("statement.said", price=amount(statement.price_pence), overhead=amount(statement.overhead_pence)))
    return {
        "days": period_days(ctx, period),
        "is_shown": statement.is_shown,
        "visits": statement.visits,
        "workers": statement.workers,
        "persons": statement.persons,
        "fewest": statement.fewest_in_line,
        "said": said,
        "lines": [(ctx.say(f"statement_line.{name}"), amount(pence)) for name, pence in lines.items()],
        "price": amount(statement.price_pence),
        "drawing": _drawing(ctx, said, lines) if statement.is_shown else "",
    }


def _drawing(ctx: PageContext, said: str, lines: dict[str, int]) -> str:
    """A bar for each line, all on one scale. Below nothing there is no bar: the sentence says it."""
    bars = [
        Bar(str(ctx.say(f"statement_line.{name}")), [BarSegment("for", Fraction(max(pence, 0)), amount(pence))])
        for name, pence in lines.items()
    ]
    return bar_chart(str(ctx.say("statement.drawing")), said, bars)


PAGE = Page("/money/statement", show)
