"""Translates between the messages of ConsentService and identity's own types."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1.enums import BestInterestsAuthority, ConsentAnswer, ConsentDecision, Explanation
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.identity.commands.record_capacity import NewCapacityRecord
from services.identity.commands.record_consent import NewConsent
from services.identity.domain.capacity import Ability, CapacityWords
from services.identity.domain.consent import BestInterests, ConsentTerms, ConsentWords, last_day
from services.identity.queries.get_consents import CapacityView, ConsentView, PersonsConsents


def new_consent(request: pb.RecordConsentRequest) -> tuple[NewConsent]:
    answer = from_wire(pb.ConsentAnswer, ConsentAnswer, request.answer, "answer", "ANSWER_MISSING")
    explained = {from_wire(pb.Explanation, Explanation, way, "explained", "EXPLANATION_MISSING") for way in request.explained}
    words = ConsentWords(
        request.about.strip(),
        request.present.strip(),
        request.words.strip(),
        _best_interests(request.best_interests) if request.HasField("best_interests") else None,
    )
    terms = ConsentTerms(
        _decision(request.decision),
        answer,
        tuple(way for way in Explanation if way in explained),
        words,
        parse_day("from_day", request.from_day),
        parse_day("until_day", request.until_day),
        parse_day("review_day", request.review_day),
    )
    return (
        NewConsent(
            parse_id("person_id", request.person_id),
            terms,
            _optional_id("decider_id", request.decider_id),
            _optional_id("capacity_id", request.capacity_id),
            _optional_id("corrects_id", request.corrects_id),
        ),
    )


def consent_id(request: pb.WithdrawConsentRequest) -> tuple[UUID]:
    return (parse_id("consent_id", request.consent_id),)


def new_capacity_record(request: pb.RecordCapacityRequest) -> tuple[NewCapacityRecord]:
    words = CapacityWords(
        request.about.strip(),
        request.assessed_by.strip(),
        _ability(request.understand),
        _ability(request.retain),
        _ability(request.weigh),
        _ability(request.communicate),
        request.because.strip(),
    )
    person, decision = parse_id("person_id", request.person_id), _decision(request.decision)
    days = parse_day("assessed_on", request.assessed_on), parse_day("until_day", request.until_day)
    return (NewCapacityRecord(person, decision, words, *days),)


def person_id(request: pb.GetConsentsRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def get_consents_response(found: PersonsConsents, zone: ZoneInfo) -> pb.GetConsentsResponse:
    return pb.GetConsentsResponse(
        entries=[_consent(view, zone) for view in found.consents], capacity=[_capacity_record(view) for view in found.capacity]
    )


def _consent(view: ConsentView, zone: ZoneInfo) -> pb.ConsentEntry:
    entry, words, withdrawal = view.entry, view.words or ConsentWords(), view.standing.withdrawal
    return pb.ConsentEntry(
        consent_id=str(entry.id),
        decision=to_wire(pb.ConsentDecision, entry.decision),
        about=words.about,
        answer=to_wire(pb.ConsentAnswer, entry.answer) if entry.answer else pb.CONSENT_ANSWER_UNSPECIFIED,
        basis=to_wire(pb.ConsentBasis, entry.basis) if entry.basis else pb.CONSENT_BASIS_UNSPECIFIED,
        state=to_wire(pb.ConsentState, view.standing.state),
        words=words.words,
        explained=[to_wire(pb.Explanation, way) for way in entry.explained],
        present=words.present,
        valid_from=timestamp(entry.starts_at),
        until_day=last_day(entry.ends_at, zone).isoformat() if entry.ends_at else "",
        review_day=entry.review_on.isoformat() if entry.review_on else "",
        decided_by=str(entry.decided_by or ""),
        capacity_id=str(entry.capacity or ""),
        best_interests=_best_interests_message(words.best_interests) if words.best_interests else None,
        recorded_by=entry.recorded_by,
        recorded_at=timestamp(entry.recorded_at),
        withdrawn_at=timestamp(withdrawal.recorded_at) if withdrawal else None,
        withdrawal_cause=to_wire(pb.WithdrawalCause, withdrawal.cause)
        if withdrawal and withdrawal.cause
        else pb.WITHDRAWAL_CAUSE_UNSPECIFIED,
        corrects_id=str(entry.corrects or ""),
        corrected=view.standing.is_corrected,
    )


def _capacity_record(view: CapacityView) -> pb.CapacityRecord:
    entry, words = view.entry, view.words
    message = pb.CapacityRecord(
        capacity_id=str(entry.id),
        decision=to_wire(pb.ConsentDecision, entry.decision),
        has_capacity=entry.can_decide,
        counts=view.counts,
        assessed_on=entry.assessed_on.isoformat(),
        until_day=entry.until_day.isoformat() if entry.until_day else "",
        recorded_by=entry.recorded_by,
        recorded_at=timestamp(entry.recorded_at),
    )
    if words is not None:
        message.about, message.assessed_by, message.because = words.about, words.assessed_by, words.because
        for name, ability in words.abilities:
            getattr(message, name).CopyFrom(pb.Ability(able=ability.able, support=ability.support))
    return message


def _best_interests(message: pb.BestInterests) -> BestInterests:
    kinds = pb.BestInterestsAuthority, BestInterestsAuthority
    authority = from_wire(*kinds, message.authority, "authority", "AUTHORITY_MISSING")
    texts = (message.decided_by, message.consulted, message.less_restrictive, message.wishes, message.reasons)
    return BestInterests(authority, *(text.strip() for text in texts))


def _best_interests_message(record: BestInterests) -> pb.BestInterests:
    return pb.BestInterests(**vars(record) | {"authority": to_wire(pb.BestInterestsAuthority, record.authority)})


def _ability(message: pb.Ability) -> Ability:
    return Ability(message.able, message.support.strip())


def _decision(number: int) -> ConsentDecision:
    return from_wire(pb.ConsentDecision, ConsentDecision, number, "decision", "CONSENT_DECISION_UNKNOWN")


def _optional_id(field: str, value: str) -> UUID | None:
    return parse_id(field, value) if value else None
