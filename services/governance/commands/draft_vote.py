"""DraftVote: drafts a federated vote; federation then asks every party for its keys."""

import secrets

from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.governance.domain import motion as motion_rules
from services.governance.domain.vote_draft import VoteDraftRequest, make_draft
from services.governance.storage import events_out, rulebooks, vote_drafts


async def draft_vote(work: UnitOfWork, request: VoteDraftRequest, resolution_type: str, co_op: str) -> str:
    """Return the draft's id. `co_op` is our own id.

    Raises NotAllowed HAT_NEEDED, FailedPrecondition RULEBOOK_NOT_ADOPTED or TWO_MEETINGS_NEEDED, Invalid for the fields, and Invalid
    TERMS_IMPOSSIBLE or RULE_CANNOT_COUNT for a draft that cannot become terms.
    """
    await require_person(work, SECRETARY)
    adopted = await rulebooks.get_in_force(work)
    if adopted is None:
        raise FailedPrecondition("RULEBOOK_NOT_ADOPTED")
    kind = motion_rules.require_resolution_type(adopted.rulebook, resolution_type, "")
    draft = make_draft(request, adopted.rulebook, kind, co_op, work.now)
    draft_id = secrets.token_hex(16)
    await vote_drafts.add(work, draft_id, draft)
    await events_out.vote_drafted(work, draft_id, draft.participants, draft.observers)
    return draft_id
