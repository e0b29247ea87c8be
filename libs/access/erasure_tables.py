"""The table of erasure, as metadata: the same in every service that stores data of people.

`erased_person`: entries that identity said are erased, and since when nothing is left here. It is our own state, and survives a rebuild.

The DDL is `CREATE_ERASURE_TABLES` of `libs/database/shared_ddl.py`; a test compares both.
"""

from sqlalchemy import Index, MetaData, Table, Uuid

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
