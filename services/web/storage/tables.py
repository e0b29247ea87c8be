"""Web's tables: sessions, kept forms, news and the first steps of a new co-op that are ticked off.

A row is looked up by the hash of the cookie, and identity's session key is sealed under the cookie itself: somebody who reads the tables
can neither take over a session nor obtain a token. News comes only from other services' events, with one partition for each service, so
that one service's news can be emptied and replayed without the rest. A person reads what is for everybody and for them. Times are UTC.
"""

from sqlalchemy import ARRAY, BigInteger, Boolean, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, Uuid

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

session = Table(
    "session",
    metadata,
    key("cookie_hash", LargeBinary),
    required("person", Uuid),
    required("identity_session", Text),
    required("sealed_key", LargeBinary),
    required("hats", ARRAY(Text)),
    required("created_at", MOMENT),
    required("used_at", MOMENT),
    required("expires_at", MOMENT),
    optional("acting_for", Uuid),
    required("quiet_seconds", Integer, server_default="0"),
    optional("helped_by", Uuid),
    Index("session_by_expiry", "expires_at"),
    Index("session_by_identity_session", "identity_session"),
    Index("session_by_person", "person"),
)

helped_page = Table(
    "helped_page",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("helper", Uuid),
    required("identity_session", Text),
    required("path", Text),
    required("at", MOMENT),
    Index("helped_page_by_person", "person", "at"),
    Index("helped_page_by_helper", "helper"),
)

kept_form = Table(
    "kept_form",
    metadata,
    key("owner", LargeBinary),
    key("form", LargeBinary),
    required("sealed", LargeBinary),
    required("at", MOMENT),
    Index("kept_form_by_time", "at"),
)

news = Table(
    "news",
    metadata,
    key("source", Text),
    key("number", BigInteger),
    optional("person", Uuid),
    required("kind", Text),
    optional("about", Text),
    required("word", Text),
    required("at", MOMENT),
    required("hat", Text, server_default=""),
    postgresql_partition_by="list (source)",
)
Index("news_by_person", news.c.person, news.c.at.desc())

first_step = Table("first_step", metadata, key("step", Text), required("ticked_by", Text), required("ticked_at", MOMENT))

notice = Table(
    "notice",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("kind", Text),
    required("about", Text),
    required("subject", Text),
    required("source", Text),
    required("asked_at", MOMENT),
    required("due_at", MOMENT),
    required("until", MOMENT),
    required("state", Text),
    required("reason", Text),
    required("channel", Text),
    required("easy_read", Boolean),
    required("large_print", Boolean),
    required("tries", Integer),
    optional("done_at", MOMENT),
    required("done_by", Text),
    UniqueConstraint("person", "kind", "about"),
    Index("notice_by_state", "state", "due_at"),
    Index("notice_by_time", "asked_at", "id"),
)
