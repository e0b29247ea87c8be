"""Where somebody cannot decide: the record about one decision at one time, and the decision in their best interests that rests on it."""

from collections.abc import Mapping

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1.enums import BestInterestsAuthority, ConsentAnswer, ConsentDecision, Explanation
from libs.rpc.enums import to_wire
from services.web.page_context import PageContext
from services.web.pages.consents.consent_list import decision_name
from services.web.pages.form_page import Fields, FormPage, choices, require

_ABILITIES = ("understand", "retain", "weigh", "communicate")
_CAPACITY_FIELDS = (
    "decision", "about", "assessed_on", "assessed_by", *(f"{name}_able" for name in _ABILITIES), *_ABILITIES, "because", "until_day",
)  # fmt: skip
_TEXTS = ("decided_by", "consulted", "less_restrictive", "wishes", "reasons")
_INTERESTS_FIELDS = ("capacity", "answer", "way", "words", "authority", *_TEXTS, "until_day", "review_day")
_YES_NO = ("yes", "no")


async def _base(ctx: PageContext) -> dict[str, object]:
    person = ctx.path_param("person")
    return {"person_id": person, "name": (await ctx.person_names([person]))[person].short, "at": ctx.request_path}


async def _capacity_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    abilities = [
        {
            "name": name,
            "title": ctx.say(f"capacity.{name}"),
            "choices": [{"value": value, "text": ctx.say(f"base.{value}"), "hint": ""} for value in _YES_NO],
        }
        for name in _ABILITIES
    ]
    decisions = choices(ctx, "consent_decision", list(ConsentDecision))
    return await _base(ctx) | {"decisions": decisions, "abilities": abilities, "days": ctx.day_choices(0)}


async def _record_capacity(ctx: PageContext, fields: Fields, request_id: str) -> str:
    if fields["decision"] not in set(ConsentDecision):
        require([ctx.refusal_problem("decision", "CONSENT_DECISION_UNKNOWN")])
    require([ctx.refusal_problem(f"{name}_able", "ABILITY_MISSING") for name in _ABILITIES if fields[f"{name}_able"] not in _YES_NO])
    person = ctx.path_param("person")
    understand, retain, weigh, communicate = (pb.Ability(able=fields[f"{name}_able"] == "yes", support=fields[name]) for name in _ABILITIES)
    request = pb.RecordCapacityRequest(
        request_id=request_id,
        person_id=person,
        decision=to_wire(pb.ConsentDecision, ConsentDecision(fields["decision"])),
        about=fields["about"],
        assessed_on=fields["assessed_on"],
        assessed_by=fields["assessed_by"],
        understand=understand,
        retain=retain,
        weigh=weigh,
        communicate=communicate,
        because=fields["because"],
        until_day=fields["until_day"],
    )
    await ctx.call(ctx.state.services.consents.RecordCapacity, request)
    return f"/members/{person}/consents?done=recorded"


async def _interests_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    records = [{"value": key, "text": decision_name(ctx, record.decision), "hint": ""} for key, record in (await _lacks(ctx)).items()]
    return await _base(ctx) | {
        "records": records,
        "answers": choices(ctx, "consent_answer", list(ConsentAnswer)),
        "ways": choices(ctx, "consent_way", list(Explanation)),
        "authorities": choices(ctx, "consent_authority", list(BestInterestsAuthority)),
        "texts": [{"name": name, "title": ctx.say(f"capacity.{name}")} for name in _TEXTS],
    }


async def _record_interests(ctx: PageContext, fields: Fields, request_id: str) -> str:
    record = (await _lacks(ctx)).get(fields["capacity"])
    if record is None:
        require([ctx.refusal_problem("capacity", "CAPACITY_RECORD_NEEDED")])
    if fields["answer"] not in set(ConsentAnswer):
        require([ctx.refusal_problem("answer", "ANSWER_MISSING")])
    if fields["authority"] not in set(BestInterestsAuthority):
        require([ctx.refusal_problem("authority", "AUTHORITY_MISSING")])
    person, way = ctx.path_param("person"), fields["way"]
    request = pb.RecordConsentRequest(
        request_id=request_id,
        person_id=person,
        decision=record.decision if record else pb.CONSENT_DECISION_UNSPECIFIED,
        about=record.about if record else "",
        explained=[to_wire(pb.Explanation, Explanation(way))] if way in set(Explanation) else [],
        answer=to_wire(pb.ConsentAnswer, ConsentAnswer(fields["answer"])),
        capacity_id=fields["capacity"],
        best_interests=pb.BestInterests(
            authority=to_wire(pb.BestInterestsAuthority, BestInterestsAuthority(fields["authority"])),
            **{name: fields[name] for name in _TEXTS},
        ),
        **{name: fields[name] for name in ("words", "until_day", "review_day")},
    )
    await ctx.call(ctx.state.services.consents.RecordConsent, request)
    return f"/members/{person}/consents?done=recorded"


async def _lacks(ctx: PageContext) -> dict[str, pb.CapacityRecord]:
    """The records by which others may decide today, by id."""
    request = pb.GetConsentsRequest(person_id=ctx.path_param("person"))
    response: pb.GetConsentsResponse = await ctx.call(ctx.state.services.consents.GetConsents, request)
    return {record.capacity_id: record for record in response.capacity if record.counts}


CAPACITY = FormPage("consent-capacity", "consents/capacity", _capacity_values, _record_capacity, fields=_CAPACITY_FIELDS)
BEST_INTERESTS = FormPage(
    "consent-best-interests",
    "consents/best_interests",
    _interests_values,
    _record_interests,
    fields=_INTERESTS_FIELDS,
    input_by_field={"explained": "way", "capacity_id": "capacity"},
)
