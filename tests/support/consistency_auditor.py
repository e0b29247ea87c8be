"""Reads a co-op's databases behind its API and reports inconsistencies as sentences.

It checks what must hold for any co-op at rest: events are numbered without gaps and all published, every service has consumed all
to its head, no fact is without its state and no state without its fact, and a projection holds what the facts say and nothing else.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import asyncpg
from google.protobuf import symbol_database
from google.protobuf.message import Message

from libs.host import leader_election
from scripts.cli.service_databases import administrator_url
from services.instance import Instance
from services.topology import SERVICES
from tests.support.motion_voters import MotionPoll

PROJECTIONS = {
    "governance": ("standing", "worn_hat"),
    "membership": ("worn_hat", "known_person", "member_class"),
    "web": ("news",),
}
"""The projections that each service keeps of others' events."""

_HEADS = """
select (select epoch from outbox_state) as epoch, (select published from outbox_state) as published, count(*) as stated,
  count(number) as numbered, coalesce(min(number), 1) as first, coalesce(max(number), 0) as last, count(distinct number) as different
from outbox"""


@dataclass(frozen=True)
class PublishedEvent:
    """A decoded event from an outbox."""

    number: int
    name: str
    fact: Message

    def text(self, field: str) -> str:
        return str(getattr(self.fact, field))


