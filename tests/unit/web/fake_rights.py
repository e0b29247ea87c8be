"""Who may act for whom and look at what, what people agreed to, and what they ask of their data."""

from datetime import timedelta
from typing import Any

from kith.identity.v1 import consent_pb2 as consent
from kith.identity.v1 import data_requests_pb2 as asked
from kith.identity.v1 import emergency_pb2 as emergency
from kith.identity.v1 import relationships_pb2 as rel
from tests.unit.web.fake_ids import EMERGENCY, OTHERS_ENTRY, OWN_ENTRY
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

SISTER, LPA, ASKED = (f"01939f00-0000-7000-8000-0000000000b{number}" for number in (1, 2, 3))


def make_relationship(**overrides: Any) -> rel.Relationship:
    relationship: dict[str, Any] = {
        "relationship_id": SISTER,
        "subject_id": ADA,
        "holder_id": JO,
        "kind": rel.RELATIONSHIP_KIND_RELATIVE,
        "state": rel.RELATIONSHIP_STATE_IN_FORCE,
        "scopes": [rel.ACTING_SCOPE_CONTACTS, rel.ACTING_SCOPE_HEALTH],
        "from_day": "2026-11-02",
        "until_day": "2027-03-31",
        "recorded_by": ADA,
        "recorded_at": to_timestamp(NOW - timedelta(days=22)),
        "confirmed_by": JO,
        "confirmed_at": to_timestamp(NOW - timedelta(days=21)),
    }
    return rel.Relationship(**(relationship | overrides))


class FakeRelationshipService(FakeService):
    """Jo may act for Ada, and an attorney for Ada waits for a second look; Mo has asked Ada to act for him, and in `acts_for` she may."""

    def __init__(self) -> None:
        self.acts_for: dict[str, list[rel.ActingScope.ValueType]] = {}
        self.attorney_for = ADA
        super().__init__(rel.DESCRIPTOR.services_by_name["RelationshipService"])

    def ListRelationships(self, request: rel.ListRelationshipsRequest) -> rel.ListRelationshipsResponse:
        attorney = make_relationship(
            relationship_id=LPA, kind=rel.RELATIONSHIP_KIND_ATTORNEY_FOR_MONEY, state=rel.RELATIONSHIP_STATE_RECORDED, until_day="",
            scopes=[rel.ACTING_SCOPE_MONEY], evidence=rel.EVIDENCE_KIND_LASTING_POWER, evidence_reference="7000 1234 5678",
            evidence_seen_on="2026-11-20", recorded_by=MO if self.attorney_for == ADA else JO, confirmed_by="", confirmed_at=None,
            holder_id=JO, subject_id=self.attorney_for,
        )  # fmt: skip
        asked = make_relationship(
            relationship_id=ASKED, subject_id=MO, holder_id=ADA, state=rel.RELATIONSHIP_STATE_PROPOSED, confirmed_by="", confirmed_at=None,
        )  # fmt: skip
        over = make_relationship(
            state=rel.RELATIONSHIP_STATE_ENDED, end_reason=rel.END_REASON_HOLDER_LEFT, ended_at=to_timestamp(NOW - timedelta(days=1))
        )
        if request.unconfirmed:
            return rel.ListRelationshipsResponse(relationships=[attorney])
        if request.person_id:
            decider = make_relationship(subject_id=request.person_id, holder_id=MO, scopes=[rel.ACTING_SCOPE_CONSENT])
            return rel.ListRelationshipsResponse(relationships=[make_relationship(), attorney, asked, decider, over])
        mine = [make_relationship(subject_id=subject, holder_id=ADA) for subject in self.acts_for]
        return rel.ListRelationshipsResponse(
            relationships=[make_relationship(), attorney, asked, *mine, *([over] if request.ended_too else [])]
        )

    def GetActingRights(self, _request: rel.GetActingRightsRequest) -> rel.GetActingRightsResponse:
        rights = [rel.ActingRight(subject_id=subject, scopes=scopes) for subject, scopes in self.acts_for.items()]
        return rel.GetActingRightsResponse(rights=rights)


