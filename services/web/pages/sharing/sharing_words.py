"""An agreement to share visits in the words of one of the two: what it is about, and what each pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from kith.scheduling.v1 import sharings_pb2 as pb
from kith.scheduling.v1.enums import SharingState
from libs.rpc.enums import known_word
from services.web.drawings.share_bar import share_bar
from services.web.page_context import PageContext, PersonName

PATH = "/visits/sharing"
_STATUS = {SharingState.PROPOSED: "wait", SharingState.AGREED: "yes"}


@dataclass(frozen=True)
class SharingView:
    """`does` is what they may do with it now: yes and no, take back, or end."""

    id: str
    other: str
    is_visited: bool
    status: str
    says: Markup
    pays: Markup
    bar: Markup
    days: Markup
    can: tuple[str, ...]
    version: int


def other_of(ctx: PageContext, sharing: pb.Sharing) -> str:
    """The id of the one with whom this person shares."""
    return sharing.sharer_id if sharing.person_id == ctx.subject_id else sharing.person_id


def sharing_view(ctx: PageContext, sharing: pb.Sharing, names: Mapping[str, PersonName]) -> SharingView:
    """`names` has the other's."""
    state = known_word(pb.SharingState, SharingState, sharing.state, SharingState.ENDED)
    other, is_visited = names[other_of(ctx, sharing)].full, sharing.person_id == ctx.subject_id
    mine, theirs = (sharing.person_part, sharing.sharer_part) if is_visited else (sharing.sharer_part, sharing.person_part)
    pays = _pays(ctx, sharing, mine, theirs, other)
    return SharingView(
        sharing.sharing_id,
        other,
        is_visited,
        _STATUS.get(state, "calm"),
        _says(ctx, sharing, state, other),
        pays,
        share_bar(mine, theirs, str(pays)),
        _days(ctx, sharing),
        _possible(sharing, state),
        sharing.version,
    )


def _says(ctx: PageContext, sharing: pb.Sharing, state: SharingState, other: str) -> Markup:
    if state is SharingState.PROPOSED and sharing.may_answer:
        return ctx.say("sharing_is.asked", name=other)
    return ctx.say(f"sharing_is.{state.value}", name=other)


def _pays(ctx: PageContext, sharing: pb.Sharing, mine: int, theirs: int, other: str) -> Markup:
    if sharing.by_minutes:
        return ctx.say("sharing.pays_minutes", mine=mine, theirs=theirs, whole=mine + theirs, name=other)
    if mine == theirs:
        return ctx.say("sharing.pays_half", name=other)
    return ctx.say("sharing.pays", mine=str(Fraction(mine, mine + theirs)), theirs=str(Fraction(theirs, mine + theirs)), name=other)


def _days(ctx: PageContext, sharing: pb.Sharing) -> Markup:
    first = ctx.format_day(sharing.first_day)
    if sharing.visit_id:
        return ctx.say("sharing.on_day", day=first)
    if sharing.last_day:
        return ctx.say("sharing.until_day", first=first, last=ctx.format_day(sharing.last_day))
    return ctx.say("sharing.from_day", first=first)


def _possible(sharing: pb.Sharing, state: SharingState) -> tuple[str, ...]:
    if state is SharingState.AGREED:
        return ("end",)
    if state is not SharingState.PROPOSED:
        return ()
    return ("yes", "no") if sharing.may_answer else ("withdraw",)
