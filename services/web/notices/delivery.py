"""Delivers notices: looks up how each person wants to be told, and sends, or leaves to the secretary what is on paper or by phone.

A row is marked as sent after the server took the mail. When the process is killed in between, the mail goes out once more with the same
Message-ID, by which mail programs drop it: nothing is lost, and nobody reads it twice. One process of web delivers at a time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs import callers
from libs.clock import Clock
from libs.database import wakeups
from libs.database.engine import DATABASE_ERRORS, Database
from libs.mail.server import ENDS, OF_SERVER, MailConnection, MailError, MailFailure
from libs.mail.settings import MailSettings
from libs.observe.logs import logger
from libs.refusals import Invalid, NotFound, Refusal
from libs.rpc.enums import known_word
from services.clients import ServiceClients
from services.web.notices.day_sheets import DaySheetLines
from services.web.notices.kinds import KINDS, SIGN_IN_LINK
from services.web.notices.quiet_hours import quiet_until
from services.web.notices.rendering import NoticeReader, NoticeRenderer
from services.web.storage import notices
from services.web.storage.notices import NOTICES, Notice, NoticeState, Outcome

DELIVER_CALLER = callers.job("deliver_notices")
LOG = logger("notices")
_LOOK_AGAIN_SECONDS = 60.0
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=30)


class NoticeDelivery:
    """Delivers what is due until it is cancelled."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        services: ServiceClients,
        service_token: Callable[[], str],
        renderer: NoticeRenderer,
        mail: MailSettings,
    ) -> None:
        self._database, self._clock, self._services, self._service_token = database, clock, services, service_token
        self._renderer, self._mail = renderer, mail
        self._sheets = DaySheetLines(services, service_token, renderer.sender.zone)
        self._connection: MailConnection | None = None
        self._server_failure: MailFailure | None = None
        """What is wrong with the server, in this round: no other mail is tried."""

    async def run(self) -> None:
        with self._database.wakeups.subscribed(NOTICES) as woken:
            while True:
                woken.clear()
                await wakeups.wait_for_event(woken, await self._deliver_and_wait())

    async def _deliver_and_wait(self) -> float:
        """Delivers what is due; returns the seconds until something is, as far as is known."""
        try:
            while await self.deliver_due():
                pass
            async with self._database.query_work(DELIVER_CALLER, self._clock.now()) as work:
                due = await notices.next_due(work)
        except (Refusal, *DATABASE_ERRORS) as error:
            LOG.warning("notices_wait", error=type(error).__name__)
            return _LOOK_AGAIN_SECONDS
        if due is None:
            return _LOOK_AGAIN_SECONDS
        return min(max((due - self._clock.now()).total_seconds(), 0.05), _LOOK_AGAIN_SECONDS)

    async def deliver_due(self) -> int:
        """One round over what is due; returns how many notices got further."""
        self._server_failure, further = None, 0
        try:
            async with self._database.work(DELIVER_CALLER, self._clock.now()) as work:
                due = await notices.list_due(work)
            for notice in due:
                outcome = await self._deliver(notice)
                async with self._database.work(DELIVER_CALLER, self._clock.now()) as work:
                    await notices.record(work, notice, outcome)
                further += outcome.state is not NoticeState.WAITING
        finally:
            await self._close()
        return further

    async def _deliver(self, notice: Notice) -> Outcome:
        try:
            return await self._try(notice)
        except Exception as error:  # noqa: BLE001 - one notice that cannot be put into words must not keep back all others
            LOG.error("notice_broken", kind=notice.kind, error=type(error).__name__)
            return self._later(notice, "BROKEN")

    async def _try(self, notice: Notice) -> Outcome:
        now = self._clock.now()
        if notice.kind not in KINDS:
            return Outcome(NoticeState.PAGE_ONLY, "KIND_UNKNOWN")
        try:
            if notice.kind == SIGN_IN_LINK:
                return await self._mail_link(notice, now)
            request = pb.GetNoticeAddressRequest(person_id=str(notice.person))
            address = await self._services.call(self._services.notices.GetNoticeAddress, request, self._service_token())
        except (NotFound, Invalid):
            return Outcome(NoticeState.REFUSED, "PERSON_UNKNOWN")
        except Refusal as refusal:
            return self._later(notice, refusal.reason)
        return await self._by_channel(notice, address, now)

    async def _by_channel(self, notice: Notice, address: pb.GetNoticeAddressResponse, now: datetime) -> Outcome:
        ways, kind = address.ways, KINDS[notice.kind]
        is_stoppable = kind.topic is not NoticeTopic.SECURITY and not kind.at_once
        channel = known_word(pb.NoticeChannel, NoticeChannel, ways.channel, NoticeChannel.PAGE)
        if is_stoppable and kind.topic in {known_word(pb.NoticeTopic, NoticeTopic, one, "") for one in ways.stopped}:
            return Outcome(NoticeState.STOPPED, channel=channel.value)
        looks = Outcome(NoticeState.WAITING, channel=channel.value, easy_read=ways.easy_read, large_print=ways.large_print)
        if channel is NoticeChannel.LETTER:
            return replace(looks, state=NoticeState.TO_PRINT)
        if channel is NoticeChannel.PAGE:
            return replace(looks, state=NoticeState.PAGE_ONLY)
        quiet = quiet_until(now, ways.quiet_from, ways.quiet_until, self._renderer.sender.zone)
        if quiet and not kind.at_once:
            return replace(looks, reason="QUIET_HOURS", due_at=quiet)
        if channel is NoticeChannel.TEXT:
            return replace(looks, state=NoticeState.TO_TEXT)
        reader = NoticeReader(address.called, address.helper_name if channel is NoticeChannel.HELPER else "")
        return await self._send(notice, reader, address.email, now, easy=ways.easy_read, large=ways.large_print, channel=channel)

    async def _mail_link(self, notice: Notice, now: datetime) -> Outcome:
        """The code is made when the server is ready to take it: it is stored nowhere, and its day begins now."""
        if not self._mail.host:
            return Outcome(NoticeState.REFUSED, "MAIL_NOT_SET_UP")
        try:
            await self._connect()
        except MailError as error:
            return self._failed(notice, error)
        request = pb.IssueMailedLinkRequest(person_id=str(notice.person))
        issued = await self._services.call(self._services.notices.IssueMailedLink, request, self._service_token())
        reader = NoticeReader(issued.called)
        return await self._send(notice, reader, issued.email, now, easy=issued.easy_read, large=issued.large_print, code=issued.code)

    async def _send(
        self,
        notice: Notice,
        reader: NoticeReader,
        address: str,
        now: datetime,
        *,
        easy: bool,
        large: bool,
        code: str = "",
        channel: NoticeChannel = NoticeChannel.EMAIL,
    ) -> Outcome:
        looks = Outcome(NoticeState.WAITING, channel=channel.value, easy_read=easy, large_print=large)
        if not self._mail.host:
            return replace(looks, state=NoticeState.PAGE_ONLY, reason="MAIL_NOT_SET_UP")
        sheet = await self._sheets.lines(notice, self._renderer.catalogues[easy])
        words = self._renderer.words(notice, reader, now, easy=easy, code=code, sheet=sheet)
        try:
            message = self._renderer.mail(notice, words, address, self._mail.sender, notice.asked_at, large=large)
        except ValueError:
            return replace(looks, state=NoticeState.REFUSED, reason=MailFailure.ADDRESS.value)
        try:
            connection = await self._connect()
            await asyncio.to_thread(connection.send, message)
        except MailError as error:
            return self._failed(notice, error)
        return replace(looks, state=NoticeState.SENT, tried=True)

    async def _connect(self) -> MailConnection:
        """The connection of this round. Raises MailError, again for each mail once the server failed."""
        if self._server_failure is not None:
            raise MailError(self._server_failure)
        if self._connection is None:
            self._connection = await asyncio.to_thread(MailConnection, self._mail)
        return self._connection

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(connection.close)

    def _failed(self, notice: Notice, error: MailError) -> Outcome:
        if error.failure in ENDS:
            return Outcome(NoticeState.REFUSED, error.failure.value, channel=NoticeChannel.EMAIL.value, tried=True)
        if error.failure in OF_SERVER and self._server_failure is None:
            self._server_failure = error.failure
            LOG.warning("mail_server_failed", reason=error.failure.value)
        return self._later(notice, error.failure.value)

    def _later(self, notice: Notice, reason: str) -> Outcome:
        """Try again after a while that doubles each time."""
        wait = min(_FIRST_WAIT * 2 ** min(notice.tries, 12), _LONGEST_WAIT)
        return Outcome(NoticeState.WAITING, reason, due_at=self._clock.now() + wait, tried=True)