class FakeConsentService(FakeService):
    """Somebody agreed to three things, and took back a fourth."""

    def __init__(self) -> None:
        super().__init__(consent.DESCRIPTOR.services_by_name["ConsentService"])

    def RecordConsent(self, _request: consent.RecordConsentRequest) -> consent.RecordConsentResponse:
        return consent.RecordConsentResponse(consent_id=OTHERS_ENTRY)

    def RecordCapacity(self, _request: consent.RecordCapacityRequest) -> consent.RecordCapacityResponse:
        return consent.RecordCapacityResponse(capacity_id=OWN_ENTRY)

    def WithdrawConsent(self, _request: consent.WithdrawConsentRequest) -> consent.WithdrawConsentResponse:
        return consent.WithdrawConsentResponse()

    def GetConsents(self, request: consent.GetConsentsRequest) -> consent.GetConsentsResponse:
        states = (
            (consent.CONSENT_STATE_IN_FORCE, consent.CONSENT_DECISION_KEY_SAFE, consent.CONSENT_BASIS_OWN),
            (consent.CONSENT_STATE_PLANNED, consent.CONSENT_DECISION_OTHER, consent.CONSENT_BASIS_DECIDER),
            (consent.CONSENT_STATE_IN_FORCE, consent.CONSENT_DECISION_MEDICINES, consent.CONSENT_BASIS_BEST_INTERESTS),
            (consent.CONSENT_STATE_WITHDRAWN, consent.CONSENT_DECISION_PHOTO, consent.CONSENT_BASIS_OWN),
        )
        entries = [
            consent.ConsentEntry(
                consent_id=f"01939f00-0000-7000-8000-0000000000c{number}", decision=decision, state=state, basis=basis,
                answer=consent.CONSENT_ANSWER_CONDITIONS, words="Only Jo.", explained=[consent.EXPLANATION_EASY_READ], present="my sister",
                about="Feeding the cat" if decision == consent.CONSENT_DECISION_OTHER else "", valid_from=to_timestamp(NOW),
                until_day="2027-03-31", review_day="2027-02-01",
                decided_by=JO if basis != consent.CONSENT_BASIS_OWN else request.person_id,
                withdrawn_at=to_timestamp(NOW) if state == consent.CONSENT_STATE_WITHDRAWN else None,
                best_interests=consent.BestInterests(
                    authority=consent.BEST_INTERESTS_AUTHORITY_CARE, decided_by="Dr Example and her sister", consulted="Her sister",
                    less_restrictive="A visit less", wishes="Her own bed", reasons="She sleeps better",
                ) if basis == consent.CONSENT_BASIS_BEST_INTERESTS else None,
                capacity_id=OWN_ENTRY if basis == consent.CONSENT_BASIS_BEST_INTERESTS else "",
                withdrawal_cause=consent.WITHDRAWAL_CAUSE_PERSON, corrected=state == consent.CONSENT_STATE_WITHDRAWN,
            )
            for number, (state, decision, basis) in enumerate(states)
        ]  # fmt: skip
        record = consent.CapacityRecord(
            capacity_id=OWN_ENTRY,
            decision=consent.CONSENT_DECISION_MEDICINES,
            counts=True,
            assessed_on="2026-11-01",
            assessed_by="Dr Example",
            until_day="2027-05-01",
        )
        return consent.GetConsentsResponse(entries=entries, capacity=[record])


class FakeEmergencyService(FakeService):
    def __init__(self) -> None:
        super().__init__(emergency.DESCRIPTOR.services_by_name["EmergencyService"])

    def ListEmergencyAccess(self, _request: emergency.ListEmergencyAccessRequest) -> emergency.ListEmergencyAccessResponse:
        opened = [
            emergency.EmergencyAccess(
                access_id=access, reader_id=reader, person_id=person, reason="She fell and cannot speak.",
                opened_at=to_timestamp(NOW - timedelta(days=days)), ends_at=to_timestamp(NOW - timedelta(days=days, hours=-1)),
                reviewed_by=reviewer, reviewed_at=to_timestamp(NOW) if reviewer else None,
            )
            for access, reader, person, days, reviewer in (
                (EMERGENCY, MO, ADA, 0, ""), (OWN_ENTRY, ADA, JO, 1, ""), (OTHERS_ENTRY, MO, JO, 9, ADA),
            )
        ]  # fmt: skip
        return emergency.ListEmergencyAccessResponse(accesses=opened)


class FakeDataRequestService(FakeService):
    held_by = ADA

    def __init__(self) -> None:
        super().__init__(asked.DESCRIPTOR.services_by_name["DataRequestService"])

    def ListDataRequests(self, _request: asked.ListDataRequestsRequest) -> asked.ListDataRequestsResponse:
        at = to_timestamp(NOW - timedelta(days=25))
        days = {OWN_ENTRY: (JO, NOW.date() - timedelta(days=1)), OTHERS_ENTRY: (ADA, NOW.date() + timedelta(days=6))}
        waiting = [
            asked.DataRequest(data_request_id=item, person_id=person, asked_by=person, asked_at=at, due_day=day.isoformat())
            for item, (person, day) in days.items()
        ]
        waiting[1].kind = asked.DATA_REQUEST_KIND_ERASURE
        return asked.ListDataRequestsResponse(data_requests=waiting)

    def ListErasures(self, _request: asked.ListErasuresRequest) -> asked.ListErasuresResponse:
        at = to_timestamp(NOW)
        parts = [asked.ErasedPart(service="identity", confirmed_at=at, deleted_kinds=["session"], blanked_kinds=["contact"])]
        return asked.ListErasuresResponse(erasures=[asked.Erasure(erasure_id=OTHERS_ENTRY, person_id=JO, decided_at=at, parts=parts)])

    def ListHolds(self, request: asked.ListHoldsRequest) -> asked.ListHoldsResponse:
        hold = asked.Hold(
            hold_id=OWN_ENTRY,
            person_id=request.person_id or JO,
            kind=asked.HOLD_KIND_CLAIM,
            reason="A claim after a fall.",
            review_day=NOW.date().isoformat(),
            placed_by=self.held_by,
            placed_at=to_timestamp(NOW),
            shown=True,
        )
        return asked.ListHoldsResponse(holds=[hold])
