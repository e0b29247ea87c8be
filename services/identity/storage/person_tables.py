"""What identity stores about people: what a person gets of it when they ask for their data."""

from collections.abc import Mapping

from libs.access.access_tables import access_grant, acting_right, co_op_member, emergency_access
from libs.access.person_tables import READS, WORN_HATS, PersonTable
from libs.sealing import person_key
from services.identity.storage import tables

_SECRET = "a secret of the person's, as a hash"  # noqa: S105 - a reason, not a secret
_KEY = "made of the name or contact, to find it whatever way it is written"

PERSON_TABLES = (
    PersonTable(
        tables.person,
        ("id", "merged_into"),
        ("id", "full_name", "called", "registered_at", "password_set_at", "version", "merged_into"),
        {"name_key": _KEY},
    ),
    PersonTable(tables.contact, ("person",), ("person", "email", "phone"), {"email_key": _KEY, "phone_key": _KEY}),
    PersonTable(tables.person_merge, ("other", "kept"), ("other", "kept", "reason", "merged_by", "merged_at")),
    PersonTable(
        tables.sign_in_code,
        ("person",),
        ("id", "person", "kind", "issued_by", "issued_at", "expires_at", "used_at", "revoked_at", "used_session"),
        {"mark": _SECRET, "used_by": _SECRET},
    ),
    PersonTable(tables.password, ("person",), ("person",), {"hash": _SECRET}),
    PersonTable(tables.session, ("person",), ("id", "person", "strength", "started_at", "expires_at", "ended_at"), {"key_mark": _SECRET}),
    PersonTable(tables.known_browser, ("person",), ("person", "since"), {"browser_mark": _SECRET}),
    PersonTable(
        tables.data_request,
        ("person",),
        ("id", "person", "asked_by", "asked_at", "due_day", "reminded_at", "answered_at", "answered_by", "answer"),
    ),
    PersonTable(
        access_grant,
        ("subject",),
        ("id", "subject", "field", "audience_kind", "audience", "valid_from", "valid_until", "revoked_at"),
    ),
    PersonTable(
        acting_right,
        ("holder", "subject"),
        ("relationship", "scope", "holder", "subject", "valid_from", "valid_until", "ended_at"),
    ),
    PersonTable(emergency_access, ("reader", "subject"), ("id", "reader", "subject", "opened_at", "ends_at")),
    PersonTable(co_op_member, ("person",), ("person",)),
    PersonTable(person_key, ("person",), ("person", "made_at"), {"wrapped": "the key itself, which opens what is sealed"}),
    WORN_HATS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "sign_in_failure": "hashes of addresses for two hours; whose they are cannot be told",
    "membership_end": "membership's, for the days until a last day is over; membership shows the same",
}
