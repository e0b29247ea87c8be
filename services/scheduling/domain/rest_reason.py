"""Why a worker comes to a visit although a rule of working time is not kept with it: by their own word, as the rulebook allows it.

- A reason counts only for the rules that the rulebook names with it, and for all that the visit breaches. Every other rule stays as it is.
- Nobody says it for the worker: no planner, no colleague, no secretary, nobody who acts for them.
- Nobody under 18 says it: the Working Time Regulations 1998 know other exceptions for them (reg. 27), which ask for other things.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.refusals import invalid
from libs.rulebook import PassableRule, RestReason
from services.scheduling.domain.working_time import Rule

RULES = {rule: Rule[rule.name] for rule in PassableRule}


@dataclass(frozen=True)
class SaidReason:
    """What the worker says. `is_adult`: that they are 18 or older; nobody's birthday is stored."""

    key: str
    is_adult: bool


@dataclass(frozen=True)
class PassedRules:
    """A visit of a worker that they took with a reason, and the rules that were not kept with it."""

    visit: UUID
    worker: UUID
    reason: str
    rules: tuple[PassableRule, ...]
    said_at: datetime


def passing(reasons: Sequence[RestReason], breached: Collection[Rule]) -> list[str]:
    """The keys of the reasons that count for all these rules, in the order of the rulebook."""
    return [reason.key for reason in reasons if set(breached) <= {RULES[rule] for rule in reason.passes}]


def require_counts(reasons: Sequence[RestReason], breached: Collection[Rule], said: SaidReason, **details: str) -> None:
    """Raises Invalid REST_REASON_UNKNOWN, REST_REASON_OTHER_RULE or REST_REASON_FOR_ADULTS, with the `details`."""
    if said.key not in {reason.key for reason in reasons}:
        raise invalid("rest_reason", "REST_REASON_UNKNOWN", **details)
    if said.key not in passing(reasons, breached):
        raise invalid("rest_reason", "REST_REASON_OTHER_RULE", **details)
    if not said.is_adult:
        raise invalid("is_adult", "REST_REASON_FOR_ADULTS", **details)
