"""Whether the outcome is what it must be: the same at all co-ops, the same counted by hand, and proved by a file to somebody offline."""

import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from kith.federation.v1 import federation_pb2 as federation
from libs.boards.papers import pins
from libs.rpc.client import ask
from libs.signing import canonical
from libs.signing.canonical import Json
from scripts.cli.demo.co_op import CoOp
from scripts.cli.demo.example import Vote, expected_together
from scripts.cli.demo.folder import BUNDLE, PINS
from scripts.cli.demo.steps import Steps
from scripts.cli.vote_bundle import fetch

_SOUND, _WRONG = 0, 1


def agreed(outcomes: Sequence[federation.GetOutcomeResponse], steps: Steps) -> tuple[str, int]:
    """The digest of the first outcome, and how many of the co-ops have bytes of that digest; computed here and not taken from them."""
    digests = [hashlib.sha256(one.outcome).hexdigest() for one in outcomes]
    for said, digest in zip(outcomes, digests, strict=True):
        steps.expect("the hash that a co-op says its outcome has", said.hash, digest)
    return digests[0], digests.count(digests[0])


def by_hand(
    outcome: bytes, rules: Path, resolution_type: str, groups: Mapping[str, Mapping[str, str]], votes: Mapping[Path, Sequence[Vote]]
) -> list[str]:
    """Every figure of the outcome that is not the one counted from the files of the examples alone."""
    wanted, marks = expected_together(rules, resolution_type, groups, votes)
    said = canonical.decode(outcome)
    if not isinstance(said, dict):
        return ["the outcome is no object"]
    figures = {str(name): Fraction(str(value)) for name, value in _pairs(said["figures"])}
    result = said["result"]
    pairs: list[tuple[str, object, object]] = [
        ("whether it passes", isinstance(result, dict) and result["passes"], wanted.passes),
        ("the share for it", figures.get("members/share_for"), wanted.share_for),
        ("the tallies", said["tallies"], canonical.decode(canonical.encode(_tallies(marks)))),
        *((f"what a ballot of {one.name} weighs", figures.get(f"members/ballot/{one.name}"), one.per_ballot) for one in wanted.classes),
    ]
    return [f"{what}: {found} and not {right}" for what, found, right in pairs if found != right]


async def write_pins(co_ops: Sequence[CoOp], folder: Path) -> Path:
    """The root fingerprints, each from its own co-op: as people who compared them would write them down."""
    asked = federation.GetOwnIdentityRequest()
    own = [await ask(one.door.federation.GetOwnIdentity, asked, one.door.secretary()) for one in co_ops]
    path = folder / PINS
    path.write_bytes(pins({one.co_op: one.fingerprint for one in own}))
    return path


async def write_bundle(co_op: CoOp, vote: str, folder: Path) -> Path:
    """The proof, from any of the co-ops."""
    path = folder / BUNDLE
    await fetch(co_op.door, vote, path, lambda _done, _whole: None)
    return path


async def check(bundle: Path, known: Path, card: Path, steps: Steps) -> None:
    """Checks the bundle with the verifier, a program of its own, and again with one bit of it turned over."""
    spoiled = bundle.with_name(f".{bundle.name}-spoiled")
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    try:
        spoiled.write_bytes(data)
        sound, wrong = await asyncio.gather(_verify(bundle, "--pins", known, "--card", card), _verify(spoiled, "--pins", known))
    finally:
        spoiled.unlink(missing_ok=True)
    steps.expect("what the verifier says of the bundle", sound, _SOUND)
    steps.expect("what the verifier says of a spoiled one", wrong, _WRONG)


async def _verify(bundle: Path, *more: str | Path) -> int:
    command = (sys.executable, "-m", "scripts.verifier", str(bundle), *map(str, more))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    return await process.wait()


def _pairs(value: Json) -> list[tuple[Json, Json]]:
    rows = value if isinstance(value, list) else []
    return [(one[0], one[1]) for one in rows if isinstance(one, list)]


def _tallies(marks: Mapping[tuple[str, str, str], int]) -> list[Json]:
    """As the format writes them: sorted by their bytes, none zero."""
    rows: list[Json] = [[co_op, group, option, number] for (co_op, group, option), number in marks.items() if number]
    return sorted(rows, key=canonical.encode)
