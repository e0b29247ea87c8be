"""Rows of kept forms."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from services.web.storage.tables import kept_form

KEPT_FOR = timedelta(days=3)
"""What was written on Friday evening is there until Monday evening."""
MAX_FORMS = 30
"""Of one person; the oldest gives way. A form has at most 64 kB, so that is 2 MB."""

_THIS_FORM = (kept_form.c.owner == bindparam("whose"), kept_form.c.form == bindparam("which"))
_OLDER_THAN = kept_form.c.at <= bindparam("until", type_=MOMENT)
_INSERT = insert(kept_form)
_SAVE = _INSERT.on_conflict_do_update(index_elements=["owner", "form"], set_={"sealed": _INSERT.excluded.sealed, "at": _INSERT.excluded.at})
_LOAD = select(kept_form.c.sealed).where(*_THIS_FORM, kept_form.c.at > bindparam("until", type_=MOMENT))
_DELETE = delete(kept_form).where(*_THIS_FORM)
_DELETE_SURPLUS = delete(kept_form).where(
    kept_form.c.owner == bindparam("whose"),
    kept_form.c.form.in_(
        select(kept_form.c.form).where(kept_form.c.owner == bindparam("whose")).order_by(kept_form.c.at.desc()).offset(MAX_FORMS)
    ),
)
_DELETE_OLD = delete(kept_form).where(_OLDER_THAN)


async def save_form(work: UnitOfWork, owner: bytes, name: bytes, sealed: bytes) -> None:
    """Insert the form or replace the one with the same name; the owner's oldest forms give way."""
    await work.connection.execute(_SAVE, {"owner": owner, "form": name, "sealed": sealed, "at": work.now})
    await work.connection.execute(_DELETE_SURPLUS, {"whose": owner})


async def load_form(work: UnitOfWork, owner: bytes, name: bytes) -> bytes | None:
    """The sealed fields; None when there are none, or no longer."""
    values = {"whose": owner, "which": name, "until": work.now - KEPT_FOR}
    return (await work.connection.execute(_LOAD, values)).scalar_one_or_none()


async def delete_form(work: UnitOfWork, owner: bytes, name: bytes) -> None:
    await work.connection.execute(_DELETE, {"whose": owner, "which": name})


async def delete_old_forms(work: UnitOfWork) -> int:
    """Delete forms that were kept long enough; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"until": work.now - KEPT_FOR})).rowcount
