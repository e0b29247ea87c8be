"""A member would like to meet somebody whose post they read: an introduction of two peers begins, or goes on."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import IntroductionStep
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, Conflict, NotAllowed, NotFound
from services.matching.commands.peer_side import PeerCall, find_live_peers
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import IntroductionKind, Side
from services.matching.storage import introductions, peer_noes, peer_pairs, peer_posts, projections


async def answer_peer_post(work: UnitOfWork, post_id: UUID, *, zone: ZoneInfo) -> IntroductionStep:
    """Returns the step that they are at now. What the other said of the caller is never asked.

    Raises NotAllowed PERSON_NEEDED or MEMBERS_ONLY, NotFound POST_UNKNOWN, AlreadyExists ALREADY_PEERS, FailedPrecondition
    INTRODUCTION_OVER, Conflict STEP_PASSED.
    """
    own = await hats.require_person(work)
    if not await projections.is_member(work, own):
        raise NotAllowed("MEMBERS_ONLY")
    call = PeerCall(own, await _writer(work, post_id, own, zone))
    # Locked before the pair is looked for: a last yes that is being written has made one by then, and no second introduction begins.
    live = await find_live_peers(work, call.peers)
    if await peer_pairs.find_of_two(work, call.peers) is not None:
        raise AlreadyExists("ALREADY_PEERS")
    rules = await projections.get_matching_rules(work)
    if live is not None:
        answered = steps.say_yes(live, live.side_of(own), IntroductionStep.INTEREST, work.now, rules)
        await introductions.save(work, answered)
        return answered.step
    first, second = call.peers.first, call.peers.second
    side = Side.PERSON if own == first else Side.WORKER
    begun = steps.begin(work.new_id(), first, second, side, work.now, rules, IntroductionKind.PEER)
    if not await introductions.add(work, begun):
        # The other one answered in the same moment.
        raise Conflict("STEP_PASSED", step=IntroductionStep.INTEREST.value)
    return begun.step


async def _writer(work: UnitOfWork, post_id: UUID, own: UUID, zone: ZoneInfo) -> UUID:
    """Who wrote this post, which is open to the caller."""
    post = await peer_posts.find(work, post_id)
    if post is None or post.person == own or post.until_day < work.now.astimezone(zone).date():
        raise NotFound("POST_UNKNOWN")
    if not await projections.is_member(work, post.person) or post.person in await peer_noes.hidden_from(work, own):
        raise NotFound("POST_UNKNOWN")
    return post.person
