"""Asks for a sign-in link by mail, for everybody in use who has the address. Nobody learns whether there is anybody."""

from datetime import timedelta

from libs import callers
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import TooMany
from services.identity.commands.sign_in_with_password import PasswordSource
from services.identity.domain import link_pace
from services.identity.storage import events_out, password_attempts, ways_to_be_told

DELIVER_CALLER = callers.job("deliver_notices")
"""Web asks without anybody who is signed in: a named system caller, whom row-level security lets through."""
_WAITS_AT_MOST = timedelta(hours=12)
"""A link that mail could not bring for so long is wanted no more."""
_HOUSEHOLD = 10


async def request_sign_in_link(work: UnitOfWork, source: PasswordSource) -> None:
    """Raises TooMany LINKS_TOO_OFTEN: for what the client did, no matter who has the address."""
    await password_attempts.lock_account(work, source.account)
    since = work.now - link_pace.WINDOW
    requests = await ways_to_be_told.count_link_requests(work, source.account, source.client, since)
    if link_pace.client_must_wait(requests):
        work.report(SecurityEvent.SIGN_IN_SLOWED, client=source.client.hex()[:16])
        raise TooMany("LINKS_TOO_OFTEN")
    persons = (await ways_to_be_told.list_by_email(work, source.email_key))[:_HOUSEHOLD]
    known = bool(source.browser and persons and await password_attempts.is_known_browser(work, source.browser, persons))
    is_sent = bool(persons) and link_pace.may_send(requests, known_browser=known)
    await ways_to_be_told.add_link_request(work, source.account, source.client, int(is_sent))
    if is_sent:
        await events_out.sign_in_links_wanted(work, persons, str(work.new_id()), work.now + _WAITS_AT_MOST)
