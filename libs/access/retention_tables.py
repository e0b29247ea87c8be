"""The tables of holds and retention, as metadata: the same in every service with records whose time can be over.

- `held_person`: entries under a hold of a secretary. While there is one, nothing about them is disposed of.
- `retention_rule`: how long the rulebook in force has each kind of record kept; empty until one was adopted.
- `disposal`: the log of what was disposed of: the kind, how many, by which rule, on which day. It names nobody.

The DDL is `CREATE_RETENTION_TABLES` of `libs/database/shared_ddl.py`; a test compares both.
"""

from sqlalchemy import BigInteger, Date, Index, Integer, MetaData, Table, Text, Uuid

from libs.database.columns import key, required

metadata = MetaData()

held_person = Table("held_person", metadata, key("hold", Uuid), key("person", Uuid), Index("held_person_by_person", "person"))

retention_rule = Table("retention_rule", metadata, key("kind", Text), required("years", Integer), required("after", Text))

disposal = Table(
    "disposal",
    metadata,
    key("id", Uuid),
    required("day", Date),
    required("kind", Text),
    required("records", BigInteger),
    required("years", Integer),
    required("after", Text),
)
