"""Matching's tables of partners and referrals: part of the metadata in `tables.py`. `partner_rule` projects governance's events."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, true

from libs.database.columns import MOMENT, key, optional, required
from services.matching.storage.tables import metadata

partner_rule = Table(
    "partner_rule", metadata, Column("only_one", Boolean, primary_key=True, server_default=true()), required("answer_days", Integer)
)

partner = Table("partner", metadata, key("id", Uuid), required("title", Text), required("kind", Text), optional("ended_at", MOMENT))

partner_place = Table(
    "partner_place",
    metadata,
    key("partner", Uuid, ForeignKey("partner.id")),
    key("person", Uuid),
    required("given_at", MOMENT),
    optional("ended_at", MOMENT),
    Index("partner_place_by_person", "person"),
)

partner_agreement = Table(
    "partner_agreement",
    metadata,
    key("id", Uuid),
    required("partner", Uuid, ForeignKey("partner.id")),
    required("given_by", Text),
    required("space", Text),
    required("times", Text),
    required("from_day", Date),
    optional("until_day", Date),
    required("review_day", Date),
    required("proposed_side", Text),
    optional("proposed_by", Uuid),
    required("proposed_at", MOMENT),
    optional("signed_at", MOMENT),
    optional("ended_at", MOMENT),
    Index("partner_agreement_by_partner", "partner"),
)

partner_entry = Table(
    "partner_entry",
    metadata,
    key("id", Uuid),
    required("partner", Uuid, ForeignKey("partner.id")),
    required("kind", Text),
    optional("said_by", Uuid),
    required("at", MOMENT),
    optional("about", Uuid),
    optional("agreement", Uuid, ForeignKey("partner_agreement.id")),
    Index("partner_entry_by_partner", "partner"),
)

referral = Table(
    "referral",
    metadata,
    key("id", Uuid),
    required("partner", Uuid, ForeignKey("partner.id")),
    required("direction", Text),
    required("state", Text),
    optional("person", Uuid),
    required("who", Text),
    required("reach", Text),
    required("words", Text),
    required("agreed_how", Text),
    required("agreed_on", Date),
    optional("sent_by", Uuid),
    required("sent_at", MOMENT),
    required("answer_by", MOMENT),
    optional("accepted_at", MOMENT),
    optional("closed_at", MOMENT),
    required("reason", Text),
    optional("outcome", Text),
    required("outcome_words", Text),
    required("tells_outcome", Boolean),
    Index("referral_by_partner", "partner"),
    Index("referral_by_person", "person"),
)
Index("referral_by_end", referral.c.closed_at, postgresql_where=referral.c.closed_at.is_not(None))

referral_entry = Table(
    "referral_entry",
    metadata,
    key("id", Uuid),
    required("referral", Uuid, ForeignKey("referral.id", ondelete="CASCADE")),
    required("kind", Text),
    optional("said_by", Uuid),
    required("at", MOMENT),
    Index("referral_entry_by_referral", "referral"),
)
