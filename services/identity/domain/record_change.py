"""What may stand in a field of a person's record, and in a request to read one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from libs.access.record_fields import FIELDS
from libs.refusals import invalid

MAX_TEXT = 4000
_MAX_REASON = 200


@dataclass(frozen=True)
class FieldChange:
    """What a field is to say, and the version that the form showed."""

    field: str
    text: str
    version: int


def check_changes(changes: Sequence[FieldChange]) -> None:
    """Raises Invalid FIELDS_MISSING, FIELD_UNKNOWN, FIELD_TWICE, FIELD_TEXT_TOO_LONG."""
    check_fields([change.field for change in changes])
    for change in changes:
        if len(change.text) > MAX_TEXT:
            raise invalid(change.field, "FIELD_TEXT_TOO_LONG", at_most=str(MAX_TEXT))


def check_fields(fields: Collection[str]) -> None:
    """Raises Invalid FIELDS_MISSING, FIELD_UNKNOWN, FIELD_TWICE."""
    if not fields:
        raise invalid("fields", "FIELDS_MISSING")
    if not set(fields) <= set(FIELDS):
        raise invalid("fields", "FIELD_UNKNOWN")
    if len(set(fields)) < len(fields):
        raise invalid("fields", "FIELD_TWICE")


def check_reason(reason: str) -> None:
    """Raises Invalid READ_REASON_TOO_LONG."""
    if len(reason) > _MAX_REASON:
        raise invalid("reason", "READ_REASON_TOO_LONG", at_most=str(_MAX_REASON))
