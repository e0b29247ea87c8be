"""The signed way out in each notice: it stops one topic for one person, without signing in, and does nothing else.

Form: base64url of the person's id, the topic's first letter, and 16 bytes of an HMAC. It does not expire: mails are read late.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from kith.identity.v1.enums import NoticeTopic

_TOPICS = {topic.value[0].encode(): topic for topic in NoticeTopic}
_ID_BYTES, _MARK_BYTES = 16, 16


@dataclass(frozen=True)
class StopLinks:
    """Makes and reads these links with a key that is derived from the forms' key."""

    forms_key: bytes

    def token(self, person: UUID, topic: NoticeTopic) -> str:
        body = person.bytes + topic.value[0].encode()
        return base64.urlsafe_b64encode(body + self._mark(body)).rstrip(b"=").decode()

    def read(self, token: str) -> tuple[UUID, NoticeTopic] | None:
        """The person and the topic; None for what we did not sign."""
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        body, mark = data[: _ID_BYTES + 1], data[_ID_BYTES + 1 :]
        if not hmac.compare_digest(mark, self._mark(body)):
            return None
        topic = _TOPICS.get(body[_ID_BYTES:])
        return (UUID(bytes=body[:_ID_BYTES]), topic) if topic else None

    def _mark(self, body: bytes) -> bytes:
        return hmac.new(self.forms_key, b"stop notices\n" + body, hashlib.sha256).digest()[:_MARK_BYTES]
