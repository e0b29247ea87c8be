"""Scheduling's tables of money: part of the metadata in `tables.py`.

Who pays (`payer`, `funding_plan`, `funding_line`), what two use of it together (`shared_budget`) and how workers work (`engagement`) are
terms that both sides agree to. `money_rule` and `pay_floor` are projections of governance's events: what each rulebook says, from the
moment it came into force.

A closed pay period is made of append-only rows that say everything by themselves: the times, the terms and the pence. What a person pays
and what a worker gets stand in tables of their own, as each of them sees only theirs.
"""

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, Uuid, text

from libs.database.columns import MOMENT, key, optional, required
from services.scheduling.storage.tables import metadata

payer = Table(
    "payer",
    metadata,
    key("id", Uuid),
    required("kind", Text),
    required("organisation", Text),
    required("address", Text),
)

funding_plan = Table(
    "funding_plan",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("first_day", Date),
    optional("last_day", Date),
    required("state", Text),
    required("proposed_by", Uuid),
    required("proposed_at", MOMENT),
    optional("answered_by", Uuid),
    optional("answered_at", MOMENT),
    Index("funding_plan_by_person", "person", "first_day"),
)

funding_line = Table(
    "funding_line",
    metadata,
    key("plan", Uuid, ForeignKey("funding_plan.id", ondelete="CASCADE")),
    key("place", Integer),
    required("person", Uuid),
    required("payer", Uuid),
    required("share", Text),
    required("budget_pence", BigInteger),
    optional("budget_span", Text),
    Index("funding_line_by_person", "person"),
    Index("funding_line_by_payer", "payer"),
)

shared_budget = Table(
    "shared_budget",
    metadata,
    key("id", Uuid),
    required("payer", Uuid, ForeignKey("payer.id")),
    required("proposed_by", Uuid),
    required("other", Uuid),
    required("first_day", Date),
    optional("last_day", Date),
    required("state", Text),
    required("written_by", Uuid),
    required("proposed_at", MOMENT),
    optional("answered_by", Uuid),
    optional("answered_at", MOMENT),
    required("version", BigInteger),
    Index("shared_budget_by_proposed_by", "proposed_by"),
    Index("shared_budget_by_other", "other"),
)

engagement = Table(
    "engagement",
    metadata,
    key("id", Uuid),
    required("worker", Uuid),
    required("kind", Text),
    required("rate", Integer),
    required("wage", Integer),
    required("first_day", Date),
    optional("last_day", Date),
    required("state", Text),
    required("proposed_by", Uuid),
    required("proposed_at", MOMENT),
    optional("answered_by", Uuid),
    optional("answered_at", MOMENT),
    Index("engagement_by_worker", "worker", "first_day"),
)

money_rule = Table(
    "money_rule",
    metadata,
    key("since", MOMENT),
    required("rulebook_hash", Text),
    optional("payer_adds", Text),
    optional("worker_gives", Text),
    required("below_floor_with_reason", Boolean),
    required("fewest_in_line", Integer),
)

pay_floor = Table("pay_floor", metadata, key("since", MOMENT), key("first_day", Date), required("pence_an_hour", Integer))

pay_period = Table(
    "pay_period",
    metadata,
    key("id", Uuid),
    required("first_day", Date),
    required("last_day", Date),
    required("closed_at", MOMENT),
    required("closed_by", Uuid),
    required("fewest_in_line", Integer),
    required("visits", Integer),
    required("persons", Integer),
    required("workers", Integer),
    required("travellers", Integer),
    required("price", BigInteger),
    required("care_pay", BigInteger),
    required("travel_pay", BigInteger),
    UniqueConstraint("first_day"),
)

settled_visit = Table(
    "settled_visit",
    metadata,
    key("id", Uuid),
    required("period", Uuid, ForeignKey("pay_period.id")),
    required("record", Uuid),
    required("entry", Uuid),
    required("visit", Uuid),
    required("person", Uuid),
    required("worker", Uuid),
    required("starts", MOMENT),
    required("ends", MOMENT),
    required("travel", Integer),
    required("waiting", Integer),
    required("works_as", Text),
    required("rate", Integer),
    required("payer_adds", Text),
    required("worker_gives", Text),
    required("taken_back", Boolean),
    UniqueConstraint("entry", "taken_back"),
    Index("settled_visit_by_record", "record"),
    Index("settled_visit_by_period", "period", "worker"),
    Index("settled_visit_by_person", "person", "starts"),
    Index("settled_visit_by_worker", "worker", "starts"),
)

charge = Table(
    "charge",
    metadata,
    key("settled", Uuid, ForeignKey("settled_visit.id")),
    key("place", Integer),
    required("person", Uuid),
    required("payer", Uuid),
    required("share", Text),
    required("part", Text, server_default=text("'1/1'")),
    required("pence", BigInteger),
    optional("invoice", BigInteger),
    Index("charge_by_person", "person"),
    Index("charge_by_payer", "payer"),
    Index("charge_by_invoice", "invoice"),
)

earning = Table(
    "earning",
    metadata,
    key("settled", Uuid, ForeignKey("settled_visit.id")),
    required("worker", Uuid),
    required("wage", Integer),
    required("care_pence", BigInteger),
    required("travel_pence", BigInteger),
    required("floor_an_hour", Integer),
    Index("earning_by_worker", "worker"),
)

invoice = Table(
    "invoice",
    metadata,
    key("number", BigInteger),
    required("period", Uuid, ForeignKey("pay_period.id")),
    required("payer", Uuid),
    required("is_credit_note", Boolean),
    required("pence", BigInteger),
    required("issued_at", MOMENT),
    Index("invoice_by_period", "period"),
    Index("invoice_by_payer", "payer"),
)

below_floor = Table(
    "below_floor",
    metadata,
    key("id", Uuid),
    required("period", Uuid, ForeignKey("pay_period.id")),
    required("worker", Uuid),
    required("reason", Text),
    Index("below_floor_by_period", "period"),
    Index("below_floor_by_worker", "worker"),
)

activity = Table(
    "activity",
    metadata,
    key("id", Uuid),
    required("day", Date),
    required("kind", Text),
    optional("written_by", Uuid),
    required("written_at", MOMENT),
    Index("activity_by_day", "day", "id"),
    Index("activity_by_written_by", "written_by"),
)

activity_count = Table(
    "activity_count",
    metadata,
    key("activity", Uuid, ForeignKey("activity.id", ondelete="CASCADE")),
    key("member_class", Text),
    required("came", Integer),
)
