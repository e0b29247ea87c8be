"""Fakes of partners and referrals: St Example's church, for which Ada speaks, a surgery with which it is over, and three referrals."""

from datetime import timedelta

from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1 import referrals_pb2 as refs
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

CHURCH, OVER, AGREEMENT = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in (1, 2, 3))
NEW, ABOUT_ADA, ASKED = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in (4, 5, 6))


def partner(partner_id: str) -> pb.PartnerSummary:
    if partner_id == OVER:
        return pb.PartnerSummary(partner_id=OVER, title="Elm Row Surgery", kind=pb.PARTNER_KIND_HEALTH, ended=True)
    return pb.PartnerSummary(partner_id=CHURCH, title="St Example's", kind=pb.PARTNER_KIND_FAITH)


class FakePartnerService(FakeService):
    """`state` and `own_turn` are what a test wants to see of the newest agreement."""

    def __init__(self) -> None:
        self.state: pb.AgreementState.ValueType = pb.AGREEMENT_STATE_PROPOSED
        self.own_turn = True
        super().__init__(pb.DESCRIPTOR.services_by_name["PartnerService"])

    def WritePartner(self, request: pb.WritePartnerRequest) -> pb.WritePartnerResponse:
        return pb.WritePartnerResponse(partner_id=request.partner_id or CHURCH)

    def ListPartners(self, request: pb.ListPartnersRequest) -> pb.ListPartnersResponse:
        found = [partner(CHURCH)] if request.own else [partner(OVER), partner(CHURCH)]
        return pb.ListPartnersResponse(partners=found, next_page_token="" if request.page_token or request.own else "next")

    def GetPartner(self, request: pb.GetPartnerRequest) -> pb.GetPartnerResponse:
        terms = pb.SpaceTerms(
            given_by=pb.PARTNER_SIDE_PARTNER, space="The hall, for tea", times="Tuesdays, 2 to 4", from_day="2026-11-24",
            until_day="2027-11-23", review_day="2027-05-01",
        )  # fmt: skip
        at = to_timestamp(NOW)
        newest = pb.Agreement(agreement_id=AGREEMENT, terms=terms, state=self.state, proposed_at=at, own_turn=self.own_turn)
        old = pb.SpaceTerms(
            given_by=pb.PARTNER_SIDE_CO_OP, space="Our kitchen", times="Fridays", from_day="2026-01-01", review_day="2026-06-01"
        )
        signed = pb.Agreement(agreement_id=JO, terms=old, state=pb.AGREEMENT_STATE_SIGNED, proposed_at=at, signed_at=at, review_due=True)
        places = [pb.PartnerPlace(person_id=JO, given_at=at)]
        return pb.GetPartnerResponse(partner=partner(request.partner_id), places=places, agreements=[newest, signed])

    def ListPartnerEntries(self, request: pb.ListPartnerEntriesRequest) -> pb.ListPartnerEntriesResponse:
        at = to_timestamp(NOW)
        entries = [
            pb.PartnerEntry(kind=pb.PARTNER_ENTRY_KIND_AGREEMENT_PROPOSED, said_by=JO, at=at, agreement_id=AGREEMENT),
            pb.PartnerEntry(kind=pb.PARTNER_ENTRY_KIND_PLACE_GIVEN, said_by=MO, at=at, about=JO),
            pb.PartnerEntry(kind=99, said_by=MO, at=at),  # type: ignore[arg-type]  # of a newer version
            pb.PartnerEntry(kind=pb.PARTNER_ENTRY_KIND_WRITTEN, at=at),
        ]
        return pb.ListPartnerEntriesResponse(entries=entries, next_page_token="" if request.page_token else "next")


class FakeReferralService(FakeService):
    """`NEW` waits for a secretary to say who it is, `ABOUT_ADA` is Ada's own, and `ASKED` waits for St Example's."""

    def __init__(self) -> None:
        self.tells = False
        self.steps: list[refs.ReferralStep.ValueType] | None = None
        super().__init__(refs.DESCRIPTOR.services_by_name["ReferralService"])

    def ListReferrals(self, request: refs.ListReferralsRequest) -> refs.ListReferralsResponse:
        of_side = {
            refs.REFERRAL_SIDE_CO_OP: (NEW, ABOUT_ADA),
            refs.REFERRAL_SIDE_PARTNER: (NEW, ASKED),
            refs.REFERRAL_SIDE_PERSON: (ABOUT_ADA,),
        }
        rows = [_referral(which) for which in of_side[request.side]]
        return refs.ListReferralsResponse(referrals=rows, next_page_token="" if request.page_token else "next")

    def GetReferral(self, request: refs.GetReferralRequest) -> refs.GetReferralResponse:
        which, at = request.referral_id, to_timestamp(NOW)
        entries = [
            refs.ReferralEntry(kind=refs.REFERRAL_ENTRY_KIND_SENT, said_by=JO, at=at),
            refs.ReferralEntry(kind=refs.REFERRAL_ENTRY_KIND_ACCEPTED, at=at),
            refs.ReferralEntry(kind=99, at=at),  # type: ignore[arg-type]  # of a newer version
        ]
        side, steps = {
            NEW: (refs.REFERRAL_SIDE_CO_OP, [refs.REFERRAL_STEP_PUT, refs.REFERRAL_STEP_DECLINE]),
            ABOUT_ADA: (refs.REFERRAL_SIDE_PERSON, [refs.REFERRAL_STEP_REFUSE]),
            ASKED: (refs.REFERRAL_SIDE_PARTNER, [refs.REFERRAL_STEP_ACCEPT, refs.REFERRAL_STEP_DECLINE]),
        }[which]
        is_over = which == ABOUT_ADA
        return refs.GetReferralResponse(
            referral=_referral(which), side=side, person_id=ADA if is_over else "", reach="Elm Row 3", words="Would like company.",
            agreed_how="He said so after church.", agreed_on="2026-11-20", reason="We had no room." if is_over else "",
            outcome=refs.REFERRAL_OUTCOME_HELPED if is_over else refs.REFERRAL_OUTCOME_UNSPECIFIED,
            outcome_words="They sing on Tuesdays." if is_over else "", tells_outcome=self.tells,
            steps=steps if self.steps is None else self.steps, entries=entries,
        )  # fmt: skip


def _referral(which: str) -> refs.Referral:
    is_late = which == NEW
    return refs.Referral(
        referral_id=which,
        partner_id=CHURCH,
        partner_title="St Example's",
        direction=refs.REFERRAL_DIRECTION_OUT if which == ASKED else refs.REFERRAL_DIRECTION_IN,
        state=refs.REFERRAL_STATE_CLOSED if which == ABOUT_ADA else refs.REFERRAL_STATE_SENT,
        who="Ada Fenwick" if which == ABOUT_ADA else "Mr Moss",
        sent_at=to_timestamp(NOW - timedelta(days=15)),
        answer_by=None if which == ABOUT_ADA else to_timestamp(NOW + timedelta(days=-1 if is_late else 9)),
        overdue=is_late,
    )
