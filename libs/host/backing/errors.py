"""The error for a backing service that cannot be started, with a sentence for the operator."""


class BackingStartError(Exception):
    """PostgreSQL or NATS cannot be started or reached; the text is one or two plain sentences that say what to do."""
