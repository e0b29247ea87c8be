"""Two people and the pages of their records, on real services: filled in, shown to a member found by name, looked at, and stopped."""

import re
from datetime import date
from uuid import UUID

import httpx2
import pytest

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.free_ports import free_ports
from tests.support.hidden_fields import hidden_fields
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op

SHARING = "/you/record/sharing/home.key_safe"
TEXT = "4711, beside the blue door"


class Visitor:
    """A browser without JavaScript, signed in as one person."""

    def __init__(self, pages: str) -> None:
        self.http = httpx2.AsyncClient(base_url=pages, timeout=60, follow_redirects=True)

    async def see(self, path: str) -> str:
        response = await self.http.get(path)
        assert response.status_code == 200, path
        return re.sub(r"<[^>]+>|\s+", " ", response.text)

    async def sign_in(self, code: str) -> None:
        """Without going on to the first page: it asks services that do not run here."""
        self.http.follow_redirects = False
        await self._post("/sign-in", "/sign-in/code", code=code)
        self.http.follow_redirects = True

    async def send(self, page: str, action: str, **fields: str) -> str:
        """Sends the form of a page, with what is in its hidden fields, and reads the page that follows."""
        response = await self._post(page, action, **fields)
        assert response.status_code == 200, (action, response.status_code, response.text)
        return re.sub(r"<[^>]+>|\s+", " ", response.text)

    async def _post(self, page: str, action: str, **fields: str) -> httpx2.Response:
        return await self.http.post(action, data=hidden_fields((await self.http.get(page)).text, action) | fields)


async def signed_in(co_op: RunningCoOp, pages: str, secretary: str, person: UUID) -> Visitor:
    request = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=pb.CODE_KIND_CARD)
    code = (await call_service(co_op.stub(IdentityServiceStub).IssueSignInCode, request, secretary)).code
    visitor = Visitor(pages)
    await visitor.sign_in(code)
    return visitor


@pytest.mark.capability("I2")
async def test_a_key_safe_number_is_shown_to_a_neighbour_until_a_day_and_taken_back(infrastructure: Infrastructure) -> None:
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with (
        running_co_op(infrastructure, "identity", "web", web=web) as co_op,
        event_publisher(co_op, "membership") as events,
    ):
        sam, ash, kim = await co_op.register_people("Sam Sample", "Ash Example", "Kim Ample")
        admitted = MemberAdmitted(person_id=str(kim), member_number="1", member_class="worker", may_vote=True, from_day="2026-01-01")
        await events.publish((admitted, str(kim)))
        await co_op.wait_until_consumed("identity", "membership")
        pages, secretary = f"http://127.0.0.1:{port}", co_op.token(sam, hat="secretary")
        ash_sees, kim_sees = [await signed_in(co_op, pages, secretary, person) for person in (ash, kim)]

        assert "1 of 2 filled in" in await ash_sees.send("/you/record/home", "/you/record/home", **{"text-key_safe": TEXT})
        assert "Nobody else can see my key-safe number." in await ash_sees.see("/you/record/home")
        assert "Nobody shares anything with you now." in await kim_sees.see("/you/shared")
        assert TEXT not in await kim_sees.see(f"/members/{ash}/record")

        day = date(co_op.now().year + 1, 3, 31)
        last_day = {"until-day": "31", "until-month": "3", "until-year": str(day.year)}
        page = await ash_sees.send(f"{SHARING}?q=amp", SHARING, who=f"person:{kim}", ends="day", **last_day)
        assert f"Kim Ample can see my key-safe number until {day:%A} 31 March {day.year}." in page
        assert "Ash Example" in await kim_sees.see("/you/shared")
        page = await kim_sees.see(f"/members/{ash}/record")
        assert TEXT in page
        assert "Ash Example can see that you looked at this" in page

        [grant] = re.findall(r'name="grant" value="([^"]+)"', (await ash_sees.http.get(SHARING)).text)
        assert "It has stopped." in await ash_sees.send(SHARING, f"{SHARING}/stop", grant=grant)
        assert TEXT not in await kim_sees.see(f"/members/{ash}/record")
        audited = [row for row in await co_op.all_rows("identity", "read_audit") if row[3] == ash and row[4] == "record"]
        assert [(row[1], row[8]) for row in audited] == [(str(kim), ["home.key_safe"])]
        for visitor in (ash_sees, kim_sees):
            await visitor.http.aclose()
