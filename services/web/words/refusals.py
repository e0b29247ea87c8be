"""A refusal's reason as a plain sentence: what happened, and what to do."""

from collections.abc import Mapping

from markupsafe import Markup

from libs.refusals import Refusal
from services.web.words.catalogue import Words


def sentence(words: Words, reason: str, details: Mapping[str, str] | None = None) -> Markup:
    """The sentence for a reason. A reason that no catalogue knows gets the general one, never a code."""
    key = f"refusal.{reason}"
    try:
        return words.say(key if words.knows(key) else "refusal.other", **(details or {}))
    except KeyError:
        # A service may leave a detail out; the reader still gets a sentence.
        return words.say("refusal.other")


STATUS: dict[str, int] = {
    "Invalid": 400,
    "NotSignedIn": 401,
    "NotAllowed": 403,
    "NotFound": 404,
    "NotNow": 409,
    "AlreadyDone": 409,
    "Conflict": 409,
    "TooMany": 429,
    "Elsewhere": 503,
}


def status(refusal: Refusal) -> int:
    """The HTTP status of a kind of refusal."""
    return STATUS[type(refusal).__name__]
