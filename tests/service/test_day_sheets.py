"""Day sheets: sent once the evening before, whatever runs twice, and once more when the day has changed; with little in them."""

from contextlib import AsyncExitStack
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from kith.identity.v1 import notices_pb2 as notices
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import day_sheets_pb2 as pb
from kith.scheduling.v1.day_sheets_pb2_grpc import DaySheetServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from services.scheduling.commands.send_day_sheets import send_day_sheets
from services.scheduling.storage import day_sheets
from tests.support.mail_server import MailServer
from tests.support.running_co_op import ZONE, Infrastructure, event_publisher, running_co_op
from tests.support.sharing_people import SharingPeople
from tests.support.task_people import MEDICINE, TaskPeople
from tests.support.visit_people import VisitPeople
from tests.support.waiting import wait_until

TABLETS = "The blue tablets with breakfast"


async def choose(people: VisitPeople, person: UUID, by: UUID | str, *, wanted: bool, named: bool = False) -> None:
    stub = people.co_op.stub(DaySheetServiceStub)
    request = pb.SetDaySheetChoiceRequest(request_id=str(new_id()), person_id=str(person), wanted=wanted, named=named)
    await call_service(stub.SetDaySheetChoice, request, people.token(by))


async def sheets_sent(people: VisitPeople) -> list[tuple[str, str, str]]:
    """Kind, whose, and of which day, in their order."""
    events = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.NoticeWanted)]
    return [(event.kind, event.person_ids[0], event.about_id) for event in events if event.kind.startswith("day_sheet")]


async def _tell_by_mail(people: VisitPeople, person: UUID) -> None:
    ways = notices.WaysToBeTold(language="en", channel=notices.NOTICE_CHANNEL_EMAIL)
    request = notices.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(person), ways=ways)
    await call_service(people.co_op.stub(NoticeServiceStub).SetWaysToBeTold, request, people.token(person))


async def _wait_until_sent(people: VisitPeople, sheet: tuple[str, str, str]) -> None:
    async def is_sent() -> bool:
        return sheet in await sheets_sent(people)

    await wait_until(is_sent, f"{sheet} goes out")


async def _share(people: VisitPeople, person: UUID, sharer: UUID, visit: str) -> None:
    sharing = SharingPeople(people)
    await sharing.pair(person, sharer)
    await sharing.share(person, sharer, visit=visit)


async def _check_shared(people: VisitPeople, database: Database, persons: tuple[UUID, UUID, UUID], shared: str, other: str) -> None:
    """It is on the sheet of who shares it, without what help the other one gets, and both are on the worker's."""
    ada, mo, wren = persons
    async with database.work(callers.job("send_day_sheets"), people.co_op.now()) as work:
        of_wren, of_mo = [await day_sheets.list_visits(work, person, people.day(1)) for person in (wren, mo)]
    assert [each.others for each in of_wren] == [(ada, mo), (mo,)]
    assert [(str(each.visit), each.others, each.kinds) for each in of_mo] == [(shared, (wren,), ()), (other, (wren,), ())]


@pytest.mark.capability("S1")
async def test_a_sheet_is_mailed_once_the_evening_before_and_again_when_the_day_changes(infrastructure: Infrastructure) -> None:
    mail = MailServer()
    mail.start()
    web: dict[str, object] = {"mail_host": "127.0.0.1", "mail_port": mail.port, "mail_tls": "none", "mail_from": "hello@elm.example"}
    async with AsyncExitStack() as stack:
        stack.callback(mail.stop)
        co_op = await stack.enter_async_context(running_co_op(infrastructure, "identity", "scheduling", "web", web=web))
        matching = await stack.enter_async_context(event_publisher(co_op, "matching"))
        _, ada, mo, wren = await co_op.register_people("Sue Secretary", "Ada Ample", "Mo Stone", "Wren Willing")
        people = VisitPeople(co_op, matching, matching, matching)
        tasks = TaskPeople(people)
        for owner in (ada, mo):
            await people.form_team(owner, volunteer=[wren])
        await tasks.give(ada, wren, "medicines")
        await _tell_by_mail(people, wren)
        to_ada, to_mo, day = await people.propose(ada, ada, people.at(2, 9)), await people.propose(mo, mo, people.at(2, 11)), people.day(2)
        await tasks.set_tasks(ada, (MEDICINE, TABLETS), visit=to_ada)
        await _share(people, ada, mo, to_ada)
        await people.take(to_ada, wren)
        await people.take(to_mo, wren)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await choose(people, wren, ada, wanted=True)
        await choose(people, wren, wren, wanted=True)
        await choose(people, ada, ada, wanted=False, named=True)
        assert await sheets_sent(people) == [], "not before the hour"
        await tasks.records.go_to(datetime.combine(day - timedelta(days=1), time(18, 0, 30), ZONE))

        database = Database(co_op.databases["scheduling"].run_url)
        stack.push_async_callback(database.close)

        async def send() -> int:
            """What the job does once a minute."""
            async with database.work(callers.job("send_day_sheets"), co_op.now()) as work:
                return await send_day_sheets(work, zone=ZONE)

        await send()
        first = ("day_sheet", str(wren), f"{day}.1")
        await _wait_until_sent(people, first)
        assert [await send(), await send()] == [0, 0], "run again, it sends nothing again"
        await _check_shared(people, database, (ada, mo, wren), to_ada, to_mo)
        await mail.wait(lambda: any(str(sent["Subject"]).startswith("Your day:") for sent in mail.mails))
        [sheet] = [sent for sent in mail.mails if str(sent["Subject"]).startswith("Your day:")]
        text = sheet.get_content()
        assert "9:00 in the morning - 10:00 in the morning: You go to Ada." in text
        assert "[  ] Medicines" in text
        assert "11:00 in the morning - 12 noon: You go to a visit." in text, "Mo has not said that they may be named"
        for hidden in (TABLETS, "Ample", "Mo"):
            assert hidden not in text.replace("Monday", "").replace("Mon", "")

        # What changes after that goes out once more, and says what it replaces.
        await people.give_back(to_mo, wren)
        again = ("day_sheet_again", str(wren), f"{day}.2")

        await send()
        await _wait_until_sent(people, again)
        assert await sheets_sent(people) == [first, again]
        await mail.wait(lambda: any("replaces" in str(sent["Subject"]) for sent in mail.mails))
        latest = mail.mails[-1].get_content()
        assert "This sheet replaces the one that we sent before." in latest
        assert "11:00" not in latest
