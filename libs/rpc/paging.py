"""Paging of every list (AIP-158): keyset, opaque token, at most 200 rows.

A token holds the sort key of the last row given and the query it belongs to; used with another query it is refused.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from libs.refusals import invalid

DEFAULT = 50
MOST = 200
_LONGEST = 1024

Key = TypeVar("Key")


def page_size_of(page_size: int) -> int:
    """0 is the default; more than the most is the most; less than 0 is a mistake."""
    if page_size < 0:
        raise invalid("page_size", "PAGE_SIZE_NEGATIVE")
    return min(page_size or DEFAULT, MOST)


def token_of(query: str, *key: str) -> str:
    """The token that goes on after `key`."""
    return base64.urlsafe_b64encode(json.dumps([_print_of(query), *key]).encode()).decode()


def key_of(query: str, token: str, parts: int) -> tuple[str, ...] | None:
    """The key to go on after; None for the first page. Raises Invalid PAGE_TOKEN_FOREIGN."""
    if not token:
        return None
    try:
        if len(token) > _LONGEST:
            raise ValueError(len(token))
        values = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        if not (isinstance(values, list) and len(values) == parts + 1 and all(isinstance(value, str) for value in values)):
            raise ValueError(parts)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error
    if values[0] != _print_of(query):
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN")
    return tuple(values[1:])


def parse_key_part(kind: Callable[[str], Key], text: str) -> Key:
    """One part of a key as the value it was made from: `parse_number`, `parse_datetime`, `UUID`. Raises Invalid PAGE_TOKEN_FOREIGN."""
    try:
        return kind(text)
    except ValueError as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error


def parse_number(text: str) -> int:
    """At most what a bigint holds. Raises ValueError."""
    value = int(text)
    if not 0 <= value < 2**63:
        raise ValueError(text)
    return value


def parse_datetime(text: str) -> datetime:
    """With its zone. Raises ValueError."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value


def _print_of(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:12]
