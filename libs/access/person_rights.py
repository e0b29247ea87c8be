"""`PersonRightsService` of one service: what it stores about a person, for that person, from its `PersonTable`s.

The person has it themselves, and so has somebody who acts for them in the scope `data_rights`, whose look is in that person's audit. No
hat gives the right to somebody's whole record, so no secretary can take it in silence: they print what the person asks for themself.
Row-level security of each table stands behind it: the rows are read as the person.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from kith.person.v1 import person_rights_pb2 as pb
from kith.person.v1.enums import ErasureWaitsFor
from libs.access import acting, audit, erasing
from libs.access.acting_audit import CatchUp, while_acting
from libs.access.person_tables import READS, Blank, Delete, PersonTable, SealedColumn
from libs.access.reads import SCOPE
from libs.access.retention import Disposal, list_disposals
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, number, paginate, plain, read_token, token_of
from libs.refusals import invalid
from libs.rpc.binding import BoundService, Method, bind, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id
from libs.rpc.transactions import Transactions
from libs.sealing import PersonCipher, PersonSealer


@dataclass(frozen=True)
class ExportedRecord:
    """One record about a person: its kind, and what is shown of it, as JSON."""

    kind: str
    json: str


def person_rights_service(
    transactions: Transactions,
    tables: Sequence[PersonTable],
    sealer: PersonSealer | None = None,
    catch_up: CatchUp | None = None,
    waits_for: ErasureWaitsFor | None = None,
) -> BoundService:
    """`tables` are those of the service that hold something about people, in the order of the export; `catch_up` as in `while_acting`.

    `waits_for` is what an erasure may have to wait for here, as the service's `PersonEraser` has it.

    Raises ValueError if something in them is sealed and nothing opens it.
    """
    if sealer is None and (sealed := [table.kind for table in tables if table.sealed]):
        message = f"{', '.join(sealed)}: sealed columns need a sealer"
        raise ValueError(message)

    async def export(work: UnitOfWork, person: UUID, page: PageRequest) -> Page[ExportedRecord]:
        return await export_person(work, tables, person, page, sealer)

    async def describe_erasure(_: UnitOfWork) -> Sequence[PersonTable]:
        return tables

    async def erasure_waits(work: UnitOfWork) -> Sequence[UUID]:
        # Where nothing waits, there may be no table that says who wears which hat.
        return await erasing.list_waits(work) if waits_for else []

    disposes = any(table.retention for table in tables)

    async def disposals(work: UnitOfWork, page: PageRequest) -> Page[Disposal]:
        # A service whose rows no rule disposes of has no log either, and may have no table that says who wears which hat.
        return await list_disposals(work, page) if disposes else Page([], "")

    methods: Mapping[str, Method[Any, Any]] = {
        "Export": while_acting("personal data", query(_export_request, export, _export_response), catch_up),
        # It says nothing of anybody, so it has no scope: who acts reads it before they ask.
        "DescribeErasure": while_acting("erasure", query(lambda _: (), describe_erasure, _describe_erasure_response)),
        "ListErasureWaits": query(lambda _: (), erasure_waits, partial(_erasure_waits_response, waits_for)),
        "ListDisposals": query(_disposals_request, disposals, _list_disposals_response),
    }
    return bind(pb, "PersonRightsService", transactions, methods)


async def export_person(
    work: UnitOfWork, tables: Sequence[PersonTable], person: UUID, page: PageRequest, sealer: PersonSealer | None = None
) -> Page[ExportedRecord]:
    """One page of the records of the person who calls, or for whom they act.

    Raises NotAllowed NOT_YOURS, PERSON_NEEDED, ACTING_ENDED, ACTING_OUTSIDE_SCOPE; Invalid PAGE_TOKEN_FOREIGN.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    name, size, records = f"export {person}", page.rows(), list[ExportedRecord]()
    after = read_token(name, page.token, (number, plain))
    index, inner = after or (0, "")
    if index >= len(tables):
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN")
    # A page that only goes on in the list of reads would add to what it lists, for ever.
    if work.caller.acting_for is not None and not (inner and tables[index] is READS):
        await audit.record_read(work, "personal data", "get", person)
    # Also for the person themself: a hat that they wear would open what is kept from everybody whom it is about, as a hidden hold.
    await acting.read_as(work, person)
    # Nobody has a key before something of theirs is sealed, nor once they were erased: what is sealed is then missing.
    cipher = (await sealer.ciphers(work, [person])).get(person) if sealer else None
    while index < len(tables) and len(records) < size:
        table = tables[index]
        is_acting = work.caller.acting_for is not None
        if table.own_alone and is_acting:
            index, inner = index + 1, ""
            continue
        request = PageRequest(size - len(records), inner)
        rows = await paginate(
            work, table.rows_of(person, table.own_alone_by if is_acting else ()), request, by=table.order, name=f"{name} {table.kind}"
        )
        found = (row._mapping for row in rows.items)  # noqa: SLF001 - SQLAlchemy's public way
        records += [ExportedRecord(table.kind, _as_json(table, row, person, cipher)) for row in found]
        index, inner = (index, rows.next_token) if rows.next_token else (index + 1, "")
    return Page(records, token_of(name, str(index), inner) if index < len(tables) else "")


