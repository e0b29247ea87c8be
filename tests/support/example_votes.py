"""The votes that example bundles are made of: three small co-ops, run to their close, and what a verifier must say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.support.bundle_builder import OPEN_LATEST, BundleBuilder

ASH, BIRCH, CEDAR = THREE = ["ash-grove", "birch-hill", "cedar-row"]
CAP = {"kind": "cap", "groups": ["investor"], "fraction": "1/10", "measured_on": "cast"}


@dataclass(frozen=True)
class ExampleBundle:
    """A bundle and the result a verifier must give when every co-op is pinned."""

    about: str
    data: bytes
    exit: int
    vote: BundleBuilder
    check: int = 0
    state: str = ""


def three_voted(name: str, choices: str = "ffafo") -> BundleBuilder:
    """Three co-ops with five rows each; everybody has voted, and no board is closed yet."""
    vote = BundleBuilder(name, list(THREE))
    vote.open_vote()
    for co_op in vote.co_ops:
        vote.cast_ballots(co_op, choices)
    return vote


def three_concluded(name: str, choices: str = "ffafo") -> BundleBuilder:
    vote = three_voted(name, choices)
    vote.close()
    vote.conclude()
    return vote


def final_example(about: str, vote: BundleBuilder) -> ExampleBundle:
    return ExampleBundle(about, vote.pack(), 0, vote, state="final")


def invalid_example(about: str, vote: BundleBuilder, check: int, data: bytes | None = None) -> ExampleBundle:
    return ExampleBundle(about, vote.pack() if data is None else data, 1, vote, check)


def run_vote(vote: BundleBuilder) -> BundleBuilder:
    vote.open_vote()
    for co_op in vote.co_ops:
        vote.cast_ballots(co_op, "ffafo"[: len(vote.pseudonyms(co_op))])
    vote.close()
    vote.conclude()
    return vote


def with_terms(name: str, **changed: object) -> BundleBuilder:
    return run_vote(BundleBuilder(name, list(THREE), changed_terms=dict(changed)))


def concluded_without_ballots(name: str, rule: dict[str, object], options: Sequence[str] = ("north", "south")) -> BundleBuilder:
    """Nobody has voted yet."""
    vote = BundleBuilder(name, [ASH, BIRCH], rule=rule, changed_terms={"options": list(options)})
    vote.open_vote()
    vote.close()
    vote.conclude()
    return vote


def with_falling_dates(name: str) -> BundleBuilder:
    vote = three_concluded(name)
    early = [(witness, OPEN_LATEST - 200 if witness == CEDAR else at) for witness, at in vote.heads[ASH][1].cosigned]
    vote.heads[ASH][1] = replace(vote.heads[ASH][1], cosigned=early)
    vote.heads[ASH][2:] = [
        replace(head, cosigned=[cosignature for cosignature in head.cosigned if cosignature[0] != CEDAR]) for head in vote.heads[ASH][2:]
    ]
    return vote


def decode_entry(data: bytes) -> dict[str, object]:
    result: dict[str, object] = json.loads(data)
    return result
