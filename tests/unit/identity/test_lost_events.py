"""Each event of identity is either handled again after its database was set back, or there is a reason why not."""

import pytest

from kith.identity.facts.v1 import facts_pb2
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS

_GIVES = "it gives something, and what was given is given again by people"
_TELLS = "it only tells somebody, and they were told"
_BY_DATE = "its day is looked at anew, by a job and at each use"
_NOT_IN_THE_EVENT = "what changed is not in the event: a person does it again (docs/threat-model.md, Open)"
_ENDS_ELSEWHERE = "what it ends has events of its own, which are handled"

LEFT_OUT = {
    "AccessGiven": _GIVES,
    "ConsentGiven": _GIVES,
    "CredentialAdded": _GIVES,
    "CredentialDue": _BY_DATE,
    "CredentialExpired": _BY_DATE,
    "CredentialRejected": "it is a claim again, which counts for nothing, and a secretary looks at it again",
    "CredentialRenewed": "the earlier one counts until its own last day",
    "CredentialVerified": _GIVES,
    "DataAsked": "the person was told the day, and asks again",
    "DataRequestAnswered": _TELLS,
    "DataRequestWaits": _TELLS,
    "EmergencyAccessOpened": _GIVES,
    "EmergencyAccessReviewed": "a secretary looks into it again",
    "ErasureAsked": "the person was told the day, and asks again",
    "ErasureFinished": "the names go again once the other services have confirmed again",
    "ErasureWaits": _TELLS,
    "HelpBegan": _GIVES,
    "HoldDue": _BY_DATE,
    "HoldNoticed": _TELLS,
    "HoldPlaced": _NOT_IN_THE_EVENT,
    "HoldReviewed": _NOT_IN_THE_EVENT,
    "HoldReleased": "nothing is lost by holding for longer",
    "NoticeWanted": _TELLS,
    "PasskeyAdded": _GIVES,
    "PasskeyCopySuspected": _TELLS,
    "PersonCorrected": _NOT_IN_THE_EVENT,
    "PersonRegistered": _GIVES,
    "PersonsMerged": _ENDS_ELSEWHERE,
    "ReadAuditSealed": "the reads that it sealed are lost too, and the chain goes on from the copy",
    "RecordChanged": _NOT_IN_THE_EVENT,
    "RecoveryHelperAccepted": _GIVES,
    "RecoveryHelperNamed": _GIVES,
    "RecoveryRequested": _GIVES,
    "RecoveryVouchWanted": _TELLS,
    "RecoveryVouched": _GIVES,
    "RelationshipProposed": _GIVES,
    "RelationshipRecorded": _GIVES,
    "RelationshipStarted": _GIVES,
    "SignInCodeIssued": _GIVES,
    "SignedInOnNewDevice": _TELLS,
    "WaysToBeToldChanged": _NOT_IN_THE_EVENT,
}


@pytest.mark.parametrize("event", facts_pb2.DESCRIPTOR.message_types_by_name)
def test_an_event_is_handled_again_or_left_out_for_a_reason(event: str) -> None:
    is_handled = facts_pb2.DESCRIPTOR.message_types_by_name[event].full_name in LOST_EVENT_HANDLERS
    assert is_handled != (event in LEFT_OUT), "decide what becomes of it when the database is set back, and say why if nothing"


def test_no_reason_is_left_over() -> None:
    assert set(LEFT_OUT) <= set(facts_pb2.DESCRIPTOR.message_types_by_name)
