"""What identity stores about people: what they get of it when they ask, what erasing them does to it, how long it is kept."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, select

from libs.access.access_tables import access_grant, co_op_member, emergency_access, former_member, team_place
from libs.access.consents import given_consent
from libs.access.person_tables import (
    ACTING_RIGHTS,
    READS,
    RETENTION_TABLES_WITHOUT_PEOPLE,
    WORN_HATS,
    Blank,
    Delete,
    Keep,
    KeptFor,
    PersonTable,
    Retention,
    SealedColumn,
)
from libs.files.file_tables import stored_file
from libs.sealing import person_key
from services.identity.domain.erasure import ERASED_NAME
from services.identity.domain.relationship import EVIDENCE_PLACE
from services.identity.storage import capacity_records, consents, credentials, emergency_accesses, record_fields, sign_in_tables, tables

_SECRET = "a secret of the person's, as a hash"  # noqa: S105 - a reason, not a secret
_DEVICE = "by what the person's device and we know each other; of no use without the device"
_KEY = "made of the name or contact, to find it whatever way it is written"

_LEFT_ON = former_member.c


def _after_leaving(kind: str, person: Column[Any]) -> Retention:
    """Who is a member, or never was one, keeps everything."""
    return Retention(kind, select(_LEFT_ON.left_on).where(_LEFT_ON.person == person).scalar_subquery(), person.name)


NAMES = PersonTable(
    tables.person,
    ("id", "merged_into"),
    ("id", "full_name", "called", "registered_at", "password_set_at", "version", "merged_into", "erased_at"),
    {"name_key": _KEY},
    erasure=(Blank({"full_name": ERASED_NAME, "called": ERASED_NAME, "name_key": ""}, KeptFor.OTHERS, of=("id",)),),
)
"""Erased last: while a vote is open, the names of those on its roll are shown to who checks it."""

PERSON_TABLES = (
    NAMES,
    PersonTable(
        tables.contact,
        ("person",),
        ("person", "email", "phone"),
        {"email_key": _KEY, "phone_key": _KEY},
        erasure=(Blank({"email": "", "email_key": "", "phone": "", "phone_key": ""}, KeptFor.OTHERS),),
    ),
    PersonTable(
        tables.person_merge,
        ("other", "kept"),
        ("other", "kept", "reason", "merged_by", "merged_at"),
        erasure=(Blank({"reason": ""}, KeptFor.OTHERS),),
    ),
    PersonTable(
        sign_in_tables.sign_in_code,
        ("person",),
        ("id", "person", "kind", "issued_by", "issued_at", "expires_at", "used_at", "revoked_at", "used_session"),
        {"mark": _SECRET, "used_by": _SECRET},
        erasure=(Delete(),),
    ),
    PersonTable(sign_in_tables.password, ("person",), ("person",), {"hash": _SECRET}, erasure=(Delete(),)),
    PersonTable(
        sign_in_tables.session,
        ("person", "helped_by"),
        (
            *("id", "person", "strength", "started_at", "expires_at", "ended_at", "device_use", "device_kind", "quiet_seconds"),
            *("helped_by", "help_kind"),
        ),
        {"key_mark": _SECRET},
        erasure=(Delete(("person",)), Blank({"helped_by": None}, KeptFor.OTHERS, ("helped_by",))),
    ),
    PersonTable(
        sign_in_tables.passkey,
        ("person",),
        ("id", "person", "name", "is_synced", "sign_count", "added_at", "last_used_at"),
        {"credential_id": _DEVICE, "public_key": _DEVICE},
        erasure=(Delete(),),
    ),
    PersonTable(
        sign_in_tables.passkey_challenge,
        ("person",),
        ("person", "session", "begun_at", "expires_at", "used_at"),
        {"mark": _SECRET, "browser_mark": _SECRET, "client_mark": _SECRET},
        erasure=(Delete(),),
    ),
    PersonTable(sign_in_tables.known_browser, ("person",), ("person", "since"), {"browser_mark": _SECRET}, erasure=(Delete(),)),
    PersonTable(
        tables.data_request,
        ("person",),
        ("id", "person", "asked_by", "asked_at", "due_day", "reminded_at", "answered_at", "answered_by", "answer", "kind"),
        # That it was answered, and when; not what a secretary wrote of the person.
        erasure=(Blank({"answer": ""}, KeptFor.ACCOUNTABILITY),),
        retention=Retention("requests", tables.data_request.c.answered_at),
    ),
    PersonTable(
        tables.person_hold,
        ("person",),
        ("id", "person", "kind", "reason", "review_on", "placed_by", "placed_at", "released_by", "released_at"),
        {"shown": "always yes in what a person gets", "reminded_at": "whether the secretaries were told to look again"},
        erasure=(Blank({"reason": ""}, KeptFor.ACCOUNTABILITY),),
    ),
    PersonTable(
        tables.record_field,
        ("person",),
        ("person", "field", "sealed", "version", "changed_at", "changed_by"),
        sealed={"sealed": SealedColumn(lambda row: record_fields.place_of(row["field"]))},
        erasure=(Delete(),),
        retention=_after_leaving("profile", tables.record_field.c.person),
    ),
    PersonTable(
        access_grant,
        ("subject",),
        ("id", "subject", "field", "audience_kind", "audience", "valid_from", "valid_until", "revoked_at"),
        erasure=(Delete(),),
    ),
    PersonTable(tables.access_grant_origin, ("person",), ("id", "person", "given_at"), erasure=(Delete(),)),
    PersonTable(
        tables.relationship,
        ("subject", "holder"),
        (
            *("id", "subject", "holder", "kind", "state", "scopes", "from_day", "until_day", "recorded_by", "recorded_at"),
            *("evidence_kind", "evidence_sealed", "evidence_seen_on", "confirmed_by", "confirmed_at", "ended_by", "ended_at", "end_reason"),
        ),
        sealed={"evidence_sealed": SealedColumn(lambda _: EVIDENCE_PLACE, owner="subject")},
        erasure=(Blank({"evidence_sealed": None}, KeptFor.ACCOUNTABILITY, of=("subject",)), Keep(KeptFor.OTHERS, of=("holder",))),
    ),
    ACTING_RIGHTS,
    PersonTable(
        emergency_access,
        ("reader", "subject"),
        ("id", "reader", "subject", "opened_at", "ends_at"),
        erasure=(Keep(KeptFor.AUDIT),),
    ),
    PersonTable(
        tables.emergency_reason,
        ("subject",),
        ("access", "reader", "subject", "sealed", "reviewed_by", "reviewed_at"),
        sealed={"sealed": SealedColumn(lambda row: emergency_accesses.place_of(row["access"]), owner="subject")},
        erasure=(Keep(KeptFor.AUDIT),),
    ),
    PersonTable(
        tables.credential,
        ("person",),
        (
            *("id", "person", "kind", "state", "issued_on", "expires_on", "remind_on", "file", "sealed_note", "sealed_reason"),
            *("added_by", "added_at", "verified_by", "verified_at", "ended_by", "ended_at", "reminded_at", "version"),
        ),
        sealed={
            "sealed_note": SealedColumn(lambda row: credentials.note_place(row["id"])),
            "sealed_reason": SealedColumn(lambda row: credentials.reason_place(row["id"])),
        },
        erasure=(Delete(),),
        retention=_after_leaving("qualifications", tables.credential.c.person),
    ),
    PersonTable(
        stored_file,
        ("person",),
        (
            *("id", "person", "purpose", "uploaded_by", "state", "declared_size", "received_size", "media_type", "size"),
            *("begun_at", "finished_at"),
        ),
        {"sha256": "made of the file, which the person can download"},
        erasure=(Delete(),),
        retention=_after_leaving("qualifications", stored_file.c.person),
    ),
    PersonTable(
        tables.consent_entry,
        ("person",),
        (
            *("id", "person", "topic", "decision", "basis", "answer", "explained", "starts_at", "ends_at", "review_on", "decided_by"),
            *("capacity", "cause", "corrects", "recorded_by", "recorded_at", "sealed"),
        ),
        sealed={"sealed": SealedColumn(lambda row: consents.place_of(row["id"]), is_json=True)},
        erasure=(Keep(KeptFor.CONSENT),),
    ),
    PersonTable(given_consent, ("person",), ("id", "person", "decision", "valid_from", "valid_until", "ended_at"), erasure=(Delete(),)),
    PersonTable(
        tables.capacity_record,
        ("person",),
        ("id", "person", "decision", "can_decide", "assessed_on", "until_day", "recorded_by", "recorded_at", "sealed"),
        sealed={"sealed": SealedColumn(lambda row: capacity_records.place_of(row["id"]), is_json=True)},
        erasure=(Keep(KeptFor.CONSENT),),
    ),
    PersonTable(
        tables.ways_to_be_told,
        ("person", "helper"),
        (
            *("person", "easy_read", "large_print", "language", "channel", "helper", "quiet_from", "quiet_until", "stopped"),
            *("version", "changed_at", "changed_by"),
        ),
        # Somebody else whose helper they were is told as everybody is who has not chosen.
        erasure=(Delete(of=("person",)), Blank({"helper": None, "channel": None}, KeptFor.OTHERS, of=("helper",))),
    ),
    PersonTable(
        sign_in_tables.recovery_helper,
        ("person", "helper"),
        ("id", "person", "helper", "named_at", "accepted_at", "ended_at", "ended_why", "wrong_numbers", "wrong_at"),
        erasure=(Delete(),),
    ),
    PersonTable(
        sign_in_tables.recovery_request,
        ("person",),
        ("id", "person", "asked_at", "expires_at", "closed_at", "used_session"),
        {"key_mark": _SECRET, "number_mark": _SECRET, "account_mark": _KEY, "client_mark": _SECRET},
        erasure=(Delete(),),
    ),
    PersonTable(
        sign_in_tables.recovery_vouch,
        (),
        ("request", "help", "at"),
        through={"request": sign_in_tables.recovery_request.c.person, "help": sign_in_tables.recovery_helper.c.helper},
        erasure=(Delete(),),
    ),
    PersonTable(co_op_member, ("person",), ("person",), erasure=(Keep(KeptFor.REGISTER),)),
    PersonTable(former_member, ("person",), ("person", "left_on"), erasure=(Keep(KeptFor.REGISTER),)),
    PersonTable(team_place, ("person", "owner", "member"), ("team", "member", "person", "owner"), erasure=(Delete(),)),
    PersonTable(tables.team_leaving, ("member",), ("team", "member", "left_at"), erasure=(Delete(),)),
    PersonTable(
        person_key,
        ("person",),
        ("person", "made_at"),
        {"wrapped": "the key itself, which opens what is sealed"},
        # All that was sealed with it is erased with it, in every copy, whether its row stays or not.
        erasure=(Delete(),),
    ),
    WORN_HATS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    **RETENTION_TABLES_WITHOUT_PEOPLE,
    "erasure": "that somebody was erased, and when; before it is carried out, their request says so",
    "erasure_part": "which kinds of records each service erased",
    "hold_not_shown": "which kinds of holds the rulebook has not shown",
    "file_chunk": "what is in the files, sealed: the person downloads them on their own page",
    "credential_rule": "which qualifications the rulebook has",
    "link_request": "hashes of addresses and browsers for two hours; whose they are cannot be told",
    "sign_in_failure": "hashes of addresses for two hours; whose they are cannot be told",
    "merge_to_follow": "for the moments until a job has moved the records of a merged entry; `person_merge` shows the same",
    "membership_end": "membership's, for the days until a last day is over; membership shows the same",
}
