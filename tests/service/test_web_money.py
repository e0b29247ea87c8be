"""The pages of money on real services: a secretary writes down who pays, the person says yes, and a period is closed."""

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.database.engine import new_id
from tests.service.test_web_records import Visitor, signed_in
from tests.support.free_ports import free_ports
from tests.support.hidden_fields import hidden_fields
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op


@pytest.mark.capability("S11")
async def test_a_secretary_and_a_person_agree_who_pays_and_a_period_is_closed(infrastructure: Infrastructure) -> None:
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with (
        running_co_op(infrastructure, "identity", "scheduling", "web", web=web) as co_op,
        event_publisher(co_op, "governance") as governance,
    ):
        sam, ash = await co_op.register_people("Sam Sample", "Ash Example")
        pages, secretary = f"http://127.0.0.1:{port}", co_op.token(sam, hat="secretary")
        await co_op.wait_until_consumed("scheduling", "identity")
        office, person = await signed_in(co_op, pages, secretary, sam), await signed_in(co_op, pages, secretary, ash)

        payers = await office.send("/money/payers", "/money/payers", kind="council", organisation="Norwood Council", address="1 High St")
        assert "Norwood Council" in payers
        path = f"/members/{ash}/funding"
        day = {"first_day-day": "1", "first_day-month": "1", "first_day-year": "2026"}
        text = await office.send(path, path, payer_1="self", share_1="1", budget_1="100", span_1="month", **day)
        assert "It is written down. Ash Example is asked." in text
        text = await person.see("/money")
        assert "Ash Example pays all of it. £100.00 a month." in text
        assert "Left" not in text, "it does not count yet"
        plan = (await person.http.get("/money")).text.partition('name="plan" value="')[2][:36]
        text = await person.send("/money", "/money", plan=plan, do="yes")
        assert "Left £100.00" in " ".join(text.split())

        assert "The rulebook has no shares for money yet" in await _refused(office)
        adopted = RulebookAdopted(rulebook_hash="a" * 64, decision_id=str(new_id()))
        adopted.money.payer_adds, adopted.money.worker_gives = "7/40", "3/40"
        await governance.publish((adopted, adopted.decision_id))
        await co_op.wait_until_consumed("scheduling", "governance")
        assert "It is closed" in await office.send("/money/periods/check", "/money/periods/check")
        assert "All days until yesterday are closed" in (await office.http.get("/money/periods/check")).text
        for path in ("/money/statement", "/money/pay", "/money/work"):
            await person.see(path)
        assert (await person.http.get("/money/periods")).status_code == 403
        for visitor in (office, person):
            await visitor.http.aclose()


async def _refused(office: Visitor) -> str:
    """What the page says when the period cannot be closed."""
    path = "/money/periods/check"
    response = await office.http.post(path, data=hidden_fields((await office.http.get(path)).text, path))
    assert response.status_code == 409
    return response.text
