"""Why a service is not well: the codes that `/readyz`, `GetStatus` and `kith status` name, each with a sentence for the operator.

The pages have the same codes in their catalogues (`reason_why.<CODE>`); a test compares both.
"""

SENTENCES = {
    "BUS_AWAY": "NATS cannot be reached: what services tell each other waits. Votes are still recorded.",
    "BUS_REFUSES": "NATS answers and has taken no events for 30 seconds: what services tell each other waits. Votes are still recorded.",
    "CLOCK_AHEAD": (
        "The machine's clock is days ahead of the last time Kith knew, and nothing confirms it: no vote closes until NTP or another co-op "
        "does. If it is right, start once with --trust-clock."
    ),
    "CLOCK_BEHIND": "The machine's clock is behind what has happened already: nothing can be recorded until it is put right.",
    "CLOCK_DIFFERS": "The machine's clock differs from those of other co-ops, and no NTP keeps it right: no vote closes until it does.",
    "CLOCK_JUMPED": "The machine's clock was set while Kith ran: no vote closes until it is put back, or NTP or another co-op confirms it.",
    "DATABASE_AWAY": "PostgreSQL does not answer: no vote can be recorded until it does.",
    "DATABASE_DAMAGED": "PostgreSQL cannot read a part of its data: some votes cannot be recorded. Stop Kith and restore the backup.",
    "DATABASE_OLDER": (
        "The database is older than the anchor says: it was set back, and what happened since is gone. Stop Kith and restore a newer copy, "
        "or start once with --accept-older-data and tell the members."
    ),
    "DISK_FULL": "The disk is full: no vote can be recorded until there is room.",
    "DISK_NEARLY_FULL": "The disk is nearly full: soon no vote can be recorded. Make room.",
    "IDENTITY_OLD": (
        "This co-op's identity is older than one it issued, as after a restore: its peers no longer know its certificate. Make new keys "
        "with `kith keys rotate`, and give each peer the new invitation."
    ),
    "PROXY_NOT_TRUSTED": (
        "A web server in front of Kith names the addresses of its clients, and trusted_proxies in kith.toml is empty: all visitors share "
        "the limits of one address. Put the web server's address into trusted_proxies under [web]."
    ),
    "RECOVERING": "This co-op was set back to an older copy. It asks the other co-ops for its boards; until then it signs nothing.",
    "STOPPING": "The service is stopping.",
    "WATCH_NOT_HELD": (
        "Some visits are watched over, and nobody holds the watch: only the secretaries are told when one does not start. A secretary asks "
        "somebody on the page /watch."
    ),
}
PREVENTS_RECORDING = frozenset({"CLOCK_BEHIND", "DATABASE_AWAY", "DATABASE_DAMAGED", "DISK_FULL", "STOPPING"})
"""With one of these a vote may not be recorded, so the service is not ready."""


def sentence_of(reason: str) -> str:
    """The sentence of a code; of an unknown one, its words."""
    if reason.startswith("REACTION_FAILS_"):
        return f"It cannot take in what {reason.removeprefix('REACTION_FAILS_').lower()} publishes; its log says why."
    return SENTENCES.get(reason, reason.replace("_", " ").capitalize() + ".")
