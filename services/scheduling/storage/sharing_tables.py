"""Scheduling's tables of what people share: part of the metadata in `tables.py`.

`sharing` is what two agreed to, `sharing_no` a no that is the other's alone, `visit_sharer` whom a visit serves too, with the parts of the
agreement of its day. `neighbour_pair` is a projection of matching's events: members who help each other as neighbours.

`group_activity` is what people do together, and `group_activity_place` who comes.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Boolean, Column, Date, ForeignKey, Index, Integer, Select, Table, Text, Uuid, select

from libs.database.columns import MOMENT, key, optional, required
from services.scheduling.storage.tables import metadata

sharing = Table(
    "sharing",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("sharer", Uuid),
    Column("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    Column("series", Uuid, ForeignKey("visit_series.id", ondelete="CASCADE")),
    required("person_part", Integer),
    required("sharer_part", Integer),
    required("by_minutes", Boolean),
    required("first_day", Date),
    optional("last_day", Date),
    required("state", Text),
    required("proposed_by", Uuid),
    required("written_by", Uuid),
    required("proposed_at", MOMENT),
    optional("answered_by", Uuid),
    optional("answered_at", MOMENT),
    required("version", BigInteger),
    Index("sharing_by_person", "person"),
    Index("sharing_by_sharer", "sharer"),
    Index("sharing_by_visit", "visit"),
    Index("sharing_by_series", "series"),
)

sharing_no = Table(
    "sharing_no",
    metadata,
    key("sharing", Uuid, ForeignKey("sharing.id", ondelete="CASCADE")),
    required("person", Uuid),
    required("said_at", MOMENT),
    Index("sharing_no_by_person", "person"),
)

visit_sharer = Table(
    "visit_sharer",
    metadata,
    key("visit", Uuid, ForeignKey("visit.id", ondelete="CASCADE")),
    required("sharer", Uuid),
    required("person", Uuid),
    required("team", Uuid),
    required("sharing", Uuid),
    required("person_part", Integer),
    required("sharer_part", Integer),
    required("starts", MOMENT),
    required("ends", MOMENT),
    Index("visit_sharer_by_sharer", "sharer", "starts"),
    Index("visit_sharer_by_person", "person", "starts"),
    Index("visit_sharer_by_sharing", "sharing"),
)

neighbour_pair = Table(
    "neighbour_pair",
    metadata,
    key("id", Uuid),
    required("one", Uuid),
    required("other", Uuid),
    Index("neighbour_pair_by_one", "one"),
    Index("neighbour_pair_by_other", "other"),
)

group_activity = Table(
    "group_activity",
    metadata,
    key("id", Uuid),
    required("organiser", Uuid),
    required("kind", Text),
    required("what", Text),
    required("place", Text),
    required("day", Date),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("places", Integer),
    required("step_free", Text),
    required("price_pence", BigInteger),
    required("state", Text),
    optional("registered", Uuid),
    required("version", BigInteger),
    Index("group_activity_by_end", "ends"),
    Index("group_activity_by_organiser", "organiser"),
)

group_activity_place = Table(
    "group_activity_place",
    metadata,
    key("activity", Uuid, ForeignKey("group_activity.id", ondelete="CASCADE")),
    key("person", Uuid),
    required("with_helper", Boolean),
    required("shows", Boolean),
    required("said_at", MOMENT),
    required("ends", MOMENT),
    Index("group_activity_place_by_person", "person"),
    Index("group_activity_place_by_end", "ends"),
)


def visits_shared_by(person: "UUID | BindParameter[Any]") -> "Select[tuple[UUID]]":
    """Ids of the visits to others that serve this person too, as far as the reader sees them."""
    return select(visit_sharer.c.visit).where(visit_sharer.c.sharer == person)
