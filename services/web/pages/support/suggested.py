"""Members whose offers fit, best first, each with what fits and what does not, in words and in points; and the file to check it oneself."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import suggestions_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.enums import SuggestionPart, SuggestionReason
from libs.refusals import NotFound
from libs.rpc.enums import known_word
from services.web.localisation import numbers
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.support.getting import fetch_getting
from services.web.pages.support.giving import pounds
from services.web.pages.support.profile_form import times_in_words

PATH = "/people/suggested"
_FAR = 10_000
"""More than there are members."""
_HALF = 2


@dataclass(frozen=True)
class SuggestionView:
    """Somebody who fits: for each side what fits well and what less, and the same as points."""

    person_id: str
    name: str
    words: str
    times: str
    rate: str
    fits_person: list[Markup]
    fits_worker: list[Markup]
    less: list[Markup]
    points: list[list[object]]
    total: list[object]
    score: int


@dataclass(frozen=True)
class NotSuggestedView:
    """Somebody whom a condition rules out, with every reason."""

    name: str
    reasons: list[Markup]


async def show(ctx: PageContext) -> Response:
    """The next three people, or what is missing before there can be any."""
    getting = await fetch_getting(ctx)
    skip = _skip(ctx)
    found = await _fetch(ctx, skip, with_file=False)
    names = await ctx.person_names([*(one.person_id for one in found.suggestions), *(one.person_id for one in found.not_suggested)])
    return ctx.render(
        "support/suggested",
        looks=found.open,
        suggestions=[suggestion_view(ctx, one, names[one.person_id].full, getting) for one in found.suggestions],
        refused=[_not_suggested(ctx, one, names[one.person_id].full) for one in found.not_suggested],
        ids=[[names[one.person_id].full, one.person_id] for one in found.suggestions],
        held_back=found.held_back,
        more=f"{PATH}?skip={skip + len(found.suggestions)}" if found.more else "",
        skip=skip,
        subject=ctx.subject_id,
    )


async def download(ctx: PageContext) -> Response:
    """The file from which `kith rank` recomputes the page. Raises NotFound for somebody who wants no suggestions."""
    found = await _fetch(ctx, _skip(ctx), with_file=True)
    if not found.open:
        raise NotFound("OFFER_UNKNOWN")
    return ctx.file_response(found.file.encode(), "suggestions.json", "application/json")


async def _fetch(ctx: PageContext, skip: int, *, with_file: bool) -> pb.GetSuggestionsResponse:
    request = pb.GetSuggestionsRequest(person_id=ctx.subject_id, skip=skip, with_file=with_file)
    found: pb.GetSuggestionsResponse = await ctx.call(ctx.state.services.suggestions.GetSuggestions, request)
    return found


def _skip(ctx: PageContext) -> int:
    typed = ctx.query_param("skip")
    return min(int(typed), _FAR) if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(_FAR)) else 0


def suggestion_view(ctx: PageContext, one: pb.Suggestion, name: str, getting: profiles.GettingSupport) -> SuggestionView:
    """With what fits and what fits less, in the words of both sides."""
    offer = one.profile
    unwished = {
        "person": {
            *([] if getting.wished_languages else [SuggestionPart.LANGUAGES]),
            *([] if getting.wished_tags else [SuggestionPart.TAGS]),
        },
        "worker": set() if offer.tags or offer.wished_tags else {SuggestionPart.TAGS},
    }
    sides = {"person": _parts(one.for_person), "worker": _parts(one.for_worker)}
    well: dict[str, list[Markup]] = {}
    less: list[Markup] = []
    for side, parts in sides.items():
        # A wish that nobody has is neither met nor unmet.
        said = [(part, _HALF * row.points >= row.most) for part, row in parts.items() if part not in unwished[side]]
        well[side] = [ctx.say(f"why_{side}.{part.value}", name=name, km=one.within_km) for part, fits in said if fits]
        less += [ctx.say(f"why_not_{side}.{part.value}", name=name, km=one.within_km) for part, fits in said if not fits]
    return SuggestionView(
        one.person_id,
        name,
        offer.words,
        ", ".join(times_in_words(ctx, offer.times)),
        pounds(offer.rate_pence) if offer.rate_pence else "",
        well["person"],
        well["worker"],
        less,
        [[ctx.say(f"why_part.{part.value}"), *(_points(ctx, parts, part) for parts in sides.values())] for part in sides["person"]],
        [ctx.say("suggested.sum"), *(numbers.format_integer(sum(row.points for row in parts.values())) for parts in sides.values())],
        one.score,
    )


def _parts(rows: Iterable[pb.PartPoints]) -> dict[SuggestionPart, pb.PartPoints]:
    """Without parts that only a newer version knows."""
    known = ((known_word(pb.SuggestionPart, SuggestionPart, row.part, None), row) for row in rows)
    return {part: row for part, row in known if part is not None}


def _points(ctx: PageContext, parts: dict[SuggestionPart, pb.PartPoints], part: SuggestionPart) -> Markup:
    """Nothing for a part that does not count for this side."""
    row = parts.get(part)
    return ctx.say("suggested.points", points=row.points, most=row.most) if row else Markup()


def _not_suggested(ctx: PageContext, one: pb.NotSuggested, name: str) -> NotSuggestedView:
    reasons = (known_word(pb.SuggestionReason, SuggestionReason, reason, None) for reason in one.reasons)
    return NotSuggestedView(name, [ctx.say(f"why_never.{reason.value}") for reason in reasons if reason])


PAGE = Page(PATH, show, acting=True)
FILE = Page(f"{PATH}/file", download, acting=True)
