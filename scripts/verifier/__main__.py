"""`python -m scripts.verifier BUNDLE`: needs Python 3.11 and `cryptography`, nothing else. `kith verify` is the same."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from scripts.verifier import checks, papers, report, shapes
from scripts.verifier.canonical import NotJsonBytesError
from scripts.verifier.checks import Brought, Exit
from scripts.verifier.container import MOST_BYTES
from scripts.verifier.shapes import MalformedError

T = TypeVar("T")
_EXIT_CODES = """exit codes: 0 final and pinned, 1 wrong, 2 sound but not every co-op is pinned, 3 sound but not final, 64 wrong arguments.
What each check is: docs/formats/bundle.md; how to use this: docs/how-to/verify-a-result.md"""
# Papers of people are small.
_MOST_PAPER = 64 * 1024


class _UsageError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # it does not return here either
        raise _UsageError(message)

    def format_help(self) -> str:
        """As the other words of the command line begin."""
        return super().format_help().replace("usage:", "Usage:", 1)


def main(arguments: Sequence[str] | None = None, name: str = "python -m scripts.verifier") -> int:
    """Checks a bundle, prints what was found and returns the exit code."""
    parser = _parser(name)
    try:
        given = parser.parse_args(arguments)
        brought = _brought(given)
        with Path(given.bundle).open("rb") as file:
            archive = file.read(MOST_BYTES + 1)
    except _UsageError as why:
        print(f"{name}: {why}\nTry {name} --help.", file=sys.stderr)
        return Exit.USAGE
    except OSError as why:
        print(f"{name}: cannot read {given.bundle}: {why.strerror}", file=sys.stderr)
        return Exit.USAGE
    verdict = checks.verify(archive, brought)
    print(report.in_json(verdict) if given.json else "\n".join(report.in_lines(verdict)))
    return verdict.exit


def _parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description="Check the bundle of a federated vote, offline and independently of the software that made it.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="the file of the vote, NAME.kith")
    parser.add_argument("--pins", metavar="FILE", action="append", default=[], help="root fingerprints you know to be right")
    parser.add_argument(
        "--pin", metavar="ID=FINGERPRINT", action="append", default=[], help="one root fingerprint; may be given several times"
    )
    parser.add_argument(
        "--card", metavar="FILE", action="append", default=[], help="your card of this vote: its row is opened, its pins are used"
    )
    parser.add_argument("--receipt", metavar="FILE", action="append", default=[], help="the receipt of a ballot")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _brought(given: argparse.Namespace) -> Brought:
    cards = tuple(_paper(path, papers.read_card) for path in given.card)
    receipts = tuple(_paper(path, papers.read_receipt) for path in given.receipt)
    pinned = [pair for path in given.pins for pair in _paper(path, papers.read_pins).items()]
    pinned += [pair for card in cards for pair in card.pins.items()]
    for one in given.pin:
        co_op, _, fingerprint = one.partition("=")
        if not shapes.CO_OP.fullmatch(co_op) or not shapes.HASH.fullmatch(fingerprint.lower()):
            raise _UsageError("--pin wants ID=FINGERPRINT, the fingerprint as 64 hex digits")
        pinned.append((co_op, fingerprint.lower()))
    return Brought(tuple(pinned), cards, receipts)


def _paper(path: str, read: Callable[[bytes], T]) -> T:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_PAPER + 1)
        if len(data) > _MOST_PAPER:
            raise _UsageError(f"{path} is longer than 64 KiB")
        return read(data)
    except OSError as why:
        raise _UsageError(f"cannot read {path}: {why.strerror}") from None
    except (MalformedError, NotJsonBytesError) as why:
        raise _UsageError(f"{path} is not what it should be: {why}") from None


if __name__ == "__main__":
    sys.exit(main())
