"""Admits the members of a list: person by person at identity, then member by member at membership, 200 rows at a time.

A run that is broken off is run again with the same file. Whoever has an e-mail address or a phone number is recognised by identity. A
person with neither can only be recognised by the request that registered them, so each is registered by a request of their own whose
id is made of the row: saying the row again is the same request. Membership recognises the person.
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
from libs.database.engine import new_id
from libs.refusals import NotFound
from libs.rpc.client import ask
from scripts.cli.door import Door
from scripts.cli.member_file import BadRow, EmptyRow, Layout, Row
from scripts.cli.member_refusals import class_unknown, in_words
from scripts.cli.member_report import Line, Outcome
from scripts.cli.patience import patiently
from scripts.cli.register import members
from services.membership.domain import member_number

BATCH = 200
SECONDS = 60.0
_AT_ONCE = 8
_HEARD_SOON = ("PERSON_NOT_KNOWN_YET", "CLASS_UNKNOWN")
"""What membership says when it has not heard of the person, or of the rulebook, yet. That the class is in the rulebook is known by then."""
_TRIES = 10


@dataclass(slots=True)
class _Asked:
    """A row on its way: its person once identity answered, or its line once it is decided."""

    row: Row
    member_class: str = ""
    person: str = ""
    line: Line | None = None

    def refuse(self, why: str) -> None:
        self.line = Line(self.row.row, Outcome.REFUSED, self.row.name, why=why)


class Import:
    """One run over one file."""

    def __init__(self, door: Door, layout: Layout, told: Callable[[Line], None], *, dry_run: bool) -> None:
        self._door = door
        self._digest = layout.digest
        self._told = told
        self._dry_run = dry_run
        self._classes: dict[str, str] = {}
        self._keys: list[str] = []
        self._numbers: set[str] = set()

    async def run(self, rows: Iterable[Row | BadRow | EmptyRow]) -> None:
        """Tells of every row, in order. A batch is registered while membership still hears of the one before."""
        await self._learn_classes()
        if self._dry_run:
            self._numbers = {member_number.order(one.member_number) async for one in members(self._door)}
        before: list[_Asked | Line] = []
        for batch in _batches(rows):
            now = [self._begin(one) for one in batch]
            await self._register([one for one in now if isinstance(one, _Asked) and one.line is None])
            await self._finish(before)
            before = now
        await self._finish(before)

    # --- before anything is asked

    async def _learn_classes(self) -> None:
        try:
            asked = governance.GetRulebookRequest()
            rulebook = await patiently(lambda: ask(self._door.governance.GetRulebook, asked, self._door.secretary()))
        except NotFound:
            return
        self._keys = [one.key for one in rulebook.classes]
        self._classes = {one.name.casefold(): one.key for one in rulebook.classes} | {key: key for key in self._keys}

    def _begin(self, one: Row | BadRow | EmptyRow) -> _Asked | Line:
        if isinstance(one, EmptyRow):
            return Line(one.row, Outcome.EMPTY)
        if isinstance(one, BadRow):
            return Line(one.row, Outcome.REFUSED, one.name, why=one.why)
        asked = _Asked(one, self._classes.get(one.member_class.casefold(), ""))
        if not self._classes:
            asked.refuse(in_words("CLASS_HAS_NO_RULEBOOK", ""))
        elif not asked.member_class:
            asked.refuse(class_unknown(one.member_class, self._keys))
        return asked

    # --- identity

    async def _register(self, asked: Sequence[_Asked]) -> None:
        reachable = [one for one in asked if one.row.email or one.row.phone]
        if reachable:
            await self._register_together(reachable, f"{self._digest}:{reachable[0].row.row}")
        alone = [one for one in asked if not (one.row.email or one.row.phone)]
        places = asyncio.Semaphore(_AT_ONCE)

        async def one_alone(one: _Asked) -> None:
            async with places:
                row = one.row
                await self._register_together([one], f"row:{row.name}:{row.number}:{row.address}:{row.joined}")

        await asyncio.gather(*map(one_alone, alone))

    async def _register_together(self, asked: Sequence[_Asked], said: str) -> None:
        persons = [_new_person(one.row) for one in asked]
        request = identity.RegisterPersonsRequest(persons=persons, validate_only=self._dry_run)
        # With the body in it, another list of the same beginning is another request.
        body = hashlib.sha256(request.SerializeToString(deterministic=True)).hexdigest()
        request.request_id = str(uuid5(NAMESPACE_URL, f"kith:import:{said}:{body}"))
        if self._dry_run:
            request.request_id = str(new_id())
        answer = await patiently(lambda: ask(self._door.identity.RegisterPersons, request, self._door.secretary(), SECONDS))
        for one, decided in zip(asked, answer.persons, strict=True):
            one.person = decided.person_id
            if decided.refusal and not (decided.refusal == "PERSON_KNOWN" and decided.person_id):
                one.refuse(in_words(decided.refusal, decided.field))

    # --- membership

    async def _finish(self, batch: Sequence[_Asked | Line]) -> None:
        asked = [one for one in batch if isinstance(one, _Asked) and one.line is None]
        # In a dry run nobody new has a person yet, so membership cannot be asked about them.
        for one in asked:
            if not one.person:
                self._foresee(one)
        await self._admit([one for one in asked if one.line is None])
        for either in batch:
            line = either.line if isinstance(either, _Asked) else either
            if line is not None:
                self._told(line)

    async def _admit(self, asked: Sequence[_Asked]) -> None:
        if not asked:
            return
        await self._heard_of(asked)
        for one, decided in zip(asked, await self._ask(asked, validate_only=self._dry_run), strict=True):
            self._decide(one, decided)

    async def _heard_of(self, asked: Sequence[_Asked]) -> None:
        """Waits until membership knows everybody in the batch: admitted at once, they get their numbers in the order of the file."""
        wait = 0.05
        for _ in range(_TRIES):
            if not any(one.refusal in _HEARD_SOON for one in await self._ask(asked, validate_only=True)):
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 2.0)

    async def _ask(self, asked: Sequence[_Asked], *, validate_only: bool) -> Sequence[membership.Admitted]:
        admissions = [_admission(one) for one in asked]
        request = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=admissions, validate_only=validate_only)
        answer: membership.AdmitMembersResponse = await patiently(
            lambda: ask(self._door.membership.AdmitMembers, request, self._door.secretary(), SECONDS)
        )
        return answer.members

    def _decide(self, one: _Asked, decided: membership.Admitted) -> None:
        row = one.row
        if not decided.refusal:
            one.line = Line(row.row, self._good, row.name, decided.member_number)
        elif decided.refusal == "ALREADY_MEMBER":
            one.line = Line(row.row, Outcome.ALREADY, row.name, decided.member_number)
        else:
            one.refuse(in_words(decided.refusal, decided.field))

    @property
    def _good(self) -> Outcome:
        return Outcome.WOULD_ADMIT if self._dry_run else Outcome.ADMITTED

    # --- a dry run

    def _foresee(self, one: _Asked) -> None:
        """What membership would say about somebody new, as far as the register and the calendar tell."""
        row = one.row
        today = self._door.now().astimezone(self._door.instance.co_op.zone).date().isoformat()
        if row.number and not member_number.readable(row.number):
            one.refuse(in_words("NUMBER_MALFORMED", "number"))
        elif row.number and member_number.order(row.number) in self._numbers:
            one.refuse(in_words("NUMBER_TAKEN", "number"))
        elif row.joined > today:
            one.refuse(in_words("DATE_IN_FUTURE", "joined"))
        else:
            one.line = Line(row.row, self._good, row.name, row.number)


def _new_person(row: Row) -> identity.NewPerson:
    return identity.NewPerson(full_name=row.name, called=row.called, email=row.email, phone=row.phone)


def _admission(one: _Asked) -> membership.Admission:
    row = one.row
    return membership.Admission(
        person_id=one.person,
        member_class=one.member_class,
        member_number=row.number,
        admitted_on=row.joined,
        register_name=row.name,
        register_address=row.address,
    )


def _batches(rows: Iterable[Row | BadRow | EmptyRow]) -> Iterator[list[Row | BadRow | EmptyRow]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch
