"""A visit's record through the pages, without scripts: written, disputed by who acts, corrected, confirmed, and read by nobody else."""

from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.free_ports import free_ports
from tests.support.http_user import HttpUser
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op
from tests.support.visit_people import VisitPeople
from tests.support.visit_record_people import RecordPeople
from tests.unit.web.visible_text import visible_text


async def sign_in(co_op: RunningCoOp, user: HttpUser, person: UUID) -> None:
    request = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=identity.CODE_KIND_LINK)
    code = (await call_service(co_op.stub(IdentityServiceStub).IssueSignInCode, request, co_op.token(person))).code
    await user.get(f"/sign-in/{code}")
    await user.submit("/sign-in/code", device="own")


@pytest.mark.capability("L6")
async def test_both_sides_agree_on_what_happened(infrastructure: Infrastructure) -> None:
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with AsyncExitStack() as stack:
        co_op = await stack.enter_async_context(running_co_op(infrastructure, "identity", "scheduling", "web", web=web))
        matching = await stack.enter_async_context(event_publisher(co_op, "matching"))
        _, ada, wren, bo = await co_op.register_people("Ash Example", "Ada Ample", "Wren Willing", "Bo Brook")
        people = VisitPeople(co_op, matching, matching, matching)
        records = RecordPeople(people)
        await people.form_team(ada, volunteer=[wren], friend=[bo])
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren, -10)
        of_ada, of_wren, of_bo = [await stack.enter_async_context(HttpUser(f"127.0.0.1:{port}")) for _ in range(3)]
        for user, person in ((of_ada, ada), (of_wren, wren), (of_bo, bo)):
            await sign_in(co_op, user, person)
        at = f"/visits/{visit}"

        assert "Say when you start and when you finish." in visible_words(await of_wren.get(at))
        page = await of_wren.submit_form(f"{at}/record/step", do="start")
        assert "We have written down when you started." in visible_words(page)
        assert "Wren Willing has started" in visible_words(await of_ada.get(at))
        assert "What happened" not in visible_words(await of_bo.get(at)), "a friend in the team has no part in it"

        await records.go_after(visit, wren, 65)
        await of_wren.get(at)
        assert "Waits for Ada Ample" in visible_words(await of_wren.submit_form(f"{at}/record/step", do="finish"))
        asked = await of_ada.get(at)
        assert "11:50 in the morning to 1:05 in the afternoon" in visible_words(asked)
        record = (await records.get_one(visit, ada)).record_id
        await of_ada.get(f"{at}/record/wrong?record={record}")
        page = await of_ada.submit_form(f"{at}/record/wrong", words="You went at one.\nI looked at the clock.")
        assert "You said that it is not right. Waits for Wren Willing" in visible_words(page)

        page = await of_wren.get(at)
        assert "I looked at the clock." in visible_words(page)
        await of_wren.get(f"{at}/record?record={record}")
        page = await of_wren.submit_form(
            f"{at}/record", **today(records), start="12:00", end="13:00", ends_on="same", note="Soup & a walk <3"
        )
        assert "It is written down." in visible_words(page)
        await of_ada.get(at)
        stale = await of_ada.get(at)
        assert "Soup & a walk <3" in visible_words(stale)
        page = await of_ada.submit_form(f"{at}/record/step", do="confirm")
        words = visible_words(page)
        assert "This counts as right" in words
        assert words.index("Wren Willing started at 11:50 in the morning.") < words.index("Ada Ample said: that is not right.")
        assert words.index("Ada Ample said: that is not right.") < words.index("12 noon to 1:00 in the afternoon. This one counts.")
        assert words.index("This one counts.") < words.index("Ada Ample said: that is right.")
        assert "What happened" not in visible_words(await of_bo.get(at))

        await of_ada.get("/visits/confirming")
        page = await of_ada.submit_form("/visits/confirming", do="agree")
        assert "It counts by itself. Chosen on" in visible_words(page)


def visible_words(page: str) -> str:
    return " ".join(visible_text(page))


def today(records: RecordPeople) -> dict[str, str]:
    """The inputs of a date."""
    day = records.people.day(0)
    return {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
