"""How a worker works, from a day on: employed, self-employed or as a volunteer, and for how much."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith.scheduling.v1.enums import TermsState
from libs.refusals import invalid
from services.scheduling.domain.settlement import Engagement

MAX_PENCE = 1_000_000


@dataclass(frozen=True)
class EngagementTerms:
    """In pence an hour: `rate` is the worker's price, `wage` what an employed worker is paid; 0 where there is none."""

    id: UUID
    worker: UUID
    kind: Engagement
    rate: int
    wage: int
    first_day: date
    last_day: date | None
    state: TermsState
    proposed_by: UUID
    proposed_at: datetime
    answered_by: UUID | None = None
    answered_at: datetime | None = None

    @property
    def from_worker(self) -> bool:
        """Whether the worker proposed it, and the co-op answers; or else the other way."""
        return self.proposed_by == self.worker


def require_amounts(kind: Engagement, rate: int, wage: int) -> None:
    """A volunteer has neither, an employed worker both, a self-employed one the rate. Raises Invalid RATE_WRONG or WAGE_WRONG."""
    if not 0 <= rate <= MAX_PENCE or (rate > 0) != (kind is not Engagement.VOLUNTEER):
        raise invalid("rate_pence", "RATE_WRONG", at_most=str(MAX_PENCE // 100))
    if not 0 <= wage <= MAX_PENCE or (wage > 0) != (kind is Engagement.EMPLOYED):
        raise invalid("wage_pence", "WAGE_WRONG", at_most=str(MAX_PENCE // 100))
