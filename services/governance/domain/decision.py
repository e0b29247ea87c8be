"""Entries of the decision log: what was decided, in which way, and with which effect."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from libs.refusals import FailedPrecondition
from libs.rulebook import ResolutionType


class DecisionKind(StrEnum):
    """What a decision was about."""

    FOUNDING = "founding"
    MOTION = "motion"
    FEDERATED_VOTE = "federated_vote"


class DecisionEffect(StrEnum):
    """What a decision changed beyond itself."""

    NONE = ""
    RULEBOOK_ADOPTED = "rulebook_adopted"
    OUTCOME_REPLACED = "outcome_replaced"
    VOTE_ANNULLED = "vote_annulled"


@dataclass(frozen=True)
class MotionDecision:
    """The numbered decision on a motion, with the resolution type of the rulebook that the motion was announced under."""

    number: int
    passed: bool
    decided_at: datetime
    resolution_type: ResolutionType

    def require_passed(self) -> None:
        """Raises FailedPrecondition DECISION_NOT_PASSED."""
        if not self.passed:
            raise FailedPrecondition("DECISION_NOT_PASSED", number=str(self.number))
