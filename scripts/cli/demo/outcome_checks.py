"""Checks the outcome of the federated vote: equal at all co-ops, equal to an independent count, and proved by the bundle offline."""

import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from libs.boards.documents import encode_pins
from libs.signing import canonical
from libs.signing.canonical import Json
from scripts.cli.demo.co_op import DemoCoOp
from scripts.cli.demo.expected_results import MemberVote, expected_joint_tally
from scripts.cli.demo.folders import BUNDLE, PINS
from scripts.cli.demo.step_log import StepLog
from scripts.cli.vote_bundle import download_bundle

_EXIT_VALID, _EXIT_INVALID = 0, 1


def count_same_outcomes(outcomes: Sequence[federation.GetOutcomeResponse], steps: StepLog) -> tuple[str, int]:
    """The digest of the first outcome and the number of co-ops with the same one. Digests are computed here, not taken from the co-ops."""
    digests = [hashlib.sha256(response.outcome).hexdigest() for response in outcomes]
    for response, digest in zip(outcomes, digests, strict=True):
        steps.expect("the hash that a co-op says its outcome has", response.hash, digest)
    return digests[0], digests.count(digests[0])


def differences_from_examples(
    outcome: bytes, rules: Path, resolution_type: str, groups: Mapping[str, Mapping[str, str]], votes: Mapping[Path, Sequence[MemberVote]]
) -> list[str]:
    """Describes every figure of the outcome that differs from a count of the example files alone."""
    expected, marks = expected_joint_tally(rules, resolution_type, groups, votes)
    document = canonical.decode(outcome)
    if not isinstance(document, dict):
        return ["the outcome is no object"]
    figures = {str(name): Fraction(str(value)) for name, value in _pairs(document["figures"])}
    result = document["result"]
    pairs: list[tuple[str, object, object]] = [
        ("whether it passes", isinstance(result, dict) and result["passes"], expected.passes),
        ("the share for it", figures.get("members/share_for"), expected.share_for),
        ("the tallies", document["tallies"], canonical.decode(canonical.encode(_tallies(marks)))),
        *(
            (f"what a ballot of {class_tally.name} weighs", figures.get(f"members/ballot/{class_tally.name}"), class_tally.per_ballot)
            for class_tally in expected.classes
        ),
    ]
    return [f"{what}: {actual} and not {wanted}" for what, actual, wanted in pairs if actual != wanted]


async def write_pins_file(co_ops: Sequence[DemoCoOp], folder: Path) -> Path:
    """Writes the root fingerprints, each asked of its own co-op, as people who compared them would."""
    request = federation.GetOwnIdentityRequest()
    identities = [await co_op.connection.as_secretary(co_op.connection.federation.GetOwnIdentity, request) for co_op in co_ops]
    path = folder / PINS
    path.write_bytes(encode_pins({identity.co_op: identity.fingerprint for identity in identities}))
    return path


async def write_bundle(co_op: DemoCoOp, vote: str, folder: Path) -> Path:
    """Downloads the bundle; any of the co-ops can provide it."""
    path = folder / BUNDLE
    await download_bundle(co_op.connection, vote, path, lambda _done, _whole: None)
    return path


async def check_bundle(bundle: Path, pins_file: Path, card: Path, steps: StepLog) -> None:
    """Checks the bundle with the verifier in its own process, and again with one bit flipped."""
    corrupted = bundle.with_name(f".{bundle.name}-spoiled")
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    try:
        corrupted.write_bytes(data)
        exit_code, exit_code_corrupted = await asyncio.gather(
            _verify(bundle, "--pins", pins_file, "--card", card), _verify(corrupted, "--pins", pins_file)
        )
    finally:
        corrupted.unlink(missing_ok=True)
    steps.expect("what the verifier says of the bundle", exit_code, _EXIT_VALID)
    steps.expect("what the verifier says of a spoiled one", exit_code_corrupted, _EXIT_INVALID)


async def _verify(bundle: Path, *more: str | Path) -> int:
    command = (sys.executable, "-m", "scripts.verifier", str(bundle), *map(str, more))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    return await process.wait()


def _pairs(value: Json) -> list[tuple[Json, Json]]:
    rows = value if isinstance(value, list) else []
    return [(row[0], row[1]) for row in rows if isinstance(row, list)]


def _tallies(marks: Mapping[tuple[str, str, str], int]) -> list[Json]:
    """Rows as in the format: sorted by their bytes, without zeros."""
    rows: list[Json] = [[co_op, group, option, number] for (co_op, group, option), number in marks.items() if number]
    return sorted(rows, key=canonical.encode)
