"""Forms: checking their origin and token, and parsing their fields.

A form is accepted when the browser says that it comes from our own pages (Origin, Sec-Fetch-Site) and it has the token of the page that
showed it: an HMAC over the session's (or, before sign-in, the visitor's) secret and the form's name. Each form also has a request_id, made
when it was shown, so that submitting it twice has one effect.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.datastructures import Headers
from uuid_utils import uuid7

from libs import texts
from services.web.http.public_address import PublicAddress
from services.web.localisation.date_fields import join_dates

TOKEN, REQUEST_ID = "form_token", "request_id"
MAX_FIELDS = 100


class FormRejected(Exception):
    """The form is not accepted. `reason` is FORM_FOREIGN, FORM_STALE or FORM_UNREADABLE."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Form:
    """The fields of a submitted form, each once."""

    fields: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Files as they are, where the form takes them; a small text file is a field."""

    def text(self, name: str) -> str:
        """The field's value, stripped; empty when it was left out."""
        return self.fields.get(name, "").strip()

    def shown_number(self, name: str = "version") -> int:
        """A version or revision that the form was shown with; 0, which nothing has, for what is none."""
        return shown_number(self.text(name))

    @property
    def request_id(self) -> str:
        """The request id that the form was shown with."""
        try:
            return str(UUID(self.text(REQUEST_ID)))
        except ValueError as error:
            raise FormRejected("FORM_UNREADABLE") from error


def shown_number(text: str) -> int:
    """0 for what is no number, or is longer than the wire's 64 bits hold."""
    return int(text) if text.isdecimal() and len(text) < len(str(2**63)) else 0


def form_token(key: bytes, secret: str, name: str) -> str:
    """The token that the form with this name must send back in this session."""
    return hmac.new(key, f"{name}\n{secret}".encode(), hashlib.sha256).hexdigest()


def parse_form(body: bytes, content_type: str) -> Form:
    """Parse an urlencoded body; our forms are sent in no other way."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise FormRejected("FORM_UNREADABLE")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise FormRejected("FORM_UNREADABLE") from error
    if not all(texts.is_usable(name) for name, _ in pairs):
        # The names are ours: a browser sends no others.
        raise FormRejected("FORM_UNREADABLE")
    # Nobody types these characters, but copied text brings them along (telephones wrap numbers in them): dropped, what was written stays.
    return Form(join_dates({name: texts.clean(value.replace("\r\n", "\n")) for name, value in pairs}))


def check_origin(headers: Headers, address: PublicAddress) -> None:
    """Reject a form that another site than `address` sent. A client without these headers must still send the token."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise FormRejected("FORM_FOREIGN")
    origin = headers.get("origin")
    if origin is not None and not address.is_origin(origin):
        raise FormRejected("FORM_FOREIGN")


def check_token(form: Form, key: bytes, secret: str, name: str) -> None:
    """Reject a form that was not issued to this session."""
    if not hmac.compare_digest(form.fields.get(TOKEN, "").encode(), form_token(key, secret, name).encode()):
        raise FormRejected("FORM_STALE")


def new_request_id() -> str:
    """A request id for a form that is about to be shown."""
    return str(uuid7())
