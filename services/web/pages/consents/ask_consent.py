"""Recording with a person what they agree to: one question on each page, a check, done. What they say is their own.

Every page says whom it was filled in for: with two people open in two windows, nothing of one gets into what is recorded of the other.
"""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1.enums import ConsentAnswer, ConsentDecision, Explanation
from libs.rpc.enums import to_wire
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.consents.consent_list import entry_fields, find_entry, ways_of
from services.web.pages.form_page import Fields, FormDraft, FormPage, RedirectToPage, choices, require

_WAYS = tuple(f"way_{way}" for way in Explanation)
_WHAT = ("what_person", "decision", "about", "corrects")
_HOW = ("how_person", *_WAYS, "present")
_ANSWER = ("answer_person", "answer", "words")
_WHEN = ("when_person", "until_day", "review_day")
_STEPS = {"": _WHAT, "/how": _HOW, "/answer": _ANSWER, "/when": _WHEN}
BEGIN = "consent-begin"
_DRAFT = FormDraft("consent", (*_WHAT, *_HOW, *_ANSWER, *_WHEN))


def _path(ctx: PageContext, step: str = "") -> str:
    return f"/members/{ctx.path_param('person')}/consents/new{step}"


def _is_of_person(ctx: PageContext, fields: Fields, step: str) -> bool:
    return fields[_STEPS[step][0]] == ctx.path_param("person")


def _require_steps(ctx: PageContext, fields: Fields, *steps: str) -> None:
    """Goes back to the first of these pages that was not filled in for this person."""
    for step in steps:
        if not _is_of_person(ctx, fields, step):
            raise RedirectToPage(_path(ctx, step))


async def _step_values(ctx: PageContext, fields: Fields, step: str) -> dict[str, object]:
    """What the page of a step shows: what was entered before, if it was about this person."""
    person = ctx.path_param("person")
    own = fields if _is_of_person(ctx, fields, step) else dict(fields) | dict.fromkeys(_STEPS[step], "")
    return {"fields": own, "person_id": person, "name": await _name(ctx), "at": _path(ctx, step)}


async def _name(ctx: PageContext) -> str:
    person = ctx.path_param("person")
    return (await ctx.person_names([person]))[person].short


async def _what_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    values = await _step_values(ctx, fields, "")
    decisions = choices(ctx, "consent_decision", list(ConsentDecision))
    corrects = fields["corrects"] if _is_of_person(ctx, fields, "") else ""
    if corrects:
        # A correction is of the same decision; another decision is asked about anew.
        decisions = [choice for choice in decisions if choice["value"] == fields["decision"]]
    return values | {"decisions": decisions, "corrects": corrects}


async def _save_what(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    if fields["decision"] not in set(ConsentDecision):
        require([ctx.refusal_problem("decision", "CONSENT_DECISION_UNKNOWN")])
    if fields["decision"] == ConsentDecision.OTHER and not fields["about"]:
        require([ctx.refusal_problem("about", "ABOUT_MISSING")])
    return _path(ctx, "/how")


async def _how_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    _require_steps(ctx, fields, "")
    ways = [{"name": f"way_{way}", "text": ctx.say(f"consent_way.{way}")} for way in Explanation]
    return await _step_values(ctx, fields, "/how") | {"ways": ways, "before": _path(ctx)}


async def _save_how(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    if not any(fields[way] for way in _WAYS):
        require([ctx.refusal_problem(_WAYS[0], "EXPLANATION_MISSING")])
    return _path(ctx, "/answer")


async def _answer_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    _require_steps(ctx, fields, "", "/how")
    answers = choices(ctx, "consent_answer", list(ConsentAnswer))
    return await _step_values(ctx, fields, "/answer") | {"answers": answers, "before": _path(ctx, "/how")}


async def _save_answer(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    if fields["answer"] not in set(ConsentAnswer):
        require([ctx.refusal_problem("answer", "ANSWER_MISSING")])
    if fields["answer"] == ConsentAnswer.CONDITIONS and not fields["words"]:
        require([ctx.refusal_problem("words", "WORDS_MISSING")])
    return _path(ctx, "/when")


async def _when_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    _require_steps(ctx, fields, "", "/how", "/answer")
    return await _step_values(ctx, fields, "/when") | {"before": _path(ctx, "/answer")}


async def _save_when(ctx: PageContext, _fields: Fields, _request_id: str) -> str:
    return _path(ctx, "/check")


async def _check_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    _require_steps(ctx, fields, *_STEPS)
    if fields["decision"] not in set(ConsentDecision):
        raise RedirectToPage(_path(ctx))
    return {
        "name": await _name(ctx),
        "at": _path(ctx, "/check"),
        "what": _path(ctx),
        "decision": ctx.say(f"consent_decision.{fields['decision']}"),
        "ways": [ctx.say(f"consent_way.{way}") for way in Explanation if fields[f"way_{way}"]],
        "answer": ctx.say(f"consent_answer.{fields['answer']}") if fields["answer"] else "",
        "until": _said_day(ctx, fields["until_day"]),
        "review": _said_day(ctx, fields["review_day"]),
        "corrects": fields["corrects"],
    }


def _said_day(ctx: PageContext, day: str) -> str:
    """A day in words; as it was typed where it is none, which the service refuses."""
    try:
        return ctx.format_day(day)
    except ValueError:
        return day


async def _record(ctx: PageContext, fields: Fields, request_id: str) -> str:
    _require_steps(ctx, fields, *_STEPS)
    person = ctx.path_param("person")
    request = pb.RecordConsentRequest(
        request_id=request_id,
        person_id=person,
        decision=to_wire(pb.ConsentDecision, ConsentDecision(fields["decision"])),
        about=fields["about"],
        explained=[to_wire(pb.Explanation, way) for way in Explanation if fields[f"way_{way}"]],
        present=fields["present"],
        answer=to_wire(pb.ConsentAnswer, ConsentAnswer(fields["answer"])) if fields["answer"] else pb.CONSENT_ANSWER_UNSPECIFIED,
        words=fields["words"],
        until_day=fields["until_day"],
        review_day=fields["review_day"],
        corrects_id=fields["corrects"],
    )
    await ctx.call(ctx.state.services.consents.RecordConsent, request)
    return f"/members/{person}/consents?done=recorded"


async def begin(ctx: PageContext, form: Form) -> Response:
    """Begin anew, or with what was written down wrongly: it is gone through once more, page by page."""
    person, wrong = ctx.path_param("person"), form.text("corrects")
    await form_keeping.delete_draft(ctx, _DRAFT.name)
    if wrong:
        entry = await find_entry(ctx, person, wrong)
        fields = entry_fields(entry) | {f"way_{way}": "yes" for way in ways_of(entry)} | {"corrects": wrong}
        marks = dict.fromkeys((names[0] for names in _STEPS.values()), person)
        await form_keeping.save_draft(ctx, _DRAFT.name, dict.fromkeys(_DRAFT.fields, "") | fields | marks)
    return ctx.redirect(_path(ctx))


WHAT = FormPage("consent-what", "consents/what", _what_values, _save_what, fields=_WHAT, draft=_DRAFT)
HOW = FormPage("consent-how", "consents/how", _how_values, _save_how, fields=_HOW, draft=_DRAFT)
ANSWER = FormPage("consent-answer", "consents/answer", _answer_values, _save_answer, fields=_ANSWER, draft=_DRAFT)
WHEN = FormPage("consent-when", "consents/when", _when_values, _save_when, fields=_WHEN, draft=_DRAFT)
RECORD = FormPage("consent-record", "consents/check", _check_values, _record, draft=_DRAFT, ends_draft=True)
