"""`kith audit`: checks that the log of who looked at whose record is as it was written.

It works on the services' databases as their owners, so only PostgreSQL has to run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import DEFAULT_FOLDER, CommandGroup, FolderOption, JsonOption, JsonResult, print_words, run
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import plural
from services.topology import PEOPLE_SERVICE_NAMES, find_service

with lazy_imports():
    from kith.governance.facts.v1 import facts_pb2 as governance_facts
    from kith.identity.facts.v1 import facts_pb2 as identity_facts
    from kith.matching.facts.v1 import facts_pb2 as matching_facts
    from kith.membership.facts.v1 import facts_pb2 as membership_facts
    from kith.scheduling.facts.v1 import facts_pb2 as scheduling_facts
    from libs.access import audit_chain, audit_verification
    from scripts.cli import lock_owner, service_databases
    from services import instance

audit_app = CommandGroup("Check the log of who looked at whose record.", no_args_is_help=True)
_MOST_SHOWN = 20
_SENTENCES = {
    "missing": "Row {number} is missing.",
    "altered": "Row {number} was altered.",
    "unchained": "Row {number} does not follow from the row before it: it was moved, put in, or sealed anew.",
    "rewritten": "Up to row {number} the log is not the one whose end was published: rows were sealed anew.",
}


@audit_app.callback()
def _audit() -> None:
    """Makes typer keep the subcommand although there is only one."""


@audit_app.command("verify")
def verify_command(
    *,
    against: Annotated[
        Path | None, typer.Option(help="What `kith audit verify --json` printed earlier, kept elsewhere: the log must still go through it.")
    ] = None,
    as_json: JsonOption = False,
    folder: FolderOption = DEFAULT_FOLDER,
) -> int:
    """Find every row of the log that was altered, removed or moved since it was written. Exit code 1 if there is one."""
    return run(_verify(folder, against, as_json=as_json))


async def _verify(folder: Path, against: Path | None, *, as_json: bool) -> int:
    co_op, _ = lock_owner.load_co_op(folder)
    noted = noted_heads(against) if against else {}
    reports = {service: await _check(co_op, service, noted.get(service, [])) for service in PEOPLE_SERVICE_NAMES}
    intact = not any(report.findings for report in reports.values())
    verdict = "The log is as it was written." if intact else "The log is NOT as it was written."
    lines = [*(line for service, report in reports.items() for line in _in_words(service, report)), verdict]
    data = {"intact": intact, "services": {service: _as_data(report) for service, report in reports.items()}}
    return await print_words(JsonResult(lines, code=ExitCode.OK if intact else ExitCode.FAILED, data=data), as_json=as_json)


async def _check(co_op: "instance.Instance", service: str, noted: "list[audit_chain.ChainHead]") -> "audit_verification.AuditReport":
    facts = {
        "identity": identity_facts,
        "membership": membership_facts,
        "governance": governance_facts,
        "matching": matching_facts,
        "scheduling": scheduling_facts,
    }
    event = facts[service].ReadAuditSealed

    def parse_head(payload: bytes) -> audit_chain.ChainHead:
        head = event.FromString(payload)
        return audit_chain.ChainHead(head.number, head.chain)

    async with (
        service_databases.open_as_owner(co_op, find_service(service)) as (database, _),
        database.engine.connect() as connection,
    ):
        return await audit_verification.check_read_audit(connection, parse_head, noted)


def _in_words(service: str, report: "audit_verification.AuditReport") -> list[str]:
    notes = [f"{report.erased} of them erased"] if report.erased else []
    notes += [f"{report.unsealed} more not sealed yet"] if report.unsealed else []
    findings = report.findings
    verdict = plural(len(findings), "fault", "faults") if findings else "no fault"
    lines = [f"{service}: {', '.join([plural(report.head.number, 'row', 'rows'), *notes])}: {verdict}."]
    lines += [f"  {_SENTENCES[finding.damage.value].format(number=finding.number)}" for finding in findings[:_MOST_SHOWN]]
    return lines + ([f"  And {len(findings) - _MOST_SHOWN} more; --json lists them all."] if len(findings) > _MOST_SHOWN else [])


def _as_data(report: "audit_verification.AuditReport") -> dict[str, object]:
    return {
        "number": report.head.number,
        "chain": report.head.chain.hex(),
        "erased": report.erased,
        "unsealed": report.unsealed,
        "findings": [{"number": finding.number, "damage": finding.damage.value} for finding in report.findings],
    }


def noted_heads(file: Path) -> "Mapping[str, list[audit_chain.ChainHead]]":
    """The heads in an earlier result. Raises CommandError when it is none."""
    import json

    try:
        services = json.loads(file.read_bytes())["services"]
        heads = {
            service: audit_chain.ChainHead(int(services[service]["number"]), bytes.fromhex(services[service]["chain"]))
            for service in PEOPLE_SERVICE_NAMES
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"{file} cannot be compared with."
        why = f"It is no result of kith audit verify --json ({type(error).__name__})."
        raise CommandError(what, why, "Name a file that holds one.", ExitCode.USAGE) from None
    return {service: [head] for service, head in heads.items() if head.number}
