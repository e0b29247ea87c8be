"""Why Kith refuses something about a vote, in the same sentence that the pages show."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from libs.refusals import Refusal
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.main import code_of_refusal


@contextmanager
def sentences(what: str) -> Iterator[None]:
    """Refusals inside become a CommandError: `what` did not happen, why, and the reason's word for who looks it up."""
    try:
        yield
    except Refusal as refusal:
        raise CommandError(what, in_words(refusal), _where(refusal), code_of_refusal(refusal) or ExitCode.FAILED) from refusal


def in_words(refusal: Refusal) -> str:
    """The sentence of the pages' catalogue; the reason itself where that has none."""
    # Loaded for a refusal only: reading the catalogue takes longer than asking.
    from services.web.words import catalogue
    from services.web.words.refusals import sentence

    words = catalogue.read()[catalogue.PLAIN]
    reasons = [problem.reason for problem in refusal.problems] or [refusal.reason]
    details = {name: _moment(value) for name, value in refusal.details.items()}
    known = [str(sentence(words, reason, details).unescape()) for reason in reasons if words.knows(f"refusal.{reason}")]
    return " ".join(dict.fromkeys(known)) or f"{', '.join(reasons)}."


def _moment(value: str) -> str:
    """A moment as people write it; everything else as it is."""
    try:
        return f"{datetime.fromisoformat(value).astimezone(UTC):%-d %B %Y %H:%M} UTC" if "T" in value else value
    except ValueError:
        return value


def _where(refusal: Refusal) -> str:
    fields = ", ".join(problem.field for problem in refusal.problems)
    return f"({refusal.reason}{f': {fields}' if fields else ''})"
