"""Members who offer support, to browse for oneself: who they are, when they have time, and a way to say that one would like to meet."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import support_profiles_pb2 as pb
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.support.giving import pounds
from services.web.pages.support.profile_form import language_choices, language_words, times_in_words
from services.web.pages.support.quote_words import quote_in_words
from services.web.pages.support.typed_times import DAYS

PATH = "/people/find"


@dataclass(frozen=True)
class OfferView:
    """What one member offers, in words."""

    person_id: str
    name: str
    words: str
    times: str
    languages: str
    tags: str
    rate: str
    hour: Sequence[Markup]
    """What an hour costs, and which part of it is whose: a sentence each."""


async def show(ctx: PageContext) -> Response:
    """The offers that fit what was wanted for, in the order of the lot."""
    wanted = {name: ctx.query_param(name) for name in ("language", "tag", "day")}
    request = pb.FindOffersRequest(person_id=ctx.subject_id, **wanted)
    response: pb.FindOffersResponse = await ctx.call(ctx.state.services.support_profiles.FindOffers, request)
    names = await ctx.person_names(offer.person_id for offer in response.offers)
    return ctx.render(
        "support/find",
        offers=[_view(ctx, offer, names[offer.person_id].full) for offer in response.offers],
        subject=ctx.subject_id,
        wanted=wanted,
        languages=[{"value": "", "text": ctx.say("find.any")}, *_languages(ctx)],
        days=[{"value": "", "text": ctx.say("find.any")}, *({"value": day, "text": ctx.say(f"data.value.day.{day}")} for day in DAYS)],
    )


def _languages(ctx: PageContext) -> list[dict[str, object]]:
    return [{"value": choice["name"], "text": choice["text"]} for choice in language_choices(ctx, (), "")]


def _view(ctx: PageContext, offer: pb.Offer, name: str) -> OfferView:
    profile = offer.profile
    return OfferView(
        offer.person_id,
        name,
        profile.words,
        ", ".join(times_in_words(ctx, profile.times)),
        ", ".join(language_words(ctx, code) for code in profile.languages),
        ", ".join(profile.tags),
        pounds(profile.rate_pence) if profile.rate_pence else "",
        quote_in_words(ctx, offer.hour, name) if offer.hour.price_pence else (),
    )


PAGE = Page(PATH, show, acting=True)
