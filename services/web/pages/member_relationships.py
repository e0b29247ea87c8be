"""Relationships of one person, for a secretary: record an attorney or deputy, confirm what another has recorded, end one."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.enums import EndReason, EvidenceKind
from libs.rpc import enums
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, require
from services.web.pages.relationship_views import AUTHORITIES, relationship_views
from services.web.pages.relationships import SCOPE, chosen_scopes, kind_of, scope_choices

CHANGE = "member-people-change"
END_REASONS = ("revoked", "replaced", "death", "mistake")
_EVIDENCE = ("lasting_power", "enduring_power", "court_order")
_LISTED = 100
_DONE = ("recorded", "confirmed", "ended")


async def show(ctx: PageContext) -> Response:
    """All of them, with those that have ended. Reading them is audited."""
    person_id = ctx.path_param("person")
    request = pb.ListRelationshipsRequest(page_size=_LISTED, page_token=ctx.query_param("page"), person_id=person_id, ended_too=True)
    response: pb.ListRelationshipsResponse = await ctx.call(ctx.state.services.relationships.ListRelationships, request)
    names = await ctx.person_names([person_id])
    return ctx.render(
        "member_people",
        person_id=person_id,
        name=names[person_id].full,
        relationships_listed=await relationship_views(ctx, response.relationships, for_office=True),
        reasons=[{"value": reason, "text": ctx.say(f"relationship_reason.{reason}"), "hint": ""} for reason in END_REASONS],
        more=ctx.next_page(response.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Confirm one that another secretary has recorded, or end one with a reason."""
    services, path = ctx.state.services.relationships, ctx.request_path
    if confirmed := form.text("confirm"):
        await ctx.call(services.ConfirmRelationship, pb.ConfirmRelationshipRequest(request_id=form.request_id, relationship_id=confirmed))
        return ctx.redirect(f"{path}?done=confirmed")
    chosen = form.text("reason")
    # Without one the service asks for it: nobody ends an authority by a choice that was made for them.
    reason = enums.to_wire(pb.EndReason, EndReason(chosen)) if chosen in END_REASONS else pb.END_REASON_UNSPECIFIED
    request = pb.EndRelationshipRequest(request_id=form.request_id, relationship_id=form.text("end"), reason=reason)
    await ctx.call(services.EndRelationship, request)
    return ctx.redirect(f"{path}?done=ended")


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    person_id = ctx.path_param("person")
    names = await ctx.person_names([person_id])
    seen_on = fields["evidence_seen_on"] or ctx.local_day().isoformat()
    return {
        "person_id": person_id,
        "name": names[person_id].full,
        "kinds": choices(ctx, "people_pick", AUTHORITIES),
        "scopes": scope_choices(ctx, fields, consent=True),
        "evidence": [{"value": kind, "text": ctx.say(f"evidence_kind.{kind}"), "hint": ""} for kind in _EVIDENCE],
        "fields": dict(fields) | {"evidence_seen_on": seen_on},
        "days": ctx.day_choices(0),
    }


async def _record(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["evidence"] in _EVIDENCE else [ctx.form_problem("evidence", "people.evidence_missing")])
    request = pb.RecordRelationshipRequest(
        request_id=request_id,
        subject_id=ctx.path_param("person"),
        holder_name=fields["holder_name"],
        kind=kind_of(ctx, fields, AUTHORITIES),
        scopes=chosen_scopes(fields),
        until_day=fields["until_day"],
        evidence=enums.to_wire(pb.EvidenceKind, EvidenceKind(fields["evidence"])),
        evidence_reference=fields["evidence_reference"],
        evidence_seen_on=fields["evidence_seen_on"],
    )
    await ctx.call(ctx.state.services.relationships.RecordRelationship, request)
    return f"{ctx.request_path.rpartition('/')[0]}?done=recorded"


RECORD = FormPage(
    "member-people-record",
    "member_people_record",
    _values,
    _record,
    fields=("holder_name", "kind", "until_day", "evidence", "evidence_reference", "evidence_seen_on"),
    prefixes=(SCOPE,),
    input_by_field={
        "holder_name": "holder_name", "holder_id": "holder_name", "kind": "kind", "scopes": "scopes", "until_day": "until_day",
        "evidence": "evidence", "evidence_reference": "evidence_reference", "evidence_seen_on": "evidence_seen_on",
    },
)  # fmt: skip
