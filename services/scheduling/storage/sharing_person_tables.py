"""What scheduling stores about people who share visits or do things together: part of `person_tables.py`."""

from sqlalchemy import case

from libs.access.person_tables import Delete, PersonTable, Retention
from services.scheduling.storage import sharing_tables as tables

PERSON_TABLES = (
    # With who shares a visit goes what they had of it; the visit itself is the other person's.
    PersonTable(
        tables.visit_sharer,
        ("sharer", "person"),
        ("visit", "sharer", "person", "team", "sharing", "person_part", "sharer_part", "starts", "ends"),
        erasure=(Delete(),),
        retention=Retention("visits", tables.visit_sharer.c.ends),
    ),
    # A no is in nobody's copy but their own who said it.
    PersonTable(tables.sharing_no, ("person",), ("sharing", "person", "said_at"), erasure=(Delete(),)),
    PersonTable(
        tables.sharing,
        ("person", "sharer"),
        (
            *("id", "person", "sharer", "visit", "series", "person_part", "sharer_part", "by_minutes", "first_day", "last_day"),
            *("state", "proposed_by", "written_by", "proposed_at", "answered_by", "answered_at", "version"),
        ),
        erasure=(Delete(),),
        # From its last day; what goes on is kept. What nobody agreed to, from the day on which it would have begun.
        retention=Retention(
            "visits", case((tables.sharing.c.answered_at.is_(None), tables.sharing.c.first_day), else_=tables.sharing.c.last_day)
        ),
    ),
    PersonTable(tables.neighbour_pair, ("one", "other"), ("id", "one", "other"), erasure=(Delete(),)),
    PersonTable(
        tables.group_activity_place,
        ("person",),
        ("activity", "person", "with_helper", "shows", "said_at", "ends"),
        erasure=(Delete(),),
        retention=Retention("visits", tables.group_activity_place.c.ends),
    ),
    PersonTable(
        tables.group_activity,
        ("organiser",),
        (
            *("id", "organiser", "kind", "what", "place", "day", "starts", "ends", "places", "step_free", "price_pence", "state"),
            *("registered", "version"),
        ),
        erasure=(Delete(),),
        retention=Retention("visits", tables.group_activity.c.ends, person="organiser"),
    ),
)
