"""What a pay period would be if it were closed now: what the secretary checks, and what closing takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.due_visits import NotSettledVisit
from services.scheduling.domain.funding import Payer
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.pay_period import InvoiceNumbers, RulesInForce, SettledVisit, require_days, usual_days
from services.scheduling.storage import funding, money_rules, pay_periods, worked_visits


@dataclass(frozen=True)
class OpenPeriod:
    """`rules` are those in force now; None before any rulebook said something of money."""

    first_day: date
    last_day: date
    is_first: bool
    settled: Sequence[SettledVisit]
    not_settled: Sequence[NotSettledVisit]
    rules: RulesInForce | None
    payers: Sequence[Payer]
    numbers: InvoiceNumbers


async def load_open_period(work: UnitOfWork, first_day: date | None, last_day: date | None, zone: ZoneInfo) -> OpenPeriod:
    """Without a first day it begins after the last one, without a last day it ends yesterday. Raises what `usual_days`
    and `require_days` raise.
    """
    last, today = await pay_periods.find_last(work), work.now.astimezone(zone).date()
    closed_until = last.last_day if last else None
    usual = usual_days(closed_until, today) if first_day is None or last_day is None else (first_day, last_day)
    begin, until = require_days(first_day or usual[0], last_day or usual[1], closed_until, today)
    counted_from = await pay_periods.find_first_day(work) or begin
    span = midnight(zone, counted_from), midnight(zone, until + timedelta(days=1))
    due = await worked_visits.list_due(work, zone, *span)
    not_settled = [*due.lacking, *await worked_visits.list_not_confirmed(work, *span)]
    in_force = [rules for rules in await money_rules.list_rules(work) if rules.since <= work.now]
    payers = await funding.list_payers(work, {payer for each in due.settled for payer, _ in each.terms.lines})
    rules, numbers = in_force[-1] if in_force else None, await pay_periods.find_numbers(work)
    return OpenPeriod(begin, until, closed_until is None, due.settled, not_settled, rules, payers, numbers)