class ConsistencyAuditor:
    """Audits the co-op of one data folder, whose PostgreSQL must be running."""

    def __init__(self, folder: Path) -> None:
        self._instance = Instance(folder)

    async def fetch_rows(self, service: str, sql: str, *parameters: object) -> list[asyncpg.Record]:
        """Queries as the administrator, to whom no row-level policy applies."""
        url = administrator_url(self._instance).set(database=f"kith_{service}", password=self._instance.keys.postgres_password)
        connection = await leader_election.connect(url.render_as_string(hide_password=False))
        try:
            return list(await connection.fetch(sql, *parameters))
        finally:
            await connection.close()

    async def events(self, service: str) -> list[PublishedEvent]:
        """Every event a service published, in order."""
        if service == "web":
            return []
        import_module(f"kith.{service}.facts.v1.facts_pb2")
        known = symbol_database.Default()
        rows = await self.fetch_rows(service, "select number, type, payload from outbox order by number nulls last, seq")
        return [
            PublishedEvent(row["number"] or 0, row["type"].rsplit(".", 1)[1], known.GetSymbol(row["type"]).FromString(row["payload"]))
            for row in rows
        ]

    async def wait_until_at_rest(self, seconds: float = 120.0) -> float:
        """Waits until every event is published and consumed by every service. Returns how long that took."""
        began = time.monotonic()
        while behind := await self._check_positions():
            assert time.monotonic() - began < seconds, behind
            await asyncio.sleep(0.2)
        return time.monotonic() - began

    async def projections(self) -> dict[tuple[str, str], list[str]]:
        """Every row of every projection."""
        return {
            (service, table): sorted(repr(tuple(row.values())) for row in await self.fetch_rows(service, f"select * from {table}"))  # noqa: S608 - our own names
            for service, tables in PROJECTIONS.items()
            for table in tables
        }

    async def findings(self) -> list[str]:
        """Every inconsistency as a sentence; empty for a healthy co-op. Where events were published meanwhile, it looks again."""
        before = await self._heads()
        while (found := await self._find_all()) and (after := await self._heads()) != before:
            await self.wait_until_at_rest()
            before = after
        return found

    async def _find_all(self) -> list[str]:
        return [
            *await self._check_positions(),
            *await self._check_outboxes(),
            *await self._check_ballots(),
            *await self._check_motions(),
            *await self._check_persons(),
            *await self._check_members(),
        ]

    async def ballot_findings(self, poll: MotionPoll) -> list[str]:
        """Compares acknowledged with stored ballots: each must be stored under its revision, and no others."""
        rows = await self.fetch_rows("governance", "select person, revision, id, choice from ballot where motion = $1", poll.motion)
        written = {(str(row["person"]), row["revision"], str(row["id"]), row["choice"]) for row in rows}
        acknowledged = {
            (str(voter.person), receipt.revision, receipt.ballot, receipt.choice) for voter in poll.voters for receipt in voter.receipts
        }
        answers = await self.fetch_rows(
            "governance", "select count(*) as n from answer where method like '%CastBallot' and answer is not null"
        )
        return [
            *_missing_items("ballot acknowledged", acknowledged, "written", written),
            *_missing_items("ballot written", written, "acknowledged", acknowledged),
            *_compare_values("answers kept to casting a ballot", answers[0]["n"], len(acknowledged)),
        ]

    # --- what must hold

    async def _heads(self) -> dict[str, asyncpg.Record]:
        """How far each service's outbox is."""
        return {service.name: (await self.fetch_rows(service.name, _HEADS))[0] for service in SERVICES}

    async def _check_positions(self) -> list[str]:
        heads = await self._heads()
        findings = [
            f"{name} has published {head['published']} of {head['stated']} facts"
            for name, head in heads.items()
            if not head["published"] == head["stated"] == head["numbered"]
        ]
        for one in SERVICES:
            for row in await self.fetch_rows(one.name, "select source, epoch, n from position"):
                head = heads[row["source"]]
                if (row["epoch"], row["n"]) != (head["epoch"], head["last"]):
                    findings.append(f"{one.name} stands at {row['n']} of {head['last']} facts of {row['source']}")
        return findings

    async def _check_outboxes(self) -> list[str]:
        results = []
        for service in SERVICES:
            head = (await self.fetch_rows(service.name, _HEADS))[0]
            if not head["stated"] == head["last"] == head["different"] or head["first"] != 1:
                results.append(f"the {head['stated']} facts of {service.name} are numbered {head['first']} to {head['last']}")
        return results

    async def _check_ballots(self) -> list[str]:
        rows = await self.fetch_rows(
            "governance", "select motion, person, revision, id, member_class from ballot order by motion, person, revision"
        )
        roll = await self.fetch_rows("governance", "select motion, person, revision, member_class from roll")
        cast = [event for event in await self.events("governance") if event.name == "BallotCast"]
        written = [(str(row["motion"]), str(row["person"]), row["revision"], str(row["id"]), row["member_class"]) for row in rows]
        published = [
            (one.text("motion_id"), one.text("person_id"), int(one.text("revision")), one.text("ballot_id"), one.text("member_class"))
            for one in cast
        ]
        highest: Counter[tuple[str, str]] = Counter()
        gaps = []
        for motion, person, revision, *_ in written:
            highest[motion, person] += 1
            if revision != highest[motion, person]:
                gaps.append(f"the ballots of {person} are not numbered from 1 on: {revision} stands where {highest[motion, person]} should")
        places = {(str(row["motion"]), str(row["person"])): row["revision"] for row in roll if row["revision"]}
        return [
            *gaps,
            *_missing_items("ballot", written, "stated", published),
            *_missing_items("BallotCast", published, "a ballot", written),
            *_duplicates("BallotCast", published),
            *_missing_items("place on a roll", places.items(), "what its ballots say", highest.items()),
            *_missing_items("ballots of a person", highest.items(), "on the roll", places.items()),
        ]

    async def _check_motions(self) -> list[str]:
        facts = await self.events("governance")
        motions = await self.fetch_rows("governance", "select id, closed_at from motion")
        decisions = await self.fetch_rows("governance", "select number, id, motion, passed, effect from decision order by number")
        closed = [str(row["id"]) for row in motions if row["closed_at"]]
        decided = [(str(row["motion"]), str(row["id"]), row["passed"]) for row in decisions if row["motion"]]
        adopted = [str(row["id"]) for row in decisions if row["effect"] == "rulebook_adopted"]
        published = [
            (event.text("motion_id"), event.text("decision_id"), event.text("passes") == "True")
            for event in facts
            if event.name == "MotionClosed"
        ]
        return [
            *_compare_values("the numbers of the decision log", [row["number"] for row in decisions], list(range(1, len(decisions) + 1))),
            *_compare_multisets(
                "motions and MotionOpened", [str(row["id"]) for row in motions], _field_values(facts, "MotionOpened", "motion_id")
            ),
            *_compare_multisets("motions closed and decided", closed, [motion for motion, *_ in decided]),
            *_compare_multisets("decisions and MotionClosed", decided, published),
            *_compare_multisets("decisions and RulebookAdopted", adopted, _field_values(facts, "RulebookAdopted", "decision_id")),
        ]

    async def _check_persons(self) -> list[str]:
        facts = await self.events("identity")
        persons = [str(row["id"]) for row in await self.fetch_rows("identity", "select id from person")]
        worn = await self._worn_hats("identity")
        hats_given: set[tuple[str, str]] = set()
        for event in facts:
            if event.name in ("HatGiven", "HatTaken"):
                hat = event.text("person_id"), event.text("hat")
                hats_given = hats_given | {hat} if event.name == "HatGiven" else hats_given - {hat}
        known = [str(row["person"]) for row in await self.fetch_rows("membership", "select person from known_person")]
        return [
            *_compare_multisets("persons and PersonRegistered", persons, _field_values(facts, "PersonRegistered", "person_id")),
            *_compare_multisets("persons and those membership knows", persons, known),
            *_compare_multisets("hats worn and given", worn, hats_given),
            *_compare_multisets("hats identity and governance know of", worn, await self._worn_hats("governance")),
            *_compare_multisets("hats identity and membership know of", worn, await self._worn_hats("membership")),
        ]

    async def _check_members(self) -> list[str]:
        facts = await self.events("membership")
        columns = "person, from_day, member_class, may_vote"
        standings = "from standing_change where member_class <> ''"
        timeline = [tuple(map(str, row.values())) for row in await self.fetch_rows("membership", f"select {columns} {standings}")]
        followed = [tuple(map(str, row.values())) for row in await self.fetch_rows("governance", f"select {columns} from standing")]  # noqa: S608 - our own names
        members = [str(row["person"]) for row in await self.fetch_rows("membership", "select person from member")]
        return [
            *_compare_multisets("members and MemberAdmitted", members, _field_values(facts, "MemberAdmitted", "person_id")),
            *_compare_multisets("standings of membership and of governance", timeline, followed),
        ]

    async def _worn_hats(self, service: str) -> list[tuple[str, str]]:
        return [(str(row["person"]), row["hat"]) for row in await self.fetch_rows(service, "select person, hat from worn_hat")]


def _field_values(facts: Sequence[PublishedEvent], name: str, field: str) -> list[str]:
    return [event.text(field) for event in facts if event.name == name]


def _missing_items(what: str, first: Iterable[object], other: str, second: Iterable[object]) -> list[str]:
    missing = sorted(map(repr, set(first) - set(second)))
    return [f"{len(missing)} times a {what} is not {other}, such as {missing[0]}"] if missing else []


def _duplicates(what: str, items: Sequence[object]) -> list[str]:
    duplicates = [item for item, number in Counter(items).items() if number > 1]
    return [f"{len(duplicates)} times there is a {what} twice, such as {duplicates[0]}"] if duplicates else []


def _compare_multisets(what: str, first: Iterable[object], second: Iterable[object]) -> list[str]:
    ours, theirs = Counter(first), Counter(second)
    return [] if ours == theirs else [f"{what} differ: {ours - theirs} against {theirs - ours}"[:600]]


def _compare_values(what: str, actual: object, expected: object) -> list[str]:
    return [] if actual == expected else [f"{what}: {actual} and not {expected}"]
