"""What others share with the person: a list of whose, and what may be seen of one of them."""

from collections import defaultdict

from starlette.responses import Response

from kith.identity.v1 import record_pb2 as pb
from libs.access.record_fields import FIELDS
from services.web.page_context import PageContext
from services.web.pages.paging import fetch_all
from services.web.pages.records.record_words import last_day, section_views, worn_hats


async def show_all(ctx: PageContext) -> Response:
    """Who shares which fields with the person, by name, as themselves or in an office of theirs."""
    shared: dict[str, dict[str, pb.SharedField]] = defaultdict(dict)
    for hat in worn_hats(ctx):
        request = pb.ListSharedWithMeRequest(page_size=200)
        method = ctx.state.services.records.ListSharedWithMe
        for field in await fetch_all(ctx, method, request, lambda page: page.fields, hat=hat):
            shared[field.person_id].setdefault(field.field, field)
    names = await ctx.person_names(shared)
    people = [
        {
            "id": person,
            "name": names[person].full,
            "fields": [_field_in_words(ctx, fields[field]) for field in FIELDS if field in fields],
        }
        for person, fields in shared.items()
    ]
    return ctx.render("records/shared", people=sorted(people, key=lambda person: str(person["name"])))


async def show_one(ctx: PageContext) -> Response:
    """What the person may see of somebody. They can see that it was looked at."""
    person = ctx.path_param("person")
    texts: dict[str, str] = {}
    for hat in worn_hats(ctx):
        # What was shown already is not asked for again, so that each field is written down once.
        request = pb.GetRecordRequest(person_id=person, fields=[field for field in FIELDS if field not in texts])
        response: pb.GetRecordResponse = await ctx.call(ctx.state.services.records.GetRecord, request, hat)
        texts |= {field.field: field.text for field in response.fields}
        if len(texts) == len(FIELDS):
            break
    name = (await ctx.person_names([person]))[person].full
    return ctx.render("records/of_person", name=name, sections=section_views(ctx, texts, only_filled=True))


def _field_in_words(ctx: PageContext, shared: pb.SharedField) -> str:
    label = ctx.say(f"record.field.{shared.field}")
    return str(ctx.say("record.until", what=label, until=last_day(ctx, shared.valid_until)) if shared.HasField("valid_until") else label)
