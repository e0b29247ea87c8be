"""The commands of `kith`, in the order of the help.

A new command needs a line here and a module in this package; the module is imported only when its command is used.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CliCommand:
    """A command of `kith`: its typer app or function as `module:name`, and its line in the help."""

    target: str
    summary: str


COMMANDS = {
    "init": CliCommand("scripts.cli.init:init_command", "make the data folder of a new co-op"),
    "up": CliCommand("scripts.cli.up:up_command", "start a co-op and stay with it"),
    "down": CliCommand("scripts.cli.down:down_command", "stop a co-op"),
    "containers": CliCommand("scripts.cli.containers:containers_command", "make a co-op ready to run with docker-compose.yml"),
    "found": CliCommand("scripts.cli.bootstrap_command:bootstrap_command", "register the first member of a co-op that runs in containers"),
    "status": CliCommand("scripts.cli.status:status_command", "say how a co-op's services are"),
    "member": CliCommand("scripts.cli.member:member_app", "admit members from a list, and look into the register"),
    "person": CliCommand("scripts.cli.person:person_app", "make sign-in cards and links, give and take hats"),
    "data-requests": CliCommand("scripts.cli.data_requests:data_requests_app", "see who asked for their data or to be erased, and answer"),
    "relationship": CliCommand(
        "scripts.cli.relationship:relationship_app", "see who may act for whom, record an attorney or deputy, end it"
    ),
    "credential": CliCommand("scripts.cli.credential:credential_app", "see what people are qualified for, and verify it"),
    "consent": CliCommand("scripts.cli.consent:consent_app", "see what somebody agreed to"),
    "mail": CliCommand("scripts.cli.mail:mail_app", "look whether the co-op's mail server takes mail"),
    "motion": CliCommand("scripts.cli.motion:motion_app", "put a question to the members, see motions and results"),
    "peer": CliCommand("scripts.cli.peer:peer_app", "become peers with another co-op, and see or end it"),
    "keys": CliCommand("scripts.cli.keys:keys_app", "make new keys towards other co-ops"),
    "federation": CliCommand("scripts.cli.federation:federation_app", "look at the way to another co-op from both sides"),
    "vote": CliCommand("scripts.cli.vote_commands:vote_app", "decide together with other co-ops, from the terms to the outcome"),
    "events": CliCommand("scripts.cli.events:events_app", "look at events; rebuild or skip when a service cannot follow"),
    "audit": CliCommand("scripts.cli.audit:audit_app", "check the log of who looked at whose record"),
    "rulebook": CliCommand("scripts.cli.rulebook:rulebook_app", "check a rulebook, or say it in words"),
    "count": CliCommand("scripts.cli.count:count_command", "count votes by a stated rule, without a running co-op"),
    "matching-day": CliCommand(
        "scripts.cli.matching_day:matching_day_command", "check your own part of a matching day, without a running co-op"
    ),
    "pairs": CliCommand("scripts.cli.pairs:pairs_command", "recompute a matching day, without a running co-op"),
    "settle": CliCommand("scripts.cli.settle:settle_command", "recompute the money of a week, without a running co-op"),
    "quote": CliCommand("scripts.cli.quote:quote_command", "recompute what support will cost, without a running co-op"),
    "hours": CliCommand("scripts.cli.hours:hours_command", "recompute whether work keeps the working-time rules"),
    "rank": CliCommand("scripts.cli.rank:rank_command", "say who suits a person and why, without a running co-op"),
    "rota": CliCommand("scripts.cli.rota:rota_app", "plan a day's visits, without a running co-op"),
    "verify": CliCommand("scripts.cli.verify:verify_app", "check the result of a federated vote, without a running co-op"),
    "demo": CliCommand("scripts.cli.demo.command:demo_command", "stand up three co-ops and let them decide together, to look at"),
}
ALIASES = {"facts": "events"}
"""Words of earlier versions, and what they are called now."""
