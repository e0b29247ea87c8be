"""DraftVote: a question for several co-ops is written down here; federation then asks every party for its keys."""

import secrets

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotNow
from services.governance.domain import motion as motions_law
from services.governance.domain.vote_draft import Asked, draft
from services.governance.storage import facts_out, rulebooks, vote_drafts


async def draft_vote(work: Work, asked: Asked, resolution_type: str, co_op: str) -> str:
    """The draft's id. `co_op` is our own id.

    Raises NotAllowed HAT_NEEDED, NotNow RULEBOOK_NOT_ADOPTED or TWO_MEETINGS_NEEDED, Invalid for the fields, TERMS_IMPOSSIBLE or
    RULE_CANNOT_COUNT for what terms could never say.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    adopted = await rulebooks.in_force(work)
    if adopted is None:
        raise NotNow("RULEBOOK_NOT_ADOPTED")
    kind = motions_law.resolution_of(adopted.rulebook, resolution_type, "")
    made = draft(asked, adopted.rulebook, kind, co_op, work.now)
    draft_id = secrets.token_hex(16)
    await vote_drafts.add(work, draft_id, made)
    await facts_out.vote_drafted(work, draft_id, made.participants, made.observers)
    return draft_id
