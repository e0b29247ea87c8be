"""A secretary closes a pay period as they saw it: the visits in it are settled for good, and invoices get their numbers."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.domain.pay_period import SettledVisit, check_floor, invoices_of, pay_by_worker, require_unchanged
from services.scheduling.storage import pay_periods
from services.scheduling.storage.money_access import require_secretary
from services.scheduling.storage.open_periods import load_open_period


async def close_period(
    work: UnitOfWork, first_day: date | None, last_day: date | None, shown: str, reasons: Mapping[UUID, str], *, zone: ZoneInfo
) -> UUID:
    """`shown` is the fingerprint of what the page showed, `reasons` why workers are paid less than the floor.

    Raises NotAllowed HAT_NEEDED, FailedPrecondition MONEY_RULES_MISSING, and what `require_days`, `require_unchanged` and `check_floor`
    raise.
    """
    secretary = await require_secretary(work)
    await pay_periods.lock(work)
    found = await load_open_period(work, first_day, last_day, zone)
    if found.rules is None:
        raise FailedPrecondition("MONEY_RULES_MISSING")
    require_unchanged(found.settled, shown)
    pay = pay_by_worker(found.settled)
    below = check_floor(pay, reasons, with_reason=found.rules.below_floor_with_reason)
    days = found.first_day, found.last_day
    period = PayPeriod(work.new_id(), *days, work.now, secretary, found.rules.fewest_in_line, *_sums(found.settled))
    await pay_periods.add(work, period, found.settled, invoices_of(found.settled), below)
    await tell_of_money(work, Notice.PAY_READY, period.id, set(pay))
    return period.id


def _sums(settled: Sequence[SettledVisit]) -> tuple[int, int, int, int, int, int, int]:
    """Visits, people and pence, as `PayPeriod` has them."""
    return (
        sum(-1 if each.taken_back else 1 for each in settled),
        len({person for each in settled for person, pence in zip(each.persons, each.charges, strict=True) if pence}),
        len({each.visit.worker for each in settled if each.pay}),
        len({each.visit.worker for each in settled if each.travel_pay}),
        sum(each.price for each in settled),
        sum(each.care_pay for each in settled),
        sum(each.travel_pay for each in settled),
    )
