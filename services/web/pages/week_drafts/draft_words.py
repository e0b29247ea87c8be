"""A draft of a week in words and squares: what it would change, who was asked, and what everybody said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import DraftAnswer, DraftPart, DraftPlaceKind, WeekDraftState
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.visits.visit_words import times_words

_STATUS = {
    DraftPart.WAITING: "wait",
    DraftPart.AGREED: "yes",
    DraftPart.PUBLISHED: "yes",
    DraftPart.DECLINED: "no",
    DraftPart.STALE: "no",
}
_DAYS = 7


@dataclass(frozen=True)
class DraftRow:
    """One visit of a draft. `published` and `drafted` are the names of who comes now and who would."""

    id: str
    person_id: str
    name: str
    when: str
    day: str
    times: Markup
    published: Sequence[str]
    drafted: Sequence[str]
    missing: int
    """How many it would still need."""
    changes: bool
    part: DraftPart | None
    status: str
    says: Markup
    chosen: Sequence[str]
    """Those of the drafted whom the planner chose by hand."""


@dataclass(frozen=True)
class Square:
    """A visit in the drawing: the same as published, new, gone, or open where somebody is needed."""

    kind: str
    says: Markup


@dataclass(frozen=True)
class SquareRow:
    """The visits of a worker, or those that need somebody, by the days of the week."""

    name: str
    worker_id: str
    """Empty for those that need somebody."""
    days: Sequence[Sequence[Square]]


def state_of(draft: pb.WeekDraft) -> WeekDraftState | None:
    """None for a state that only a newer version knows."""
    return known_word(pb.WeekDraftState, WeekDraftState, draft.state, None)


def week_words(ctx: PageContext, monday: str) -> Markup:
    """From Monday to Sunday."""
    last = date.fromisoformat(monday) + timedelta(days=_DAYS - 1)
    return ctx.say("week.span", first=ctx.format_day(monday), last=ctx.format_day(last.isoformat()))


def people_of(visits: Iterable[pb.DraftVisit]) -> list[str]:
    """Ids of everybody whom these visits name."""
    return [person for visit in visits for person in (visit.person_id, *(place.worker_id for place in visit.places))]


def kind_of(place: pb.DraftPlace) -> DraftPlaceKind | None:
    """None for a kind that only a newer version knows."""
    return known_word(pb.DraftPlaceKind, DraftPlaceKind, place.kind, None)


def draft_row(ctx: PageContext, visit: pb.DraftVisit, names: Mapping[str, PersonName]) -> DraftRow:
    """`names` are those of `people_of`."""
    kinds = {place.worker_id: kind_of(place) for place in visit.places}
    published = [worker for worker, kind in kinds.items() if kind in (DraftPlaceKind.STAYS, DraftPlaceKind.GONE)]
    drafted = [worker for worker, kind in kinds.items() if kind in (DraftPlaceKind.STAYS, DraftPlaceKind.NEW)]
    day = ctx.local_day(utc_datetime(visit.starts_at)).isoformat()
    times = times_words(ctx, visit.starts_at, visit.ends_at)
    part = known_word(pb.DraftPart, DraftPart, visit.part, None)
    return DraftRow(
        visit.visit_id,
        visit.person_id,
        names[visit.person_id].full,
        f"{ctx.format_day(day)}, {times}",
        day,
        times,
        [names[worker].full for worker in published],
        [names[worker].full for worker in drafted],
        max(0, visit.workers - len(drafted)),
        any(kind in (DraftPlaceKind.NEW, DraftPlaceKind.GONE) for kind in kinds.values()),
        part,
        _STATUS.get(part, "wait") if part else "wait",
        _part_words(ctx, visit, part, names),
        [names[place.worker_id].full for place in visit.places if place.chosen and place.worker_id in drafted],
    )


def squares(ctx: PageContext, monday: str, visits: Sequence[pb.DraftVisit], names: Mapping[str, PersonName]) -> list[SquareRow]:
    """A row for each worker in the order of their names, and one for what needs somebody."""
    first = date.fromisoformat(monday)
    rows: dict[str, list[list[Square]]] = {}
    for visit in visits:
        row = draft_row(ctx, visit, names)
        day = min(_DAYS - 1, max(0, (date.fromisoformat(row.day) - first).days))
        for place in visit.places:
            kind = kind_of(place)
            if kind is not None:
                rows.setdefault(place.worker_id, _empty_week())[day].append(_square(ctx, _KINDS[kind], row))
        rows.setdefault("", _empty_week())[day] += [_square(ctx, "open", row) for _ in range(row.missing)]
    named = [SquareRow(names[worker].full, worker, days) for worker, days in rows.items() if worker]
    nobody = [SquareRow(str(ctx.say("week_draft.nobody_yet")), "", days) for worker, days in rows.items() if not worker and any(days)]
    return [*sorted(named, key=lambda row: row.name), *nobody]


_KINDS = {DraftPlaceKind.STAYS: "same", DraftPlaceKind.NEW: "new", DraftPlaceKind.GONE: "gone"}


def _empty_week() -> list[list[Square]]:
    return [[] for _ in range(_DAYS)]


def _square(ctx: PageContext, kind: str, row: DraftRow) -> Square:
    return Square(kind, ctx.say(f"week_draft_square.{kind}", name=row.name, times=row.times))


def _part_words(ctx: PageContext, visit: pb.DraftVisit, part: DraftPart | None, names: Mapping[str, PersonName]) -> Markup:
    """Who must still answer, or who said no. Nobody says why."""
    changed = [place for place in visit.places if kind_of(place) is not DraftPlaceKind.STAYS]
    if part is DraftPart.WAITING:
        return _of(ctx, "week_draft.waits_for", changed, DraftAnswer.WAITING, names)
    if part is DraftPart.DECLINED:
        if known_word(pb.DraftAnswer, DraftAnswer, visit.answer, None) is DraftAnswer.NO:
            return ctx.say("week_draft.not_this_one", name=names[visit.person_id].full)
        return _of(ctx, "week_draft.said_no", changed, DraftAnswer.NO, names)
    return ctx.say(f"week_draft_part.{part.value}") if part else Markup()


def _of(ctx: PageContext, key: str, places: Sequence[pb.DraftPlace], answer: DraftAnswer, names: Mapping[str, PersonName]) -> Markup:
    who = [names[place.worker_id].full for place in places if known_word(pb.DraftAnswer, DraftAnswer, place.answer, None) is answer]
    # A visit needs at most two, and has at most two who would go.
    return ctx.say(key, names=", ".join(who))
