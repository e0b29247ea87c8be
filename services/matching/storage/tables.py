"""Matching's tables as metadata. `migrations/` holds the DDL that creates them, with the row-level security; a test compares both.

Times are pairs of minutes of the week, one after the other; places are in millionths of a degree. `current_member`, `known_person`,
`credential_rule`, `matching_rule`, `concern_rule`, `money_rule`, `partner_rule`, `merged_person` and `held_credential` are projections of
other services' events.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    text,
    true,
)

from libs.access import held_credentials, merged_persons
from libs.database.columns import MOMENT, key, optional, required

metadata = MetaData()

getting_support = Table(
    "getting_support",
    metadata,
    key("person", Uuid),
    required("postcode", Text),
    required("latitude", Integer),
    required("longitude", Integer),
    required("times", ARRAY(Integer)),
    required("needed_skills", ARRAY(Text)),
    required("needed_languages", ARRAY(Text)),
    required("needed_gender", Text),
    required("wished_languages", ARRAY(Text)),
    required("wished_tags", ARRAY(Text)),
    required("open", Boolean),
    required("version", BigInteger),
    required("changed_at", MOMENT),
    required("changed_by", Text),
)

giving_support = Table(
    "giving_support",
    metadata,
    key("person", Uuid),
    required("postcode", Text),
    required("latitude", Integer),
    required("longitude", Integer),
    required("reach_km", Integer),
    required("times", ARRAY(Integer)),
    required("minutes_a_week", Integer),
    required("languages", ARRAY(Text)),
    required("gender", Text),
    required("tags", ARRAY(Text)),
    required("wished_tags", ARRAY(Text)),
    required("works_as", Text),
    required("rate_pence", Integer),
    required("words", Text),
    required("open", Boolean),
    required("version", BigInteger),
    required("changed_at", MOMENT),
    required("changed_by", Text),
)

current_member = Table("current_member", metadata, key("person", Uuid), optional("until", MOMENT))

known_person = Table("known_person", metadata, key("person", Uuid))

credential_rule = held_credentials.credential_rule.to_metadata(metadata)

matching_rule = Table(
    "matching_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("interest_days", Integer),
    required("meeting_days", Integer),
    required("trial_days", Integer),
    required("review_visits", ARRAY(Integer)),
    required("shown_a_week", Integer),
    required("ask_days", Integer, server_default=text("28")),
    required("ask_least", Integer, server_default=text("5")),
    required("asks_a_day", Integer, server_default=text("10")),
    required("matching_days", Boolean, server_default=true()),
    required("ranks_kept_days", Integer, server_default="28"),
    required("link", Text, server_default="secretary"),
)

held_credential = held_credentials.held_credential.to_metadata(metadata)
merged_person = merged_persons.merged_person.to_metadata(metadata)

concern_rule = Table(
    "concern_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("talk_days", Integer),
    required("facilitated_days", Integer),
    required("answer_days", Integer),
    required("cover_days", Integer),
    required("kept_days", Integer),
)

money_rule = Table(
    "money_rule",
    metadata,
    Column("only_one", Boolean, primary_key=True, server_default=true()),
    required("payer_adds", Text),
    required("worker_gives", Text),
    required("travel_pence_a_km", Integer),
    required("travel_pence_a_minute", Integer),
)

introduction = Table(
    "introduction",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("worker", Uuid),
    required("step", Text),
    required("since", MOMENT),
    optional("until", MOMENT),
    optional("person_said", Boolean),
    optional("worker_said", Boolean),
    required("kind", Text, server_default="support"),
    optional("matching_day", Uuid),
)
Index(
    "introduction_live",
    introduction.c.person,
    introduction.c.worker,
    introduction.c.kind,
    unique=True,
    postgresql_where=introduction.c.until.is_not(None),
)
Index("introduction_by_worker", introduction.c.worker)
Index("introduction_until", introduction.c.until, postgresql_where=introduction.c.until.is_not(None))

private_no = Table(
    "private_no",
    metadata,
    key("chooser", Uuid),
    key("other", Uuid),
    key("as_worker", Boolean),
    required("kind", Text),
    required("at", MOMENT),
)

team = Table(
    "team",
    metadata,
    key("id", Uuid),
    required("owner", Uuid),
    required("formed_at", MOMENT),
    required("agreement", Text),
    required("version", BigInteger),
    UniqueConstraint("owner"),
)

team_member = Table(
    "team_member",
    metadata,
    key("team", Uuid, ForeignKey("team.id")),
    key("person", Uuid),
    required("kind", Text),
    required("invited_at", MOMENT),
    optional("joined_at", MOMENT),
    Index("team_member_by_person", "person"),
)

team_hat = Table(
    "team_hat",
    metadata,
    key("team", Uuid, ForeignKey("team.id")),
    key("hat", Text),
    optional("person", Uuid),
    optional("accepted_at", MOMENT),
    optional("until_day", Date),
    required("handover", Text),
)

team_task = Table(
    "team_task",
    metadata,
    key("team", Uuid, ForeignKey("team.id")),
    key("person", Uuid),
    key("kind", Text),
    required("assigned_at", MOMENT),
    optional("until_day", Date),
    required("check_again", Boolean),
    Index("team_task_by_person", "person"),
)

working_pair = Table(
    "working_pair",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("worker", Uuid),
    required("began_at", MOMENT),
    optional("ended_at", MOMENT),
    required("visits", Integer),
)
Index("working_pair_live", working_pair.c.person, working_pair.c.worker, unique=True, postgresql_where=working_pair.c.ended_at.is_(None))
Index("working_pair_by_worker", working_pair.c.worker)

counted_visit = Table(
    "counted_visit",
    metadata,
    key("pair", Uuid, ForeignKey("working_pair.id")),
    key("day", Date),
    required("person", Uuid),
    required("worker", Uuid),
    required("recorded_by", Text),
    required("recorded_at", MOMENT),
    optional("confirmed_at", MOMENT),
)

review = Table(
    "review",
    metadata,
    key("id", Uuid),
    Column("pair", Uuid, ForeignKey("working_pair.id"), nullable=False),
    required("person", Uuid),
    required("worker", Uuid),
    required("after_visits", Integer),
    required("asked_at", MOMENT),
    required("until", MOMENT),
    optional("person_answer", Text),
    optional("worker_answer", Text),
    optional("closed_at", MOMENT),
    UniqueConstraint("pair", "after_visits"),
)
Index("review_by_person", review.c.person)
Index("review_by_worker", review.c.worker)
Index("review_until", review.c.until, postgresql_where=review.c.closed_at.is_(None))

showing = Table(
    "showing",
    metadata,
    key("worker", Uuid),
    key("person", Uuid),
    key("week", Date),
    required("shown_on", Date),
    Index("showing_by_week", "week"),
    Index("showing_by_person", "person"),
)

call_out = Table(
    "call_out",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("words", Text),
    required("until_day", Date),
    required("written_at", MOMENT),
    Index("call_out_by_person", "person"),
    Index("call_out_by_day", "until_day"),
)

matching_day = Table(
    "matching_day",
    metadata,
    key("id", Uuid),
    required("words", Text),
    required("announced_at", MOMENT),
    required("closes_at", MOMENT),
    required("runs_at", MOMENT),
    required("commitment", Text),
    optional("cancelled_at", MOMENT),
    optional("run_at", MOMENT),
    required("seed", Text),
    required("entry_hashes", ARRAY(Text)),
    required("pairs", Integer),
)
# One at a time.
Index(
    "matching_day_waiting",
    matching_day.c.cancelled_at.is_(None),
    unique=True,
    postgresql_where=and_(matching_day.c.cancelled_at.is_(None), matching_day.c.run_at.is_(None)),
)

matching_day_secret = Table("matching_day_secret", metadata, key("day", Uuid, ForeignKey("matching_day.id")), required("secret", Text))

day_entry = Table(
    "day_entry",
    metadata,
    key("matching_day", Uuid, ForeignKey("matching_day.id")),
    key("person", Uuid),
    key("taking_part_as", Text),
    required("number", Text),
    required("salt", Text),
    required("room", Integer),
    required("recount", Boolean),
    required("joined_at", MOMENT),
    required("version", BigInteger),
    required("line", Text),
    Index("day_entry_by_person", "person"),
)

day_rank = Table(
    "day_rank",
    metadata,
    key("matching_day", Uuid, ForeignKey("matching_day.id")),
    key("person", Uuid),
    key("taking_part_as", Text),
    key("ranked", Uuid),
    required("rank", Integer),
    Index("day_rank_by_person", "person"),
    Index("day_rank_by_ranked", "ranked"),
)

peer_post = Table(
    "peer_post",
    metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("side", Text),
    required("kind", Text),
    required("words", Text),
    required("experience", Text),
    required("place", Text),
    required("times", Text),
    required("until_day", Date),
    required("written_at", MOMENT),
    Index("peer_post_by_person", "person"),
    Index("peer_post_by_day", "until_day"),
)

peer_no = Table("peer_no", metadata, key("chooser", Uuid), key("other", Uuid), required("kind", Text), required("at", MOMENT))
Index("peer_no_by_other", peer_no.c.other)

peer_pair = Table(
    "peer_pair",
    metadata,
    key("id", Uuid),
    required("first", Uuid),
    required("second", Uuid),
    required("paired_at", MOMENT),
    optional("talk_asked_at", MOMENT),
    optional("talk_asked_by", Uuid),
    UniqueConstraint("first", "second"),
    Index("peer_pair_by_second", "second"),
)

concern = Table(
    "concern",
    metadata,
    key("id", Uuid),
    required("team", Uuid),
    required("owner", Uuid),
    required("first", Uuid),
    required("second", Uuid),
    required("raised_by", Uuid),
    required("step", Text),
    required("since", MOMENT),
    optional("due", MOMENT),
    optional("overdue_told_at", MOMENT),
    optional("first_named", Uuid),
    optional("second_named", Uuid),
    optional("facilitator", Uuid),
    optional("facilitates_since", MOMENT),
    required("words", Text),
    optional("look_back_on", Date),
    optional("proposed_by", Uuid),
    required("first_yes", Boolean),
    required("second_yes", Boolean),
    required("version", BigInteger),
    optional("first_well", Boolean),
    optional("second_well", Boolean),
    optional("leaver", Uuid),
    optional("set_aside_by", Uuid),
)
_BETWEEN_TWO = and_(concern.c.due.is_not(None), concern.c.leaver.is_(None))
Index("concern_open", concern.c.first, concern.c.second, unique=True, postgresql_where=_BETWEEN_TWO)
Index("concern_by_first", concern.c.first)
Index("concern_by_second", concern.c.second)
Index("concern_by_facilitator", concern.c.facilitator)
Index("concern_due", concern.c.due, postgresql_where=concern.c.due.is_not(None))

concern_note = Table(
    "concern_note",
    metadata,
    key("id", Uuid),
    Column("concern", Uuid, ForeignKey("concern.id", ondelete="CASCADE"), nullable=False),
    required("author", Uuid),
    optional("for_person", Uuid),
    required("words", Text),
    required("written_at", MOMENT),
    Index("concern_note_by_concern", "concern", "id"),
)
