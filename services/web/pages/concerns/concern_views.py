"""A concern in words, as one of the two sees it, who acts for them, or who is beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.matching.v1 import concerns_pb2 as pb
from kith.matching.v1.enums import ConcernStep
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime

PATH = "/team/concerns"
OVER = (ConcernStep.REPAIRED, ConcernStep.SET_ASIDE, ConcernStep.ENDED)
_STATUS = {ConcernStep.REPAIRED: "yes", ConcernStep.AGREED: "yes", ConcernStep.SET_ASIDE: "calm", ConcernStep.ENDED: "calm"}


@dataclass(frozen=True)
class RepairView:
    """What both could agree on, or have; `proposed` says by whom, `agreed` who has said yes."""

    words: str
    day: str
    proposed: Markup
    agreed: Sequence[str]
    i_said_yes: bool
    version: int


@dataclass(frozen=True)
class NoteView:
    """What somebody wrote; `says` says who, when and for whom."""

    says: Markup
    words: str


@dataclass(frozen=True)
class ConcernView:
    """`step` is empty for one that only a newer version knows. Names are empty where there is nobody."""

    id: str
    title: Markup
    name: str
    """Of the other of the two; of nobody for who is beside them."""
    step: str
    status: str
    says: Markup
    due: str
    is_overdue: bool
    is_over: bool
    facilitates: bool
    is_owner: bool
    named: str
    other_named: str
    other_named_id: str
    facilitator: str
    accepted: bool
    repair: RepairView | None
    has_answered: bool
    leaver_id: str


async def fetch_concerns(ctx: PageContext) -> list[ConcernView]:
    """One's own, or of whom somebody acts for; the newest first."""
    request = pb.GetConcernsRequest(person_id=ctx.subject_id)
    found: pb.GetConcernsResponse = await ctx.call(ctx.state.services.concerns.GetConcerns, request)
    names = await _names(ctx, found.concerns)
    return [_view(ctx, concern, names) for concern in found.concerns]


async def fetch_concern(ctx: PageContext) -> tuple[ConcernView, Sequence[NoteView], Sequence[dict[str, str]]]:
    """That of the path, what was written, and the Links whom the two may name. Raises NotFound CONCERN_UNKNOWN."""
    request = pb.GetConcernRequest(concern_id=ctx.path_param("concern"))
    found: pb.GetConcernResponse = await ctx.call(ctx.state.services.concerns.GetConcern, request)
    names = await _names(ctx, [found.concern], *(note.author_id for note in found.notes), *found.link_ids)
    notes = [NoteView(_note_words(ctx, note, names), note.words) for note in found.notes]
    return _view(ctx, found.concern, names), notes, [{"value": link, "text": names[link], "hint": ""} for link in found.link_ids]


async def _names(ctx: PageContext, concerns: Sequence[pb.Concern], *others: str) -> dict[str, str]:
    people = [
        person
        for concern in concerns
        for person in (
            *concern.person_ids,
            concern.named_id,
            concern.other_named_id,
            concern.facilitator_id,
            concern.repair.proposed_by,
        )
    ]
    wanted = [person for person in (*people, *others) if person]
    return {person: name.full for person, name in (await ctx.person_names(wanted)).items()} | {"": ""}


def _view(ctx: PageContext, row: pb.Concern, names: dict[str, str]) -> ConcernView:
    first, second = (names[person] for person in row.person_ids)
    step = known_word(pb.ConcernStep, ConcernStep, row.step, None)
    title = ctx.say("concern.title_beside", one=first, other=second) if row.facilitates else ctx.say("concern.title", name=second)
    due = utc_datetime(row.due) if row.HasField("due") else None
    return ConcernView(
        row.concern_id,
        title,
        "" if row.facilitates else second,
        step.value if step else "",
        _STATUS.get(step, "wait") if step else "wait",
        _status_words(ctx, row, step),
        ctx.format_day(ctx.local_day(due).isoformat()) if due else "",
        due is not None and due <= ctx.now,
        step in OVER,
        row.facilitates,
        row.owner_id == ctx.subject_id,
        names[row.named_id],
        names[row.other_named_id],
        row.other_named_id,
        names[row.facilitator_id],
        row.facilitator_accepted,
        _repair(ctx, row, names) if row.HasField("repair") else None,
        row.own_answer != pb.LOOK_BACK_ANSWER_UNSPECIFIED,
        row.leaver_id,
    )


def _status_words(ctx: PageContext, row: pb.Concern, step: ConcernStep | None) -> Markup:
    if step is ConcernStep.FACILITATED and row.facilitates:
        return ctx.say("concern.you_are_beside" if row.facilitator_accepted else "concern.you_are_asked")
    return ctx.say(f"concern_step.{step.value}") if step else Markup()


def _repair(ctx: PageContext, row: pb.Concern, names: dict[str, str]) -> RepairView:
    repair = row.repair
    mine = repair.proposed_by == ctx.subject_id
    proposed = ctx.say("concern.you_wrote_it") if mine else ctx.say("concern.they_wrote_it", name=names[repair.proposed_by])
    i_said_yes = not row.facilitates and row.person_ids[0] in repair.agreed_ids
    agreed = [names[person] for person in row.person_ids if person in repair.agreed_ids]
    return RepairView(repair.words, ctx.format_day(repair.look_back_on), proposed, agreed, i_said_yes, repair.version)


def _note_words(ctx: PageContext, note: pb.ConcernNote, names: dict[str, str]) -> Markup:
    key = "concern.note_alone" if note.for_facilitator else "concern.note"
    return ctx.say(key, name=names[note.author_id], when=ctx.format_moment(utc_datetime(note.written_at)))
