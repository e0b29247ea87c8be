"""Referrals in words: how far each is, what is late, and what happened with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from kith.matching.v1 import referrals_pb2 as pb
from kith.matching.v1.enums import ReferralDirection, ReferralEntryKind, ReferralState
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime

OFFICE_PATH, PATH = "/partners/referrals", "/referrals"
_SIGNS: Mapping[ReferralState, str] = {
    ReferralState.SENT: "wait",
    ReferralState.PUT: "wait",
    ReferralState.ACCEPTED: "yes",
    ReferralState.CLOSED: "yes",
}
"""The sign of a state; of the others a cross."""


@dataclass(frozen=True)
class ReferralView:
    """One of a list. `due` says until when it waits for an answer, or that it is late; empty once it is answered."""

    path: str
    who: str
    partner: str
    way: Markup
    """From the partner, or to it."""
    sign: str
    state: Markup
    sent: str
    due: Markup


def referral_view(ctx: PageContext, referral: pb.Referral, path: str, *, own: bool = False) -> ReferralView:
    """`path` is where referrals of this list are; `own`: the reader is whom it is about.

    A state that only a newer version knows reads as sent.
    """
    state = known_word(pb.ReferralState, ReferralState, referral.state, ReferralState.SENT)
    direction = known_word(pb.ReferralDirection, ReferralDirection, referral.direction, ReferralDirection.IN)
    prefix, due = "referral_own_way" if own else "referral_way", Markup()
    if referral.HasField("answer_by"):
        until = ctx.format_moment(utc_datetime(referral.answer_by))
        due = ctx.say("referrals.late" if referral.overdue else "referrals.due", until=until)
    return ReferralView(
        path=f"{path}/{referral.referral_id}",
        who=referral.who,
        partner=referral.partner_title,
        way=ctx.say(f"{prefix}.{direction}", partner=referral.partner_title),
        sign=_SIGNS.get(state, "no"),
        state=ctx.say(f"referral_state.{state}"),
        sent=ctx.format_moment(utc_datetime(referral.sent_at)),
        due=due,
    )


async def timeline_rows(ctx: PageContext, entries: "list[pb.ReferralEntry]") -> list[list[object]]:
    """When, what, and who; who is left out where this side is not told."""
    names = await ctx.person_names(entry.said_by for entry in entries if entry.said_by)
    rows = list[list[object]]()
    for entry in entries:
        kind = known_word(pb.ReferralEntryKind, ReferralEntryKind, entry.kind, None)
        if kind is not None:
            who = names[entry.said_by].full if entry.said_by else ctx.say("referrals.not_told")
            rows.append([ctx.format_moment(utc_datetime(entry.at)), ctx.say(f"referral_entry.{kind}"), who])
    return rows
