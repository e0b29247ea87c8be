"""Says that a person has a credential: with a file that shows it, or a note of the paper that somebody saw."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import CredentialState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.files.store import FileState, FileStore
from libs.refusals import NotFound, TooMany, invalid
from libs.sealing import PersonSealer
from services.identity.commands.begin_file import EVIDENCE
from services.identity.domain.credential import Credential, check_text, last_day
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import credential_rules, credentials, events_out, person_merges, persons

MAX_CLAIMED = 20
"""Of one person, that nobody has looked at yet."""


@dataclass(frozen=True)
class NewCredential:
    """A credential as somebody adds it."""

    person: UUID
    kind: str
    issued_on: date
    expires_on: date | None
    file: UUID | None
    note: str


async def add_credential(work: UnitOfWork, new: NewCredential, *, zone: ZoneInfo, sealer: PersonSealer) -> UUID:
    """Raises NotAllowed, Invalid for a field, NotFound PERSON_UNKNOWN or FILE_UNKNOWN, FailedPrecondition PERSON_MERGED,
    TooMany CREDENTIALS_TOO_MANY.
    """
    caller = await hats.require_person(work)
    if caller != new.person:
        await hats.require(work, hats.SECRETARY)
    rule = next((rule for rule in await credential_rules.in_force(work) if rule.kind == new.kind), None)
    if rule is None:
        raise invalid("kind", "CREDENTIAL_KIND_UNKNOWN")
    expires_on = last_day(rule, new.issued_on, new.expires_on, work.now.astimezone(zone).date())
    note = check_text("note", new.note, required=False)
    if new.file is None and not note:
        raise invalid("note", "PAPER_MISSING")
    if not await persons.lock(work, new.person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, new.person))
    if await credentials.count_claimed(work, new.person) >= MAX_CLAIMED:
        raise TooMany("CREDENTIALS_TOO_MANY")
    if new.file is not None:
        file = await FileStore(sealer).find(work, new.file)
        if (file.person, file.purpose, file.state) != (new.person, EVIDENCE, FileState.READY):
            raise NotFound("FILE_UNKNOWN")
    added = Credential(
        work.new_id(), new.person, new.kind, CredentialState.CLAIMED, new.issued_on, expires_on, None, new.file, caller, work.now
    )
    await credentials.add(work, added, note, sealer)
    await events_out.credential_added(work, added)
    return added.id
