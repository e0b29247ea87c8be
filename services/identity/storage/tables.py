"""Identity's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

Names are in `person`, contact details in `contact` behind stricter row-level security. Columns ending in `mark` hold keyed hashes
(`domain/keyed_hasher.py`). `person.merged_into` is always an entry in use; `person_merge` says which entries were merged, one after the
other. Tables of signing in are in `sign_in_tables.py`. Hats are in `worn_hat`, which every service has (`libs/access/hats.py`). Times
are UTC.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

person = Table(
    "person",
    metadata,
    key("id", Uuid),
    required("full_name", Text),
    required("called", Text),
    required("name_key", Text),
    required("registered_at", MOMENT),
    optional("password_set_at", MOMENT),
    required("version", BigInteger, server_default="1"),
    optional("merged_into", Uuid, ForeignKey("person.id")),
    # Their names stay until every service has erased them, as while a vote is open with them on its roll.
    optional("erased_at", MOMENT),
    Index("person_by_name", "name_key"),
    Index("person_by_merged_into", "merged_into"),
)

person_merge = Table(
    "person_merge",
    metadata,
    key("other", Uuid, ForeignKey("person.id")),
    required("kept", Uuid, ForeignKey("person.id")),
    required("reason", Text),
    required("merged_by", Text),
    required("merged_at", MOMENT),
)

merge_to_follow = Table(
    "merge_to_follow",
    metadata,
    key("other", Uuid, ForeignKey("person.id")),
    # Of those whose merge is older than these columns nobody knows it any more.
    required("other_has_team", Boolean, server_default="true"),
    required("kept_has_team", Boolean, server_default="true"),
    optional("tried_at", MOMENT),
)

contact = Table(
    "contact",
    metadata,
    key("person", Uuid, ForeignKey("person.id")),
    required("email", Text),
    required("email_key", Text),
    required("phone", Text),
    required("phone_key", Text),
)
Index("contact_by_email", contact.c.email_key, postgresql_where=contact.c.email_key != "")

membership_end = Table("membership_end", metadata, key("person", Uuid), required("last_day", Date))

data_request = Table(
    "data_request",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("asked_by", Text),
    required("asked_at", MOMENT),
    required("due_day", Date),
    optional("reminded_at", MOMENT),
    optional("answered_at", MOMENT),
    required("answered_by", Text),
    required("answer", Text),
    required("kind", Text, server_default="data"),
    Index("data_request_by_person", "person"),
)
Index(
    "data_request_open",
    data_request.c.person,
    data_request.c.kind,
    unique=True,
    postgresql_where=data_request.c.answered_at.is_(None),
)

erasure = Table(
    "erasure",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("entries", ARRAY(Uuid)),
    required("decided_by", Text),
    required("decided_at", MOMENT),
    optional("erased_at", MOMENT),
    optional("finished_at", MOMENT),
    Index("erasure_once", "person", unique=True),
)
Index("erasure_unfinished", erasure.c.decided_at, postgresql_where=erasure.c.finished_at.is_(None))

erasure_part = Table(
    "erasure_part",
    metadata,
    key("erasure", Uuid, ForeignKey("erasure.id")),
    key("service", Text),
    required("confirmed_at", MOMENT),
    *(required(name, ARRAY(Text)) for name in ("deleted", "blanked", "kept")),
)

person_hold = Table(
    "person_hold",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("kind", Text),
    required("reason", Text),
    required("review_on", Date),
    required("shown", Boolean),
    required("placed_by", Text),
    required("placed_at", MOMENT),
    optional("reminded_at", MOMENT),
    required("released_by", Text),
    optional("released_at", MOMENT),
    Index("person_hold_by_person", "person"),
)
Index("person_hold_to_review", person_hold.c.review_on, postgresql_where=person_hold.c.released_at.is_(None))

hold_not_shown = Table("hold_not_shown", metadata, key("kind", Text))

emergency_reason = Table(
    "emergency_reason",
    metadata,
    key("access", Uuid),
    required("reader", Uuid),
    required("subject", Uuid),
    required("sealed", LargeBinary),
    optional("reviewed_by", Uuid),
    optional("reviewed_at", MOMENT),
)
relationship = Table(
    "relationship",
    metadata,
    key("id", Uuid),
    required("subject", Uuid, ForeignKey("person.id")),
    required("holder", Uuid, ForeignKey("person.id")),
    required("kind", Text),
    required("state", Text),
    required("scopes", ARRAY(Text)),
    required("from_day", Date),
    optional("until_day", Date),
    required("recorded_by", Uuid),
    required("recorded_at", MOMENT),
    optional("evidence_kind", Text),
    optional("evidence_sealed", LargeBinary),
    optional("evidence_seen_on", Date),
    optional("confirmed_by", Uuid),
    optional("confirmed_at", MOMENT),
    optional("ended_by", Uuid),
    optional("ended_at", MOMENT),
    optional("end_reason", Text),
    Index("relationship_by_subject", "subject"),
    Index("relationship_by_holder", "holder"),
)
Index(
    "one_live_relationship",
    relationship.c.subject,
    relationship.c.holder,
    relationship.c.kind,
    unique=True,
    postgresql_where=relationship.c.state != "ended",
)

credential_rule = Table(
    "credential_rule",
    metadata,
    key("kind", Text),
    required("place", Integer),
    required("expires_after_months", Integer),
    required("remind_days", Integer),
    required("gates", ARRAY(Text)),
)

credential = Table(
    "credential",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("kind", Text),
    required("state", Text),
    required("issued_on", Date),
    optional("expires_on", Date),
    optional("remind_on", Date),
    # No foreign key: a file may be erased before what it showed.
    optional("file", Uuid),
    optional("sealed_note", LargeBinary),
    optional("sealed_reason", LargeBinary),
    required("added_by", Uuid),
    required("added_at", MOMENT),
    optional("verified_by", Uuid),
    optional("verified_at", MOMENT),
    optional("ended_by", Uuid),
    optional("ended_at", MOMENT),
    optional("reminded_at", MOMENT),
    required("version", BigInteger),
    Index("credential_by_person", "person"),
    Index("credential_claimed", "added_at", "id", postgresql_where="state = 'claimed'"),
    Index("credential_by_last_day", "expires_on", "id", postgresql_where="state = 'verified'"),
    Index("credential_by_reminder", "remind_on", postgresql_where="state = 'verified' and reminded_at is null"),
)
record_field = Table(
    "record_field",
    metadata,
    key("person", Uuid, ForeignKey("person.id")),
    key("field", Text),
    optional("sealed", LargeBinary),
    required("version", BigInteger),
    required("changed_at", MOMENT),
    required("changed_by", Uuid),
    Index("record_field_by_field", "field", "person"),
)

access_grant_origin = Table(
    "access_grant_origin",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("given_at", MOMENT),
)

# The latest time at which somebody left a team. It is no projection: when matching's database is set back, its events say again that
# they joined, and no longer that they left.
team_leaving = Table("team_leaving", metadata, key("team", Uuid), key("member", Uuid), required("left_at", MOMENT))

# Append-only, as is `consent_entry`: what people agreed to, and whether they could decide, in words that only the person's key opens.
capacity_record = Table(
    "capacity_record",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("decision", Text),
    required("can_decide", Boolean),
    required("assessed_on", Date),
    optional("until_day", Date),
    required("recorded_by", Text),
    required("recorded_at", MOMENT),
    required("sealed", LargeBinary),
    Index("capacity_record_by_person", "person"),
)

consent_entry = Table(
    "consent_entry",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("topic", Text),
    required("decision", Text),
    optional("basis", Text),
    optional("answer", Text),
    required("explained", ARRAY(Text)),
    required("starts_at", MOMENT),
    optional("ends_at", MOMENT),
    optional("review_on", Date),
    optional("decided_by", Uuid),
    optional("capacity", Uuid, ForeignKey("capacity_record.id")),
    optional("cause", Text),
    optional("corrects", Uuid, ForeignKey("consent_entry.id")),
    required("recorded_by", Text),
    required("recorded_at", MOMENT),
    optional("sealed", LargeBinary),
    Index("consent_entry_by_person", "person"),
)

ways_to_be_told = Table(
    "ways_to_be_told",
    metadata,
    key("person", Uuid, ForeignKey("person.id")),
    required("easy_read", Boolean),
    required("large_print", Boolean),
    required("language", Text),
    optional("channel", Text),
    optional("helper", Uuid, ForeignKey("person.id")),
    required("quiet_from", Integer),
    required("quiet_until", Integer),
    required("stopped", ARRAY(Text)),
    required("version", BigInteger),
    required("changed_at", MOMENT),
    required("changed_by", Text),
)
