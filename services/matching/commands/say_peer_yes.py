"""One of two peers says yes: to meeting, and, having met, to being a pair."""

from uuid import UUID

from kith.matching.v1.enums import IntroductionStep
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed
from services.matching.commands.peer_side import find_live_peers, require_peer
from services.matching.domain import introduction as steps
from services.matching.domain.peer_pair import PeerPair, links_to_tell
from services.matching.storage import events_out, introductions, links, peer_noes, peer_pairs, projections


async def say_peer_yes(work: UnitOfWork, other: UUID, shown: IntroductionStep) -> IntroductionStep:
    """Returns the step that they are at now. `shown` is the one the page showed. An earlier no of the caller is lifted.

    Raises what `require_peer` raises, NotAllowed MEMBERS_ONLY, FailedPrecondition INTRODUCTION_OVER or LINK_NEEDED, Conflict STEP_PASSED.
    """
    call = await require_peer(work, other)
    if not await projections.is_member(work, call.own):
        raise NotAllowed("MEMBERS_ONLY")
    await peer_noes.lift(work, call.own, call.other)
    live = await find_live_peers(work, call.peers)
    if live is None or not await projections.is_member(work, call.other):
        raise FailedPrecondition("INTRODUCTION_OVER")
    rules = await projections.get_matching_rules(work)
    answered = steps.say_yes(live, live.side_of(call.own), shown, work.now, rules)
    # Whatever the other has said: a refusal must not tell of it.
    told = links_to_tell(await links.list_links(work), call.peers) if live.step is IntroductionStep.MEETING else ()
    await introductions.save(work, answered)
    if answered.step is IntroductionStep.PAIRED:
        pair = PeerPair(work.new_id(), call.peers.first, call.peers.second, work.now)
        # Who is a pair already stays the one they are, and nobody is told again.
        if await peer_pairs.add(work, pair):
            await events_out.peer_pair_formed(work, pair, told)
    return answered.step
