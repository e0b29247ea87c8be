"""The tables that every service has, as table metadata. `libs/database/shared_ddl.py` is the DDL that creates them; a test compares both.

- `outbox`: every event the service ever published, kept for ever. `seq` is the order of insertion, `number` the order of publication.
- `outbox_state`: one row: the epoch, how far the relay has published, and the id of the last lost event that was handled
  (`libs/messages/lost_events.py`).
- `position`: how far this service has consumed each other service's events.
- `position_skip`: events that an operator ordered to be skipped.
- `idempotency_key` (the table's name is `answer`): the first response to each request_id, for 30 days. Row-level security limits each
  row to its caller, because a receipt names a choice.
- `read_audit`: who read whose record, which fields of it, when and why; no content. `stale`: under the last known rights, while events
  lagged. `number`, `commitment` and `chain` are set soon after by `libs/access/audit_sealing.py`; `salt` is what erasure removes.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    literal_column,
    null,
    true,
)

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    key("id", Uuid),
    required("seq", BigInteger, Identity(always=True)),
    optional("number", BigInteger),
    required("type", Text),
    required("subject", Text),
    required("payload", LargeBinary),
    required("at", MOMENT),
    required("actor", Text),
    required("cause", Text),
    required("traceparent", Text),
    required("acting_for", Text, server_default=""),
    required("helped_by", Text, server_default=""),
    UniqueConstraint("seq"),
    UniqueConstraint("number"),
)
Index("outbox_unnumbered", outbox.c.seq, postgresql_where=outbox.c.number == null())
Index("outbox_read_audit_heads", outbox.c.seq, postgresql_where=outbox.c.type.like(literal_column("'%.ReadAuditSealed'")))

outbox_state = Table(
    "outbox_state",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("epoch", BigInteger),
    required("published", BigInteger),
    optional("last_lost", Uuid),
)

position = Table("position", metadata, key("source", Text), required("epoch", BigInteger), required("n", BigInteger))

position_skip = Table(
    "position_skip",
    metadata,
    key("source", Text),
    key("epoch", BigInteger),
    key("number", BigInteger),
    required("ordered_by", Text),
    required("ordered_at", MOMENT),
    required("why", Text),
)

idempotency_key = Table(
    "answer",
    metadata,
    key("caller", Text),
    key("method", Text),
    key("request_id", Text),
    required("body_hash", LargeBinary),
    optional("answer", LargeBinary),
    required("at", MOMENT),
    Index("answer_by_age", "at"),
)

read_audit = Table(
    "read_audit",
    metadata,
    key("id", Uuid),
    required("reader", Text),
    required("hat", Text),
    required("subject", Uuid),
    required("record", Text),
    required("action", Text),
    required("stale", Boolean, server_default=false()),
    required("at", MOMENT),
    required("fields", ARRAY(Text), server_default="{}"),
    required("reason", Text, server_default=""),
    optional("acting_for", Uuid),
    optional("salt", LargeBinary),
    optional("number", BigInteger),
    optional("commitment", LargeBinary),
    optional("chain", LargeBinary),
    optional("helped_by", Uuid),
    UniqueConstraint("number"),
    Index("read_audit_by_subject", "subject", "at"),
)
Index("read_audit_unnumbered", read_audit.c.id, postgresql_where=read_audit.c.number == null())
