"""A secretary writes down who pays for visits to a person, from a day on. It counts once the person says yes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kith.scheduling.v1.enums import TermsState
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.funding import FundingLine, FundingPlan, check_lines
from services.scheduling.domain.terms import require_days
from services.scheduling.storage import funding
from services.scheduling.storage.money_access import require_secretary


async def propose_funding(
    work: UnitOfWork, person: UUID, first_day: date | None, last_day: date | None, lines: Sequence[FundingLine]
) -> UUID:
    """Raises NotAllowed HAT_NEEDED, NotFound PAYER_UNKNOWN, and what `require_days` and `check_lines` raise."""
    secretary = await require_secretary(work)
    first, checked = require_days(first_day, last_day), check_lines(lines)
    named = {line.payer for line in checked}
    if named - {payer.id for payer in await funding.list_payers(work, named)} - {person}:
        raise NotFound("PAYER_UNKNOWN")
    plan = FundingPlan(work.new_id(), person, first, last_day, TermsState.PROPOSED, secretary, work.now, lines=checked)
    await funding.add(work, plan)
    await tell_of_money(work, Notice.FUNDING_PROPOSED, plan.id, {person})
    return plan.id
