"""What a person agreed to, in words: their own page with one press to withdraw, and the secretary's page of somebody."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1.enums import (
    BestInterestsAuthority,
    ConsentAnswer,
    ConsentBasis,
    ConsentDecision,
    ConsentState,
    Explanation,
    WithdrawalCause,
)
from libs.refusals import NotFound
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime

WITHDRAW = "consent-withdraw"
_OPEN = frozenset({ConsentState.IN_FORCE, ConsentState.PLANNED})
_REPLACED = frozenset({ConsentState.WITHDRAWN, ConsentState.REPLACED})
BEST_INTERESTS_TEXTS = ("decided_by", "consulted", "less_restrictive", "wishes", "reasons")
"""What is written down of a decision in somebody's best interests, in the order in which it is asked for."""
_CORRECTIONS = {ConsentBasis.OWN: "new", ConsentBasis.DECIDER: "decider", ConsentBasis.BEST_INTERESTS: "best-interests"}
_STATUS = {ConsentState.IN_FORCE: "yes", ConsentState.PLANNED: "wait", ConsentState.REFUSED: "no", ConsentState.WITHDRAWN: "no"}


@dataclass(frozen=True)
class ConsentView:
    """One entry in words."""

    id: str
    title: str | Markup
    status: str
    state: Markup
    is_open: bool
    correct: str
    """Where a secretary puts right what was written down wrongly; empty for an entry that counts no more."""
    lines: list[str | Markup]


@dataclass(frozen=True)
class CapacityView:
    """One capacity record in words."""

    title: str | Markup
    lines: list[str | Markup]


async def show_own(ctx: PageContext) -> Response:
    """The person's own, or theirs for whom somebody acts."""
    return await _show(ctx, ctx.subject_id, "consents/own", "/you/consents")


async def show_of_person(ctx: PageContext) -> Response:
    """Somebody's, for the secretary. Reading them is audited."""
    person = ctx.path_param("person")
    return await _show(ctx, person, "consents/of_person", f"/members/{person}/consents")


async def withdraw(ctx: PageContext, form: Form) -> Response:
    """Withdraw one consent, at once."""
    request = pb.WithdrawConsentRequest(request_id=form.request_id, consent_id=form.text("consent"))
    await ctx.call(ctx.state.services.consents.WithdrawConsent, request)
    return ctx.redirect(f"{ctx.request_path}?done=withdrawn")


def decision_name(ctx: PageContext, number: int) -> Markup:
    """A decision in words; one that only a newer version knows is just named as one."""
    return ctx.say(f"consent_decision.{known_word(pb.ConsentDecision, ConsentDecision, number, ConsentDecision.OTHER)}")


async def find_entry(ctx: PageContext, person: str, wanted: str) -> pb.ConsentEntry:
    """One of the person's entries. Raises NotFound CONSENT_UNKNOWN."""
    response: pb.GetConsentsResponse = await ctx.call(ctx.state.services.consents.GetConsents, pb.GetConsentsRequest(person_id=person))
    for entry in response.entries:
        if entry.consent_id == wanted:
            return entry
    raise NotFound("CONSENT_UNKNOWN")


def ways_of(entry: pb.ConsentEntry) -> list[str]:
    """How it was explained, as the words of the forms."""
    ways = (known_word(pb.Explanation, Explanation, way, None) for way in entry.explained)
    return [way.value for way in ways if way]


def entry_fields(entry: pb.ConsentEntry) -> dict[str, str]:
    """What was written down, as the fields of the forms."""
    decision = known_word(pb.ConsentDecision, ConsentDecision, entry.decision, ConsentDecision.OTHER)
    answer = known_word(pb.ConsentAnswer, ConsentAnswer, entry.answer, None)
    words = {name: str(getattr(entry, name)) for name in ("about", "present", "words", "until_day", "review_day")}
    return words | {"decision": decision.value, "answer": answer.value if answer else ""}


