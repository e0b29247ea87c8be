"""Issues the code of a link that goes out by mail now, to the person's own address and to nobody else."""

from uuid import UUID

from kith.identity.v1.enums import CodeKind
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.issue_sign_in_code import CODE_PURPOSE
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.sign_in_code import CODE_LIFETIMES, SignInCode
from services.identity.storage import events_out, persons, sign_in_codes


async def issue_mailed_link(work: UnitOfWork, person: UUID, plain_code: str, keyed_hasher: KeyedHasher) -> str:
    """Stores the hash of `plain_code`; returns the address. Raises NotFound PERSON_UNKNOWN, where there is no address any more too."""
    record = await persons.get_record(work, person) if await persons.lock(work, person) else None
    if record is None or record.merged_into is not None or not record.email:
        raise NotFound("PERSON_UNKNOWN")
    code = SignInCode(work.new_id(), person, CodeKind.LINK, work.now + CODE_LIFETIMES[CodeKind.LINK], None, None)
    await sign_in_codes.add(work, code, keyed_hasher.digest(CODE_PURPOSE, plain_code))
    await events_out.sign_in_code_issued(work, person, CodeKind.LINK.value)
    work.report(SecurityEvent.CODE_ISSUED, person=str(person), code=CodeKind.LINK.value)
    return record.email
