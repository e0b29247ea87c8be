"""How I want to be told: how notices read, by which way they come, when it is quiet, and what they are about; read back in words.

Easy Read and bigger text hold on the pages too: what is chosen here is what a browser begins with when the person signs in.
"""

import contextlib
from collections.abc import Mapping

from babel import Locale
from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs.refusals import Refusal
from libs.rpc.enums import known_word, to_wire
from services.web.http.cookies import ReadingPreferences
from services.web.http.forms import Form
from services.web.localisation.clock_times import minute_of_day
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, version_of

LANGUAGES = ("en", "ar", "bn", "cy", "fa", "fr", "gu", "ga", "pa", "pl", "pt", "ro", "so", "ta", "ur", "zh")
_STOPPABLE = (NoticeTopic.MOTIONS, NoticeTopic.BALLOTS, NoticeTopic.TEAM, NoticeTopic.VISITS)
_HALF_HOURS = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60, 30)]
_INPUTS = {"helper_person_id": "helper"}


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    response = await _fetch(ctx)
    ways = response.ways
    names = await ctx.person_names([*response.helper_person_ids, ways.helper_person_id])
    channels = [channel.value for channel in NoticeChannel if channel is not NoticeChannel.HELPER or response.helper_person_ids]
    stored = {
        "easy_read": "on" if ways.easy_read else "off",
        "large_print": "on" if ways.large_print else "off",
        "language": ways.language,
        "channel": _channel(ways, response),
        "helper": ways.helper_person_id,
        "quiet_from": clock_time(ways.quiet_from),
        "quiet_until": clock_time(ways.quiet_until),
        "version": str(ways.version),
        **{topic.value: "off" if topic in _stopped(ways) else "on" for topic in _STOPPABLE},
    }
    return {
        "fields": {name: fields.get(name) or value for name, value in stored.items()},
        "read_back": _read_back(ctx, ways, _channel(ways, response), names[ways.helper_person_id].full),
        "channels": choices(ctx, "told_by", channels),
        "helpers": [{"value": person, "text": names[person].full} for person in response.helper_person_ids],
        "languages": [{"value": code, "text": language_name(code)} for code in LANGUAGES],
        "hours": [{"value": hour, "text": hour} for hour in _HALF_HOURS],
        "topics": _STOPPABLE,
        "done": ctx.query_param("done") == "saved",
    }


async def _save(ctx: PageContext, fields: Fields, request_id: str) -> str:
    channel = NoticeChannel(fields["channel"]) if fields["channel"] in tuple(NoticeChannel) else None
    ways = pb.WaysToBeTold(
        easy_read=fields["easy_read"] == "on",
        large_print=fields["large_print"] == "on",
        language=fields["language"],
        channel=to_wire(pb.NoticeChannel, channel) if channel else pb.NOTICE_CHANNEL_UNSPECIFIED,
        helper_person_id=fields["helper"] if channel is NoticeChannel.HELPER else "",
        quiet_from=minute_of_day(fields["quiet_from"]),
        quiet_until=minute_of_day(fields["quiet_until"]),
        stopped=[to_wire(pb.NoticeTopic, topic) for topic in _STOPPABLE if fields[topic.value] == "off"],
        version=version_of(fields),
    )
    request = pb.SetWaysToBeToldRequest(request_id=request_id, person_id=ctx.subject_id, ways=ways)
    await ctx.call(ctx.state.services.notices.SetWaysToBeTold, request)
    return f"{PATH}?done=saved"


PATH = "/you/told"
WAYS = FormPage(
    "ways-to-be-told",
    "ways_to_be_told",
    _values,
    _save,
    ("easy_read", "large_print", "language", "channel", "helper", "quiet_from", "quiet_until", "version", *map(str, _STOPPABLE)),
    input_by_field=_INPUTS,
)


async def _post(ctx: PageContext, form: Form) -> Response:
    """Save, and let this browser follow at once, unless it is somebody else's who acts for them."""
    response = await WAYS.post(ctx, form)
    if response.status_code == 303 and ctx.acting is None:
        preferences = ReadingPreferences(form.text("easy_read") == "on", form.text("large_print") == "on")
        ctx.state.cookies.set_reading_preferences(response, preferences)
    return response


PAGE = Page(PATH, WAYS.get, _post, WAYS.name, acting=True)


async def set_first_preferences(ctx: PageContext, response: Response, person: str, token: str, *, days: int | None) -> None:
    """A browser in which nobody chose how pages read begins with what the person chose here; signing in never fails for it."""
    if ctx.state.cookies.read(ctx.request, ctx.state.cookies.preferences):
        return
    with contextlib.suppress(Refusal):
        request = pb.GetWaysToBeToldRequest(person_id=person)
        ways = (await ctx.state.services.call(ctx.state.services.notices.GetWaysToBeTold, request, token)).ways
        if ways.version:
            ctx.state.cookies.set_reading_preferences(response, ReadingPreferences(ways.easy_read, ways.large_print), days=days)


async def _fetch(ctx: PageContext) -> pb.GetWaysToBeToldResponse:
    request = pb.GetWaysToBeToldRequest(person_id=ctx.subject_id)
    response: pb.GetWaysToBeToldResponse = await ctx.call(ctx.state.services.notices.GetWaysToBeTold, request)
    return response


def _channel(ways: pb.WaysToBeTold, response: pb.GetWaysToBeToldResponse) -> str:
    return known_word(
        pb.NoticeChannel, NoticeChannel, ways.channel, NoticeChannel.EMAIL if response.has_email else NoticeChannel.PAGE
    ).value


def _stopped(ways: pb.WaysToBeTold) -> set[str]:
    return {known_word(pb.NoticeTopic, NoticeTopic, topic, "") for topic in ways.stopped}


def _read_back(ctx: PageContext, ways: pb.WaysToBeTold, channel: str, helper: str) -> list[Markup]:
    """What holds now, in sentences."""
    sentences = [ctx.say(f"told.now_{channel}", helper=helper)]
    if ways.easy_read:
        sentences.append(ctx.say("told.now_easy"))
    if ways.large_print:
        sentences.append(ctx.say("told.now_large"))
    if ways.language not in {"", "en"}:
        sentences.append(ctx.say("told.now_language", language=language_name(ways.language)))
    if ways.quiet_from != ways.quiet_until:
        sentences.append(ctx.say("told.now_quiet", begin=clock_time(ways.quiet_from), end=clock_time(ways.quiet_until)))
    sentences += [ctx.say(f"told.now_stopped_{topic.value}") for topic in _STOPPABLE if topic in _stopped(ways)]
    return sentences


def language_name(code: str) -> str:
    """A language by its code, in English and in itself."""
    own, english = Locale.parse(code).display_name, Locale.parse(code).get_display_name("en")
    return str(own) if own == english else f"{english} ({own})"


def clock_time(minutes: int) -> str:
    """Minutes after midnight as a time of day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
