"""The payloads of letters about asks. Each is read strictly: a key, a word or a number too many, and the whole letter is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from libs.asks import counts
from libs.asks.area import COLUMNS, ROWS, Area
from libs.asks.vocabulary import BLOCKS, LANGUAGES, SKILL
from libs.boards import document_fields
from libs.boards.document_fields import DocumentError, DocumentFields
from libs.signing import canonical
from libs.signing.canonical import Json

ASK_ID = re.compile(r"[0-9a-f]{32}")
"""128 random bits in hex: of an ask, and of a reply to one. They say nothing of when or by whom it was made."""
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
"""Two groups of Crockford's base 32: people read it out over the telephone."""
MAX_SKILLS, MAX_LANGUAGES = 5, 5
MAX_REPLIES = 5
"""To one ask from one co-op; who asked counts those that were taken back as well."""


@dataclass(frozen=True)
class Ask:
    """Somebody is looked for. `until` is in seconds since 1970; `skills`, `languages` and `blocks` are sorted, each once."""

    id: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    blocks: tuple[str, ...]
    area: Area
    until: int

    @property
    def question(self) -> str:
        """Hash of what is asked: equal for two asks that differ only in who asks and until when."""
        asked = {name: value for name, value in self.payload().items() if name not in {"ask", "until"}}
        return sha256(canonical.encode(asked)).hexdigest()

    def payload(self) -> dict[str, Json]:
        return {
            "ask": self.id,
            "skills": list(self.skills),
            "languages": list(self.languages),
            "blocks": list(self.blocks),
            "area": [self.area.north, self.area.east],
            "until": self.until,
        }


@dataclass(frozen=True)
class AskReply:
    """Somebody would like to be put in touch about this ask."""

    ask: str
    reply: str

    def payload(self) -> dict[str, Json]:
        return {"ask": self.ask, "reply": self.reply}


def read_ask(payload: Mapping[str, Json]) -> Ask:
    """Raises `DocumentError`."""
    fields = DocumentFields(dict(payload), "an ask")
    north, east = document_fields.parse_items(fields.take("area"), 2, "an ask: area")
    ask = Ask(
        fields.text("ask", ASK_ID),
        fields.list("skills", _matching(SKILL, "skill")),
        fields.list("languages", _among(LANGUAGES, "language")),
        fields.list("blocks", _among(BLOCKS, "block")),
        Area(_below(north, ROWS), _below(east, COLUMNS)),
        fields.number("until", 1),
    )
    fields.reject_unknown()
    if not ask.blocks or len(ask.skills) > MAX_SKILLS or len(ask.languages) > MAX_LANGUAGES:
        raise DocumentError("an ask: no block of the week, or too many skills or languages")
    return ask


def read_ended(payload: Mapping[str, Json]) -> str:
    """The id of an ask that is over. Raises `DocumentError`."""
    fields = DocumentFields(dict(payload), "an ask's end")
    ask = fields.text("ask", ASK_ID)
    fields.reject_unknown()
    return ask


def count_payload(ask: str, at_least: int) -> dict[str, Json]:
    return {"ask": ask, "at_least": at_least}


def read_count(payload: Mapping[str, Json]) -> tuple[str, int]:
    """The id of an ask, and how many fit at least; 0 for none or a few. Raises `DocumentError`."""
    fields = DocumentFields(dict(payload), "an ask's count")
    ask, at_least = fields.text("ask", ASK_ID), fields.number("at_least")
    fields.reject_unknown()
    if at_least > counts.MOST:
        raise DocumentError("an ask's count: more than any co-op has")
    return ask, at_least


def read_reply(payload: Mapping[str, Json]) -> AskReply:
    """Raises `DocumentError`."""
    fields = DocumentFields(dict(payload), "a reply")
    reply = AskReply(fields.text("ask", ASK_ID), fields.text("reply", ASK_ID))
    fields.reject_unknown()
    return reply


def agreed_payload(reply: AskReply, reference: str) -> dict[str, Json]:
    return {**reply.payload(), "reference": reference}


def read_agreed(payload: Mapping[str, Json]) -> tuple[AskReply, str]:
    """A reply to which who asked said yes, and the reference by which people of both co-ops speak of it. Raises `DocumentError`."""
    fields = DocumentFields(dict(payload), "an agreed reply")
    reply = AskReply(fields.text("ask", ASK_ID), fields.text("reply", ASK_ID))
    reference = fields.text("reference", REFERENCE)
    fields.reject_unknown()
    return reply, reference


def _matching(pattern: "re.Pattern[str]", about: str) -> Callable[[Json], str]:
    return lambda value: document_fields.parse_text(value, pattern, f"an ask: {about}")


def _among(known: frozenset[str] | tuple[str, ...], about: str) -> Callable[[Json], str]:
    def read(value: Json) -> str:
        if not isinstance(value, str) or value not in known:
            raise DocumentError(f"an ask: no such {about}")
        return value

    return read


def _below(value: Json, end: int) -> int:
    number = document_fields.parse_number(value, "an ask: area")
    if number >= end:
        raise DocumentError("an ask: area lies nowhere")
    return number
