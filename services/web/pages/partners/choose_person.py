"""Choosing a person of the co-op by name, or writing down somebody new: who signs in with a card or a link, and is no member by it."""

from collections.abc import Mapping

from kith.identity.v1 import identity_pb2 as identity
from libs.refusals import Invalid
from services.web.http import forms
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, InvalidFormError
from services.web.pages.new_member import register_person

NEW_PERSON = ("registration", "full_name", "called", "email", "phone")
FIELDS = ("q", "who", *NEW_PERSON)
_FOUND = 10


async def choice_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    """What the page of such a form shows: those found, or what is wrong with the name."""
    typed = ctx.query_param("q") or fields["q"]
    found, problem = await _find(ctx, typed)
    return {
        "fields": {**fields, "registration": fields["registration"] or forms.new_request_id()},
        "typed": typed,
        "found": found,
        "search_problem": problem,
        "back": ctx.request_path.rpartition("/")[0],
    }


async def chosen_person(ctx: PageContext, fields: Fields) -> str:
    """The id of who was chosen, or was registered just now. Raises InvalidFormError where nobody is named."""
    if fields["who"]:
        return fields["who"]
    if not fields["full_name"]:
        raise InvalidFormError([ctx.form_problem("q", "partners.person_missing")])
    return await register_person(ctx, fields)


async def _find(ctx: PageContext, typed: str) -> tuple[list[dict[str, str]], FormProblem | None]:
    if not typed:
        return [], None
    request = identity.SearchPersonsRequest(text=typed, page_size=_FOUND)
    try:
        response: identity.SearchPersonsResponse = await ctx.call(ctx.state.services.identity.SearchPersons, request)
    except Invalid as refusal:
        return [], ctx.refusal_problem("q", refusal.reason)
    return [{"value": name.person_id, "text": name.full_name, "hint": ""} for name in response.names], None
