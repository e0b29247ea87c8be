"""Governance's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

Nothing that a member or the co-op decided is ever altered: `ballot`, `vote_ballot`, `class_count`, `decision` and `rulebook` are
append-only for the run-time role. `roll.revision` and `vote_row.revision` are those of the person's latest ballot.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    null,
    true,
)
from sqlalchemy.types import TypeEngine

from libs.access import merged_persons
from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()


def _first_entries(name: str, subject: str, kind: type[TypeEngine[Any]], roll: Table) -> Table:
    """What the first of two people entered of a paper or phone vote; `subject` is the column of what is voted on."""
    return Table(
        name,
        metadata,
        key("id", Uuid),
        required(subject, kind),
        required("person", Uuid),
        required("choice", Text),
        required("taken", Text),
        required("recorder", Uuid),
        required("recorded_at", MOMENT),
        required("revision", BigInteger),
        required("asked_for", Boolean, server_default=false()),
        UniqueConstraint(subject, "person"),
        ForeignKeyConstraint((subject, "person"), (roll.c[subject], roll.c.person)),
    )


rulebook = Table(
    "rulebook",
    metadata,
    key("hash", Text),
    required("text", Text),
    required("adopted_at", MOMENT),
    required("decision", Uuid),
)
rulebook_in_force = Table(
    "rulebook_in_force",
    metadata,
    Column("only_one", Boolean, CheckConstraint("only_one"), primary_key=True, server_default=true()),
    required("hash", Text, ForeignKey("rulebook.hash")),
)

motion = Table(
    "motion",
    metadata,
    key("id", Uuid),
    *(required(name, Text) for name in ("title", "text", "easy_title", "easy_text", "for_means", "against_means", "resolution_type")),
    required("rulebook_hash", Text, ForeignKey("rulebook.hash")),
    required("announced_by", Uuid),
    required("announced_at", MOMENT),
    required("opens_at", MOMENT),
    required("closes_at", MOMENT),
    required("proposed_rulebook", Text),
    required("roll_day", Date),
    required("membership_number", BigInteger),
    optional("closed_at", MOMENT),
    optional("passes", Boolean),
    CheckConstraint("(closed_at is null) = (passes is null)"),
    CheckConstraint("opens_at < closes_at"),
)
Index("motion_due", motion.c.closes_at, postgresql_where=motion.c.closed_at == null())

roll = Table(
    "roll",
    metadata,
    key("motion", Uuid, ForeignKey("motion.id")),
    key("person", Uuid),
    required("member_class", Text),
    required("revision", BigInteger, server_default="0"),
)
Index("roll_by_person", roll.c.person, roll.c.motion)

ballot = Table(
    "ballot",
    metadata,
    key("motion", Uuid),
    key("person", Uuid),
    key("revision", BigInteger, CheckConstraint("revision > 0")),
    required("id", Uuid),
    required("member_class", Text),
    required("choice", Text),
    required("taken", Text),
    required("recorded_at", MOMENT),
    required("recorders", ARRAY(Uuid)),
    required("asked_for", Boolean, server_default=false()),
    UniqueConstraint("id"),
    ForeignKeyConstraint(("motion", "person"), ("roll.motion", "roll.person")),
)
ballot_entry = _first_entries("ballot_entry", "motion", Uuid, roll)

class_count = Table(
    "class_count",
    metadata,
    key("motion", Uuid, ForeignKey("motion.id")),
    key("member_class", Text),
    *(required(name, BigInteger) for name in ("eligible", "votes_for", "votes_against", "abstentions")),
)

decision = Table(
    "decision",
    metadata,
    key("number", BigInteger, CheckConstraint("number > 0")),
    required("id", Uuid),
    required("kind", Text),
    optional("motion", Uuid, ForeignKey("motion.id")),
    required("passed", Boolean),
    required("decided_at", MOMENT),
    required("rulebook_hash", Text),
    required("effect", Text),
    # `use_alter`, because each of the two tables points to the other.
    optional("vote", Text, ForeignKey("vote.id", use_alter=True)),
    UniqueConstraint("id"),
)

standing = Table(
    "standing",
    metadata,
    key("person", Uuid),
    key("from_day", Date),
    optional("to_day", Date),
    required("member_class", Text),
    required("may_vote", Boolean),
)

merged_person = merged_persons.merged_person.to_metadata(metadata)

# --- federated votes

vote_draft = Table(
    "vote_draft",
    metadata,
    key("id", Text),
    required("said", Text),
    required("drafted_by", Uuid),
    required("drafted_at", MOMENT),
    optional("terms", LargeBinary),
    optional("vote", Text),
)

vote = Table(
    "vote",
    metadata,
    key("id", Text),
    required("terms", LargeBinary),
    required("question", Text),
    required("observer", Boolean),
    required("taken_at", MOMENT),
    required("closes_at", MOMENT),
    required("state", Text),
    optional("join_number", BigInteger, ForeignKey("decision.number")),
    optional("frozen_by", Uuid),
    required("opened", Boolean, server_default=false()),
    optional("ended_at", MOMENT),
    required("outcome_hash", Text, server_default=""),
    required("revision", BigInteger, server_default="0"),
    optional("passes", Boolean),
    required("contested", Boolean, server_default=false()),
    required("disputed_why", Text, server_default=""),
)

vote_group = Table(
    "vote_group",
    metadata,
    key("vote", Text, ForeignKey("vote.id")),
    key("voting_group", Text),
    required("size", BigInteger),
    required("small", Boolean),
)

vote_row = Table(
    "vote_row",
    metadata,
    key("vote", Text, ForeignKey("vote.id")),
    key("person", Uuid),
    required("pseudonym", Text),
    required("voting_group", Text),
    required("salt", LargeBinary),
    required("commitment", LargeBinary),
    required("revision", BigInteger, server_default="0"),
    optional("voted_at", MOMENT),
    required("withdrawn", Boolean, server_default=false()),
    optional("lost_at", MOMENT),
    UniqueConstraint("vote", "pseudonym"),
)
Index("vote_row_by_person", vote_row.c.person, vote_row.c.vote)

vote_attestation = Table(
    "vote_attestation",
    metadata,
    key("vote", Text, ForeignKey("vote.id")),
    key("person", Uuid),
    required("at", MOMENT),
)

vote_ballot = Table(
    "vote_ballot",
    metadata,
    key("vote", Text),
    key("person", Uuid),
    key("revision", BigInteger, CheckConstraint("revision > 0")),
    optional("choice", Text),
    required("taken", Text),
    required("recorded_at", MOMENT),
    required("leaf", LargeBinary),
    required("recorders", ARRAY(Uuid)),
    required("asked_for", Boolean, server_default=false()),
    ForeignKeyConstraint(("vote", "person"), ("vote_row.vote", "vote_row.person")),
)
vote_ballot_entry = _first_entries("vote_ballot_entry", "vote", Text, vote_row)

vote_word = Table(
    "vote_word",
    metadata,
    key("vote", Text, ForeignKey("vote.id")),
    key("about", Text),
    key("revision", BigInteger),
    required("decision", BigInteger, ForeignKey("decision.number")),
    required("at", MOMENT),
)
