"""Which confirmed visits are to be settled now, and by which terms; or what is missing for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import NotSettledReason
from libs.rulebook.fraction_text import format_fraction
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.domain.funding import FundingPlan
from services.scheduling.domain.pay_period import PartTerms, RulesInForce, SettledVisit, VisitTerms, WorkedVisit, settle_visit
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import agreed_on


@dataclass(frozen=True)
class NotSettledVisit:
    """A visit that is not counted, and why: that says whom to ask."""

    visit: UUID
    person: UUID
    worker: UUID
    starts: datetime
    reason: NotSettledReason


@dataclass(frozen=True)
class MoneyTerms:
    """Everything that was agreed and decided: by worker, by person, and the rulebooks in the order in which they came into force."""

    zone: ZoneInfo
    rules: Sequence[RulesInForce]
    engagements: Mapping[UUID, Sequence[EngagementTerms]]
    plans: Mapping[UUID, Sequence[FundingPlan]]

    def rules_at(self, moment: datetime) -> RulesInForce | None:
        """Those of the rulebook in force."""
        return next((rules for rules in reversed(self.rules) if rules.since <= moment), None)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True)
class DueVisits:
    """What is to be settled, those that are taken back first, and what lacks terms."""

    settled: Sequence[SettledVisit]
    lacking: Sequence[NotSettledVisit]


def find_terms(terms: MoneyTerms, visit: WorkedVisit) -> VisitTerms | NotSettledReason:
    """Of the day on which the visit started. Who came as a volunteer costs nothing, so that nobody has to have agreed to pay."""
    if visit.paid is None:
        return NotSettledReason.WORKER_ERASED
    rules, day = terms.rules_at(visit.starts), terms.local_day(visit.starts)
    if rules is None or rules.payer_adds is None or rules.worker_gives is None:
        return NotSettledReason.NO_RULES
    shares = format_fraction(rules.payer_adds), format_fraction(rules.worker_gives)
    engagement = agreed_on(day, terms.engagements.get(visit.worker, ())) if visit.paid else None
    if visit.paid and engagement is None:
        return NotSettledReason.NO_ENGAGEMENT
    if engagement is None or engagement.kind is Engagement.VOLUNTEER:
        return VisitTerms(*shares, Engagement.VOLUNTEER, 0, 0, 0, *_who_pays(terms, visit, day))
    if any(agreed_on(day, terms.plans.get(person, ())) is None for person in visit.persons):
        return NotSettledReason.NO_FUNDING
    floor = rules.floor_on(day) if engagement.kind is Engagement.EMPLOYED else 0
    return VisitTerms(*shares, engagement.kind, engagement.rate, engagement.wage, floor, *_who_pays(terms, visit, day))


def _who_pays(terms: MoneyTerms, visit: WorkedVisit, day: date) -> tuple[tuple[tuple[UUID, str], ...], tuple[PartTerms, ...]]:
    """The payers of a visit to one person, or the parts of one that two share; without a plan everybody pays for themselves."""
    of_persons = []
    for person in visit.persons:
        plan = agreed_on(day, terms.plans.get(person, ()))
        of_persons.append(tuple((line.payer, line.share) for line in plan.lines) if plan else ((person, "1/1"),))
    if visit.shared is None:
        return of_persons[0], ()
    shares = map(format_fraction, visit.shared.shares)
    return (), tuple(PartTerms(*part) for part in zip(visit.persons, shares, of_persons, strict=True))


def due_visits(terms: MoneyTerms, confirmed: Iterable[WorkedVisit], settled_before: Mapping[UUID, SettledVisit]) -> DueVisits:
    """`settled_before` are visits as they were settled, by their records, where the record was corrected since."""
    taken_back, settled, lacking = [], [], []
    for visit in confirmed:
        before = settled_before.get(visit.record)
        if before is not None:
            taken_back.append(settle_visit(before.visit, before.terms, taken_back=True))
        found = before.terms if before is not None else find_terms(terms, visit)
        if isinstance(found, NotSettledReason):
            lacking += [
                NotSettledVisit(visit.visit, person, visit.worker, visit.starts, found) for person in _whom_to_ask(terms, visit, found)
            ]
        else:
            settled.append(settle_visit(visit, found))
    return DueVisits((*taken_back, *settled), lacking)


def _whom_to_ask(terms: MoneyTerms, visit: WorkedVisit, reason: NotSettledReason) -> tuple[UUID, ...]:
    """The person to whom the visit is; where it lacks a plan of who pays, each of two who share it and have none."""
    if reason is not NotSettledReason.NO_FUNDING:
        return (visit.person,)
    day = terms.local_day(visit.starts)
    return tuple(person for person in visit.persons if agreed_on(day, terms.plans.get(person, ())) is None)
