"""Why a backing service could not be brought up, as a sentence for the person who runs the machine."""


class CannotStart(Exception):
    """PostgreSQL or NATS cannot be started or reached; the text is one or two plain sentences and says what to do."""
