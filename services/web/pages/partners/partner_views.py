"""Partners, agreements on space and time, and what happened with a partner, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1.enums import AgreementState, PartnerEntryKind, PartnerKind, PartnerSide
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime

OFFICE_PATH, OWN_PATH = "/partners", "/partner"
_SIGNS: Mapping[AgreementState, str] = {AgreementState.PROPOSED: "wait", AgreementState.SIGNED: "yes"}


@dataclass(frozen=True)
class PartnerView:
    """One of a list."""

    path: str
    title: str
    kind: Markup
    ended: bool


@dataclass(frozen=True)
class AgreementView:
    """`can_sign` and `can_end` are what this side may do now."""

    id: str
    space: str
    times: str
    gives: Markup
    days: Markup
    review: str
    sign: str
    state: Markup
    review_due: bool
    can_sign: bool
    can_end: bool


def partner_view(ctx: PageContext, partner: pb.PartnerSummary, path: str) -> PartnerView:
    kind = known_word(pb.PartnerKind, PartnerKind, partner.kind, PartnerKind.OTHER)
    return PartnerView(f"{path}/{partner.partner_id}", partner.title, ctx.say(f"partner_kind.{kind}"), partner.ended)


def agreement_view(ctx: PageContext, agreement: pb.Agreement, title: str) -> AgreementView:
    """A state that only a newer version knows reads as ended."""
    terms = agreement.terms
    state = known_word(pb.AgreementState, AgreementState, agreement.state, AgreementState.ENDED)
    giver = known_word(pb.PartnerSide, PartnerSide, terms.given_by, PartnerSide.PARTNER)
    first, last = ctx.format_day(terms.from_day), ctx.format_day(terms.until_day)
    return AgreementView(
        id=agreement.agreement_id,
        space=terms.space,
        times=terms.times,
        gives=ctx.say(f"space_gives.{giver}", partner=title),
        days=ctx.say("partners.space_until", first=first, last=last) if last else ctx.say("partners.space_from", first=first),
        review=ctx.format_day(terms.review_day),
        sign=_SIGNS.get(state, "no"),
        state=ctx.say("space_state.own_turn" if agreement.own_turn else f"space_state.{state}"),
        review_due=agreement.review_due,
        can_sign=agreement.own_turn,
        can_end=state in (AgreementState.PROPOSED, AgreementState.SIGNED),
    )


async def entry_rows(ctx: PageContext, entries: "list[pb.PartnerEntry]") -> list[list[object]]:
    """When, what, and who."""
    names = await ctx.person_names(one for entry in entries for one in (entry.said_by, entry.about) if one)
    rows = list[list[object]]()
    for entry in entries:
        kind = known_word(pb.PartnerEntryKind, PartnerEntryKind, entry.kind, None)
        if kind is not None:
            what = ctx.say(f"partner_entry.{kind}", name=names[entry.about].full)
            rows.append([ctx.format_moment(utc_datetime(entry.at)), what, names[entry.said_by].full])
    return rows
