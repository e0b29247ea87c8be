"""What a pay period has, in words and tables: for the page that checks it and for the one that shows it closed."""

from collections.abc import Mapping

from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages.money.money_words import amount, columns, day_of, minutes_of, paid_for, payer_names, price_of, times_of


def period_days(ctx: PageContext, period: pb.PayPeriod | pb.GetOpenPeriodResponse) -> str:
    """From its first day to its last."""
    return str(ctx.say("week.span", first=ctx.format_day(period.first_day), last=ctx.format_day(period.last_day)))


async def contents_view(ctx: PageContext, contents: pb.PeriodContents) -> Mapping[str, object]:
    """Values of a template: tables of what payers owe, what workers get, and of every visit."""
    ids = {who for visit in contents.visits for who in (visit.person_id, visit.worker_id, *(charge.person_id for charge in visit.charges))}
    ids.discard("")
    people = await ctx.person_names(ids)
    owed: dict[str, int] = {}
    for visit in contents.visits:
        for charge in visit.charges:
            owed[charge.payer_id] = owed.get(charge.payer_id, 0) + charge.pence
    names = payer_names(ctx, contents.payers, people)
    pay_numbers, visit_numbers = ("care", "travel", "waiting", "floor", "pay"), ("care", "price", "pay")
    return {
        "owed_columns": columns(ctx, "who_pays", "owed", numbers=("owed",)),
        "owed": [[names[payer], amount(pence)] for payer, pence in sorted(owed.items(), key=lambda each: names[each[0]]) if pence],
        "pay_columns": columns(ctx, "who_works", *pay_numbers, numbers=pay_numbers),
        "pay": [
            [
                people[pay.worker_id].full,
                pay.care_minutes,
                pay.travel_minutes,
                pay.waiting_minutes,
                amount(pay.floor_pence) if pay.floor_pence else "",
                amount(pay.pence),
            ]
            for pay in contents.pay
        ],
        "below": [
            {
                "worker": pay.worker_id,
                "name": people[pay.worker_id].full,
                "missing": amount(pay.floor_pence - pay.pence),
                "reason": pay.below_floor_reason,
            }
            for pay in contents.pay
            if pay.floor_pence and pay.pence < pay.floor_pence
        ],
        "visit_columns": columns(ctx, "day", "times", "whom", "who_came", *visit_numbers, numbers=visit_numbers),
        "visits": [
            [
                day_of(ctx, visit),
                times_of(ctx, visit),
                ", ".join(people[person].full for person in paid_for(visit)),
                people[visit.worker_id].full,
                minutes_of(visit),
                amount(price_of(visit.charges)),
                amount(visit.care_pay_pence + visit.travel_pay_pence),
            ]
            for visit in contents.visits
        ],
        "price": amount(sum(owed.values())),
        "paid": amount(sum(pay.pence for pay in contents.pay)),
        "co_op_part": amount(contents.co_op_pence),
    }
