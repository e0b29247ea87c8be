"""A calendar of a person's visits gets an address that nobody can guess. The address before it leads nowhere any more."""

import secrets

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.storage import calendars
from services.scheduling.storage.calendars import Calendar

_KEY_BYTES = 16


async def open_calendar(work: UnitOfWork) -> str:
    """Returns its key. Raises NotAllowed PERSON_NEEDED."""
    opened = Calendar(await hats.require_person(work), secrets.token_hex(_KEY_BYTES), work.now)
    await calendars.save(work, opened)
    return opened.key
