"""A person's record: what people say of themselves, and whom they let see which field of it, until when."""

import asyncio
from datetime import timedelta
from pathlib import Path
from shutil import copy
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.message import Message

from kith.identity.facts.v1.facts_pb2 import AccessEnded, AccessGiven, RecordChanged
from kith.identity.v1 import record_pb2 as pb
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from libs import callers
from libs.access.record_fields import FIELDS
from libs.database import migrations
from libs.database.engine import new_id
from libs.host import leader_election
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from services.database_setup import prepare_databases
from services.identity.reactions import membership
from tests.contract.migration_fingerprints import migration_files
from tests.support.person_records import MEMBERS, PersonRecords, hat_audience, person_audience
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op

DAY = timedelta(days=1)


def member(person: UUID, from_day: str = "2026-01-01") -> tuple[Message, str]:
    return MemberAdmitted(person_id=str(person), member_number="1", member_class="worker", may_vote=True, from_day=from_day), str(person)


def ended(person: UUID, on: str) -> tuple[Message, str]:
    return MembershipEnded(person_id=str(person), on=on, reason="left"), str(person)


async def administrator(co_op: RunningCoOp, *statements: str) -> None:
    """Runs in identity's database as the owner; row-level security takes it for a job."""
    async with co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        for statement in statements:
            await connection.execute(statement)


