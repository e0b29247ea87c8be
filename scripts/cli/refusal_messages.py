"""Messages for refusals, in the same sentences that the pages show."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from libs.refusals import Refusal
from scripts.cli.connection import CO_OP_ZONE
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.main import exit_code_of

if TYPE_CHECKING:
    from services.web.localisation.catalogue import Catalogue

MESSAGES_AT_A_TERMINAL = {
    "BALLOT_STALE": "The vote was changed in another place meanwhile. Look at it, then say it again.",
    "DECISION_UNKNOWN": "There is no decision {number} of our members. See: kith motion log",
    "DISK_FULL": "There is no room left to write. Nothing was done.",
    "HAT_NEEDED": "It takes the hat {hat}. The secretary gives it: kith person hat give NUMBER {hat}",
    "ID_MALFORMED": "The id is not whole. Copy all of it, as the list shows it.",
    "INVITATION_IS_OURS": "This is our own invitation. Take the one that they gave you.",
    "MEMBERS_ONLY": "Only members can see this.",
    "MEMBER_UNKNOWN": "This person is not a member. See: kith member list",
    "MOTION_UNKNOWN": "We do not have this motion. See: kith motion list",
    "NOT_A_MEMBER": "Only members can do this.",
    "PEER_UNKNOWN": "We do not know this co-op. See: kith peer list",
    "PERSON_UNKNOWN": "We do not know this person. See: kith member list",
    "REQUEST_ID_REUSED": "This was sent before with other answers. Begin the command again.",
    "TWO_MEETINGS_NEEDED": "This kind of decision needs two meetings. Kith cannot run it yet. Ask the secretary.",
    "VERSION_STALE": "Somebody changed this meanwhile. Look at it, then say it again.",
    "VOTE_UNKNOWN": "We do not have this vote. See: kith vote list",
}
"""Replaces the pages' sentences that make no sense at a command line."""


@contextmanager
def refusals_as_errors(what: str) -> Iterator[None]:
    """Turns refusals raised inside into a CommandError: what did not happen, why, and the reason code."""
    try:
        yield
    except Refusal as refusal:
        raise CommandError(what, refusal_text(refusal), reason_and_fields(refusal), exit_code_of(refusal) or ExitCode.FAILED) from refusal


def refusal_text(refusal: Refusal) -> str:
    """The sentence from the pages' catalogue; the reason code if there is none or a detail is missing."""
    sentences = [f"{problem.field}: {problem.reason}" for problem in refusal.problems if _is_sentence(problem.reason)]
    if sentences:
        return "\n  ".join(dict.fromkeys(sentences))
    reasons = [problem.reason for problem in refusal.problems] or [refusal.reason]
    # Imported only for a refusal: reading the catalogue takes longer than the call.
    from services.web.localisation import catalogue

    details = {name: _format_if_time(value) for name, value in refusal.details.items()}
    catalogue_words = catalogue.load_catalogues()[catalogue.PLAIN_ENGLISH]
    messages = [_sentence(catalogue_words, reason, details) for reason in reasons]
    return " ".join(dict.fromkeys(filter(None, messages))) or f"{', '.join(reasons)}."


def _is_sentence(reason: str) -> bool:
    """Whether a problem's reason is a sentence of the rulebook's parser, with its line as the field, and not a code."""
    return " " in reason


def _sentence(words: "Catalogue", reason: str, details: Mapping[str, str]) -> str:
    key = f"refusal.{reason}"
    try:
        if reason in MESSAGES_AT_A_TERMINAL:
            return MESSAGES_AT_A_TERMINAL[reason].format_map(details)
        return str(words.say(key, **details).unescape()) if words.has(key) else ""
    except KeyError:
        return ""


def _format_if_time(value: str) -> str:
    """Formats a timestamp in the zone of the connected co-op; returns any other value unchanged."""
    try:
        at = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        return value
    if at is None:
        return value
    zone = CO_OP_ZONE.get()
    return f"{at.astimezone(zone):%-d %B %Y %H:%M}" if zone else f"{at.astimezone(UTC):%-d %B %Y %H:%M} UTC"


def reason_and_fields(refusal: Refusal) -> str:
    """The reason code and the fields it refers to, in brackets."""
    fields = ", ".join(problem.field for problem in refusal.problems if not _is_sentence(problem.reason))
    return f"({refusal.reason}{f': {fields}' if fields else ''})"
