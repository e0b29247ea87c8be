"""Relationships in words: who may act for whom, in what, since when, and on what evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.enums import EndReason, EvidenceKind, RelationshipKind, RelationshipState
from libs.rpc.enums import known_word
from services.web.acting_bar import scope_words
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.motion_view import StatusLabel

CHOSEN_KINDS = ("relative", "friend", "advocate")
AUTHORITIES = ("attorney_for_health", "attorney_for_money", "deputy_for_health", "deputy_for_money")
_STATUS = {"proposed": "wait", "recorded": "wait", "in_force": "yes", "ended": "calm"}


@dataclass(frozen=True)
class RelationshipView:
    """One relationship in words, with what this person may do about it."""

    id: str
    subject_id: str
    subject: str
    holder: str
    status: StatusLabel
    kind: Markup
    scopes: Sequence[Markup]
    days: Markup
    evidence: Markup | str
    steps: Sequence[Markup]
    """Who proposed or recorded it, who accepted or confirmed it, and how it ended."""
    can_accept: bool
    can_end: bool
    can_begin: bool
    can_confirm: bool


async def relationship_views(ctx: PageContext, rows: Sequence[pb.Relationship], *, for_office: bool = False) -> list[RelationshipView]:
    """`for_office` shows what a secretary may do instead of what the person or the holder may."""
    names = await ctx.person_names(
        person for row in rows for person in (row.subject_id, row.holder_id, row.recorded_by, row.confirmed_by, row.ended_by)
    )
    return [_view(ctx, row, {person: name.full for person, name in names.items()}, for_office=for_office) for row in rows]


def _view(ctx: PageContext, row: pb.Relationship, names: dict[str, str], *, for_office: bool) -> RelationshipView:
    state = known_word(pb.RelationshipState, RelationshipState, row.state, RelationshipState.ENDED)
    kind = known_word(pb.RelationshipKind, RelationshipKind, row.kind, None)
    is_chosen = kind is not None and kind.value in CHOSEN_KINDS
    is_live = state is not RelationshipState.ENDED
    is_holder = row.holder_id == ctx.person_id
    return RelationshipView(
        row.relationship_id,
        row.subject_id,
        names[row.subject_id],
        names[row.holder_id],
        StatusLabel(_STATUS[state.value], ctx.say(f"relationship_state.{state.value}")),
        ctx.say(f"relationship_kind.{kind.value}") if kind else Markup(),
        [ctx.say(f"scope.{scope}") for scope in scope_words(row.scopes)],
        _days(ctx, row),
        _evidence(ctx, row),
        list(_steps(ctx, row, names, is_chosen=is_chosen)),
        can_accept=is_holder and state is RelationshipState.PROPOSED and not for_office,
        can_end=is_live and (for_office or is_holder or (row.subject_id == ctx.person_id and is_chosen)),
        can_begin=not for_office and row.subject_id in {choice.person_id for choice in ctx.act_for} and is_live and is_holder,
        can_confirm=for_office
        and state is RelationshipState.RECORDED
        and ctx.person_id not in {row.recorded_by, row.holder_id, row.subject_id},
    )


def _days(ctx: PageContext, row: pb.Relationship) -> Markup:
    since = ctx.format_day(row.from_day)
    return (
        ctx.say("people.until", since=since, until=ctx.format_day(row.until_day)) if row.until_day else ctx.say("people.since", since=since)
    )


def _evidence(ctx: PageContext, row: pb.Relationship) -> Markup | str:
    kind = known_word(pb.EvidenceKind, EvidenceKind, row.evidence, None)
    if kind is None:
        return ""
    document, seen = ctx.say(f"evidence_kind.{kind.value}"), ctx.format_day(row.evidence_seen_on)
    if not row.evidence_reference:
        return ctx.say("people.evidence_seen", document=document, seen=seen)
    return ctx.say("people.evidence_known", document=document, reference=row.evidence_reference, seen=seen)


def _steps(ctx: PageContext, row: pb.Relationship, names: dict[str, str], *, is_chosen: bool) -> "list[Markup]":
    steps = [
        ctx.say(
            "people.given" if is_chosen else "people.recorded",
            name=names[row.recorded_by],
            when=ctx.format_moment(utc_datetime(row.recorded_at)),
        )
    ]
    if row.confirmed_by:
        key = "people.accepted" if is_chosen else "people.confirmed"
        steps.append(ctx.say(key, name=names[row.confirmed_by], when=ctx.format_moment(utc_datetime(row.confirmed_at))))
    reason = known_word(pb.EndReason, EndReason, row.end_reason, None)
    if reason:
        steps.append(ctx.say(f"relationship_end.{reason.value}", when=ctx.format_moment(utc_datetime(row.ended_at))))
    return steps