@pytest.mark.capability("I2")
async def test_a_field_is_seen_by_those_the_person_chose_until_then_and_by_nobody_else(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op, event_publisher(co_op, "membership") as events:
        sam, ash, kim, lee = await co_op.register_people("Sam Sample", "Ash Example", "Kim Ample", "Lee Other")
        await events.publish(member(kim), member(ash))
        await co_op.wait_until_consumed("identity", "membership")
        for by in (kim, sam):
            assert await PersonRecords(co_op).find(by, "mple") == ["Ash Example", "Kim Ample"], "a member, and who wears a hat"
        with pytest.raises(NotAllowed, match="NAMES_FOR_MEMBERS"):
            await PersonRecords(co_op).find(lee, "mple")
        records, secretary = PersonRecords(co_op), co_op.token(sam, hat="secretary")
        assert await records.fill_in(ash, home__key_safe="4711, left of the door", health__allergies="Nuts", about_me__story="أنا آش") == [
            1,
            1,
            1,
        ]

        # Nobody, until Ash says so: the field is absent, not empty.
        for reader in (kim, lee, sam, secretary):
            assert await records.read(reader, ash) == {}
            assert await records.read_all(reader, "home.key_safe") == {}
        assert await records.read(ash, ash) == {
            "about_me.story": "أنا آش",
            "health.allergies": "Nuts",
            "home.key_safe": "4711, left of the door",
        }

        [by_name] = await records.share(ash, person_audience(kim), "home.key_safe", until=30 * DAY)
        [to_hat] = await records.share(ash, hat_audience("secretary"), "health.allergies")
        [to_members] = await records.share(ash, MEMBERS, "about_me.story")
        assert await records.read(kim, ash, reason="the visit at nine") == {
            "about_me.story": "أنا آش",
            "home.key_safe": "4711, left of the door",
        }
        assert await records.read(secretary, ash) == {"health.allergies": "Nuts"}
        assert await records.read(sam, ash) == {}, "the hat counts only where it is claimed"
        assert await records.read(co_op.token(lee, hat="secretary"), ash) == {}, "and only if it is worn"
        assert await records.read(lee, ash) == {}, "Lee is not a member"
        assert await records.read_all(kim, "home.key_safe") == {ash: "4711, left of the door"}
        assert await records.shared_with(kim) == [(ash, "about_me.story", False), (ash, "home.key_safe", True)]
        assert await records.shared_with(ash) == []

        # Who looked, at which fields, and why: never what they say.
        rows = [row for row in await co_op.all_rows("identity", "read_audit") if row[3] == ash and row[4] == "record"]
        assert {(row[1], row[5], tuple(row[8]), row[9]) for row in rows} == {  # type: ignore[arg-type]  # rows are of any kind
            (str(kim), "get", ("about_me.story", "home.key_safe"), "the visit at nine"),
            (str(kim), "list", ("home.key_safe",), ""),
            (str(sam), "get", ("health.allergies",), ""),
        }

        # A stopped grant has stopped for everybody who reads after it: by the order of commits, not by a clock.
        for grant, reader in ((by_name, kim), (to_members, kim), (to_hat, secretary)):
            await records.stop(ash, grant)
            assert grant not in {shared.grant_id for shared in await records.grants(ash, only_open=True)}
            assert len(await records.read(reader, ash)) == (1 if grant == by_name else 0)
        assert [grant.grant_id for grant in await records.grants(ash)] == [to_members, to_hat, by_name]
        assert [grant.HasField("ended_at") for grant in await records.grants(ash, "home.key_safe")] == [True]
        with pytest.raises(FailedPrecondition, match="ACCESS_ENDED"):
            await records.stop(ash, by_name)
        with pytest.raises(NotFound, match="GRANT_UNKNOWN"):
            await records.stop(kim, by_name)

        # A new sentence for the same audience takes the place of the old one; another day comes by itself.
        [first] = await records.share(ash, person_audience(kim), "home.key_safe")
        [second] = await records.share(ash, person_audience(kim), "home.key_safe", until=DAY)
        assert [grant.grant_id for grant in await records.grants(ash, "home.key_safe", only_open=True)] == [second]
        [later] = await records.share(ash, person_audience(lee), "home.key_safe", since=co_op.now() + DAY)
        assert (len(await records.read(kim, ash)), len(await records.read(lee, ash))) == (1, 0)
        await co_op.move_clock(int(DAY.total_seconds()) + 60)
        assert (len(await records.read(kim, ash)), len(await records.read(lee, ash))) == (0, 1)

        # Events say who may see what, and no word of what it says.
        published = [
            event for event in await co_op.published_events("identity") if isinstance(event, RecordChanged | AccessGiven | AccessEnded)
        ]
        assert published[0] == RecordChanged(person_id=str(ash), fields=["home.key_safe", "health.allergies", "about_me.story"])
        assert [event.grant_id for event in published if isinstance(event, AccessGiven)] == [
            by_name,
            to_hat,
            to_members,
            first,
            second,
            later,
        ]
        assert [(event.grant_id, event.why) for event in published if isinstance(event, AccessEnded)] == [
            *((grant, "chosen") for grant in (by_name, to_members, to_hat)),
            (first, "replaced"),
        ]


@pytest.mark.capability("I2")
async def test_what_makes_no_sense_is_refused_by_what_is_wrong_with_it(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op, event_publisher(co_op, "membership") as events:
        sam, ash, kim, gone = await co_op.register_people("Sam Sample", "Ash Example", "Kim Ample", "Gone Away")
        yesterday = (co_op.today() - DAY).isoformat()
        await events.publish(member(gone), ended(gone, yesterday))
        await co_op.wait_until_consumed("identity", "membership")
        records, now = PersonRecords(co_op), co_op.now()
        for audience, reason in (
            (pb.Audience(), "AUDIENCE_MISSING"),
            (person_audience(ash), "AUDIENCE_SELF"),
            (person_audience(new_id()), "READER_UNKNOWN"),
            (person_audience(gone), "AUDIENCE_LEFT"),
            (pb.Audience(kind=pb.AUDIENCE_KIND_PERSON, person_id="kim"), "ID_MALFORMED"),
            (hat_audience("mayor"), "HAT_UNKNOWN"),
            (hat_audience(""), "HAT_UNKNOWN"),
        ):
            with pytest.raises(Invalid, match=reason) as refused:
                await records.share(ash, audience, "home.key_safe")
            assert [problem.field for problem in refused.value.problems] == ["audience"]
        for since, until, field, reason in (
            (now - DAY, None, "valid_from", "ACCESS_FROM_PAST"),
            (None, now - DAY, "valid_until", "ACCESS_UNTIL_PAST"),
            (now + 2 * DAY, now + DAY, "valid_until", "ACCESS_UNTIL_BEFORE_FROM"),
        ):
            with pytest.raises(Invalid, match=reason) as refused:
                await records.share(ash, person_audience(kim), "home.key_safe", since=since, until=until)
            assert [problem.field for problem in refused.value.problems] == [field]
        for fields, reason in (((), "FIELDS_MISSING"), (("home.alarm",), "FIELD_UNKNOWN"), (("home.key_safe",) * 2, "FIELD_TWICE")):
            with pytest.raises(Invalid, match=reason):
                await records.share(ash, person_audience(kim), *fields)
        assert await records.grants(ash) == []

        assert await records.fill_in(ash, home__key_safe="x" * 4000) == [1]
        for kind, reason, attempt in (
            (Invalid, "FIELD_TEXT_TOO_LONG", records.fill_in(ash, version=1, home__key_safe="x" * 4001)),
            (Invalid, "FIELD_UNKNOWN", records.fill_in(ash, home__alarm="1")),
            (Conflict, "VERSION_STALE", records.fill_in(ash, home__key_safe="2")),
            (NotAllowed, "NOT_YOURS", records.fill_in(ash, by=kim, health__risks="Stairs")),
            (NotAllowed, "NOT_YOURS", records.fill_in(ash, by=co_op.token(sam, hat="secretary"), health__risks="Stairs")),
            (NotFound, "PERSON_UNKNOWN", records.read(ash, new_id())),
            (Invalid, "FIELD_UNKNOWN", records.read(ash, ash, "home.alarm")),
            (Invalid, "READ_REASON_TOO_LONG", records.read(kim, ash, reason="x" * 201)),
            (Invalid, "FIELD_UNKNOWN", records.read_all(kim, "home.alarm")),
        ):
            with pytest.raises(kind, match=reason):
                await attempt
        # An emptied field is absent for others, and its version goes on.
        await records.share(ash, person_audience(kim), "home.key_safe")
        assert await records.fill_in(ash, version=1, home__key_safe="") == [2]
        assert (await records.read(kim, ash), await records.read(ash, ash)) == ({}, {"home.key_safe": ""})
        assert (await records.read_all(kim, "home.key_safe"), await records.shared_with(kim)) == ({}, [])
        assert await records.fill_in(ash, version=2, home__key_safe="4711") == [3]


@pytest.mark.capability("I2")
async def test_who_acts_for_a_person_does_so_in_their_sections_and_shares_nothing(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        _, ash, bo = await co_op.register_people("Sam Sample", "Ash Example", "Bo Example")
        records, bo_for_ash = PersonRecords(co_op), co_op.token(bo, acting_for=ash)
        await records.fill_in(ash, home__key_safe="4711", health__risks="Stairs")
        with pytest.raises(NotAllowed, match="ACTING_ENDED"):
            await records.fill_in(ash, by=bo_for_ash, version=1, health__risks="Stairs, mornings")
        columns = "relationship, scope, holder, subject, valid_from"
        planned = f"'{new_id()}', 'health', '{bo}', '{ash}', '{co_op.now() + timedelta(hours=1)}'"
        await administrator(co_op, f"insert into acting_right ({columns}) values ({planned})")  # noqa: S608 - our own
        with pytest.raises(NotAllowed, match="NAMES_FOR_MEMBERS"):
            await records.find(ash, "example")  # what is planned is not in force
        right = f"'{new_id()}', 'health', '{bo}', '{ash}', now() - interval '1 hour'"
        await administrator(co_op, f"insert into acting_right ({columns}) values ({right})")  # noqa: S608 - our own
        assert await records.read(bo_for_ash, ash) == {"health.risks": "Stairs"}
        assert await records.read(bo, ash) == {}, "nothing is asked for in one's own place"
        # Nobody here is a member; only Ash finds the people who act for Ash, to share more with them.
        assert [await records.find(by, "example") for by in (ash, bo)] == [["Bo Example"], []]
        assert await records.fill_in(ash, by=bo_for_ash, version=1, health__risks="Stairs, mornings") == [2]
        outside = pb.GetRecordRequest(person_id=str(ash), fields=["health.risks", "home.key_safe"])
        attempts = (
            ("ACTING_OUTSIDE_SCOPE", records.fill_in(ash, by=bo_for_ash, version=1, home__key_safe="1")),
            ("ACTING_OUTSIDE_SCOPE", records.fill_in(ash, by=bo_for_ash, version=2, health__risks="-", home__key_safe="1")),
            ("ACTING_OUTSIDE_SCOPE", call_service(records.stub.GetRecord, outside, bo_for_ash)),
            ("NOT_YOURS", records.read(bo_for_ash, bo)),
            ("NOT_WHILE_ACTING", records.share(bo_for_ash, person_audience(bo), "health.risks")),
            ("NOT_WHILE_ACTING", records.read_all(bo_for_ash, "health.risks")),
            ("NOT_WHILE_ACTING", records.grants(bo_for_ash)),
            ("NOT_WHILE_ACTING", records.shared_with(bo_for_ash)),
            ("ACTING_OUTSIDE_SCOPE", records.find(bo_for_ash, "example")),
        )
        for reason, attempt in attempts:
            with pytest.raises(NotAllowed, match=reason):
                await attempt
        right = f"'{new_id()}', 'team', '{bo}', '{ash}', now() - interval '1 hour'"
        await administrator(co_op, f"insert into acting_right ({columns}) values ({right})")  # noqa: S608 - our own
        assert await records.find(bo_for_ash, "example") == ["Bo Example"], "as Ash would"
        await administrator(co_op, "update acting_right set ended_at = now()")
        with pytest.raises(NotAllowed, match="NAMES_FOR_MEMBERS"):
            await records.find(ash, "example")
        with pytest.raises(NotAllowed, match="ACTING_ENDED"):
            await records.read(bo_for_ash, ash)
        assert await records.read(ash, ash) == {"health.risks": "Stairs, mornings", "home.key_safe": "4711"}
        request = pb.GetRecordRequest(person_id=str(ash))
        fields = {field.field: field for field in (await call_service(records.stub.GetRecord, request, co_op.token(ash))).fields}
        assert [UUID(fields[name].changed_by) for name in ("health.risks", "home.key_safe")] == [bo, ash]


@pytest.mark.capability("I2")
async def test_who_leaves_sees_no_more_and_a_rebuild_gives_the_same(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op, event_publisher(co_op, "membership") as events:
        _, ash, kim, lee, sister = await co_op.register_people("Sam Sample", "Ash Example", "Kim Ample", "Lee Other", "Bo Example")
        today = co_op.now().astimezone(ZoneInfo("Europe/London")).date()
        await events.publish(member(kim), member(lee), ended(lee, (today + DAY).isoformat()))
        await co_op.wait_until_consumed("identity", "membership")
        records = PersonRecords(co_op)
        await records.fill_in(ash, home__key_safe="4711", about_me__story="Hello")
        await records.share(ash, MEMBERS, "about_me.story")
        for person in (kim, lee, sister):
            await records.share(ash, person_audience(person), "home.key_safe")
        assert [len(await records.read(person, ash)) for person in (kim, lee, sister)] == [2, 2, 1]

        await events.publish(ended(kim, today.isoformat()))
        await co_op.wait_until_consumed("identity", "membership")
        assert [len(await records.read(person, ash)) for person in (kim, lee, sister)] == [0, 2, 1]
        await co_op.move_clock(int(2 * DAY.total_seconds()))
        async with asyncio.timeout(60):
            while await records.read(lee, ash):
                await asyncio.sleep(0.05)
        assert [len(await records.read(person, ash)) for person in (kim, lee, sister)] == [0, 0, 1]
        assert [event.why for event in await co_op.published_events("identity") if isinstance(event, AccessEnded)] == ["left", "left"]

        # Kim comes back: what is for members is hers again, what was shown to her by name is given anew. A rebuild takes neither away.
        await events.publish(member(kim, (today + 2 * DAY).isoformat()), at=co_op.now())
        await co_op.wait_until_consumed("identity", "membership")
        assert await records.read(kim, ash) == {"about_me.story": "Hello"}
        await records.share(ash, person_audience(kim), "home.key_safe")
        before = [await co_op.all_rows("identity", table) for table in ("co_op_member", "former_member", "access_grant")]
        await co_op.rebuild("identity", membership.reactions(ZoneInfo("Europe/London")))
        await co_op.wait_until_consumed("identity", "membership")
        assert [await co_op.all_rows("identity", table) for table in ("co_op_member", "former_member", "access_grant")] == before


def test_every_section_is_a_scope_and_every_key_is_of_a_section() -> None:
    assert len(set(FIELDS)) == len(FIELDS)
    assert all(field.count(".") == 1 for field in FIELDS)


async def test_members_of_before_are_known_after_the_upgrade(infrastructure: Infrastructure, tmp_path: Path) -> None:
    """Identity had followed membership's events already when it began to note who is a member: it follows them again."""
    async with infrastructure.databases.empty_database("identity") as database:
        for migration in migration_files("identity"):
            if migration.stem < "0011":
                copy(migration, tmp_path)
        await migrations.migrate(database.owner_url, tmp_path)
        owner = await leader_election.connect(database.owner_url)
        await owner.execute("insert into position (source, epoch, n) values ('membership', 7, 41), ('other', 7, 3)")
        await prepare_databases(database.admin, [database])
        assert [tuple(row) for row in await owner.fetch("select source, epoch, n from position order by source")] == [
            ("membership", 7, 0),
            ("other", 7, 3),
        ]
        await owner.close()
