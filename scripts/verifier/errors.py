"""The error of a failed check."""


class CheckFailedError(Exception):
    """Check `number` of docs/formats/bundle.md failed; `sentence` says why, for a person."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(f"check {number}: {sentence}")
        self.number = number
        self.sentence = sentence
