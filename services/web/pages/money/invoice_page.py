"""One invoice or credit note, on paper too: who pays, for which visits, and how much."""

from starlette.responses import Response

from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.money.money_words import amount, columns, day_of, minutes_of, times_of
from services.web.pages.money.period_words import period_days


async def show(ctx: PageContext) -> Response:
    """For a secretary, and for the person who pays it."""
    request = pb.GetInvoiceRequest(number=int(ctx.path_param("invoice")))
    found: pb.GetInvoiceResponse = await ctx.call(ctx.state.services.pay_periods.GetInvoice, request)
    people = await ctx.person_names([*(visit.person_id for visit in found.visits), found.invoice.payer_id])
    numbers = ("care", "share", "owed")
    own = [[charge for charge in visit.charges if charge.payer_id == found.invoice.payer_id] for visit in found.visits]
    issued = ctx.local_day(utc_datetime(found.invoice.issued_at)).isoformat()
    return ctx.render(
        "money/invoice",
        says=ctx.say("invoice.credit_note" if found.invoice.is_credit_note else "invoice.title", number=found.invoice.number),
        is_credit_note=found.invoice.is_credit_note,
        payer=found.payer.organisation if found.HasField("payer") else people[found.invoice.payer_id].full,
        address=found.payer.address.splitlines(),
        issued=ctx.format_day(issued),
        period=period_days(ctx, found.period),
        total=amount(found.invoice.pence),
        columns=columns(ctx, "day", "times", "whom", *numbers, numbers=numbers),
        visits=[
            [day_of(ctx, visit), times_of(ctx, visit), people[visit.person_id].full, minutes_of(visit), charge.share, amount(charge.pence)]
            for visit, charges in zip(found.visits, own, strict=True)
            for charge in charges
        ],
    )


PAGE = Page("/money/invoices/{invoice:int}", show, acting=True)
