"""The person's own record: its sections, and each section with its fields."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import record_pb2 as pb
from libs.access.record_fields import SECTIONS
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, version_of
from services.web.pages.records.record_words import fetch_grants, fetch_own_fields, grant_views, require_section, section_views

_TEXT, _VERSION = "text-", "version-"
_MAX_BODY = 256 * 1024
"""Four fields of 4,000 letters, nine bytes each once they are in a form."""


async def show(ctx: PageContext) -> Response:
    """The sections as a list of tasks; printed, everything that stands in them."""
    texts = {field: record.text for field, record in (await fetch_own_fields(ctx)).items()}
    done = ctx.query_param("done")
    return ctx.render(
        "records/own",
        sections=section_views(ctx, texts),
        filled={section: sum(bool(texts.get(f"{section}.{name}")) for name in names) for section, names in SECTIONS.items()},
        done=done if done in SECTIONS else "",
    )


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    section = ctx.path_param("section")
    keys = require_section(section)
    stored = await fetch_own_fields(ctx, *keys)
    views = await grant_views(ctx, await fetch_grants(ctx))
    return {
        "section": section,
        "rows": [
            {
                "field": key,
                "name": name,
                "label": ctx.say(f"record.field.{key}"),
                "hint": ctx.say(f"record.hint.{key}"),
                "text": fields.get(_TEXT + name, stored[key].text if key in stored else ""),
                "version": fields.get(_VERSION + name, str(stored[key].version if key in stored else 0)),
                "grants": views.get(key, []),
                "noun": ctx.say(f"record.noun.{key}"),
            }
            for name, key in zip(SECTIONS[section], keys, strict=True)
        ],
    }


async def _save(ctx: PageContext, fields: Fields, request_id: str) -> str:
    """Only fields that were changed are sent, each with the version that the form showed."""
    section = ctx.path_param("section")
    keys = require_section(section)
    stored = await fetch_own_fields(ctx, *keys)
    changes = [
        pb.FieldText(field=key, text=fields[_TEXT + name], version=version_of(fields, _VERSION + name))
        for name, key in zip(SECTIONS[section], keys, strict=True)
        if _TEXT + name in fields and fields[_TEXT + name] != (stored[key].text if key in stored else "")
    ]
    if changes:
        request = pb.SetFieldsRequest(request_id=request_id, person_id=ctx.subject_id, fields=changes)
        await ctx.call(ctx.state.services.records.SetFields, request)
    return f"/you/record?done={section}"


SECTION = FormPage(
    "record-section",
    "records/section",
    _values,
    _save,
    prefixes=(_TEXT, _VERSION),
    input_by_field={f"{section}.{name}": _TEXT + name for section, names in SECTIONS.items() for name in names},
    max_body=_MAX_BODY,
)
