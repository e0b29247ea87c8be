"""One invoice or credit note, on paper too: who pays, for which visits, and how much.

A secretary opens it in their hat, at a path of its own.
"""

from datetime import date

from starlette.responses import Response

from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.localisation.dates import format_date_only
from services.web.page import Access, Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.money.money_words import amount, columns, day_of, minutes_of, paid_for, share_of, times_of


async def show(ctx: PageContext) -> Response:
    """For the person who pays it, and for a secretary."""
    request = pb.GetInvoiceRequest(number=int(ctx.path_param("invoice")))
    found: pb.GetInvoiceResponse = await ctx.call(ctx.state.services.pay_periods.GetInvoice, request)
    people = await ctx.person_names([*(person for visit in found.visits for person in paid_for(visit)), found.invoice.payer_id])
    numbers = ("care", "hour", "share", "owed")
    own = [[charge for charge in visit.charges if charge.payer_id == found.invoice.payer_id] for visit in found.visits]
    # With the year, as nobody knows when somebody reads it.
    issued = format_date_only(ctx.local_day(utc_datetime(found.invoice.issued_at)))
    first, last = (format_date_only(date.fromisoformat(day)) for day in (found.period.first_day, found.period.last_day))
    return ctx.render(
        "money/invoice",
        says=ctx.say("invoice.credit_note" if found.invoice.is_credit_note else "invoice.title", number=found.invoice.number),
        is_office=ctx.hat == Access.SECRETARY,
        is_credit_note=found.invoice.is_credit_note,
        payer=found.payer.organisation if found.HasField("payer") else people[found.invoice.payer_id].full,
        address=found.payer.address.splitlines(),
        issued=issued,
        period=ctx.say("week.span", first=first, last=last),
        total=amount(found.invoice.pence),
        columns=columns(ctx, "day", "times", "whom", *numbers, numbers=numbers),
        visits=[
            [
                day_of(ctx, visit),
                times_of(ctx, visit),
                people[charge.person_id or visit.person_id].full,
                minutes_of(visit),
                amount(visit.hour_pence),
                share_of(ctx, charge),
                amount(charge.pence),
            ]
            for visit, charges in zip(found.visits, own, strict=True)
            for charge in charges
        ],
    )


PAGE = Page("/money/invoices/{invoice:int}", show, acting=True)
SECRETARY_PAGE = Page("/money/periods/invoices/{invoice:int}", show, access=Access.SECRETARY)
