"""Whom somebody is getting to know, and whom they do not want to see for now: as one side sees it."""

from dataclasses import dataclass
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Introduction, Side
from services.matching.queries.own_side import acts_for_other_side, require_own_side
from services.matching.storage import introductions, private_noes
from services.matching.storage.private_noes import PrivateNo


@dataclass(frozen=True)
class OwnIntroductions:
    """Of one side."""

    side: Side
    live: list[Introduction]
    not_now: list[PrivateNo]


async def get_introductions(work: UnitOfWork, person: UUID, side: Side) -> OwnIntroductions:
    """Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE; nobody acts for who gives support."""
    await require_own_side(work, person, side)
    giving = side is Side.WORKER
    live = [
        introduction
        for introduction in await introductions.list_live(work, person, as_worker=giving)
        if introduction.is_live(work.now) and not acts_for_other_side(work, introduction.worker)
    ]
    noes = [no for no in await private_noes.list_of(work, person, as_worker=giving) if not acts_for_other_side(work, no.other)]
    return OwnIntroductions(side, live, noes)
