"""The tables of files, as metadata. The DDL is `CREATE_FILES` of `libs/database/shared_ddl.py`; a test compares both.

- `stored_file`: a file about `person`, with whose key it is sealed. While it is `receiving`, its chunks hold what was handed in; once it
  is `ready`, the cleaned file. `size` and `sha256` are of the cleaned file.
- `file_chunk`: 256 KiB of it, sealed; bound to the file, the number of the chunk and the number of chunks.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, Uuid

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

stored_file = Table(
    "stored_file",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("purpose", Text),
    required("uploaded_by", Uuid),
    required("state", Text),
    required("declared_size", BigInteger),
    required("received_size", BigInteger),
    required("media_type", Text),
    required("size", BigInteger),
    optional("sha256", LargeBinary),
    required("begun_at", MOMENT),
    optional("finished_at", MOMENT),
    Index("stored_file_by_person", "person"),
    Index("stored_file_unfinished", "begun_at", postgresql_where="state = 'receiving'"),
)

file_chunk = Table(
    "file_chunk",
    metadata,
    key("file", Uuid, ForeignKey("stored_file.id", ondelete="CASCADE")),
    key("number", Integer),
    required("sealed", LargeBinary),
)
