"""The member list for the secretary: as of any day, by class, and searched by name or member number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from services.web.localisation.dates import format_date_only
from services.web.page_context import PageContext
from services.web.pages.member_lookup import find_by_number, list_member_classes

_PAGE_SIZE = 50


@dataclass(frozen=True)
class _Listing:
    """One page of the list. `others` are people who were found and are no members on that day."""

    members: Sequence[membership.Member]
    next_token: str
    others: Sequence[str] = ()


async def show(ctx: PageContext) -> Response:
    """The members by number, or those who were searched for by name."""
    typed, as_of, member_class = ctx.query_param("q"), ctx.query_param("as_of"), ctx.query_param("class")
    classes = await list_member_classes(ctx)
    class_names = {member_class.key: member_class.name for member_class in classes}
    member_class = member_class if member_class in class_names else ""
    problems = [] if _is_day(as_of) else [ctx.form_problem("as_of", "change.day_wrong")]
    day = "" if problems else as_of
    listing = await (_search(ctx, typed, day, member_class) if typed else _list(ctx, day, member_class))
    sizes: membership.CountMembersResponse = await ctx.call(
        ctx.state.services.membership.CountMembers, membership.CountMembersRequest(as_of=day)
    )
    names = await ctx.person_names([*(member.person_id for member in listing.members), *listing.others])
    rows = [_row(ctx, member, names[member.person_id].full, class_names) for member in listing.members]
    rows += [
        {"id": person_id, "name": names[person_id].full, "number": "", "class": ctx.say("member.not_now"), "votes": "", "since": ""}
        for person_id in listing.others
    ]
    return ctx.render(
        "members",
        problems=problems,
        members=rows,
        sizes=[(class_names.get(size.member_class, size.member_class), size.members) for size in sizes.classes],
        total=sum(size.members for size in sizes.classes),
        counted_on=sizes.as_of,
        classes=[
            {"value": "", "text": ctx.say("members.every_class")},
            *({"value": key, "text": name} for key, name in class_names.items()),
        ],
        typed=typed,
        as_of=as_of,
        is_filtered=bool(typed or day or member_class),
        member_class=member_class,
        more=ctx.next_page(listing.next_token),
    )


async def _list(ctx: PageContext, as_of: str, member_class: str) -> _Listing:
    request = membership.ListMembersRequest(
        page_size=_PAGE_SIZE, page_token=ctx.query_param("page"), as_of=as_of, member_class=member_class
    )
    response: membership.ListMembersResponse = await ctx.call(ctx.state.services.membership.ListMembers, request)
    return _Listing(response.members, response.next_page_token)


async def _search(ctx: PageContext, typed: str, as_of: str, member_class: str) -> _Listing:
    """The member with this number, and people with these names. Identity has the names, membership the rest."""
    page, services = ctx.query_param("page"), ctx.state.services
    response: identity.SearchPersonsResponse = await ctx.call(
        services.identity.SearchPersons, identity.SearchPersonsRequest(text=typed, page_size=_PAGE_SIZE, page_token=page)
    )
    ids = [name.person_id for name in response.names]
    by_id = {member.person_id: member for member in await _members_of(ctx, ids, as_of)}
    numbered = [] if page else [member for member in await find_by_number(ctx, typed, as_of) if member.person_id not in by_id]
    members = [*numbered, *(by_id[person_id] for person_id in ids if person_id in by_id)]
    if member_class:
        return _Listing([member for member in members if member.member_class == member_class], response.next_page_token)
    return _Listing(members, response.next_page_token, [person_id for person_id in ids if person_id not in by_id])


async def _members_of(ctx: PageContext, ids: Sequence[str], as_of: str) -> Sequence[membership.Member]:
    if not ids:
        return []
    request = membership.ListMembersRequest(page_size=len(ids), as_of=as_of, person_ids=ids)
    response: membership.ListMembersResponse = await ctx.call(ctx.state.services.membership.ListMembers, request)
    return response.members


def _row(ctx: PageContext, member: membership.Member, name: str, class_names: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": member.person_id,
        "name": name,
        "number": member.member_number,
        "class": class_names.get(member.member_class, member.member_class),
        "votes": ctx.say("members.has_vote" if member.may_vote else "members.no_vote"),
        "since": format_date_only(date.fromisoformat(member.admitted_on)) if member.admitted_on else "",
    }


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False
