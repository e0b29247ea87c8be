"""The auditor reads what a co-op wrote, behind its API, and says in sentences what does not fit together.

It knows what must hold of any co-op at rest: facts are numbered without a gap and are all published, every service has followed every other
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

from libs.host import leader
from scripts.cli.facts import _administrator
from services.instance import Instance
from services.topology import SERVICES
from tests.support.voters import Poll

PROJECTIONS = {
    "governance": ("standing", "worn_hat"),
    "membership": ("worn_hat", "known_person", "member_class"),
    "web": ("news",),
}
"""What each service keeps of others' facts."""

_HEADS = """
select (select epoch from outbox_state) as epoch, (select published from outbox_state) as published, count(*) as stated,
  count(number) as numbered, coalesce(min(number), 1) as first, coalesce(max(number), 0) as last, count(distinct number) as different
from outbox"""


@dataclass(frozen=True)
class Stated:
    """A fact of an outbox, read."""

    number: int
    name: str
    fact: Message

    def text(self, field: str) -> str:
        return str(getattr(self.fact, field))


class Auditor:
    """For the co-op of one data folder, whose PostgreSQL is up."""

    def __init__(self, folder: Path) -> None:
        self._instance = Instance(folder)

    async def rows(self, service: str, sql: str, *parameters: object) -> list[asyncpg.Record]:
        """As the administrator, whom no policy binds."""
        url = _administrator(self._instance).set(database=f"kith_{service}", password=self._instance.keys.postgres_password)
        connection = await leader.connect(url.render_as_string(hide_password=False))
        try:
            return list(await connection.fetch(sql, *parameters))
        finally:
            await connection.close()

    async def facts(self, service: str) -> list[Stated]:
        """Everything a service stated, in order."""
        if service == "web":
            return []
        import_module(f"kith.{service}.facts.v1.facts_pb2")
        known = symbol_database.Default()
        rows = await self.rows(service, "select number, type, payload from outbox order by number nulls last, seq")
        return [
            Stated(row["number"] or 0, row["type"].rsplit(".", 1)[1], known.GetSymbol(row["type"]).FromString(row["payload"]))
            for row in rows
        ]

    async def at_rest(self, seconds: float = 30.0) -> float:
        """Waits until every fact is published and every service stands at every head it follows. Gives how long that took."""
        began = time.monotonic()
        while behind := await self._behind():
            assert time.monotonic() - began < seconds, behind
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def projections(self) -> dict[tuple[str, str], list[str]]:
        """Every row of every projection."""
        return {
            (service, table): sorted(repr(tuple(row.values())) for row in await self.rows(service, f"select * from {table}"))  # noqa: S608 - our own names
            for service, tables in PROJECTIONS.items()
            for table in tables
        }

    async def findings(self) -> list[str]:
        """Everything that is wrong, in sentences; nothing in a co-op that is well."""
        return [
            *await self._behind(),
            *await self._outboxes(),
            *await self._ballots(),
            *await self._motions(),
            *await self._persons(),
            *await self._members(),
        ]

    async def findings_of(self, poll: Poll) -> list[str]:
        """What voters were told against what is written: every acknowledged ballot under its revision, and no other."""
        rows = await self.rows("governance", "select person, revision, id, choice from ballot where motion = $1", poll.motion)
        written = {(str(row["person"]), row["revision"], str(row["id"]), row["choice"]) for row in rows}
        told = {(str(one.person), receipt.revision, receipt.ballot, receipt.choice) for one in poll.voters for receipt in one.receipts}
        answers = await self.rows("governance", "select count(*) as n from answer where method like '%CastBallot' and answer is not null")
        return [
            *_difference("ballot acknowledged", told, "written", written),
            *_difference("ballot written", written, "acknowledged", told),
            *_unequal("answers kept to casting a ballot", answers[0]["n"], len(told)),
        ]

    # --- what must hold

    async def _behind(self) -> list[str]:
        heads = {one.name: (await self.rows(one.name, _HEADS))[0] for one in SERVICES}
        found = [
            f"{name} has published {head['published']} of {head['stated']} facts"
            for name, head in heads.items()
            if not head["published"] == head["stated"] == head["numbered"]
        ]
        for one in SERVICES:
            for row in await self.rows(one.name, "select source, epoch, n from position"):
                head = heads[row["source"]]
                if (row["epoch"], row["n"]) != (head["epoch"], head["last"]):
                    found.append(f"{one.name} stands at {row['n']} of {head['last']} facts of {row['source']}")
        return found

    async def _outboxes(self) -> list[str]:
        found = []
        for one in SERVICES:
            head = (await self.rows(one.name, _HEADS))[0]
            if not head["stated"] == head["last"] == head["different"] or head["first"] != 1:
                found.append(f"the {head['stated']} facts of {one.name} are numbered {head['first']} to {head['last']}")
        return found

    async def _ballots(self) -> list[str]:
        rows = await self.rows(
            "governance", "select motion, person, revision, id, member_class from ballot order by motion, person, revision"
        )
        roll = await self.rows("governance", "select motion, person, revision, member_class from roll")
        cast = [one for one in await self.facts("governance") if one.name == "BallotCast"]
        kept = [(str(row["motion"]), str(row["person"]), row["revision"], str(row["id"]), row["member_class"]) for row in rows]
        said = [
            (one.text("motion_id"), one.text("person_id"), int(one.text("revision")), one.text("ballot_id"), one.text("member_class"))
            for one in cast
        ]
        highest: Counter[tuple[str, str]] = Counter()
        gaps = []
        for motion, person, revision, *_ in kept:
            highest[motion, person] += 1
            if revision != highest[motion, person]:
                gaps.append(f"the ballots of {person} are not numbered from 1 on: {revision} stands where {highest[motion, person]} should")
        places = {(str(row["motion"]), str(row["person"])): row["revision"] for row in roll if row["revision"]}
        return [
            *gaps,
            *_difference("ballot", kept, "stated", said),
            *_difference("BallotCast", said, "a ballot", kept),
            *_doubles("BallotCast", said),
            *_difference("place on a roll", places.items(), "what its ballots say", highest.items()),
            *_difference("ballots of a person", highest.items(), "on the roll", places.items()),
        ]

    async def _motions(self) -> list[str]:
        facts = await self.facts("governance")
        motions = await self.rows("governance", "select id, closed_at from motion")
        decisions = await self.rows("governance", "select number, id, motion, passed, effect from decision order by number")
        closed = [str(row["id"]) for row in motions if row["closed_at"]]
        decided = [(str(row["motion"]), str(row["id"]), row["passed"]) for row in decisions if row["motion"]]
        adopted = [str(row["id"]) for row in decisions if row["effect"] == "rulebook_adopted"]
        said = [
            (one.text("motion_id"), one.text("decision_id"), one.text("passes") == "True") for one in facts if one.name == "MotionClosed"
        ]
        return [
            *_unequal("the numbers of the decision log", [row["number"] for row in decisions], list(range(1, len(decisions) + 1))),
            *_same("motions and MotionOpened", [str(row["id"]) for row in motions], _about(facts, "MotionOpened", "motion_id")),
            *_same("motions closed and decided", closed, [motion for motion, *_ in decided]),
            *_same("decisions and MotionClosed", decided, said),
            *_same("decisions and RulebookAdopted", adopted, _about(facts, "RulebookAdopted", "decision_id")),
        ]

    async def _persons(self) -> list[str]:
        facts = await self.facts("identity")
        persons = [str(row["id"]) for row in await self.rows("identity", "select id from person")]
        worn = await self._worn("identity")
        given: set[tuple[str, str]] = set()
        for one in facts:
            if one.name in ("HatGiven", "HatTaken"):
                hat = one.text("person_id"), one.text("hat")
                given = given | {hat} if one.name == "HatGiven" else given - {hat}
        known = [str(row["person"]) for row in await self.rows("membership", "select person from known_person")]
        return [
            *_same("persons and PersonRegistered", persons, _about(facts, "PersonRegistered", "person_id")),
            *_same("persons and those membership knows", persons, known),
            *_same("hats worn and given", worn, given),
            *_same("hats identity and governance know of", worn, await self._worn("governance")),
            *_same("hats identity and membership know of", worn, await self._worn("membership")),
        ]

    async def _members(self) -> list[str]:
        facts = await self.facts("membership")
        columns = "person, from_day, member_class, may_vote"
        standings = "from standing_change where member_class <> ''"
        kept = [tuple(map(str, row.values())) for row in await self.rows("membership", f"select {columns} {standings}")]
        followed = [tuple(map(str, row.values())) for row in await self.rows("governance", f"select {columns} from standing")]  # noqa: S608 - our own names
        members = [str(row["person"]) for row in await self.rows("membership", "select person from member")]
        return [
            *_same("members and MemberAdmitted", members, _about(facts, "MemberAdmitted", "person_id")),
            *_same("standings of membership and of governance", kept, followed),
        ]

    async def _worn(self, service: str) -> list[tuple[str, str]]:
        return [(str(row["person"]), row["hat"]) for row in await self.rows(service, "select person, hat from worn_hat")]


def _about(facts: Sequence[Stated], name: str, field: str) -> list[str]:
    return [one.text(field) for one in facts if one.name == name]


def _difference(what: str, first: Iterable[object], other: str, second: Iterable[object]) -> list[str]:
    missing = sorted(map(repr, set(first) - set(second)))
    return [f"{len(missing)} times a {what} is not {other}, such as {missing[0]}"] if missing else []


def _doubles(what: str, found: Sequence[object]) -> list[str]:
    double = [one for one, number in Counter(found).items() if number > 1]
    return [f"{len(double)} times there is a {what} twice, such as {double[0]}"] if double else []


def _same(what: str, first: Iterable[object], second: Iterable[object]) -> list[str]:
    ours, theirs = Counter(first), Counter(second)
    return [] if ours == theirs else [f"{what} differ: {ours - theirs} against {theirs - ours}"[:600]]


def _unequal(what: str, found: object, right: object) -> list[str]:
    return [] if found == right else [f"{what}: {found} and not {right}"]
