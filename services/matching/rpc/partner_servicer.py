"""The RPCs of partners, who speaks for them, and agreements on space and time."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1.enums import AgreementState, PartnerKind, PartnerSide
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.end_agreement import end_agreement
from services.matching.commands.end_partner import end_partner
from services.matching.commands.end_partner_place import end_partner_place
from services.matching.commands.give_partner_place import give_partner_place
from services.matching.commands.propose_agreement import propose_agreement
from services.matching.commands.sign_agreement import sign_agreement
from services.matching.commands.write_partner import write_partner
from services.matching.domain.partner import Agreement, Partner, PartnerEntry, PartnerPlace, SpaceTerms, TypedTerms
from services.matching.queries.get_partner import WholePartner, get_partner, list_partner_entries
from services.matching.queries.list_partners import list_partners


def partner_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    catch_up = runtime.catch_up_with("identity")
    acting = partial(while_acting, "referral", catch_up=catch_up)
    return bind(
        pb,
        "PartnerService",
        runtime.transactions,
        {
            "WritePartner": command(_written, write_partner, lambda partner: pb.WritePartnerResponse(partner_id=str(partner))),
            "EndPartner": command(_partner_id, end_partner, lambda _: pb.EndPartnerResponse()),
            "GivePartnerPlace": command(
                _place_ids, partial(give_partner_place, catch_up=catch_up), lambda _: pb.GivePartnerPlaceResponse()
            ),
            "EndPartnerPlace": command(_place_ids, end_partner_place, lambda _: pb.EndPartnerPlaceResponse()),
            "ProposeAgreement": command(_proposed, propose_agreement, lambda new: pb.ProposeAgreementResponse(agreement_id=str(new))),
            "SignAgreement": command(_agreement_id, partial(sign_agreement, zone=zone), lambda _: pb.SignAgreementResponse()),
            "EndAgreement": command(_agreement_id, end_agreement, lambda _: pb.EndAgreementResponse()),
            "ListPartners": acting(query(_list_request, list_partners, _summaries)),
            "GetPartner": query(_partner_id, partial(get_partner, zone=zone), _whole),
            "ListPartnerEntries": query(_entries_request, list_partner_entries, _entries),
        },
    )


def _written(request: pb.WritePartnerRequest) -> tuple[UUID | None, str, PartnerKind]:
    kind = from_wire(pb.PartnerKind, PartnerKind, request.kind, "kind", "PARTNER_KIND_MISSING")
    return parse_id("partner_id", request.partner_id) if request.partner_id else None, request.title, kind


def _partner_id(request: pb.EndPartnerRequest | pb.GetPartnerRequest) -> tuple[UUID]:
    return (parse_id("partner_id", request.partner_id),)


def _place_ids(request: pb.GivePartnerPlaceRequest | pb.EndPartnerPlaceRequest) -> tuple[UUID, UUID]:
    return parse_id("partner_id", request.partner_id), parse_id("person_id", request.person_id)


def _proposed(request: pb.ProposeAgreementRequest) -> tuple[UUID, TypedTerms]:
    terms = request.terms
    typed = TypedTerms(
        from_wire(pb.PartnerSide, PartnerSide, terms.given_by, "given_by", "SPACE_GIVEN_BY_MISSING"),
        terms.space,
        terms.times,
        parse_day("from_day", terms.from_day),
        parse_day("until_day", terms.until_day),
        parse_day("review_day", terms.review_day),
    )
    return parse_id("partner_id", request.partner_id), typed


def _agreement_id(request: pb.SignAgreementRequest | pb.EndAgreementRequest) -> tuple[UUID]:
    return (parse_id("agreement_id", request.agreement_id),)


def _list_request(request: pb.ListPartnersRequest) -> tuple[bool, PageRequest]:
    return request.own, PageRequest(request.page_size, request.page_token)


def _entries_request(request: pb.ListPartnerEntriesRequest) -> tuple[UUID, PageRequest]:
    return parse_id("partner_id", request.partner_id), PageRequest(request.page_size, request.page_token)


def _summaries(page: Page[Partner]) -> pb.ListPartnersResponse:
    return pb.ListPartnersResponse(partners=map(_summary, page.items), next_page_token=page.next_token)


def _summary(partner: Partner) -> pb.PartnerSummary:
    kind = to_wire(pb.PartnerKind, partner.kind)
    return pb.PartnerSummary(partner_id=str(partner.id), title=partner.title, kind=kind, ended=partner.ended_at is not None)


def _whole(whole: WholePartner) -> pb.GetPartnerResponse:
    return pb.GetPartnerResponse(
        partner=_summary(whole.partner),
        places=map(_place, whole.places),
        agreements=[_agreement(agreement, whole) for agreement in whole.agreements],
    )


def _place(place: PartnerPlace) -> pb.PartnerPlace:
    return pb.PartnerPlace(person_id=str(place.person), given_at=timestamp(place.given_at))


def _agreement(agreement: Agreement, whole: WholePartner) -> pb.Agreement:
    state = agreement.state(whole.today)
    return pb.Agreement(
        agreement_id=str(agreement.id),
        terms=_terms(agreement.terms),
        state=to_wire(pb.AgreementState, state),
        proposed_by=to_wire(pb.PartnerSide, agreement.proposed_side),
        proposed_at=timestamp(agreement.proposed_at),
        signed_at=timestamp(agreement.signed_at) if agreement.signed_at else None,
        ended_at=timestamp(agreement.ended_at) if agreement.ended_at else None,
        review_due=agreement.review_is_due(whole.today),
        own_turn=state is AgreementState.PROPOSED and agreement.proposed_side is not whole.side,
    )


def _terms(terms: SpaceTerms) -> pb.SpaceTerms:
    return pb.SpaceTerms(
        given_by=to_wire(pb.PartnerSide, terms.given_by),
        space=terms.space,
        times=terms.times,
        from_day=terms.from_day.isoformat(),
        until_day=terms.until_day.isoformat() if terms.until_day else "",
        review_day=terms.review_day.isoformat(),
    )


def _entries(page: Page[PartnerEntry]) -> pb.ListPartnerEntriesResponse:
    return pb.ListPartnerEntriesResponse(entries=map(_entry, page.items), next_page_token=page.next_token)


def _entry(entry: PartnerEntry) -> pb.PartnerEntry:
    return pb.PartnerEntry(
        kind=to_wire(pb.PartnerEntryKind, entry.kind),
        said_by=str(entry.said_by or ""),
        at=timestamp(entry.at),
        about=str(entry.about or ""),
        agreement_id=str(entry.agreement or ""),
    )
