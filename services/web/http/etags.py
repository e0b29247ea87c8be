"""Tags by which a browser, or a calendar, tells whether it has the current bytes (RFC 9110, section 8.8.3)."""

import hashlib


def weak_tag(data: bytes) -> str:
    """For a file that says the same, though perhaps not byte for byte once it was compressed on the way."""
    return f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'


def has_current(if_none_match: str, etag: str) -> bool:
    """Whether one of the tags that the client names is the current one, compared weakly (RFC 9110, section 13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag.removeprefix("W/") in tags or "*" in tags
