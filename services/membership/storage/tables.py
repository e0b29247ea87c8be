"""Membership's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

Names and addresses are in `register_entry` only. `number_order` is `domain/member_number.sort_key`. `member_class` and `known_person` are
projections of other services' events; `rulebook_followed` and `merged_person` are our own state and survive a rebuild.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, MetaData, Table, Text, UniqueConstraint, Uuid, true

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

member = Table(
    "member",
    metadata,
    key("person", Uuid),
    required("number", Text),
    required("number_order", Text(collation="C")),
    required("version", BigInteger),
    UniqueConstraint("number_order"),
)

standing_change = Table(
    "standing_change",
    metadata,
    key("person", Uuid, ForeignKey("member.person")),
    key("from_day", Date),
    required("member_class", Text),
    required("may_vote", Boolean),
    required("reason", Text),
    required("entered_by", Text),
    required("entered_at", MOMENT),
)

register_entry = Table(
    "register_entry",
    metadata,
    key("person", Uuid, ForeignKey("member.person")),
    required("name", Text),
    required("address", Text),
    required("entered_at", MOMENT),
)

next_number = Table(
    "next_number", metadata, Column("only_one", Boolean, primary_key=True, server_default=true()), required("n", BigInteger)
)

application = Table(
    "application",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("member_class", Text),
    required("why", Text),
    required("applied_at", MOMENT),
    optional("admitted_at", MOMENT),
)
Index("application_open", application.c.person, unique=True, postgresql_where=application.c.admitted_at.is_(None))

rulebook_followed = Table("rulebook_followed", metadata, key("fact", Uuid), required("rulebook_hash", Text), required("from_day", Date))

member_class = Table("member_class", metadata, key("key", Text), required("votes", Boolean), required("rulebook_hash", Text))

known_person = Table("known_person", metadata, key("person", Uuid))

merged_person = Table(
    "merged_person",
    metadata,
    key("person", Uuid),
    required("kept", Uuid),
    required("fact", Uuid),
    required("merged_at", MOMENT),
)
