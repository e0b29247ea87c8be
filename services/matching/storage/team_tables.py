"""Tables of what teams decide among themselves."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Table, Text, Uuid

from kith.matching.v1.enums import TeamQuestionState
from libs.database.columns import MOMENT, key, optional, required
from services.matching.storage.tables import metadata

team_question = Table(
    "team_question",
    metadata,
    key("id", Uuid),
    Column("team", Uuid, ForeignKey("team.id"), nullable=False),
    optional("asker", Uuid),
    optional("asked_by", Uuid),
    required("words", Text),
    required("asked_at", MOMENT),
    required("until_day", Date),
    required("state", Text),
    optional("closed_at", MOMENT),
    Index("team_question_by_team", "team"),
)
Index("team_question_open", team_question.c.until_day, postgresql_where=team_question.c.state == TeamQuestionState.OPEN.value)

team_answer = Table(
    "team_answer",
    metadata,
    key("question", Uuid, ForeignKey("team_question.id", ondelete="CASCADE")),
    key("person", Uuid),
    optional("said_by", Uuid),
    required("said", Text),
    required("words", Text),
    required("answered_at", MOMENT),
    required("version", BigInteger),
)
