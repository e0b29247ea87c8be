"""Asking other co-ops: a person ticks words, sees all that would leave, letter for letter, and says yes."""

import json
from collections.abc import Mapping

from kith.matching.v1 import asks_pb2 as pb
from libs.asks.area import Area
from libs.asks.documents import Ask
from services.web import form_keeping
from services.web.page import Access
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.asks import ask_words
from services.web.pages.asks.own_asks import PATH
from services.web.pages.form_page import Fields, FormDraft, FormPage, RedirectToPage, form_page, require
from services.web.pages.qualification_view import fetch_kinds
from services.web.pages.support.profile_form import language_choices, ticked

NEW, CHECK = f"{PATH}/new", f"{PATH}/new/check"
_CO_OP, _LANGUAGE, _SKILL, _BLOCK = "to_", "language_", "skill_", "block_"
_PREFIXES = {"co_ops": _CO_OP, "languages": _LANGUAGE, "skills": _SKILL, "blocks": _BLOCK}
_DRAFT = FormDraft("co-op-ask", ("district", *_PREFIXES))
_INPUTS = {"district": "district", "blocks": "blocks", "languages": "languages", "skills": "skills", "co_ops": "co_ops"}


async def _show_words(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    kinds, peers = await fetch_kinds(ctx), await ask_words.peers_by_id(ctx)
    chosen = _chosen(ctx, fields)
    return {
        "co_ops": [
            {"name": _CO_OP + peer.id, "text": peer.name, "ticked": peer.id in chosen["co_ops"]} for peer in peers.values() if peer.asks
        ],
        "days": ask_words.days_to_tick(ctx, _BLOCK, chosen["blocks"]),
        "languages": language_choices(ctx, chosen["languages"], _LANGUAGE),
        "skills": [{"name": _SKILL + key, "text": kinds.name(key), "ticked": key in chosen["skills"]} for key in kinds.by_key],
    }


async def _save_words(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """Checked by matching, which knows the words; nothing leaves."""
    chosen = _chosen(ctx, fields)
    await _preview(ctx, _words(fields["district"], chosen))
    require([] if chosen["co_ops"] else [ctx.refusal_problem("co_ops", "NO_CO_OP_CHOSEN")])
    # What was ticked before and is not now is not in the draft.
    kept = {name: " ".join(values) for name, values in chosen.items()}
    await form_keeping.save_draft(ctx, _DRAFT.name, {"district": fields["district"], **kept})
    return CHECK


async def _show_check(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    chosen = _stored(fields)
    if not chosen["co_ops"]:
        raise RedirectToPage(NEW)
    words = _words(fields["district"], chosen)
    found, kinds, peers = await _preview(ctx, words), await fetch_kinds(ctx), await ask_words.peers_by_id(ctx)
    area = Area(found.area.north, found.area.east)
    letter = Ask("", tuple(words.skills), tuple(words.languages), tuple(words.blocks), area, found.until.seconds).payload()
    rows = {
        "co_ops": ", ".join(ask_words.co_op_name(peers, co_op) for co_op in chosen["co_ops"]),
        "blocks": ask_words.blocks_in_words(ctx, words.blocks),
        "languages": ask_words.languages_in_words(ctx, words.languages) or ctx.say("asks.any"),
        "skills": ask_words.skills_in_words(kinds, words.skills) or ctx.say("asks.any"),
        "area": ctx.say("asks.square", district=words.district.upper(), where=ask_words.square_in_words(ctx, area)),
        "until": ctx.format_moment(utc_datetime(found.until)),
    }
    return {
        "rows": [{"name": ctx.say(f"ask_leaves.{name}"), "value": value, "path": ""} for name, value in rows.items()],
        "letter": json.dumps(letter | {"ask": str(ctx.say("asks.random"))}, ensure_ascii=False, sort_keys=True),
    }


async def _send(ctx: PageContext, fields: Fields, request_id: str) -> str:
    chosen = _stored(fields)
    request = pb.AskOtherCoOpsRequest(
        request_id=request_id, person_id=ctx.subject_id, words=_words(fields["district"], chosen), co_ops=chosen["co_ops"]
    )
    await ctx.call(ctx.state.services.asks.AskOtherCoOps, request)
    return f"{PATH}?done=asked"


async def _preview(ctx: PageContext, words: pb.AskWords) -> pb.PreviewAskResponse:
    request = pb.PreviewAskRequest(person_id=ctx.subject_id, words=words)
    response: pb.PreviewAskResponse = await ctx.call(ctx.state.services.asks.PreviewAsk, request)
    return response


def _words(district: str, chosen: Mapping[str, list[str]]) -> pb.AskWords:
    return pb.AskWords(skills=chosen["skills"], languages=chosen["languages"], blocks=chosen["blocks"], district=district)


def _chosen(ctx: PageContext, fields: Fields) -> dict[str, list[str]]:
    """What is ticked on the page that was sent; before that, what is in the draft."""
    if ctx.submitted is None:
        return _stored(fields) if any(fields[name] for name in _PREFIXES) else _restored(fields)
    return _restored(ctx.submitted.fields)


def _restored(fields: Fields) -> dict[str, list[str]]:
    return {name: ticked(fields, prefix) for name, prefix in _PREFIXES.items()}


def _stored(fields: Fields) -> dict[str, list[str]]:
    return {name: fields[name].split() for name in _PREFIXES}


WORDS = FormPage(
    "co-op-ask-words",
    "asks/new",
    _show_words,
    _save_words,
    fields=("district",),
    prefixes=tuple(_PREFIXES.values()),
    draft=_DRAFT,
    input_by_field=_INPUTS,
)
SEND = FormPage("co-op-ask-send", "asks/check", _show_check, _send, draft=_DRAFT, ends_draft=True)
PAGE = form_page(NEW, WORDS, Access.MEMBER, acting=True)
CHECK_PAGE = form_page(CHECK, SEND, Access.MEMBER, acting=True)
