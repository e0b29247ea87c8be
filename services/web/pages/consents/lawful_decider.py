"""Where somebody cannot decide, and an attorney or deputy lawfully does: on a page of theirs while acting, or told to a secretary."""

from collections.abc import Mapping

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1 import relationships_pb2 as relationships
from kith.identity.v1.enums import ConsentAnswer, Explanation
from libs.rpc.enums import to_wire
from services.web.page_context import PageContext
from services.web.pages.consents.capacity import corrected_fields, lacks_of
from services.web.pages.consents.consent_list import decision_name
from services.web.pages.form_page import Fields, FormPage, RedirectToPage, choices, require
from services.web.pages.paging import fetch_all

_FIELDS = ("capacity", "decider", "answer", "way", "words", "until_day", "review_day", "corrects")


async def _values_for_secretary(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    return await _values(ctx, fields, person) | {"deciders": await _deciders(ctx, person), "back": f"/members/{person}/consents"}


async def _values_while_acting(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    if ctx.acting is None:
        raise RedirectToPage("/you/consents")
    return await _values(ctx, fields, ctx.subject_id) | {"deciders": None, "back": "/you/consents"}


async def _values(ctx: PageContext, fields: Fields, person: str) -> dict[str, object]:
    lacks = await lacks_of(ctx, person)
    records = [{"value": key, "text": decision_name(ctx, record.decision), "hint": record.about} for key, record in lacks.items()]
    return {
        "fields": await corrected_fields(ctx, fields, person, _FIELDS),
        "person_id": person,
        "name": (await ctx.person_names([person]))[person].full,
        "at": ctx.request_path,
        "records": records,
        "answers": choices(ctx, "consent_answer", list(ConsentAnswer)),
        "ways": choices(ctx, "consent_way", list(Explanation)),
    }


async def _deciders(ctx: PageContext, person: str) -> list[dict[str, str]]:
    """Those who may decide for the person now."""
    request = relationships.ListRelationshipsRequest(person_id=person, page_size=200)
    rows = await fetch_all(ctx, ctx.state.services.relationships.ListRelationships, request, lambda page: page.relationships)
    holders = dict.fromkeys(
        row.holder_id
        for row in rows
        if row.subject_id == person
        and row.state == relationships.RELATIONSHIP_STATE_IN_FORCE
        and relationships.ACTING_SCOPE_CONSENT in row.scopes
    )
    names = await ctx.person_names(holders)
    return [{"value": holder, "text": names[holder].full, "hint": ""} for holder in holders]


async def _record_for_secretary(ctx: PageContext, fields: Fields, request_id: str) -> str:
    if not fields["decider"]:
        require([ctx.refusal_problem("decider", "DECIDER_NOT_LAWFUL")])
    person = ctx.path_param("person")
    await _record(ctx, fields, request_id, person, fields["decider"])
    return f"/members/{person}/consents?done=recorded"


async def _record_while_acting(ctx: PageContext, fields: Fields, request_id: str) -> str:
    if ctx.acting is None:
        raise RedirectToPage("/you/consents")
    await _record(ctx, fields, request_id, ctx.subject_id, "")
    return "/you/consents?done=recorded"


async def _record(ctx: PageContext, fields: Fields, request_id: str, person: str, decider: str) -> None:
    record = (await lacks_of(ctx, person)).get(fields["capacity"])
    if record is None:
        require([ctx.refusal_problem("capacity", "CAPACITY_RECORD_NEEDED")])
    if fields["answer"] not in set(ConsentAnswer):
        require([ctx.refusal_problem("answer", "ANSWER_MISSING")])
    way = fields["way"]
    request = pb.RecordConsentRequest(
        request_id=request_id,
        person_id=person,
        decision=record.decision if record else pb.CONSENT_DECISION_UNSPECIFIED,
        about=record.about if record else "",
        explained=[to_wire(pb.Explanation, Explanation(way))] if way in set(Explanation) else [],
        answer=to_wire(pb.ConsentAnswer, ConsentAnswer(fields["answer"])),
        capacity_id=fields["capacity"],
        decider_id=decider,
        corrects_id=fields["corrects"],
        words=fields["words"],
        until_day=fields["until_day"],
        review_day=fields["review_day"],
    )
    await ctx.call(ctx.state.services.consents.RecordConsent, request)


_INPUTS = {"explained": "way", "capacity_id": "capacity", "decider_id": "decider"}
TOLD = FormPage("consent-decider", "consents/decider", _values_for_secretary, _record_for_secretary, _FIELDS, input_by_field=_INPUTS)
OWN = FormPage("consent-decide", "consents/decider", _values_while_acting, _record_while_acting, _FIELDS, input_by_field=_INPUTS)
