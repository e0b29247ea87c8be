"""`python -m scripts.verifier BUNDLE`: needs Python 3.11 and `cryptography`, nothing else. `kith verify` is the same."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from scripts.verifier import cards_and_receipts, checks, report
from scripts.verifier.bundle_archive import MAX_BUNDLE_BYTES
from scripts.verifier.canonical_json import NotCanonicalJsonError
from scripts.verifier.checks import ExitCode, VerifierInputs
from scripts.verifier.json_values import CO_OP, HASH, MalformedError

T = TypeVar("T")
_EXIT_CODES = """exit codes: 0 final and pinned, 1 wrong, 2 sound but not every co-op is pinned, 3 sound but not final, 64 wrong arguments.
What each check is: docs/formats/bundle.md; how to use this: docs/how-to/verify-a-result.md"""
# Cards, receipts and pins are small.
_MAX_DOCUMENT_BYTES = 64 * 1024


class _UsageError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # it does not return here either
        raise _UsageError(message)

    def format_help(self) -> str:
        """Capitalised like the help of the other commands."""
        return super().format_help().replace("usage:", "Usage:", 1)


def main(arguments: Sequence[str] | None = None, name: str = "python -m scripts.verifier") -> int:
    """Checks a bundle, prints the report and returns the exit code."""
    parser = _parser(name)
    try:
        args = parser.parse_args(arguments)
        inputs = _read_inputs(args)
        with Path(args.bundle).open("rb") as file:
            archive = file.read(MAX_BUNDLE_BYTES + 1)
    except _UsageError as error:
        print(f"{name}: {error}\nTry {name} --help.", file=sys.stderr)
        return ExitCode.USAGE
    except OSError as error:
        print(f"{name}: cannot read {args.bundle}: {error.strerror}", file=sys.stderr)
        return ExitCode.USAGE
    verdict = checks.verify(archive, inputs)
    print(report.report_as_json(verdict) if args.json else "\n".join(report.report_as_text(verdict)))
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


def _read_inputs(args: argparse.Namespace) -> VerifierInputs:
    cards = tuple(_read_document(path, cards_and_receipts.read_card) for path in args.card)
    receipts = tuple(_read_document(path, cards_and_receipts.read_receipt) for path in args.receipt)
    pinned = [pair for path in args.pins for pair in _read_document(path, cards_and_receipts.read_pins).items()]
    pinned += [pair for card in cards for pair in card.pins.items()]
    for pin in args.pin:
        co_op, _, fingerprint = pin.partition("=")
        if not CO_OP.fullmatch(co_op) or not HASH.fullmatch(fingerprint.lower()):
            raise _UsageError("--pin wants ID=FINGERPRINT, the fingerprint as 64 hex digits")
        pinned.append((co_op, fingerprint.lower()))
    return VerifierInputs(tuple(pinned), cards, receipts)


def _read_document(path: str, read: Callable[[bytes], T]) -> T:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_DOCUMENT_BYTES + 1)
        if len(data) > _MAX_DOCUMENT_BYTES:
            raise _UsageError(f"{path} is longer than 64 KiB")
        return read(data)
    except OSError as error:
        raise _UsageError(f"cannot read {path}: {error.strerror}") from None
    except (MalformedError, NotCanonicalJsonError) as error:
        raise _UsageError(f"{path} is not what it should be: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
