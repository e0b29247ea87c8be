"""Identity's tables of how people sign in, and how they get back in: part of the metadata in `tables.py`."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid, null

from libs.database.columns import MOMENT, key, optional, required
from services.identity.storage.tables import metadata

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
    required("device_use", Text, server_default="own"),
    required("device_kind", Text, server_default=""),
    required("quiet_seconds", Integer, server_default="0"),
    optional("helped_by", Uuid, ForeignKey("person.id")),
    required("help_kind", Text, server_default=""),
    Index("session_by_person", "person"),
)
Index("session_by_helper", session.c.helped_by, postgresql_where=session.c.helped_by != null())

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
    Index("known_browser_by_mark", "browser_mark"),
)

link_request = Table(
    "link_request",
    metadata,
    key("id", Uuid),
    required("address_mark", LargeBinary),
    required("client_mark", LargeBinary),
    required("at", MOMENT),
    required("sent", Integer),
    Index("link_request_by_time", "at"),
)

recovery_helper = Table(
    "recovery_helper",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("helper", Uuid, ForeignKey("person.id")),
    required("named_at", MOMENT),
    optional("accepted_at", MOMENT),
    optional("ended_at", MOMENT),
    optional("ended_why", Text),
    required("wrong_numbers", Integer, server_default="0"),
    optional("wrong_at", MOMENT),
)
Index(
    "recovery_helper_once",
    recovery_helper.c.person,
    recovery_helper.c.helper,
    unique=True,
    postgresql_where=recovery_helper.c.ended_at.is_(None),
)
Index("recovery_helper_by_helper", recovery_helper.c.helper)

recovery_request = Table(
    "recovery_request",
    metadata,
    key("id", Uuid),
    optional("person", Uuid, ForeignKey("person.id")),
    required("key_mark", LargeBinary),
    required("number_mark", LargeBinary),
    required("account_mark", LargeBinary),
    required("client_mark", LargeBinary),
    required("asked_at", MOMENT),
    required("expires_at", MOMENT),
    optional("closed_at", MOMENT),
    optional("used_session", Uuid),
    UniqueConstraint("key_mark"),
    Index("recovery_request_by_person", "person"),
    Index("recovery_request_by_moment", "asked_at"),
)

recovery_vouch = Table(
    "recovery_vouch",
    metadata,
    key("request", Uuid, ForeignKey("recovery_request.id", ondelete="CASCADE")),
    key("help", Uuid, ForeignKey("recovery_helper.id")),
    required("at", MOMENT),
)

passkey = Table(
    "passkey",
    metadata,
    key("id", Uuid),
    required("person", Uuid, ForeignKey("person.id")),
    required("credential_id", LargeBinary),
    required("public_key", LargeBinary),
    required("sign_count", BigInteger),
    required("is_synced", Boolean),
    required("name", Text),
    required("added_at", MOMENT),
    optional("last_used_at", MOMENT),
    UniqueConstraint("credential_id"),
    Index("passkey_by_person", "person"),
)

passkey_challenge = Table(
    "passkey_challenge",
    metadata,
    key("mark", LargeBinary),
    optional("person", Uuid, ForeignKey("person.id")),
    optional("session", Uuid),
    optional("browser_mark", LargeBinary),
    required("client_mark", LargeBinary),
    required("begun_at", MOMENT),
    required("expires_at", MOMENT),
    optional("used_at", MOMENT),
    Index("passkey_challenge_by_person", "person"),
    Index("passkey_challenge_by_client", "client_mark", "begun_at"),
    Index("passkey_challenge_by_time", "begun_at"),
)
