"""Where somebody cannot decide: the record about one decision at one time, and the decision in their best interests that rests on it."""

from collections.abc import Mapping, Sequence

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1.enums import BestInterestsAuthority, ConsentAnswer, ConsentDecision, Explanation
from libs.rpc.enums import known_word, to_wire
from services.web.page_context import PageContext
from services.web.pages.consents.consent_list import BEST_INTERESTS_TEXTS, decision_name, entry_fields, find_entry, ways_of
from services.web.pages.form_page import Fields, FormPage, choices, require

_ABILITIES = ("understand", "retain", "weigh", "communicate")
_CAPACITY_FIELDS = (
    "decision", "about", "assessed_on", "assessed_by", *(f"{name}_able" for name in _ABILITIES), *_ABILITIES, "because", "until_day",
)  # fmt: skip
_INTERESTS_FIELDS = ("capacity", "answer", "way", "words", "authority", *BEST_INTERESTS_TEXTS, "until_day", "review_day", "corrects")
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


async def _interests_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    lacks = await lacks_of(ctx, person)
    records = [{"value": key, "text": decision_name(ctx, record.decision), "hint": record.about} for key, record in lacks.items()]
    return await _base(ctx) | {
        "fields": await corrected_fields(ctx, fields, person, _INTERESTS_FIELDS),
        "records": records,
        "answers": choices(ctx, "consent_answer", list(ConsentAnswer)),
        "ways": choices(ctx, "consent_way", list(Explanation)),
        "authorities": choices(ctx, "consent_authority", list(BestInterestsAuthority)),
        "texts": [{"name": name, "title": ctx.say(f"capacity.{name}")} for name in BEST_INTERESTS_TEXTS],
    }


async def _record_interests(ctx: PageContext, fields: Fields, request_id: str) -> str:
    record = (await lacks_of(ctx, ctx.path_param("person"))).get(fields["capacity"])
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
        corrects_id=fields["corrects"],
        best_interests=pb.BestInterests(
            authority=to_wire(pb.BestInterestsAuthority, BestInterestsAuthority(fields["authority"])),
            **{name: fields[name] for name in BEST_INTERESTS_TEXTS},
        ),
        **{name: fields[name] for name in ("words", "until_day", "review_day")},
    )
    await ctx.call(ctx.state.services.consents.RecordConsent, request)
    return f"/members/{person}/consents?done=recorded"


async def lacks_of(ctx: PageContext, person: str) -> dict[str, pb.CapacityRecord]:
    """The records by which others may decide for the person today, by id."""
    response: pb.GetConsentsResponse = await ctx.call(ctx.state.services.consents.GetConsents, pb.GetConsentsRequest(person_id=person))
    return {record.capacity_id: record for record in response.capacity if record.counts}


async def corrected_fields(ctx: PageContext, fields: Fields, person: str, names: Sequence[str]) -> Fields:
    """What a form about another's decision shows: what was typed, or at first the entry that is to be corrected."""
    wrong = ctx.query_param("corrects")
    if not wrong or any(fields[name] for name in names):
        return fields
    entry = await find_entry(ctx, person, wrong)
    interests = entry.best_interests if entry.HasField("best_interests") else pb.BestInterests()
    authority = known_word(pb.BestInterestsAuthority, BestInterestsAuthority, interests.authority, None)
    shown = entry_fields(entry) | {
        "capacity": entry.capacity_id,
        "decider": entry.decided_by,
        "authority": authority.value if authority else "",
        "way": next(iter(ways_of(entry)), ""),
        "corrects": wrong,
        **{name: getattr(interests, name) for name in BEST_INTERESTS_TEXTS},
    }
    return {name: shown[name] for name in names}


CAPACITY = FormPage("consent-capacity", "consents/capacity", _capacity_values, _record_capacity, fields=_CAPACITY_FIELDS)
BEST_INTERESTS = FormPage(
    "consent-best-interests",
    "consents/best_interests",
    _interests_values,
    _record_interests,
    fields=_INTERESTS_FIELDS,
    input_by_field={"explained": "way", "capacity_id": "capacity"},
)
