"""The template environment: autoescaping is on, and a missing name raises an error instead of printing nothing."""

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.web.drawings.pictures import picture, status_icon
from services.web.localisation import dates, numbers
from services.web.localisation.date_fields import split_date

FOLDER = Path(__file__).parent
STATIC = FOLDER.parent / "static"


def create_environment() -> Environment:
    """The Jinja environment, which reads each template once."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals.update(
        picture=picture,
        status_icon=status_icon,
        grouped=numbers.format_integer,
        machine=dates.format_iso,
        paragraphs=paragraphs,
        initials=initials,
        split_date=split_date,
        style=static_url("kith.css"),
        icon=static_url("kith.svg"),
    )
    return environment


def static_path(name: str) -> str:
    """The path of a static file."""
    return f"/static/{name}"


def static_url(name: str) -> str:
    """The URL of a static file with the hash of its content, so that browsers may cache it for ever."""
    return f"{static_path(name)}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which are separated by blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def initials(name: str) -> str:
    """At most two initials for the circle beside a person's name."""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0].upper() for word in ([words[0], words[-1]] if len(words) > 1 else words))
