"""What every page says about acting for somebody: for whom the person acts and in what, or for whom they could; and who helps them."""

from collections.abc import Iterable

from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.enums import ActingScope
from libs.refusals import NotAllowed, Unavailable
from libs.rpc.enums import known_word
from services.web.page_context import ActingChoice, ActingNow, HelpNow, PageContext, utc_datetime


async def load_acting(ctx: PageContext) -> None:
    """Fills in `ctx.acting` or `ctx.act_for`. Raises NotAllowed ACTING_ENDED, NotSignedIn, Unavailable while somebody acts."""
    if ctx.session is None:
        return
    if ctx.session.identity.helped_by:
        await _load_help(ctx, ctx.session.identity.helped_by)
        return
    if not ctx.session.acting_for:
        await _load_choices(ctx)
        return
    subject = ctx.session.acting_for
    response: pb.GetActingRightsResponse = await ctx.call(ctx.state.services.relationships.GetActingRights, pb.GetActingRightsRequest())
    right = next((right for right in response.rights if right.subject_id == subject), None)
    if right is None:
        raise NotAllowed("ACTING_ENDED")
    names = await ctx.person_names([subject, ctx.person_id])
    until = utc_datetime(right.until) if right.HasField("until") else None
    ctx.acting = ActingNow(subject, names[subject].full, names[ctx.person_id].full, scope_words(right.scopes), until)


async def _load_help(ctx: PageContext, helper: str) -> None:
    """Nobody acts for others meanwhile."""
    names = await ctx.person_names([helper, ctx.person_id])
    ctx.helped = HelpNow(names[ctx.person_id].full, names[helper].full)


def scope_words(scopes: "Iterable[pb.ActingScope.ValueType]") -> list[str]:
    """Scopes of a message as the words of the catalogue's keys; what only a newer version knows is left out."""
    words = (known_word(pb.ActingScope, ActingScope, scope, None) for scope in scopes)
    return [word.value for word in words if word]


async def _load_choices(ctx: PageContext) -> None:
    if ctx.session is None:
        return
    try:
        await ctx.state.access_tokens.get(ctx.session, ctx.hat, ctx.now)
        subjects = ctx.state.access_tokens.may_act_for(ctx.session)
        if subjects:
            names = await ctx.person_names([*subjects, ctx.person_id])
            ctx.act_for = sorted((ActingChoice(subject, names[subject].full) for subject in subjects), key=lambda choice: choice.name)
    except Unavailable:
        # Nobody can begin to act while identity is away; the page itself may do without it.
        return
