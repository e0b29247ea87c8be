"""Identity's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

Names are in `person`, contact details in `contact` behind stricter row-level security. Columns ending in `mark` hold keyed hashes
(`domain/keyed_hasher.py`). `person.merged_into` is always an entry in use; `person_merge` says which
entries were merged, one after the other. Hats are in `worn_hat`, which every service has (`libs/access/hats.py`). Times are UTC.
"""

from sqlalchemy import BigInteger, Date, ForeignKey, Index, LargeBinary, MetaData, Table, Text, UniqueConstraint, Uuid

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

sign_in_code = Table(
    "sign_in_code",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("kind", Text),
    required("mark", LargeBinary),
    required("issued_by", Text),
    required("issued_at", MOMENT),
    required("expires_at", MOMENT),
    optional("used_at", MOMENT),
    optional("revoked_at", MOMENT),
    optional("used_by", LargeBinary),
    optional("used_session", Uuid),
    UniqueConstraint("mark"),
    Index("sign_in_code_by_person", "person"),
)

password = Table("password", metadata, key("person", Uuid, ForeignKey("person.id")), required("hash", Text))

session = Table(
    "session",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("key_mark", LargeBinary),
    required("strength", Text),
    required("started_at", MOMENT),
    required("expires_at", MOMENT),
    optional("ended_at", MOMENT),
    Index("session_by_person", "person"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    key("id", Uuid),
    required("address_mark", LargeBinary),
    required("at", MOMENT),
    required("client_mark", LargeBinary, server_default=""),
    Index("sign_in_failure_by_address", "address_mark", "at"),
    Index("sign_in_failure_by_client", "client_mark", "at"),
)

known_browser = Table(
    "known_browser",
    metadata,
    key("person", Uuid, ForeignKey("person.id")),
    key("browser_mark", LargeBinary),
    required("since", MOMENT),
)

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
    Index("data_request_by_person", "person"),
)
Index("data_request_open", data_request.c.person, unique=True, postgresql_where=data_request.c.answered_at.is_(None))
