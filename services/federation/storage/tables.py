"""Federation's tables. They contain nothing about a person.

`entry`, `head` and `paper` prove a vote; only a recovery truncates a board, under a new `generation`. Our identity documents, the log of
each peering, messages and the evidence of conflicts are append-only: the run role may not change or delete them.

Names that the code has outgrown: a `letter` is a message, a `paper` an evidence document; `vote.came_at`, `taken`, `ready_wanted` and
`told` are `received_at`, `handed_over`, `ready_requested` and `published_state`; `vote_draft.asked` is `keys_requested`.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    false,
    text,
    true,
)

from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

# --- ourselves

own_identity = Table(
    "own_identity",
    metadata,
    key("seq", BigInteger),
    required("document", LargeBinary),
    required("made_at", MOMENT),
)
identity_to_sign = Table(
    "identity_to_sign",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("seq", BigInteger),
    required("body", LargeBinary),
    required("signing_key", LargeBinary),
    required("next_tls", LargeBinary),
)
signing_key = Table(
    "signing_key",
    metadata,
    key("key", LargeBinary),
    required("sealed", LargeBinary),
    required("begins", BigInteger),
    required("ends", BigInteger),
    required("revoked", Boolean, server_default=false()),
    required("in_use", Boolean),
)
tls_key = Table(
    "tls_key",
    metadata,
    key("hash", LargeBinary),
    required("certificate", LargeBinary),
    required("sealed", LargeBinary),
    required("made_at", MOMENT),
    required("place", Text),
)
Index("tls_key_current", tls_key.c.place, unique=True, postgresql_where=tls_key.c.place == text("'current'"))
Index("tls_key_next", tls_key.c.place, unique=True, postgresql_where=tls_key.c.place == text("'next'"))
revoked_key = Table("revoked_key", metadata, key("key", LargeBinary), required("at", MOMENT))

# --- peers

peer = Table(
    "peer",
    metadata,
    key("id", Text),
    required("root", LargeBinary),
    required("name", Text),
    required("endpoint", Text),
    required("document", LargeBinary),
    required("seq", BigInteger),
    required("state", Text),
    required("contact", Text, server_default=""),
    required("compared", Boolean, server_default=false()),
    required("decided", Boolean, server_default=false()),
    required("suspended_by_us", Boolean, server_default=false()),
    required("suspended_by_them", Boolean, server_default=false()),
    optional("our_half", LargeBinary),
    optional("their_half", LargeBinary),
    optional("agreement", LargeBinary),
    optional("our_signature", LargeBinary),
    optional("their_signature", LargeBinary),
    required("accepted_at", MOMENT),
    optional("heard_at", MOMENT),
    required("unreachable", Boolean, server_default=false()),
    required("clock_off", BigInteger, server_default=text("0")),
    required("failing", Text, server_default=""),
    required("identity_held", BigInteger, server_default=text("0")),
    required("letters_held", BigInteger, server_default=text("0")),
)
peer_certificate = Table(
    "peer_certificate",
    metadata,
    key("hash", LargeBinary),
    required("peer", Text, ForeignKey(peer.c.id)),
    required("certificate", LargeBinary),
    Index("peer_certificate_of", "peer"),
)
peer_event = Table(
    "peer_event",
    metadata,
    key("id", Uuid),
    required("peer", Text, ForeignKey(peer.c.id)),
    required("at", MOMENT),
    required("what", Text),
    required("decision_number", BigInteger, server_default=text("0")),
    required("by_them", Boolean, server_default=false()),
    required("detail", Text, server_default=""),
    Index("peer_event_of", "peer", "id"),
)
letter_waiting = Table(
    "letter_waiting",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    required("peer", Text, ForeignKey(peer.c.id)),
    required("kind", Text),
    required("payload", LargeBinary),
    required("expires", BigInteger),
    required("at", MOMENT),
    Index("letter_waiting_for", "peer", "id"),
)
letter_out = Table(
    "letter_out",
    metadata,
    key("peer", Text, ForeignKey(peer.c.id)),
    key("seq", BigInteger),
    required("body", LargeBinary),
    required("hash", Text),
    required("at", MOMENT),
    required("taken_back", Boolean),
)
letter_in = Table(
    "letter_in",
    metadata,
    key("peer", Text, ForeignKey(peer.c.id)),
    key("seq", BigInteger),
    required("content", LargeBinary),
    required("hash", Text),
    required("at", MOMENT),
    required("judged", Text),
    required("reason", Text),
)
letter_conflict = Table(
    "letter_conflict",
    metadata,
    key("peer", Text, ForeignKey(peer.c.id)),
    key("seq", BigInteger),
    key("hash", Text),
    required("content", LargeBinary),
    required("at", MOMENT),
)
ask_rule = Table(
    "ask_rule", metadata, Column("only_one", Boolean, primary_key=True, server_default=true()), required("asks_a_day", BigInteger)
)
ask_out = Table(
    "ask_out",
    metadata,
    key("ask", Text),
    key("peer", Text, ForeignKey(peer.c.id)),
    required("until", BigInteger),
    required("counted", Boolean, server_default=false()),
    required("ended", Boolean, server_default=false()),
)
ask_in = Table(
    "ask_in",
    metadata,
    key("peer", Text, ForeignKey(peer.c.id)),
    key("ask", Text),
    required("content", LargeBinary),
    required("until", BigInteger),
    required("came_at", MOMENT),
    required("counted", Boolean, server_default=false()),
    required("ended", Boolean, server_default=false()),
)
Index("ask_in_uncounted", ask_in.c.came_at, postgresql_where=~ask_in.c.counted & ~ask_in.c.ended)
ask_reply = Table(
    "ask_reply",
    metadata,
    key("peer", Text, ForeignKey(peer.c.id)),
    key("ask", Text),
    key("reply", Text),
    required("ours", Boolean),
    required("until", BigInteger),
    required("agreed", Boolean, server_default=false()),
    required("ended", Boolean, server_default=false()),
)
decision = Table("decision", metadata, key("id", Uuid), required("passed", Boolean), required("at", MOMENT))

# --- federated votes

vote_draft = Table(
    "vote_draft",
    metadata,
    key("draft", Text),
    required("participants", ARRAY(Text)),
    required("observers", ARRAY(Text)),
    required("asked", Boolean, server_default=false()),
    optional("vote", Text),
)
vote_draft_party = Table(
    "vote_draft_party",
    metadata,
    key("draft", Text, ForeignKey(vote_draft.c.draft)),
    key("co_op", Text),
    required("party", LargeBinary),
    required("classes", LargeBinary),
)
vote_key = Table(
    "vote_key",
    metadata,
    key("draft", Text),
    key("convener", Text),
    required("kind", Text),
    required("party", LargeBinary),
    required("statement", LargeBinary),
    required("board", LargeBinary),
    required("witness", LargeBinary),
    required("answered", Boolean, server_default=false()),
)
vote = Table(
    "vote",
    metadata,
    key("id", Text),
    required("terms", LargeBinary),
    required("came_at", MOMENT),
    required("close", BigInteger),
    required("taken", Boolean, server_default=false()),
    required("ready_wanted", Boolean, server_default=false()),
    required("told", Text, server_default=""),
    required("revision", BigInteger, server_default=text("1")),
    optional("outcome", LargeBinary),
    required("outcome_revision", BigInteger, server_default=text("0")),
    required("signed_revision", BigInteger, server_default=text("0")),
    optional("settled", LargeBinary),
    required("archived", Boolean, server_default=false()),
)
Index("vote_live", vote.c.close, postgresql_where=~vote.c.archived)
vote_identity = Table("vote_identity", metadata, key("vote", Text), key("co_op", Text), required("document", LargeBinary))
board = Table(
    "board",
    metadata,
    key("vote", Text, ForeignKey(vote.c.id)),
    key("co_op", Text),
    required("size", BigInteger, server_default=text("0")),
    required("frontier", LargeBinary),
    required("generation", BigInteger, server_default=text("0")),
    optional("heard_at", MOMENT),
)
entry = Table(
    "entry",
    metadata,
    key("vote", Text),
    key("co_op", Text),
    key("index", BigInteger),
    required("data", LargeBinary),
    required("leaf", LargeBinary),
    optional("pseudonym", Text),
    ForeignKeyConstraint(("vote", "co_op"), (board.c.vote, board.c.co_op)),
)
Index("entry_by_pseudonym", entry.c.pseudonym, postgresql_where=entry.c.pseudonym.is_not(None))
head = Table(
    "head",
    metadata,
    key("vote", Text),
    key("co_op", Text),
    key("size", BigInteger),
    key("root", LargeBinary),
    required("signature", LargeBinary),
    ForeignKeyConstraint(("vote", "co_op"), (board.c.vote, board.c.co_op)),
)
cosignature = Table(
    "cosignature",
    metadata,
    required("vote", Text),
    required("co_op", Text),
    required("witness", Text),
    required("size", BigInteger),
    required("root", LargeBinary),
    required("time", BigInteger),
    required("signature", LargeBinary),
    PrimaryKeyConstraint("vote", "co_op", "witness", "size", "time", "root"),
    ForeignKeyConstraint(("vote", "co_op", "size", "root"), (head.c.vote, head.c.co_op, head.c.size, head.c.root)),
)
paper = Table(
    "paper",
    metadata,
    key("vote", Text, ForeignKey(vote.c.id)),
    key("hash", LargeBinary),
    required("kind", Text),
    required("content", LargeBinary),
    required("came_at", MOMENT),
)
