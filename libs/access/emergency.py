"""Marks reads under an emergency access, so that each of them can be told from what the person themselves allowed.

Fields of a record are audited by their keys (`libs/access/audit.py`). Somebody who reads them while they have opened that record in an
emergency reads under it: the row's reason then names the access, whose own reason is sealed in identity.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, cast, literal, select

from libs.access.access_tables import emergency_access
from libs.database.columns import MOMENT

_PREFIX = "emergency:"


def live_access(reader: str, subject: str, now: str) -> ColumnElement[str]:
    """The mark of the access under which the reader reads now, or NULL. The arguments name the bound values."""
    access = emergency_access.c
    found = (
        select(literal(_PREFIX, Text) + cast(access.id, Text))
        .where(access.reader == bindparam(reader, type_=Uuid), access.subject == bindparam(subject, type_=Uuid))
        .where(access.opened_at <= bindparam(now, type_=MOMENT), access.ends_at > bindparam(now, type_=MOMENT))
        .order_by(access.opened_at.desc(), access.id.desc())
        .limit(1)
    )
    return found.scalar_subquery()


def access_of(reason: str) -> UUID | None:
    """The access that the reason of an audit row names, if it does."""
    prefix, _, access = reason.partition(":")
    try:
        return UUID(access) if f"{prefix}:" == _PREFIX else None
    except ValueError:
        return None
