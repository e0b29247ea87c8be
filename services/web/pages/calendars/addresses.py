"""The address of a person's calendar: the calendar's key, which scheduling has, and a mark of it that only web can make.

So nobody gets an address by guessing, which is refused without a look at any database, nor by reading scheduling's database alone.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_FORM = re.compile(r"([0-9a-f]{32})-([A-Za-z0-9_-]{22})\.ics")
_MARK_BYTES = 16


@dataclass(frozen=True)
class CalendarAddresses:
    """Makes and reads them with a key that is derived from the forms' key."""

    forms_key: bytes

    def file_name(self, calendar_key: str) -> str:
        return f"{calendar_key}-{self._mark(calendar_key)}.ics"

    def read(self, file_name: str) -> str:
        """The calendar's key; empty for what we did not make."""
        found = _FORM.fullmatch(file_name)
        return found[1] if found and hmac.compare_digest(found[2], self._mark(found[1])) else ""

    def _mark(self, calendar_key: str) -> str:
        mark = hmac.new(self.forms_key, b"calendar\n" + calendar_key.encode(), hashlib.sha256).digest()[:_MARK_BYTES]
        return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()
