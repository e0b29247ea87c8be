"""Would the tests notice a mistake? Makes twenty small mistakes in the code, one at a time, and runs the tests that should catch each.

    .venv/bin/python bench/mutations.py                 the table of bench/results/mutations.md
    .venv/bin/python bench/mutations.py --root ../other the same code under the tests of another checkout

Files are changed in place and restored afterwards, so commit first.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

TEST_SECONDS = 900
"""A mistake may make a test hang; that counts as caught."""


@dataclass(frozen=True)
class Mutation:
    """A mistake: `old` occurs exactly once in the file. `tests` must pass without it: run them first, or a failure proves nothing."""

    what: str
    file: str
    old: str
    new: str
    tests: str


CONTRACTS = "tests/architecture/test_import_contracts.py"
FLOW = "tests/service/test_messages_flow.py"
REFUSALS = "tests/service/test_governance_refusals.py"
HOSTILE = "tests/federation/test_hostile_peer.py"
MUTATIONS = (
    Mutation("allow what is not listed", "scripts/checks/import_contract.py", "if not allowed:", "if allowed is None:", CONTRACTS),
    Mutation("let a pattern match longer names", "scripts/checks/import_contract.py", 'part in ("*", name)', "True", CONTRACTS),
    Mutation(
        "leave services/web out of its layers",
        ".importlinter",
        "containers = services.web\n",
        "containers = services.web.pages\n",
        CONTRACTS,
    ),
    Mutation(
        "mark only the first event as published",
        "libs/messages/relay.py",
        '{"number": rows[-1].number})',
        '{"number": rows[0].number})',
        FLOW,
    ),
    Mutation(
        "ignore a source's new epoch",
        "libs/messages/consumer.py",
        "response.head.epoch != self.progress.epoch",
        "response.head.epoch is None",
        FLOW,
    ),
    Mutation(
        "apply an event twice", "libs/messages/consumer.py", "if envelope.number == after + 1:", "if envelope.number <= after + 1:", FLOW
    ),
    Mutation("skip the check that the position moved", "libs/messages/consumer.py", "moved.rowcount != 1", "moved.rowcount > 1", FLOW),
    Mutation(
        "roll back instead of committing",
        "libs/database/engine.py",
        "                yield connection\n        except",
        "                yield connection\n                await connection.rollback()\n        except",
        FLOW,
    ),
    Mutation(
        "answer a reused request id",
        "libs/database/idempotency_keys.py",
        "    if not _is_same(bytes(first.body_hash), body, key):",
        "    if not first.body_hash:",
        REFUSALS,
    ),
    Mutation(
        "run a repeated request again",
        "libs/database/idempotency_keys.py",
        "    if inserted.rowcount:\n",
        "    if inserted.rowcount >= 0:\n",
        REFUSALS,
    ),
    Mutation("believe a claimed hat", "libs/access/hats.py", "return rows.first() is not None", "return True", REFUSALS),
    Mutation(
        "take a ballot from a stale form",
        "services/governance/domain/ballot.py",
        "if row.revision != shown:",
        "if row.revision < shown:",
        REFUSALS,
    ),
    Mutation(
        "let one person enter a paper ballot for themselves",
        "services/governance/domain/ballot.py",
        "    if entry.recorder == entry.person:",
        "    if entry.recorder == entry.motion:",
        "tests/service/test_governance_votes.py tests/service/test_governance_refusals.py",
    ),
    Mutation(
        "accept a link that was used",
        "services/identity/domain/sign_in_code.py",
        "self.used_at is not None",
        "self.used_at is None and False",
        "tests/service/test_identity_sign_in.py",
    ),
    Mutation(
        "take the last secretary's hat",
        "services/identity/commands/take_hat.py",
        "wearers == [person]",
        "wearers == []",
        "tests/service/test_identity_hats.py",
    ),
    Mutation(
        "count a witness's word given too late",
        "libs/boards/cuts.py",
        "cosigned.time <= at",
        "cosigned.time >= 0",
        "tests/unit/boards tests/federation/test_hostile_peer.py",
    ),
    Mutation(
        "accept a head that the board did not sign",
        "services/federation/domain/witnessing.py",
        "        checkpoint.verify_checkpoint(board_key(terms, co_op), signed, head.signature)\n",
        "        board_key(terms, co_op)\n",
        HOSTILE,
    ),
    Mutation(
        "answer a peer that was severed",
        "services/federation/border/peer_auth_interceptor.py",
        "if peer is None or peer.state not in ANSWERED_STATES:",
        "if peer is None:",
        "tests/service/test_federation_border.py tests/service/test_federation_peering.py",
    ),
    Mutation(
        "sign before asking the peers after a restore",
        "services/federation/border/board_recovery.py",
        "return not self._is_checked or bool(self._boards)",
        "return not self._is_checked",
        "tests/federation/test_restored_backup.py",
    ),
    Mutation(
        "conclude one second early",
        "libs/boards/vote_state.py",
        "if now <= terms.concluded_from:",
        "if now < terms.concluded_from:",
        "tests/unit/boards/test_vote_state.py tests/unit/federation",
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--only", type=int, nargs="*", help="numbers of mutations")
    options = parser.parse_args()
    missed = 0
    print("| | mistake | file | tests | result | s |\n|---|---|---|---|---|---|")
    for number, mutation in enumerate(MUTATIONS, 1):
        if options.only and number not in options.only:
            continue
        began = time.monotonic()
        caught = is_caught(options.root.resolve(), mutation)
        missed += not caught
        tests = mutation.tests.replace("tests/", "")
        seconds = time.monotonic() - began
        print(
            f"| {number} | {mutation.what} | {mutation.file} | {tests} | {'caught' if caught else 'MISSED'} | {seconds:.0f} |", flush=True
        )
    print(f"\n{missed} missed")
    return 1 if missed else 0


def is_caught(root: Path, mutation: Mutation) -> bool:
    """Whether a test fails with this mistake. Raises ValueError if the code has changed so that the mistake cannot be made."""
    path = root / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        message = f"{mutation.file}: {mutation.old!r} occurs {text.count(mutation.old)} times"
        raise ValueError(message)
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    command: list[str | Path] = [root / ".venv/bin/python", "-m", "pytest", "-q", "-x", *mutation.tests.split()]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        code = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=TEST_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(text, encoding="utf-8")
    if code in (4, 5):
        message = f"no tests ran: {mutation.tests}"
        raise ValueError(message)
    return code != 0


if __name__ == "__main__":
    sys.exit(main())
