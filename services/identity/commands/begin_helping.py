"""Begins a session of a person on the device of somebody who helps them with the pages, and writes down who helps and how.

The person types their own code. The session is theirs: it has their rights without their hats, and both are named in all that follows.
"""

from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotAllowed, NotSignedIn, invalid
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.commands.sign_in import NewSession, sign_in_with_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.session import Device, Help


async def require_helper(work: UnitOfWork) -> UUID:
    """The caller, who is signed in as themselves. Raises NotAllowed PERSON_NEEDED, NOT_WHILE_HELPED, NotSignedIn SESSION_ENDED."""
    helper = await hats.require_person(work)
    require_unhelped(work)
    if await require_caller_session(work) is None:
        raise NotAllowed("PERSON_NEEDED")
    return helper


async def begin_helping(work: UnitOfWork, typed: str, browser: str, keyed_hasher: KeyedHasher, device: Device, help_: Help) -> NewSession:
    """Runs as the named caller of sign-ins, who may look for codes. `device` is the helper's.

    Raises Invalid HELP_CODE_WRONG, HELP_YOURSELF.
    """
    try:
        begun = await sign_in_with_code(work, typed, browser, keyed_hasher, replace(device, help=help_))
    except NotSignedIn:
        begun = None
    if begun is None:
        # At once: the refusal undoes what waits for the commit.
        report_security_event(SecurityEvent.SIGN_IN_FAILED, how="code", helper=str(help_.helper))
        raise invalid("code", "HELP_CODE_WRONG")
    if begun.session.person == help_.helper:
        raise invalid("code", "HELP_YOURSELF")
    return begun
