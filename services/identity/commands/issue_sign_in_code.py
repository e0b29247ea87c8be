"""Issues a sign-in code: a secretary may do so for anybody, a person only a link for themselves."""

from datetime import datetime
from uuid import UUID

from kith.identity.v1.enums import CodeKind, ConsentDecision
from libs.access import hats
from libs.access.consents import require_consent
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_recent_sign_in
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.person_merge import require_in_use
from services.identity.domain.sign_in_code import CODE_LIFETIMES, REPEATABLE_FOR, SignInCode
from services.identity.storage import events_out, person_merges, persons, sign_in_codes

CODE_PURPOSE = "sign-in code"
"""The purpose under which the hash of a code is made."""


async def issue_sign_in_code(
    work: UnitOfWork, person: UUID, kind: CodeKind, plain_code: str, keyed_hasher: KeyedHasher, *, through_helper: bool = False
) -> datetime:
    """Stores the hash of `plain_code` and returns when the code expires.

    Raises NotAllowed HAT_NEEDED, NotSignedIn SIGN_IN_AGAIN, NotFound PERSON_UNKNOWN, FailedPrecondition PERSON_MERGED, and
    CONSENT_NEEDED where it goes through the hands of a helper to which the person has not agreed.
    """
    if not (work.caller.person == person and kind is CodeKind.LINK):
        await hats.require(work, hats.SECRETARY)
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    await require_recent_sign_in(work)
    if through_helper:
        await require_consent(work, person, ConsentDecision.SIGN_IN_HELP.value)
    code = SignInCode(work.new_id(), person, kind, work.now + CODE_LIFETIMES[kind], None, None)
    await sign_in_codes.add(work, code, keyed_hasher.digest(CODE_PURPOSE, plain_code))
    await events_out.sign_in_code_issued(work, person, kind.value)
    work.report(SecurityEvent.CODE_ISSUED, person=str(person), code=kind.value)
    return code.expires_at


async def was_just_issued(work: UnitOfWork, plain_code: str, keyed_hasher: KeyedHasher) -> bool:
    """Whether this is a valid code, issued so recently that it may be shown again: the answer that held it may have been lost."""
    code = await sign_in_codes.find(work, keyed_hasher.digest(CODE_PURPOSE, plain_code))
    return code is not None and code.is_valid(work.now) and code.expires_at - CODE_LIFETIMES[code.kind] > work.now - REPEATABLE_FOR
