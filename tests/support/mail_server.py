"""A real SMTP server that tests stop and start again, and the mails that it took."""

import asyncio
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.free_ports import free_ports


class MailServer:
    """Takes mail on one port of this machine. `refused` are addresses that it refuses for good."""

    def __init__(self, password: str = "") -> None:
        """With a `password`, nobody sends without it."""
        self._password = password
        [self.port] = free_ports(1)
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.breaks_off = False
        """Whether the connection ends when a mail has come, and before the answer."""
        self._controller: Controller | None = None

    def start(self) -> None:
        authenticator = self._check if self._password else None
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=authenticator,
            auth_require_tls=False,
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
        self._controller = None

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.breaks_off:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, EmailMessage, policy=policy.default))
        return "250 OK"

    def _check(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == self._password.encode(), handled=False)

    def subjects_to(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails if mail["To"] == address]

    async def wait(self, done: Callable[[], bool], seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.05)
