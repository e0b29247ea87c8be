"""Scheduling's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

A visit of a series has the `series_day` that it was made for: the unique index lets none be made twice, whatever became of the first.
That no worker is in two places at once is an exclusion constraint of `visit_place`, in the migration alone: the metadata has no word for a
range over ids. `team` and `team_member` are projections of matching's events, `merged_person` and `held_credential` of identity's, and
`credential_rule` of governance's. `uncleared` has the workers whose credentials are to be looked at again. Two teams whose owners turned
out to be one person are one: every other table names the `main` of them, the oldest. A member's `entry` is the one that the event named,
`person` the one in use.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, MetaData, Table, Text, Uuid

from libs.access import held_credentials, merged_persons
from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

visit_series = Table(
    "visit_series",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("rule", Text),
    required("zone", Text),
    required("first_day", Date),
    optional("last_day", Date),
    required("start", Integer),
    required("minutes", Integer),
    required("workers", Integer),
    required("state", Text),
    required("proposed_by", Uuid),
    optional("agreed_by", Uuid),
    optional("replaces", Uuid),
    optional("planned_until", Date),
    required("version", BigInteger),
    Index("visit_series_by_person", "person", "id"),
    Index("visit_series_by_team", "team", "id"),
)

visit = Table(
    "visit",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("day", Date),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("workers", Integer),
    required("state", Text),
    required("proposed_by", Uuid),
    optional("agreed_by", Uuid),
    optional("other_day", Date),
    optional("other_starts", MOMENT),
    optional("other_ends", MOMENT),
    optional("other_proposed_by", Uuid),
    required("version", BigInteger),
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="SET NULL")),
    optional("series_day", Date),
    Index("visit_by_person", "person", "starts", "id"),
    Index("visit_by_team", "team", "starts", "id"),
    Index("visit_by_end", "ends"),
    Index("visit_of_series", "series", "series_day", unique=True),
)

visit_place = Table(
    "visit_place",
    metadata,
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE"), primary_key=True),
    key("worker", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("paid", Boolean),
    required("coming", Boolean),
    required("taken_at", MOMENT),
    optional("given_back_at", MOMENT),
    Index("visit_place_by_worker", "worker", "starts"),
    Index("visit_place_by_end", "ends"),
)

team = Table(
    "team",
    metadata,
    key("id", Uuid),
    required("owner", Uuid),
    required("main", Uuid),
    Index("team_by_owner", "owner"),
)

team_member = Table(
    "team_member",
    metadata,
    key("team", Uuid),
    key("entry", Uuid),
    required("person", Uuid),
    required("kind", Text),
    Index("team_member_by_person", "person"),
)

merged_person = merged_persons.merged_person.to_metadata(metadata)
held_credential = held_credentials.held_credential.to_metadata(metadata)
credential_rule = held_credentials.credential_rule.to_metadata(metadata)

uncleared = Table("uncleared", metadata, key("worker", Uuid))
