"""Refusal reasons as plain sentences: what happened and what to do."""

from collections.abc import Mapping

from markupsafe import Markup

from libs.refusals import Refusal
from services.web.localisation.catalogue import Catalogue

REST_REASONS = "rest_reasons"
"""The detail of a refusal that has the keys of the reasons with which the worker can come all the same."""


def refusal_message(catalogue: Catalogue, reason: str, details: Mapping[str, str] | None = None) -> Markup:
    """The sentence for a reason. A reason missing from the catalogue gets the general sentence, never a code."""
    key = f"refusal.{reason}"
    try:
        sentence = catalogue.say(key if catalogue.has(key) else "refusal.other", **(details or {}))
    except KeyError:
        # A service may omit a detail; the reader still gets a sentence.
        return catalogue.say("refusal.other")
    return Markup("{} {}").format(sentence, catalogue.say("rest_reason.possible")) if details and details.get(REST_REASONS) else sentence


HTTP_STATUS: dict[str, int] = {
    "Invalid": 400,
    "NotSignedIn": 401,
    "NotAllowed": 403,
    "NotFound": 404,
    "FailedPrecondition": 409,
    "AlreadyExists": 409,
    "Conflict": 409,
    "TooMany": 429,
    "Unavailable": 503,
}


def http_status(refusal: Refusal) -> int:
    """The HTTP status of a kind of refusal."""
    return HTTP_STATUS[type(refusal).__name__]
