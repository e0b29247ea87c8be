"""Why Kith refuses something, in the same sentence that the pages show."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from libs.refusals import Refusal
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import ZONE
from scripts.cli.main import code_of_refusal

if TYPE_CHECKING:
    from services.web.words.catalogue import Words

TYPED = {
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
"""What is said otherwise to somebody at a command line, who has no page before them."""


@contextmanager
def sentences(what: str) -> Iterator[None]:
    """Refusals inside become a CommandError: `what` did not happen, why, and the reason's word for who looks it up."""
    try:
        yield
    except Refusal as refusal:
        raise CommandError(what, in_words(refusal), where(refusal), code_of_refusal(refusal) or ExitCode.FAILED) from refusal


def in_words(refusal: Refusal) -> str:
    """The sentence of the pages' catalogue; the reason itself where that has none, or lacks what the sentence tells."""
    # Loaded for a refusal only: reading the catalogue takes longer than asking.
    from services.web.words import catalogue

    words = catalogue.read()[catalogue.PLAIN]
    reasons = [problem.reason for problem in refusal.problems] or [refusal.reason]
    details = {name: _moment(value) for name, value in refusal.details.items()}
    said = [_sentence(words, reason, details) for reason in reasons]
    return " ".join(dict.fromkeys(filter(None, said))) or f"{', '.join(reasons)}."


def _sentence(words: "Words", reason: str, details: Mapping[str, str]) -> str:
    key = f"refusal.{reason}"
    try:
        if reason in TYPED:
            return TYPED[reason].format_map(details)
        return str(words.say(key, **details).unescape()) if words.knows(key) else ""
    except KeyError:
        return ""


def _moment(value: str) -> str:
    """A moment as people write it, by the clock on the wall of the co-op whose door is open; everything else as it is."""
    try:
        at = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        return value
    if at is None:
        return value
    zone = ZONE.get()
    return f"{at.astimezone(zone):%-d %B %Y %H:%M}" if zone else f"{at.astimezone(UTC):%-d %B %Y %H:%M} UTC"


def where(refusal: Refusal) -> str:
    """The reason's word, and the fields it is about."""
    fields = ", ".join(problem.field for problem in refusal.problems)
    return f"({refusal.reason}{f': {fields}' if fields else ''})"
