"""`python -m scripts.verifier BUNDLE`: needs Python 3.11 and `cryptography`, nothing else. `kith verify` is the same."""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TypeVar

from scripts.verifier import cards_and_receipts, checks, report, together
from scripts.verifier.canonical_json import NotCanonicalJsonError
from scripts.verifier.errors import DifferentVotesError
from scripts.verifier.json_values import CO_OP, HASH, MalformedError
from scripts.verifier.verdict import ExitCode, VerifierInputs

T = TypeVar("T")
_EXIT_CODES = """exit codes: 0 final and pinned, 1 wrong, 2 sound but not every co-op is pinned, 3 sound but not final,
4 final but contested, 64 wrong arguments, 65 damaged or not a bundle, 70 a fault of the verifier itself.
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


def main(arguments: Sequence[str] | None = None, name: str = "python -m scripts.verifier", now: Callable[[], float] = time.time) -> int:
    """Checks bundles, prints the report and returns the exit code. Never raises; `now` is the clock, in seconds since 1970."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot write a letter of the question must not hide the verdict.
            stream.reconfigure(errors="replace")
    try:
        return _run(_parser(name), arguments, name, now)
    except BrokenPipeError:
        # Python writes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAULT
    except Exception as error:  # noqa: BLE001 - whatever went wrong here says nothing about the file, and must not look like a verdict
        print(f"{name}: a fault of the verifier itself ({type(error).__name__}). This says nothing about the file.", file=sys.stderr)
        return ExitCode.FAULT


def _run(parser: _Parser, arguments: Sequence[str] | None, name: str, now: Callable[[], float]) -> int:
    with ExitStack() as files:
        try:
            args = parser.parse_args(arguments)
            inputs = _read_inputs(args, None if args.ignore_clock else int(now()))
            bundles = [_open_bundle(path, files) for path in args.bundles]
        except _UsageError as error:
            print(f"{name}: {error}\nTry {name} --help.", file=sys.stderr)
            return ExitCode.USAGE
        try:
            verdict = checks.verify(bundles[0], inputs) if len(bundles) == 1 else together.verify(bundles, args.bundles, inputs)
        except DifferentVotesError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return ExitCode.USAGE
    text = report.report_as_json(verdict) if args.json else "\n".join(report.report_as_text(verdict))
    print(report.escaped_json(text, sys.stdout.encoding) if args.json else report.printable(text))
    sys.stdout.flush()
    return verdict.exit


def _open_bundle(path: str, files: ExitStack) -> BinaryIO:
    try:
        file: BinaryIO = files.enter_context(Path(path).open("rb"))  # noqa: SIM115 - the stack closes it
        if not file.seekable():
            raise _UsageError(f"cannot read {path}: it must be a file, for it is read more than once")
    except (OSError, ValueError) as error:
        raise _UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    return file


def _parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description="Check the bundle of a federated vote, offline and independently of the software that made it.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "bundles", metavar="BUNDLE", nargs="+", help="the file of the vote, NAME.kith; with those of other co-ops all are judged together"
    )
    parser.add_argument("--pins", metavar="FILE", action="append", default=[], help="root fingerprints you know to be right")
    parser.add_argument(
        "--pin", metavar="ID=FINGERPRINT", action="append", default=[], help="one root fingerprint; may be given several times"
    )
    parser.add_argument(
        "--card", metavar="FILE", action="append", default=[], help="your card of this vote: its row is opened, its pins are used"
    )
    parser.add_argument("--receipt", metavar="FILE", action="append", default=[], help="the receipt of a ballot")
    parser.add_argument("--ignore-clock", action="store_true", help="do not ask whether the vote is over by this machine's clock")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _read_inputs(args: argparse.Namespace, now: int | None) -> VerifierInputs:
    cards = tuple(_read_document(path, cards_and_receipts.read_card) for path in args.card)
    receipts = tuple(_read_document(path, cards_and_receipts.read_receipt) for path in args.receipt)
    pinned = [pair for path in args.pins for pair in _read_document(path, cards_and_receipts.read_pins).items()]
    pinned += [pair for card in cards for pair in card.pins.items()]
    for pin in args.pin:
        co_op, _, fingerprint = pin.partition("=")
        if not CO_OP.fullmatch(co_op) or not HASH.fullmatch(fingerprint.lower()):
            raise _UsageError("--pin wants ID=FINGERPRINT, the fingerprint as 64 hex digits")
        pinned.append((co_op, fingerprint.lower()))
    return VerifierInputs(tuple(pinned), cards, receipts, now)


def _read_document(path: str, read: Callable[[bytes], T]) -> T:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_DOCUMENT_BYTES + 1)
        if len(data) > _MAX_DOCUMENT_BYTES:
            raise _UsageError(f"{path} is longer than 64 KiB")
        return read(data)
    except (OSError, ValueError) as error:
        if isinstance(error, MalformedError | NotCanonicalJsonError):
            raise _UsageError(f"{path} is not what it should be: {error}") from None
        raise _UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


if __name__ == "__main__":
    sys.exit(main())
