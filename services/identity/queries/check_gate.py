"""What people lack for a gate: the caller, or anybody for a secretary, which is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import GateProblem
from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.rulebook import Gate
from services.identity.domain.credential import lacking
from services.identity.storage import credential_rules, credentials

MAX_PERSONS = 200


@dataclass(frozen=True)
class GateCheck:
    """For one person and one gate: the kinds that do not count, with the reason. Who lacks nothing may pass."""

    person: UUID
    gate: str
    lacking: Sequence[tuple[str, GateProblem]]


async def check_gate(work: UnitOfWork, persons: Sequence[UUID], gate: str, *, zone: ZoneInfo) -> list[GateCheck]:
    """Without a gate for every one that the rules use. Raises Invalid TOO_MANY_IDS or GATE_UNKNOWN, NotAllowed."""
    if len(persons) > MAX_PERSONS:
        raise invalid("person_ids", "TOO_MANY_IDS", at_most=str(MAX_PERSONS))
    if gate and gate not in list(Gate):
        raise invalid("gate", "GATE_UNKNOWN")
    if any(person != work.caller.person for person in persons):
        await hats.require(work, hats.SECRETARY)
    rules = await credential_rules.in_force(work)
    used = {gate for rule in rules for gate in rule.gates}
    gates = [gate] if gate else [known.value for known in Gate if known in used]
    by_person = await credentials.of_persons(work, persons)
    today = work.now.astimezone(zone).date()
    await audit.record_read(work, "credential", "check", *dict.fromkeys(persons))
    return [GateCheck(person, each, lacking(rules, each, by_person[person], today)) for person in persons for each in gates]
