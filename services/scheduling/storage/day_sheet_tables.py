"""Tables of day sheets, as metadata: who wants theirs by mail and may be named there, and which sheets went out.

A `day_sheet` has a fingerprint of the plan that was sent, so that it goes out once, and once more when the plan has changed. Its rows go
once the day is over.
"""

from sqlalchemy import Boolean, Date, Index, Integer, Table, Text, Uuid

from libs.database.columns import MOMENT, key, required
from services.scheduling.storage.tables import metadata

day_sheet_choice = Table(
    "day_sheet_choice",
    metadata,
    key("person", Uuid),
    required("wanted", Boolean),
    required("named", Boolean),
    required("set_by", Uuid),
    required("since", MOMENT),
)

day_sheet = Table(
    "day_sheet",
    metadata,
    key("person", Uuid),
    key("day", Date),
    key("number", Integer),
    required("fingerprint", Text),
    required("sent_at", MOMENT),
    Index("day_sheet_by_day", "day"),
)
