"""The tables of erasure, holds and retention, as metadata: the same in every service that stores data of people.

- `erased_person`: entries that identity said are erased, and since when nothing is left here. It is our own state, and survives a rebuild.
- `held_person`: holds of a secretary. While there is one, nothing about the person is erased or disposed of.
- `retention_rule`: how long the rulebook in force has each kind of record kept; empty until one was adopted.
- `disposal`: the log of what was disposed of: the kind, how many, by which rule, on which day. It names nobody.

The DDL is `CREATE_ERASURE_TABLES` of `libs/database/shared_ddl.py`; a test compares both.
"""

from sqlalchemy import BigInteger, Date, Index, Integer, MetaData, Table, Text, Uuid

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

erased_person = Table(
    "erased_person",
    metadata,
    key("person", Uuid),
    required("erasure", Uuid),
    required("ordered_at", MOMENT),
    optional("done_at", MOMENT),
)
Index("erased_person_waiting", erased_person.c.erasure, postgresql_where=erased_person.c.done_at.is_(None))

held_person = Table("held_person", metadata, key("hold", Uuid), required("person", Uuid), Index("held_person_by_person", "person"))

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
