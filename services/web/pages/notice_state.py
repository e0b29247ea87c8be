"""How far notices are, for the secretary: without what they say; the letters to print, and the text messages to send."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1.identity_pb2 import GetPersonRequest
from kith.membership.v1.membership_pb2 import GetMemberRequest
from libs.refusals import NotFound
from services.web.http.forms import Form, FormRejected
from services.web.notices.day_sheets import DaySheetLines
from services.web.notices.kinds import KINDS
from services.web.notices.rendering import NoticeReader, NoticeWords
from services.web.page_context import PageContext
from services.web.storage.notices import Notice, NoticeState

PRINTED, TEXTED = "letters-printed", "texts-sent"
_LISTED, _AT_ONCE = 100, 50
_IDS = "ids"
_OPEN_FIRST = (NoticeState.WAITING, NoticeState.TO_PRINT, NoticeState.TO_TEXT, NoticeState.SENT, NoticeState.REFUSED, NoticeState.LAPSED)


@dataclass(frozen=True)
class Letter:
    """One letter to print."""

    name: str
    address: Sequence[str]
    words: NoticeWords
    large: bool


async def show(ctx: PageContext) -> Response:
    """How many notices wait, were sent, were refused, and each of them with the reason."""
    counts = await ctx.state.notices.count_by_state()
    page = await ctx.state.notices.list_all(_LISTED, ctx.query_param("page"))
    names = await ctx.person_names(str(notice.person) for notice in page.items)
    return ctx.render(
        "notices",
        counts=[(ctx.say(f"notices.state_{state.value}"), counts[state.value]) for state in _OPEN_FIRST if counts.get(state.value)],
        letters=counts.get(NoticeState.TO_PRINT.value, 0),
        texts=counts.get(NoticeState.TO_TEXT.value, 0),
        rows=[_row(ctx, notice, names[str(notice.person)].full) for notice in page.items],
        more=ctx.next_page(page.next_token),
        done=ctx.query_param("done"),
    )


async def show_letters(ctx: PageContext) -> Response:
    """The letters to print, each on a sheet of its own, as large as its reader wants it."""
    waiting = await ctx.state.notices.list_in_state(NoticeState.TO_PRINT, _AT_ONCE)
    letters = [await _letter(ctx, notice) for notice in waiting]
    return ctx.render("notice_letters", letters=letters, ids=_joined(waiting))


async def mark_printed(ctx: PageContext, form: Form) -> Response:
    """The secretary printed the letters that the page showed."""
    await ctx.state.notices.finish(_read_ids(form), NoticeState.TO_PRINT, ctx.person_id)
    return ctx.redirect("/notices?done=printed")


async def show_texts(ctx: PageContext) -> Response:
    """What to do with the text messages, and the button for when they are sent."""
    waiting = await ctx.state.notices.list_in_state(NoticeState.TO_TEXT, _AT_ONCE)
    return ctx.render("notice_texts", number=len(waiting), ids=_joined(waiting))


async def download_texts(ctx: PageContext) -> Response:
    """The text messages as a file: number, text. It changes nothing: a download can fail."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["number", "text"])
    for notice in await ctx.state.notices.list_in_state(NoticeState.TO_TEXT, _AT_ONCE):
        response = await ctx.call(ctx.state.services.identity.GetPerson, GetPersonRequest(person_id=str(notice.person)))
        number = "".join(sign for sign in response.person.phone if sign.isdigit() or sign == "+")
        writer.writerow([number, ctx.state.renderer.text_message(notice, easy=notice.easy_read)])
    return ctx.file_response(file.getvalue().encode(), "kith-text-messages.csv", "text/csv; charset=utf-8")


async def mark_texted(ctx: PageContext, form: Form) -> Response:
    """The secretary sent the text messages that the page counted."""
    await ctx.state.notices.finish(_read_ids(form), NoticeState.TO_TEXT, ctx.person_id)
    return ctx.redirect("/notices?done=texted")


async def _letter(ctx: PageContext, notice: Notice) -> Letter:
    name = (await ctx.person_names([str(notice.person)]))[str(notice.person)]
    renderer = ctx.state.renderer
    lines = DaySheetLines(ctx.state.services, ctx.state.service_token, ctx.state.co_op.zone)
    sheet = await lines.lines(notice, renderer.catalogues[notice.easy_read])
    words = renderer.words(notice, NoticeReader(name.short), ctx.now, easy=notice.easy_read, printed=True, sheet=sheet)
    return Letter(name.full, await _address(ctx, str(notice.person)), words, notice.large_print)


async def _address(ctx: PageContext, person: str) -> list[str]:
    """The lines of the address in the legal register; none for somebody who is not in it."""
    try:
        entry = await ctx.call(ctx.state.services.membership.GetMember, GetMemberRequest(person_id=person))
    except NotFound:
        return []
    return [line.strip() for line in str(entry.member.register_address).replace("\n", ",").split(",") if line.strip()]


def _row(ctx: PageContext, notice: Notice, name: str) -> list[object]:
    why = ctx.say(f"notices.why_{notice.reason}") if ctx.catalogue.has(f"notices.why_{notice.reason}") else Markup()
    topic = ctx.say(f"notice.topic.{KINDS[notice.kind].topic.value}") if notice.kind in KINDS else ""
    return [name, topic, ctx.say(f"notices.state_{notice.state.value}"), why, ctx.format_moment(notice.done_at or notice.asked_at)]


def _joined(notices: Sequence[Notice]) -> str:
    return " ".join(str(notice.id) for notice in notices)


def _read_ids(form: Form) -> list[UUID]:
    try:
        return [UUID(word) for word in form.text(_IDS).split()]
    except ValueError as error:
        raise FormRejected("FORM_UNREADABLE") from error
