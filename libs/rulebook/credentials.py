"""Reads the credentials of a rulebook: what people show before they may do something, until when it counts, and what needs it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from libs.rulebook.toml_source import parse_toml
from libs.rulebook.toml_table import TomlTable

MAX_KINDS = 50
_REMIND_DAYS = 60
_MAX_MONTHS = 600


class Gate(StrEnum):
    """What a person may do only with the right credentials."""

    VISITS = "visits"
    PERSONAL_CARE = "personal_care"
    MEDICINES = "medicines"
    MOVING_AND_HANDLING = "moving_and_handling"
    DRIVING = "driving"
    MONEY = "money"


@dataclass(frozen=True)
class CredentialKind:
    """One kind of credential. People need a verified one that has not expired to pass one of its gates.

    `expires_after_months` is the longest time that one counts, from the day it was issued; 0 = as long as the paper itself says, or for
    ever. The person is reminded `remind_days` before its last day.
    """

    key: str
    name: str
    description: str
    easy_read: str
    expires_after_months: int
    remind_days: int
    gates: tuple[Gate, ...]


def read_credentials(root: TomlTable) -> tuple[CredentialKind, ...]:
    """The kinds of the section `[credentials]`; the default ones for a rulebook without it."""
    table = root.table("credentials")
    if table is None:
        return default_credentials()
    kinds = tuple(_credential_kind(key, inner) for key, inner in table.tables())
    if not table.keys:
        problem = "There is no kind of credential; without the whole section a rulebook has the usual ones."
        table.note("", problem, 'Take [credentials] out, or add [credentials.dbs] with name = "DBS check".')
    if len(kinds) > MAX_KINDS:
        table.note("", f"There are {len(kinds)} kinds of credentials; at most {MAX_KINDS} fit on a page.", "Take some out.")
    for index, kind in enumerate(kinds):
        if kind.name and kind.name.casefold() in [other.name.casefold() for other in kinds[:index]]:
            table.note(kind.key, f'Two credentials are named "{kind.name}".', "Give each a name of its own.")
    return kinds


@cache
def default_credentials() -> tuple[CredentialKind, ...]:
    """The kinds of a rulebook that has no section of its own: `libs/rulebook/templates/credentials.toml`."""
    source = parse_toml(files("libs.rulebook.templates").joinpath("credentials.toml").read_bytes())
    return read_credentials(TomlTable(source, (), source.tree))


def _credential_kind(key: str, table: TomlTable) -> CredentialKind:
    kind = CredentialKind(
        key=key,
        name=table.text("name", "DBS check", most=80),
        description=table.text("description", "An enhanced check by the Disclosure and Barring Service."),
        easy_read=table.text("easy_read", "A check that you are safe to work with people.", most=500),
        expires_after_months=table.integer("expires_after_months", 1, _MAX_MONTHS, example=36, default=0),
        remind_days=table.integer("remind_days", 0, 366, example=_REMIND_DAYS, default=_REMIND_DAYS),
        gates=tuple(Gate(name) for name in table.names("gates", tuple(Gate), "gate", required=True)),
    )
    table.reject_unknown_keys()
    return kind
