"""Who may read a field of a person's record: one rule, for single reads, for lists and for row-level security.

A reader may read field F of person S at a time if one of these holds, and otherwise not:

| right     | when                                                                                                     |
|-----------|----------------------------------------------------------------------------------------------------------|
| own       | the reader is S, and acts for nobody                                                                      |
| acting    | the reader acts for S, and may do so now in the section of F (the part of its key before the dot)         |
| granted   | the reader acts for nobody, and S lets them see F now: by name, as the wearer of a hat, as a member, or   |
|           | as somebody in the team of S who has not left the co-op                                                   |
| emergency | the reader acts for nobody, and has opened the record of S in an emergency that has not ended             |

Who acts for somebody has that person's rights within the scope, and none of their own. A hat counts if it is claimed and worn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, and_, bindparam, cast, func, literal_column, or_, select, union_all
from sqlalchemy.dialects import postgresql

from libs.access.access_tables import access_grant, acting_right, acts_now, co_op_member, emergency_access, former_member, team_place
from libs.access.hats import worn_hat
from libs.database.columns import MOMENT, in_force
from libs.database.engine import UnitOfWork

Rule = Callable[[ColumnElement[UUID], ColumnElement[str], "Reader"], ColumnElement[bool]]


class AudienceKind(StrEnum):
    """Whom a grant lets see a field."""

    PERSON = "person"
    HAT = "hat"
    MEMBERS = "members"
    TEAM = "team"


@dataclass(frozen=True)
class Reader:
    """Who reads, when and for whom, as SQL expressions. `acting_for` is NULL for a reader who acts for nobody."""

    person: ColumnElement[UUID]
    hat: ColumnElement[str]
    acting_for: ColumnElement[UUID]
    now: ColumnElement[datetime]


CALLER = Reader(
    bindparam("reader", type_=Uuid),
    bindparam("reader_hat", type_=Text),
    bindparam("reader_acting_for", type_=Uuid),
    bindparam("reader_now", type_=MOMENT),
)
"""The caller of a unit of work; `reader_values` fills it."""

SETTINGS = Reader(
    literal_column("nullif(current_setting('kith.caller', true), '')::uuid", Uuid),
    literal_column("current_setting('kith.hat', true)", Text),
    literal_column("nullif(current_setting('kith.acting_for', true), '')::uuid", Uuid),
    literal_column("nullif(current_setting('kith.now', true), '')::timestamptz", MOMENT),
)
"""The caller as row-level security knows them: the settings that every unit of work begins with."""

SETTINGS_ONCE = Reader(
    literal_column("(select nullif(current_setting('kith.caller', true), '')::uuid)", Uuid),
    literal_column("(select current_setting('kith.hat', true))", Text),
    literal_column("(select nullif(current_setting('kith.acting_for', true), '')::uuid)", Uuid),
    literal_column("(select nullif(current_setting('kith.now', true), '')::timestamptz)", MOMENT),
)
"""The same, read once for a statement and not for each row: for tables that are listed."""


def reader_values(work: UnitOfWork) -> dict[str, Any]:
    """The values of CALLER."""
    caller = work.caller
    return {"reader": caller.person, "reader_hat": caller.hat, "reader_acting_for": caller.acting_for, "reader_now": work.now}


def may_read(subject: ColumnElement[UUID], field: ColumnElement[str], reader: Reader = CALLER) -> ColumnElement[bool]:
    """Whether the reader may read this field of this person. Never NULL."""
    acts_for_nobody = reader.acting_for.is_(None)
    own = and_(acts_for_nobody, reader.person == subject)
    return func.coalesce(
        or_(
            own,
            and_(reader.acting_for == subject, _acts(subject, func.split_part(field, ".", 1), reader)),
            and_(acts_for_nobody, or_(_is_granted(subject, field, reader), _is_emergency(subject, reader))),
        ),
        False,
    )


def readable_subjects(field: ColumnElement[str], reader: Reader = CALLER) -> ColumnElement[Sequence[UUID]]:
    """The persons whose field the reader may read, as an array: the same rule for lists, which then need not judge every row there is."""
    acts_for_nobody, opened = reader.acting_for.is_(None), emergency_access.c
    parts = union_all(
        select(reader.person).where(acts_for_nobody),
        select(reader.acting_for).where(_acts(reader.acting_for, func.split_part(field, ".", 1), reader)),
        select(access_grant.c.subject).where(access_grant.c.field == field, holds_grant(reader)),
        select(opened.subject).where(acts_for_nobody, *_has_opened(reader)),
    )
    return func.array(parts.scalar_subquery(), type_=ARRAY(Uuid))


def may_change(subject: ColumnElement[UUID], field: ColumnElement[str], reader: Reader = CALLER) -> ColumnElement[bool]:
    """Whether the reader may change this field of this person: as themselves, or acting for them in its section. Never NULL."""
    own = and_(reader.acting_for.is_(None), reader.person == subject)
    acting = and_(reader.acting_for == subject, _acts(subject, func.split_part(field, ".", 1), reader))
    return func.coalesce(or_(own, acting), False)


def holds_grant(reader: Reader = CALLER) -> ColumnElement[bool]:
    """Whether a row of `access_grant` lets the reader see its field now; the condition of "granted", for lists of grants."""
    return and_(reader.acting_for.is_(None), _is_live(reader), _is_audience(reader))


def _acts(subject: ColumnElement[UUID], scope: ColumnElement[str], reader: Reader) -> ColumnElement[bool]:
    right = acting_right.c
    return (
        select(1).where(right.holder == reader.person, right.subject == subject, right.scope == scope).where(acts_now(reader.now)).exists()
    )


def _is_granted(subject: ColumnElement[UUID], field: ColumnElement[str], reader: Reader) -> ColumnElement[bool]:
    grant = access_grant.c
    return select(1).where(grant.subject == subject, grant.field == field, _is_audience(reader), _is_live(reader)).exists()


def _is_audience(reader: Reader) -> ColumnElement[bool]:
    grant = access_grant.c
    wears = select(1).where(worn_hat.c.person == reader.person, worn_hat.c.hat == grant.audience).exists()
    is_member = select(1).where(co_op_member.c.person == reader.person).exists()
    in_team = select(1).where(team_place.c.owner == grant.subject, team_place.c.person == reader.person).exists()
    # Relatives and friends in a team need not be members, so it is those who were members and left that are kept out.
    has_left = select(1).where(former_member.c.person == reader.person).exists()
    return or_(
        and_(grant.audience_kind == AudienceKind.PERSON.value, grant.audience == cast(reader.person, Text)),
        and_(grant.audience_kind == AudienceKind.HAT.value, grant.audience == reader.hat, wears),
        and_(grant.audience_kind == AudienceKind.MEMBERS.value, is_member),
        and_(grant.audience_kind == AudienceKind.TEAM.value, in_team, ~has_left),
    )


def _is_live(reader: Reader) -> ColumnElement[bool]:
    grant = access_grant.c
    return in_force(grant.valid_from, grant.valid_until, grant.revoked_at, reader.now)


def _is_emergency(subject: ColumnElement[UUID], reader: Reader) -> ColumnElement[bool]:
    is_reader, *in_time = _has_opened(reader)
    return select(1).where(is_reader, emergency_access.c.subject == subject).where(*in_time).exists()


def _has_opened(reader: Reader) -> tuple[ColumnElement[bool], ...]:
    access = emergency_access.c
    return access.reader == reader.person, access.opened_at <= reader.now, reader.now < access.ends_at


def row_security_condition(subject: str, field: str, rule: Rule = may_read, reader: Reader = SETTINGS) -> str:
    """The same rule, or that of `may_change`, as the condition of a policy. Both columns are given with their table, for the rule's own
    tables have such columns too.

    Migrations contain the text; a test compares them.
    """
    condition = rule(literal_column(subject, Uuid), literal_column(field, Text), reader)
    compiled = condition.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
    return " ".join(str(compiled).split())
