"""The words after `kith`, in the order of the help.

A new one is a line here and a file beside this one; the file is loaded when its word is used.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A word after `kith`: where its typer app or function lives, `module:name`, and its line in the help."""

    target: str
    summary: str


NOUNS = {
    "init": Noun("scripts.cli.init:init_command", "make the data folder of a new co-op"),
    "up": Noun("scripts.cli.up:up_command", "start a co-op and stay with it"),
    "down": Noun("scripts.cli.down:down_command", "stop a co-op"),
    "containers": Noun("scripts.cli.containers:containers_command", "make a co-op ready to run with docker-compose.yml"),
    "found": Noun("scripts.cli.found:found_command", "register the first member of a co-op that runs in containers"),
    "status": Noun("scripts.cli.status:status_command", "say how a co-op's services are"),
    "member": Noun("scripts.cli.member:member_app", "admit members from a list, and look into the register"),
    "person": Noun("scripts.cli.person:person_app", "make sign-in cards and links, give and take hats"),
    "motion": Noun("scripts.cli.motion:motion_app", "put a question to the members, see motions and results"),
    "peer": Noun("scripts.cli.peer:peer_app", "become peers with another co-op, and see or end it"),
    "keys": Noun("scripts.cli.keys:keys_app", "make new keys towards other co-ops"),
    "federation": Noun("scripts.cli.federation:federation_app", "look at the way to another co-op from both sides"),
    "vote": Noun("scripts.cli.vote:vote_app", "decide together with other co-ops, from the terms to the outcome"),
    "facts": Noun("scripts.cli.facts:facts_app", "look at facts; rebuild or skip when a service cannot follow"),
    "rulebook": Noun("scripts.cli.rulebook:rulebook_app", "check a rulebook, or say it in words"),
    "count": Noun("scripts.cli.count:count_command", "count votes by a stated rule, without a running co-op"),
    "verify": Noun("scripts.cli.verify:verify_app", "check the result of a federated vote, without a running co-op"),
    "demo": Noun("scripts.cli.demo.command:demo_command", "stand up three co-ops and let them decide together, to look at"),
}
