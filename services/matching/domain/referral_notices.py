"""Who is told of a step of a referral, and of what kind the notice is. It never says more than the page that it leads to.

| step      | in                                                   | out                      |
|-----------|------------------------------------------------------|--------------------------|
| sent      | the co-op                                            | the partner              |
| put       | the person                                           |                          |
| accepted  | the person, the partner                              | the person               |
| declined  | the person, the partner                              | the person               |
| withdrawn | the co-op, the person                                |                          |
| refused   | the co-op; the partner, if it was not taken on before | the partner              |
| closed    | the person; the partner, if the person lets it hear  | the person               |
| told more | the partner, if it is closed                         |                          |
"""

from collections.abc import Iterator

from kith.matching.v1.enums import ReferralDirection, ReferralEntryKind, ReferralSide, ReferralState
from services.matching.domain.referral import Referral

_ANSWERED, _OUTCOME = "referral_answered", "referral_outcome"


def notices_after(referral: Referral, kind: ReferralEntryKind) -> Iterator[tuple[ReferralSide, str]]:
    """`referral` is as it is after the step."""
    if referral.direction is ReferralDirection.IN:
        return _after_step_of_in(referral, kind)
    return _after_step_of_out(kind)


def _after_step_of_in(referral: Referral, kind: ReferralEntryKind) -> Iterator[tuple[ReferralSide, str]]:
    match kind:
        case ReferralEntryKind.SENT:
            yield ReferralSide.CO_OP, "referral_received"
        case ReferralEntryKind.PUT:
            yield ReferralSide.PERSON, "referral_about_you"
        case ReferralEntryKind.ACCEPTED | ReferralEntryKind.DECLINED:
            yield ReferralSide.PERSON, _ANSWERED
            yield ReferralSide.PARTNER, _ANSWERED
        case ReferralEntryKind.WITHDRAWN:
            yield ReferralSide.CO_OP, "referral_withdrawn"
            yield ReferralSide.PERSON, "referral_called_off"
        case ReferralEntryKind.REFUSED:
            yield ReferralSide.CO_OP, "referral_refused"
            if referral.accepted_at is None:
                yield ReferralSide.PARTNER, _ANSWERED
        case ReferralEntryKind.CLOSED:
            yield ReferralSide.PERSON, _OUTCOME
            if referral.tells_outcome:
                yield ReferralSide.PARTNER, _OUTCOME
        case ReferralEntryKind.TOLD_MORE if referral.state is ReferralState.CLOSED:
            yield ReferralSide.PARTNER, _OUTCOME


def _after_step_of_out(kind: ReferralEntryKind) -> Iterator[tuple[ReferralSide, str]]:
    match kind:
        case ReferralEntryKind.SENT:
            yield ReferralSide.PARTNER, "referral_for_partner"
        case ReferralEntryKind.ACCEPTED | ReferralEntryKind.DECLINED:
            yield ReferralSide.PERSON, _ANSWERED
        case ReferralEntryKind.REFUSED:
            yield ReferralSide.PARTNER, "referral_taken_back"
        case ReferralEntryKind.CLOSED:
            yield ReferralSide.PERSON, _OUTCOME
