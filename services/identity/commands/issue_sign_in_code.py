"""A sign-in code is made: by a secretary for anybody, or a link by a person for themselves."""

from datetime import datetime
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotFound
from services.identity.domain.seal import Seal
from services.identity.domain.sign_in_code import GOOD_FOR, Code, Kind
from services.identity.storage import codes, facts_out, persons

CODE = "sign-in code"
"""What the mark of a code is a mark of."""


async def issue_sign_in_code(work: Work, person: UUID, kind: Kind, drawn: str, seal: Seal) -> datetime:
    """Keeps the mark of the drawn code and says until when it is good. Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN."""
    if not (work.caller.person == person and kind is Kind.LINK):
        await hats.require(work, hats.SECRETARY)
    if not await persons.is_there(work, person):
        raise NotFound("PERSON_UNKNOWN")
    code = Code(work.new_id(), person, kind, work.now + GOOD_FOR[kind], None, None)
    await codes.add(work, code, seal.mark(CODE, drawn))
    await facts_out.sign_in_code_issued(work, person, kind.value)
    return code.expires_at
