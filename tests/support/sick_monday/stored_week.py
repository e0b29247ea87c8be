"""What a co-op has stored of the week, read behind its API: events, invoices, pay. And what changes one figure of it.

Nothing here computes: `auditor.py` does. Ids are turned into the names of the example.
"""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kith.scheduling.facts.v1 import facts_pb2 as facts
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.demo_process import run_kith
from tests.support.sick_monday.co_op import MondayCoOp
from tests.support.sick_monday.example import EXAMPLE

_ZONE = ZoneInfo("Europe/London")
_EVENTS: tuple[type[Message], ...] = (facts.VisitTaken, facts.VisitGivenBack, facts.VisitConfirmed, facts.NoticeWanted)
MessageT = TypeVar("MessageT", bound=Message)


@dataclass(frozen=True)
class StoredEvent:
    """`at` is the local time of its envelope."""

    at: datetime
    fact: Message


@dataclass(frozen=True)
class StoredWeek:
    """`keys` says for an id whom or which visit it stands for; of an alert, its visit. Money is pence."""

    keys: Mapping[str, str]
    events: Sequence[StoredEvent]
    invoices: Mapping[str, int]
    charges: Mapping[str, int]
    pay: Mapping[str, int]
    travel_pay: Mapping[str, int]

    @classmethod
    async def read(cls, co_op: MondayCoOp) -> "StoredWeek":
        auditor = ConsistencyAuditor(co_op.folder)
        keys = {id_: key for ids in (co_op.persons, co_op.payers, co_op.visits) for key, id_ in ids.items()}
        for row in await auditor.fetch_rows("scheduling", "select id, visit from watch_alert"):
            keys[str(row["id"])] = keys[str(row["visit"])]
        by_type = {_type_of(message): message for message in _EVENTS}
        rows = await auditor.fetch_rows("scheduling", "select type, payload, at from outbox order by seq")
        invoices = await auditor.fetch_rows("scheduling", "select payer, pence from invoice")
        charges = await auditor.fetch_rows("scheduling", "select payer, pence from charge")
        earned = await auditor.fetch_rows("scheduling", "select worker, care_pence, travel_pence from earning")
        return cls(
            keys,
            [StoredEvent(local(row["at"]), by_type[row["type"]].FromString(row["payload"])) for row in rows if row["type"] in by_type],
            _sums(keys, [(row["payer"], row["pence"]) for row in invoices]),
            _sums(keys, [(row["payer"], row["pence"]) for row in charges]),
            _sums(keys, [(row["worker"], row["care_pence"] + row["travel_pence"]) for row in earned]),
            _sums(keys, [(row["worker"], row["travel_pence"]) for row in earned]),
        )


def local(moment: datetime) -> datetime:
    """By the co-op's clock."""
    return moment.astimezone(_ZONE).replace(tzinfo=None)


def local_time(stamp: Timestamp) -> datetime:
    return local(stamp.ToDatetime(UTC))


def settle_with_kith(files: Sequence[bytes], folder: Path, stored: StoredWeek) -> dict[str, int]:
    """What each payer owes by `kith settle`."""
    owed = Counter[str]()
    for number, content in enumerate(files):
        path = folder / f"settle-{number}.json"
        path.write_bytes(content)
        done = run_kith("settle", path, "--json")
        assert done.returncode == 0, done.stderr
        owed.update({stored.keys[payer]: sums["pence"] for payer, sums in json.loads(done.stdout)["payers"].items()})
    return {payer: pence for payer, pence in owed.items() if pence}


def hours_with_kith(work: Mapping[str, Sequence[tuple[datetime, datetime]]], works_as: Mapping[str, str], folder: Path) -> dict[str, int]:
    """Minutes of each worker by `kith hours`, which finds no breach."""
    rules = json.loads((EXAMPLE / "hours.json").read_text(encoding="utf-8"))["rules"]
    people = [
        {
            "id": worker,
            "born": "1990-01-31",
            "as": works_as[worker],
            "opt_out": [],
            "work": [{"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}", "breaks": []} for start, end in periods],
        }
        for worker, periods in work.items()
    ]
    path = folder / "hours.json"
    path.write_text(json.dumps({"zone": str(_ZONE), "from": "2026-11-09", "weeks": 1, "rules": rules, "people": people}), encoding="utf-8")
    done = run_kith("hours", path, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)["people"]
    assert not any(each["breaches"] for each in found.values()), found
    return {worker: each["minutes"] for worker, each in found.items()}


@dataclass(frozen=True)
class Damage:
    """Changes one stored figure; `found` is what the auditor says of it."""

    found: str
    do: Callable[[MondayCoOp], Coroutine[object, object, None]]


def _sql(statement: str, found: str) -> Damage:
    async def do(co_op: MondayCoOp) -> None:
        await ConsistencyAuditor(co_op.folder).fetch_rows("scheduling", statement)

    return Damage(found, do)


async def _one_minute_longer(co_op: MondayCoOp) -> None:
    """The visit that was confirmed last, by its event."""
    auditor = ConsistencyAuditor(co_op.folder)
    [*_, (id_, confirmed)] = await _events_of(auditor, facts.VisitConfirmed)
    confirmed.ends_at.FromDatetime(confirmed.ends_at.ToDatetime() + timedelta(minutes=1))
    await auditor.fetch_rows("scheduling", "update outbox set payload = $2 where id = $1", id_, confirmed.SerializeToString())


async def _told_a_minute_later(co_op: MondayCoOp) -> None:
    """The first who held the watch, by the notice's event."""
    auditor = ConsistencyAuditor(co_op.folder)
    late = [id_ for id_, notice in await _events_of(auditor, facts.NoticeWanted) if notice.kind == "watch_late"]
    await auditor.fetch_rows("scheduling", "update outbox set at = at + interval '1 minute' where id = $1", late[0])


async def _events_of(auditor: ConsistencyAuditor, message: type[MessageT]) -> list[tuple[UUID, MessageT]]:
    rows = await auditor.fetch_rows("scheduling", "select id, payload from outbox where type = $1 order by seq", _type_of(message))
    return [(row["id"], message.FromString(row["payload"])) for row in rows]


DAMAGE = (
    _sql("update invoice set pence = pence + 1 where number = 1", "the invoice to"),
    _sql("update charge set pence = pence - 1 where (settled, place) = (select settled, place from charge limit 1)", "the charges to"),
    _sql(
        "update earning set travel_pence = travel_pence - 1 where settled = (select settled from earning where travel_pence > 0 limit 1)",
        "stored travel pay of",
    ),
    Damage("watch_late of dora-mon at 10:16 to gwen was not expected", _told_a_minute_later),
    Damage("minutes of care of", _one_minute_longer),
)
"""One after the other."""


def _type_of(message: type[Message]) -> str:
    return str(message.DESCRIPTOR.full_name)


def _sums(keys: Mapping[str, str], rows: Sequence[tuple[object, int]]) -> dict[str, int]:
    sums = Counter[str]()
    for who, pence in rows:
        sums[keys[str(who)]] += pence
    return dict(sums)
