"""The errors that end a verification."""


class CheckFailedError(Exception):
    """Check `number` of docs/formats/bundle.md failed; `sentence` says why, for a person."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"check {number}: {sentence}")
        self.number = number
        self.sentence = sentence


class DamagedError(Exception):
    """The file is cut short, or is no bundle at all, such as a saved web page. Nobody forged anything; it must be fetched again."""


class DifferentVotesError(Exception):
    """The bundles given together are not of one vote."""
