"""The answers that `kith init` needs, and their validation."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from zoneinfo import available_timezones

from libs.rulebook import templates

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,29}", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(?:\.[^@\s,;<>\".]+)+")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_LONGEST_NAME = 120
_LONGEST_EMAIL = 254
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class InitAnswers:
    """All answers. Only the phone number and the address for other co-ops are optional; `VALIDATORS` checks each."""

    name: str
    id: str
    template: str
    zone: str
    phone: str
    founder: str
    founder_email: str
    address: str
    federation_address: str = ""
    """Where other co-ops reach this one; empty = it has no inbound port and calls them."""

    @property
    def public_url(self) -> str:
        """Where a browser on this machine finds the pages."""
        host, port = self.address.rsplit(":", 1)
        return f"http://{'localhost' if host in ('0.0.0.0', '[::]') else host}:{port}"  # noqa: S104 - read, not bound

    @property
    def border_address(self) -> str:
        """Where to listen for other co-ops: on all interfaces, unless the federation address is a loopback address."""
        if not self.federation_address:
            return ""
        host, port = self.federation_address.rsplit(":", 1)
        return self.federation_address if host in ("localhost", "[::1]") or host.startswith("127.") else f"0.0.0.0:{port}"


@dataclass(frozen=True)
class AnswerProblem:
    """What is wrong with one answer, and a suggestion."""

    flag: str
    problem: str
    suggestion: str


def slugify(name: str) -> str:
    """An id made from the co-op's name: lower-case letters, digits and hyphens; empty if no valid id results."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    candidate = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:63].strip("-")
    return candidate if _ID.fullmatch(candidate) else ""


def normalize(text: str) -> str:
    """The answer on one line and in Unicode's composed form, so that the same name is always the same bytes."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def find_problems(answers: InitAnswers) -> list[AnswerProblem]:
    """All problems of the answers, in the order of the questions."""
    problems = []
    for key, check in VALIDATORS.items():
        problem = check(getattr(answers, key))
        if problem is not None:
            problems.append(AnswerProblem(f"--{key.replace('_', '-')}", *problem))
    return problems


def _name(value: str) -> tuple[str, str] | None:
    return _plain_text(value, "the co-op's name", 'Write it in full, like --name "Willow Lane Care".')


def _founder(value: str) -> tuple[str, str] | None:
    return _plain_text(value, "the founder's full name", 'Write --founder "Ash Example".')


def _plain_text(value: str, what: str, suggestion: str) -> tuple[str, str] | None:
    if not value:
        return f"{what[0].upper()}{what[1:]} is missing.", suggestion
    if len(value) > _LONGEST_NAME:
        return f"{what[0].upper()}{what[1:]} has {len(value)} characters; at most {_LONGEST_NAME} fit.", "Use a shorter form."
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") for char in value):
        return f"{what[0].upper()}{what[1:]} holds an invisible character.", "Type it again by hand."
    return None


def _co_op_id(value: str) -> tuple[str, str] | None:
    if _ID.fullmatch(value):
        return None
    candidate = slugify(value)
    suggestion = f"For example --id {candidate}." if candidate else "For example --id willow-lane."
    if not value:
        return "The co-op's id is missing.", suggestion
    return f'"{value}" cannot be an id: 3 to 63 small letters, digits, dots and hyphens, beginning with a letter or digit.', suggestion


def _template(value: str) -> tuple[str, str] | None:
    known = templates.template_names()
    if value in known:
        return None
    near = get_close_matches(value.lower(), known, n=1, cutoff=0.4)
    return f'There is no template "{value}".', f'Did you mean "{near[0]}"?' if near else f"Use {', '.join(known[:-1])} or {known[-1]}."


def _zone(value: str) -> tuple[str, str] | None:
    zones = available_timezones()
    if value in zones:
        return None
    if not zones:
        return "This machine has no table of time zones.", "Install the package tzdata of your system."
    zones_by_city = {zone.rsplit("/", 1)[-1].lower(): zone for zone in sorted(zones, reverse=True)}
    match = zones_by_city.get(value.rsplit("/", 1)[-1].lower().replace(" ", "_"))
    near = [match] if match else get_close_matches(value, zones, n=1)
    return f'"{value}" is not a time zone.', f'Did you mean "{near[0]}"?' if near else 'Write it like "Europe/London".'


def _phone(value: str) -> tuple[str, str] | None:
    if not value or _PHONE.fullmatch(value):
        return None
    return f'"{value}" is not a phone number.', 'Write it like "01632 960001" or "+44 1632 960001", or leave it out.'


def _email(value: str) -> tuple[str, str] | None:
    if not value:
        return "The founder's e-mail address is missing.", "Write --founder-email ash@example.org."
    if _EMAIL.fullmatch(value) and len(value) <= _LONGEST_EMAIL:
        return None
    return f'"{value}" is not an e-mail address.', "Write it like ash@example.org."


def _address(value: str) -> tuple[str, str] | None:
    host, colon, port = value.rpartition(":")
    suggestion = "Write it like 127.0.0.1:8400."
    if not colon:
        return f'"{value}" is not an address: the port is missing.', f"Write {value}:8400." if _is_host(value) else suggestion
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= _LARGEST_PORT):
        return f'"{port}" is not a port: it is a number from 1 to {_LARGEST_PORT}.', suggestion
    return None if _is_host(host) else (f'"{host}" is not a host.', suggestion)


def _address_or_none(value: str) -> tuple[str, str] | None:
    return _address(value) if value else None


def _is_host(host: str) -> bool:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return ip_address(bare).version == 4 or host.startswith("[")
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not host.replace(".", "").isdigit()


VALIDATORS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "name": _name,
    "id": _co_op_id,
    "template": _template,
    "zone": _zone,
    "phone": _phone,
    "founder": _founder,
    "founder_email": _email,
    "address": _address,
    "federation_address": _address_or_none,
}
"""Maps each answer to its validator, which returns the problem and a suggestion, or None."""
