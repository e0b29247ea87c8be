"""Issues a sign-in code: a secretary may do so for anybody, a person only a link for themselves."""

from datetime import datetime
from uuid import UUID

from kith.identity.v1.enums import CodeKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.sign_in_code import CODE_LIFETIMES, SignInCode
from services.identity.storage import events_out, persons, sign_in_codes

CODE_PURPOSE = "sign-in code"
"""The purpose under which the hash of a code is made."""


async def issue_sign_in_code(work: UnitOfWork, person: UUID, kind: CodeKind, plain_code: str, keyed_hasher: KeyedHasher) -> datetime:
    """Stores the hash of `plain_code` and returns when the code expires. Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN."""
    if not (work.caller.person == person and kind is CodeKind.LINK):
        await hats.require(work, hats.SECRETARY)
    if not await persons.exists(work, person):
        raise NotFound("PERSON_UNKNOWN")
    code = SignInCode(work.new_id(), person, kind, work.now + CODE_LIFETIMES[kind], None, None)
    await sign_in_codes.add(work, code, keyed_hasher.digest(CODE_PURPOSE, plain_code))
    await events_out.sign_in_code_issued(work, person, kind.value)
    return code.expires_at