async def _show(ctx: PageContext, person: str, template: str, path: str) -> Response:
    response: pb.GetConsentsResponse = await ctx.call(ctx.state.services.consents.GetConsents, pb.GetConsentsRequest(person_id=person))
    names = await ctx.person_names({person, *(entry.decided_by for entry in response.entries)})
    views = [_view(ctx, entry, names[entry.decided_by].full) for entry in response.entries]
    return ctx.render(
        template,
        person_id=person,
        name=names[person].full,
        action=path,
        correcting=template == "consents/of_person",
        current=[view for view in views if view.is_open],
        past=[view for view in views if not view.is_open],
        capacity=[_capacity_view(ctx, record) for record in response.capacity],
        done=ctx.query_param("done") in {"withdrawn", "recorded"} and ctx.query_param("done"),
    )


def _view(ctx: PageContext, entry: pb.ConsentEntry, decider: str) -> ConsentView:
    state = known_word(pb.ConsentState, ConsentState, entry.state, ConsentState.REPLACED)
    basis = known_word(pb.ConsentBasis, ConsentBasis, entry.basis, ConsentBasis.OWN)
    answer = known_word(pb.ConsentAnswer, ConsentAnswer, entry.answer, ConsentAnswer.NO)
    name = decision_name(ctx, entry.decision)
    lines: list[str | Markup] = [ctx.say(f"consent.said.{answer}")]
    if entry.words:
        lines.append(ctx.say("consent.words", words=entry.words))
    if basis is not ConsentBasis.OWN:
        lines.append(ctx.say(f"consent.basis.{basis}", name=decider))
    if entry.HasField("best_interests"):
        lines += _best_interests_lines(ctx, entry.best_interests)
    lines.append(ctx.say("consent.from", day=ctx.format_day(ctx.local_day(utc_datetime(entry.valid_from)).isoformat())))
    if entry.until_day:
        lines.append(ctx.say("consent.until", day=ctx.format_day(entry.until_day)))
    if entry.review_day:
        lines.append(ctx.say("consent.review", day=ctx.format_day(entry.review_day)))
    lines += [ctx.say(f"consent_way.{known_word(pb.Explanation, Explanation, way, Explanation.SPOKEN)}") for way in entry.explained]
    if entry.present:
        lines.append(ctx.say("consent.present", who=entry.present))
    if entry.HasField("withdrawn_at"):
        cause = known_word(pb.WithdrawalCause, WithdrawalCause, entry.withdrawal_cause, WithdrawalCause.PERSON)
        lines.append(ctx.say(f"consent.cause.{cause}", at=ctx.format_moment(utc_datetime(entry.withdrawn_at))))
    if entry.corrected:
        lines.append(ctx.say("consent.corrected"))
    title = ctx.say("consent.named", decision=name, about=entry.about) if entry.about else name
    correct = "" if state in _REPLACED else _CORRECTIONS[basis]
    return ConsentView(
        entry.consent_id, title, _STATUS.get(state, "calm"), ctx.say(f"consent.state.{state}"), state in _OPEN, correct, lines
    )


def _best_interests_lines(ctx: PageContext, interests: pb.BestInterests) -> list[Markup]:
    """Who decided, by which right, and what was thought of."""
    authority = known_word(pb.BestInterestsAuthority, BestInterestsAuthority, interests.authority, None)
    answers = {name: getattr(interests, name) for name in BEST_INTERESTS_TEXTS}
    lines = [ctx.say("consent.detail", question=ctx.say(f"capacity.{name}"), answer=answer) for name, answer in answers.items() if answer]
    if authority:
        right = ctx.say(f"consent_authority.{authority.value}")
        lines.insert(1, ctx.say("consent.detail", question=ctx.say("capacity.by_right"), answer=right))
    return lines


def _capacity_view(ctx: PageContext, record: pb.CapacityRecord) -> CapacityView:
    lines: list[str | Markup] = [
        ctx.say("capacity.can" if record.has_capacity else "capacity.cannot"),
        ctx.say("capacity.by", day=ctx.format_day(record.assessed_on), who=record.assessed_by),
    ]
    if record.until_day:
        lines.append(ctx.say("capacity.counts" if record.counts else "capacity.past", day=ctx.format_day(record.until_day)))
    return CapacityView(decision_name(ctx, record.decision), lines)