def _as_json(table: PersonTable, row: Mapping[Any, Any], person: UUID, cipher: PersonCipher | None) -> str:
    fields = {
        name: _opened(table.sealed[name], row, name, person, cipher) if name in table.sealed else _json_value(row[name])
        for name in table.shown
    }
    return json.dumps(fields, ensure_ascii=False)


def _opened(column: SealedColumn, row: Mapping[Any, Any], name: str, person: UUID, cipher: PersonCipher | None) -> object:
    """The words, or nothing where there are none, or where they are somebody else's."""
    if row[name] is None or cipher is None or row[column.owner] != person:
        return None
    text = cipher.open(bytes(row[name]), column.place(row)).decode()
    return json.loads(text) if column.is_json else text


def _json_value(value: object) -> object:
    """Ids and moments (in UTC) as text; lists, numbers, truth values and nothing as they are."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    return str(value) if isinstance(value, UUID) else value


def _export_request(request: pb.ExportRequest) -> tuple[UUID, PageRequest]:
    return parse_id("person_id", request.person_id), PageRequest(request.page_size, request.page_token)


def _export_response(page: Page[ExportedRecord]) -> pb.ExportResponse:
    records = [pb.ExportedRecord(kind=record.kind, json=record.json) for record in page.items]
    return pb.ExportResponse(records=records, next_page_token=page.next_token)


def _describe_erasure_response(tables: Sequence[PersonTable]) -> pb.DescribeErasureResponse:
    """A line for each step; a table whose rows meet different ends has several."""
    kinds = []
    for table in tables:
        for step in table.erasure:
            action = pb.ERASURE_ACTION_BLANK if isinstance(step, Blank) else pb.ERASURE_ACTION_KEEP
            if isinstance(step, Delete):
                kinds.append(pb.ErasureOfKind(kind=table.kind, action=pb.ERASURE_ACTION_DELETE))
            else:
                kinds.append(pb.ErasureOfKind(kind=table.kind, action=action, kept_for=step.why))
    return pb.DescribeErasureResponse(kinds=kinds)


def _erasure_waits_response(waits_for: ErasureWaitsFor | None, erasures: Sequence[UUID]) -> pb.ListErasureWaitsResponse:
    reason = to_wire(pb.ErasureWaitsFor, waits_for) if waits_for else pb.ERASURE_WAITS_FOR_UNSPECIFIED
    return pb.ListErasureWaitsResponse(waits=[pb.ErasureWait(erasure_id=str(erasure), waits_for=reason) for erasure in erasures])


def _disposals_request(request: pb.ListDisposalsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _list_disposals_response(page: Page[Disposal]) -> pb.ListDisposalsResponse:
    lines = [
        pb.Disposal(day=line.day.isoformat(), kind=line.kind, records=line.records, years=line.years, after=line.after)
        for line in page.items
    ]
    return pb.ListDisposalsResponse(disposals=lines, next_page_token=page.next_token)
