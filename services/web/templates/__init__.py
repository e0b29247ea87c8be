"""The templates' surroundings: escaping on, and a name that is missing is a mistake, never an empty space."""

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.web.drawings.pictures import picture, sign
from services.web.words import dates, numbers

FOLDER = Path(__file__).parent
STATIC = FOLDER.parent / "static"


def environment() -> Environment:
    """Reads each template once."""
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    made.globals.update(
        picture=picture,
        sign=sign,
        grouped=numbers.grouped,
        machine=dates.machine,
        paragraphs=paragraphs,
        initials=initials,
        style=static("kith.css"),
        icon=static("kith.svg"),
    )
    return made


def static(name: str) -> str:
    """The path of a static file, with its content's hash, so that browsers may keep it for ever."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def paragraphs(text: str) -> list[str]:
    """Cut at blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def initials(name: str) -> str:
    """At most two letters for the circle beside a person's name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in ([words[0], words[-1]] if len(words) > 1 else words))
