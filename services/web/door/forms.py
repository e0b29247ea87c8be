"""Forms: where they came from, whether we made them, and what they say.

A form is taken when the browser says it comes from our own pages (Origin, Sec-Fetch-Site) and it carries the token of the page that showed
it: an HMAC over the session's (or, before sign-in, the visitor's) secret and the form's name. Each form also carries a request_id made when
it was shown, so that pressing twice does one thing.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from starlette.datastructures import Headers
from uuid_utils import uuid7

TOKEN, REQUEST_ID = "form_token", "request_id"
_MOST_FIELDS = 100


class FormRefused(Exception):
    """`reason` is FORM_FOREIGN, FORM_STALE or FORM_UNREADABLE."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Form:
    """The fields of one form, each once."""

    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """What was entered, without blank edges; empty when it was left out."""
        return self.fields.get(name, "").strip()

    @property
    def request_id(self) -> str:
        """The id the form was shown with."""
        try:
            return str(UUID(self.text(REQUEST_ID)))
        except ValueError as error:
            raise FormRefused("FORM_UNREADABLE") from error


def token(key: bytes, secret: str, name: str) -> str:
    """What the form of that name must carry back in this session."""
    return hmac.new(key, f"{name}\n{secret}".encode(), hashlib.sha256).hexdigest()


def read(body: bytes, content_type: str) -> Form:
    """The fields of an urlencoded body; no form of ours is sent in another way."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise FormRefused("FORM_UNREADABLE")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise FormRefused("FORM_UNREADABLE") from error
    # PostgreSQL cannot keep a NUL, and no keyboard types one.
    return Form({name: value.replace("\r\n", "\n").replace("\0", "") for name, value in pairs})


def check_origin(headers: Headers) -> None:
    """Refuse a form that another site sent. A client that says nothing about itself must still show the token."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise FormRefused("FORM_FOREIGN")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        raise FormRefused("FORM_FOREIGN")


def check_token(form: Form, key: bytes, secret: str, name: str) -> None:
    """Refuse a form that we did not make for this session."""
    if not hmac.compare_digest(form.fields.get(TOKEN, "").encode(), token(key, secret, name).encode()):
        raise FormRefused("FORM_STALE")


def new_request_id() -> str:
    """For a form about to be shown."""
    return str(uuid7())
