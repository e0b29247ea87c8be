"""A co-op in which only matching runs, its secretaries, a partner and who speaks for it; calls in their names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.matching.facts.v1.facts_pb2 import NoticeWanted
from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1 import referrals_pb2 as refs
from kith.matching.v1.partners_pb2_grpc import PartnerServiceStub
from kith.matching.v1.referrals_pb2_grpc import ReferralServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure

PERSON, CO_OP, PARTNER = refs.REFERRAL_SIDE_PERSON, refs.REFERRAL_SIDE_CO_OP, refs.REFERRAL_SIDE_PARTNER


class PartnerPeople:
    """Calls of a co-op with one secretary, `secretary`."""

    def __init__(self, people: MatchingPeople, secretary: UUID) -> None:
        self.people, self.co_op, self.token, self.secretary = people, people.co_op, people.co_op.token, secretary
        self.partners, self.referrals = people.co_op.stub(PartnerServiceStub), people.co_op.stub(ReferralServiceStub)

    @property
    def hat(self) -> str:
        """The secretary's token."""
        return self.token(self.secretary, hat="secretary")

    async def make_secretary(self, *people: UUID) -> None:
        given = [(HatGiven(person_id=str(person), hat="secretary"), str(person)) for person in people]
        await self.people.identity.publish(*given)
        await self.co_op.wait_until_consumed("matching", "identity")

    async def write(self, title: str = "Elm Row Surgery", token: str = "", partner: str = "") -> str:
        request = pb.WritePartnerRequest(request_id=str(new_id()), partner_id=partner, title=title, kind=pb.PARTNER_KIND_HEALTH)
        written: pb.WritePartnerResponse = await call_service(self.partners.WritePartner, request, token or self.hat)
        return written.partner_id

    async def give_place(self, partner: str, person: UUID, token: str = "") -> None:
        request = pb.GivePartnerPlaceRequest(request_id=str(new_id()), partner_id=partner, person_id=str(person))
        await call_service(self.partners.GivePartnerPlace, request, token or self.hat)

    async def end_place(self, partner: str, person: UUID, token: str = "") -> None:
        request = pb.EndPartnerPlaceRequest(request_id=str(new_id()), partner_id=partner, person_id=str(person))
        await call_service(self.partners.EndPartnerPlace, request, token or self.hat)

    async def a_partner(self, *speakers: UUID, title: str = "Elm Row Surgery") -> str:
        partner = await self.write(title)
        for speaker in speakers:
            await self.give_place(partner, speaker)
        return partner

    async def end_partner(self, partner: str) -> None:
        await call_service(self.partners.EndPartner, pb.EndPartnerRequest(request_id=str(new_id()), partner_id=partner), self.hat)

    async def get_partner(self, partner: str, token: str = "") -> pb.GetPartnerResponse:
        found: pb.GetPartnerResponse = await call_service(
            self.partners.GetPartner, pb.GetPartnerRequest(partner_id=partner), token or self.hat
        )
        return found

    async def list_partners(self, token: str, *, own: bool = False) -> list[str]:
        found = await call_service(self.partners.ListPartners, pb.ListPartnersRequest(own=own), token)
        return [partner.title for partner in found.partners]

    async def timeline(self, partner: str, token: str = "") -> list[pb.PartnerEntry]:
        request = pb.ListPartnerEntriesRequest(partner_id=partner)
        return list((await call_service(self.partners.ListPartnerEntries, request, token or self.hat)).entries)

    async def propose(self, partner: str, token: str = "", **terms: Any) -> str:
        asked: dict[str, Any] = {
            "given_by": pb.PARTNER_SIDE_PARTNER, "space": "The hall", "times": "Tuesdays, 2 to 4", "from_day": "2026-01-01",
            "review_day": "2026-06-01",
        }  # fmt: skip
        request = pb.ProposeAgreementRequest(request_id=str(new_id()), partner_id=partner, terms=pb.SpaceTerms(**asked | terms))
        proposed: pb.ProposeAgreementResponse = await call_service(self.partners.ProposeAgreement, request, token or self.hat)
        return proposed.agreement_id

    async def sign(self, agreement: str, token: str) -> None:
        await call_service(self.partners.SignAgreement, pb.SignAgreementRequest(request_id=str(new_id()), agreement_id=agreement), token)

    async def end_agreement(self, agreement: str, token: str) -> None:
        await call_service(self.partners.EndAgreement, pb.EndAgreementRequest(request_id=str(new_id()), agreement_id=agreement), token)

    async def refer_in(self, partner: str, by: UUID, token: str = "", **said: Any) -> str:
        fields: dict[str, Any] = {
            "who": "Mr Moss", "reach": "Elm Row 3", "words": "Would like company.", "agreed_how": "He said so here.",
            "agreed_on": "2026-01-01",
        }  # fmt: skip
        request = refs.ReferInRequest(request_id=str(new_id()), partner_id=partner, **fields | said)
        sent: refs.ReferInResponse = await call_service(self.referrals.ReferIn, request, token or self.token(by))
        return sent.referral_id

    async def refer_out(self, person: UUID, partner: str, token: str = "", **said: Any) -> str:
        fields: dict[str, Any] = {"who": "Fern", "reach": "01632 960001", "words": "I would like to sing again."} | said
        request = refs.ReferOutRequest(request_id=str(new_id()), person_id=str(person), partner_id=partner, **fields)
        sent: refs.ReferOutResponse = await call_service(self.referrals.ReferOut, request, token or self.token(person))
        return sent.referral_id

    async def put(self, referral: str, person: UUID, token: str = "") -> None:
        request = refs.PutReferralRequest(request_id=str(new_id()), referral_id=referral, person_id=str(person))
        await call_service(self.referrals.PutReferral, request, token or self.hat)

    async def answer(self, referral: str, token: str = "", *, accepted: bool = True, reason: str = "") -> None:
        request = refs.AnswerReferralRequest(request_id=str(new_id()), referral_id=referral, accepted=accepted, reason=reason)
        await call_service(self.referrals.AnswerReferral, request, token or self.hat)

    async def withdraw(self, referral: str, token: str) -> None:
        request = refs.WithdrawReferralRequest(request_id=str(new_id()), referral_id=referral)
        await call_service(self.referrals.WithdrawReferral, request, token)

    async def refuse(self, referral: str, token: str) -> None:
        await call_service(self.referrals.RefuseReferral, refs.RefuseReferralRequest(request_id=str(new_id()), referral_id=referral), token)

    async def close(self, referral: str, token: str = "", words: str = "They sing on Tuesdays.") -> None:
        request = refs.CloseReferralRequest(
            request_id=str(new_id()), referral_id=referral, outcome=refs.REFERRAL_OUTCOME_HELPED, words=words
        )
        await call_service(self.referrals.CloseReferral, request, token or self.hat)

    async def tell(self, referral: str, token: str, *, outcome: bool = True) -> None:
        request = refs.SetReferralTellingRequest(request_id=str(new_id()), referral_id=referral, outcome=outcome)
        await call_service(self.referrals.SetReferralTelling, request, token)

    async def get(self, referral: str, token: str = "") -> refs.GetReferralResponse:
        found: refs.GetReferralResponse = await call_service(
            self.referrals.GetReferral, refs.GetReferralRequest(referral_id=referral), token or self.hat
        )
        return found

    async def listed(self, token: str, side: "refs.ReferralSide.ValueType" = CO_OP, **of: Any) -> list[str]:
        found = await call_service(self.referrals.ListReferrals, refs.ListReferralsRequest(side=side, **of), token)
        return [referral.referral_id for referral in found.referrals]

    async def notices(self) -> list[tuple[str, set[UUID]]]:
        """Kinds, and who is told, in the order in which they were published."""
        published = await self.co_op.published_events("matching")
        return [(one.kind, set(map(UUID, one.person_ids))) for one in published if isinstance(one, NoticeWanted)]


@asynccontextmanager
async def partner_people(infrastructure: Infrastructure) -> AsyncIterator[PartnerPeople]:
    """A co-op with matching alone."""
    async with matching_people(infrastructure) as people:
        [secretary] = await people.members(1)
        own = PartnerPeople(people, secretary)
        await own.make_secretary(secretary)
        yield own
