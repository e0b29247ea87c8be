"""A fault in the middle of each step of an erasure: the step has done nothing, what came before stays done, and afterwards it goes on."""

import asyncio

import pytest

from services.identity.domain.erasure import ERASED_NAME
from tests.service.conftest import infrastructure as infrastructure  # noqa: PLC0414 - the fixture, under its name
from tests.support.broken_transactions import break_transactions, mend_transactions
from tests.support.erasing_co_op import ErasingCoOp, erasing_co_op
from tests.support.running_co_op import Infrastructure

ADA = "Ada Ample"
SECRET = "The key is under the pot."
STEPS = (
    ("identity", "person_key", "delete"),
    ("identity", "read_audit", "update"),
    ("identity", "erasure_part", "insert"),
    ("membership", "erased_person", "update"),
    ("governance", "erased_person", "update"),
    ("web", "news", "delete"),
    ("identity", "erasure", "update of finished_at"),
)
"""In the order in which they come: the service whose transaction fails, and where in it."""


async def _state(life: ErasingCoOp) -> dict[str, object]:
    """What each service has done so far."""
    erasures = await life.co_op.all_rows("identity", "erasure")
    return {
        "identity": any(row[5] is not None for row in erasures),
        "finished": any(row[6] is not None for row in erasures),
        **{
            service: any(row[3] is not None for row in await life.co_op.all_rows(service, "erased_person"))
            for service in ("membership", "governance", "web")
        },
    }


@pytest.mark.capability("L5")
async def test_a_fault_at_any_step_leaves_the_step_undone_and_the_erasure_goes_on(infrastructure: Infrastructure) -> None:
    async with erasing_co_op(infrastructure, ADA) as life:
        ada = life.people[ADA]
        await life.records.fill_in(ada, home__key_safe=SECRET)
        for step in STEPS:
            await break_transactions(life.co_op, *step)
        erasure_id = await life.decide(await life.ask(ADA))
        done = dict.fromkeys(("identity", "membership", "governance", "web", "finished"), False)
        for number, (service, table, _) in enumerate(STEPS):
            await asyncio.sleep(0.3)
            assert await _state(life) == done, f"before step {number} was mended"
            assert await life.name_of(ada) == ADA
            if service == "identity" and number < 3:
                assert "record_field" in repr(await life.rows_with(str(ada))), "nothing of the failed transaction is left"
            await mend_transactions(life.co_op, service, table)
            if number == 2:
                # The process itself ends in the middle, too.
                await life.co_op.restart()
                done["identity"] = True
            elif number > 2:
                done[service if service != "identity" else "finished"] = True
            async with asyncio.timeout(60):
                while number >= 2 and await _state(life) != done:
                    await asyncio.sleep(0.05)
        finished = await life.wait_for_erasure(erasure_id, lambda erasure: erasure.HasField("finished_at"))

        assert {part.service for part in finished.parts} == {"identity", "membership", "governance", "matching", "scheduling", "web"}
        assert await life.name_of(ada) == ERASED_NAME
        assert await life.rows_with(SECRET) == await life.rows_with(ADA) == {}
