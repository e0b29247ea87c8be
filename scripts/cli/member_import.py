"""Imports the members of a list: registers the persons at identity, then admits them at membership, 200 rows at a time.

An interrupted import can be run again with the same file. Identity recognises a person by e-mail address or phone number. A person with
neither can only be recognised by the request that registered them, so each gets a separate request whose id is derived from the row: the
same row makes the same request. Membership recognises the person.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound
from scripts.cli.connection import Connection
from scripts.cli.member_csv import CsvLayout, EmptyRow, InvalidRow, MemberRow
from scripts.cli.member_import_report import RowOutcome, RowResult
from scripts.cli.member_row_messages import row_message, unknown_class_message
from scripts.cli.register_lookup import list_members
from services.membership.domain import member_number

BATCH_ROWS = 200
TIMEOUT_SECONDS = 60.0
_CONCURRENT_REQUESTS = 8


@dataclass(slots=True)
class _PendingRow:
    """A row being imported: `person` is set once identity has answered, `line` once the row has a result."""

    row: MemberRow
    member_class: str = ""
    person: str = ""
    line: RowResult | None = None

    def refuse(self, why: str) -> None:
        self.line = RowResult(self.row.row, RowOutcome.REFUSED, self.row.name, why=why)


class MemberImport:
    """One run over one file; calls `on_result` for each row."""

    def __init__(self, connection: Connection, layout: CsvLayout, on_result: Callable[[RowResult], None], *, dry_run: bool) -> None:
        self._connection = connection
        self._digest = layout.digest
        self._on_result = on_result
        self._dry_run = dry_run
        self._classes: dict[str, str] = {}
        self._class_keys: list[str] = []
        self._numbers: set[str] = set()

    async def run(self, rows: Iterable[MemberRow | InvalidRow | EmptyRow]) -> None:
        """Reports every row, in order. A batch is registered while events about the previous one still travel to membership."""
        await self._learn_classes()
        if self._dry_run:
            self._numbers = {member_number.sort_key(member.member_number) for member in await list_members(self._connection)}
        previous: list[_PendingRow | RowResult] = []
        for batch in _batches(rows):
            current = [self._begin(row) for row in batch]
            await self._register([row for row in current if isinstance(row, _PendingRow) and row.line is None])
            await self._finish(previous)
            previous = current
        await self._finish(previous)

    # --- preparation

    async def _learn_classes(self) -> None:
        try:
            request = governance.GetRulebookRequest()
            rulebook = await self._connection.as_secretary(self._connection.governance.GetRulebook, request, retried=True)
        except NotFound:
            return
        self._class_keys = [member_class.key for member_class in rulebook.classes]
        self._classes = {member_class.name.casefold(): member_class.key for member_class in rulebook.classes} | {
            key: key for key in self._class_keys
        }

    def _begin(self, row: MemberRow | InvalidRow | EmptyRow) -> _PendingRow | RowResult:
        if isinstance(row, EmptyRow):
            return RowResult(row.row, RowOutcome.EMPTY)
        if isinstance(row, InvalidRow):
            return RowResult(row.row, RowOutcome.REFUSED, row.name, why=row.why)
        pending = _PendingRow(row, self._classes.get(row.member_class.casefold(), ""))
        if not self._classes:
            pending.refuse(row_message("CLASS_HAS_NO_RULEBOOK", ""))
        elif not pending.member_class:
            pending.refuse(unknown_class_message(row.member_class, self._class_keys))
        return pending

    # --- identity

    async def _register(self, rows: Sequence[_PendingRow]) -> None:
        reachable = [row for row in rows if row.row.email or row.row.phone]
        if reachable:
            await self._register_together(reachable, f"{self._digest}:{reachable[0].row.row}")
        unreachable = [row for row in rows if not (row.row.email or row.row.phone)]
        semaphore = asyncio.Semaphore(_CONCURRENT_REQUESTS)

        async def register_alone(row: _PendingRow) -> None:
            async with semaphore:
                details = row.row
                await self._register_together([row], f"row:{details.name}:{details.number}:{details.address}:{details.joined}")

        await asyncio.gather(*map(register_alone, unreachable))

    async def _register_together(self, rows: Sequence[_PendingRow], key: str) -> None:
        persons = [_new_person(row.row) for row in rows]
        request = identity.RegisterPersonsRequest(persons=persons, validate_only=self._dry_run)
        if not self._dry_run:
            # The id includes the body, so that a different list with the same first row is a different request.
            body = hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()
            request.request_id = str(uuid5(NAMESPACE_URL, f"kith:import:{key}:{body}"))
        response = await self._connection.as_secretary(
            self._connection.identity.RegisterPersons, request, seconds=TIMEOUT_SECONDS, retried=True
        )
        for row, registered in zip(rows, response.persons, strict=True):
            row.person = registered.person_id
            if registered.refusal and not (registered.refusal == "PERSON_KNOWN" and registered.person_id):
                row.refuse(row_message(registered.refusal, registered.field))

    # --- membership

    async def _finish(self, batch: Sequence[_PendingRow | RowResult]) -> None:
        pending = [row for row in batch if isinstance(row, _PendingRow) and row.line is None]
        # In a dry run new persons are not registered, so membership cannot be asked about them.
        for row in pending:
            if not row.person:
                self._predict(row)
        await self._admit([row for row in pending if row.line is None])
        for item in batch:
            result = item.line if isinstance(item, _PendingRow) else item
            if result is not None:
                self._on_result(result)

    async def _admit(self, rows: Sequence[_PendingRow]) -> None:
        if not rows:
            return
        for row, admitted in zip(rows, await self._ask(rows), strict=True):
            self._apply_answer(row, admitted)

    async def _ask(self, rows: Sequence[_PendingRow]) -> Sequence[membership.Admitted]:
        admissions = [_admission(row) for row in rows]
        request = membership.AdmitMembersRequest(admissions=admissions, validate_only=self._dry_run)
        response: membership.AdmitMembersResponse = await self._connection.as_secretary(
            self._connection.membership.AdmitMembers, request, seconds=TIMEOUT_SECONDS, retried=True
        )
        return response.members

    def _apply_answer(self, row: _PendingRow, admitted: membership.Admitted) -> None:
        source = row.row
        if not admitted.refusal:
            row.line = RowResult(source.row, self._success, source.name, admitted.member_number)
        elif admitted.refusal == "ALREADY_MEMBER":
            row.line = RowResult(source.row, RowOutcome.ALREADY, source.name, admitted.member_number)
        else:
            row.refuse(row_message(admitted.refusal, admitted.field))

    @property
    def _success(self) -> RowOutcome:
        return RowOutcome.WOULD_ADMIT if self._dry_run else RowOutcome.ADMITTED

    # --- a dry run

    def _predict(self, row: _PendingRow) -> None:
        """Predicts the answer of membership for a new person, as far as the register and the date allow."""
        source = row.row
        today = self._connection.now().astimezone(self._connection.instance.co_op.zone).date().isoformat()
        if source.number and not member_number.is_valid(source.number):
            row.refuse(row_message("NUMBER_MALFORMED", "number"))
        elif source.number and member_number.sort_key(source.number) in self._numbers:
            row.refuse(row_message("NUMBER_TAKEN", "number"))
        elif source.joined > today:
            row.refuse(row_message("DATE_IN_FUTURE", "joined"))
        else:
            row.line = RowResult(source.row, self._success, source.name, source.number)


def _new_person(row: MemberRow) -> identity.NewPerson:
    return identity.NewPerson(full_name=row.name, called=row.called, email=row.email, phone=row.phone)


def _admission(row: _PendingRow) -> membership.Admission:
    source = row.row
    return membership.Admission(
        person_id=row.person,
        member_class=row.member_class,
        member_number=source.number,
        admitted_on=source.joined,
        register_name=source.name,
        register_address=source.address,
    )


def _batches(rows: Iterable[MemberRow | InvalidRow | EmptyRow]) -> Iterator[list[MemberRow | InvalidRow | EmptyRow]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch
