"""Builds bundles of invented federated votes from docs/formats/, as input for verifiers.

It shares no code with the verifier or the services. Every key is derived from a word, so the bytes are always the same:
`python -m tests.support.bundle_builder` writes examples/bundles again. `example_bundles` defines the votes.
"""

import base64
import hashlib
import json
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.bundle_parts import (
    ALPHABET,
    Entry,
    derive_key,
    dsse_signature,
    fraction_text,
    json_bytes,
    length_prefixed,
    merkle_root,
    note_line,
    pack_archive,
    plain_rule,
    public_hex,
    signed_document,
    sort_by_json,
)

START = 1_767_225_600  # 2026-01-01
OPEN_LATEST, CLOSE, SETTLE = START + 100_000, START + 200_000, 900
T = CLOSE + SETTLE


@dataclass
class BoardHead:
    size: int
    root: bytes
    cosigned: list[tuple[str, int]]


@dataclass
class BundleBuilder:
    """Builds one vote step by step: each step appends to the boards, then `pack` makes the bundle file."""

    name: str
    co_ops: list[str]
    observers: list[str] = field(default_factory=list)
    rolls: dict[str, dict[str, int]] = field(default_factory=dict)
    rule: Entry = field(default_factory=plain_rule)
    changed_terms: Entry = field(default_factory=dict)
    changed_keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parties = [*self.co_ops, *self.observers]
        self._pseudonyms: dict[str, list[tuple[str, str]]] = {}
        self.rolls = self.rolls or {co_op: {"member": 5} for co_op in self.co_ops}
        self.terms = json_bytes(self._terms())
        self.vote = hashlib.sha256(b"kith/terms/1\n" + self.terms).hexdigest()
        self.entries: dict[str, list[bytes]] = {party: [self.terms] for party in self.parties}
        self.heads: dict[str, list[BoardHead]] = {party: [] for party in self.parties}
        self.ballots: dict[str, list[tuple[int, str, Any]]] = {co_op: [] for co_op in self.co_ops}
        self.ignored: dict[str, list[tuple[int, str, bool]]] = {co_op: [] for co_op in self.co_ops}
        self.outcome: bytes | None = None
        self.signatures: dict[str, bytes] = {}
        self.evidence_documents: list[bytes] = []
        self.changed_identities: dict[str, Entry] = {}

    def key(self, co_op: str, role: str) -> Ed25519PrivateKey:
        return derive_key(co_op, role) if role in {"root", "signer"} else derive_key(self.name, co_op, role)

    def fingerprint(self, co_op: str) -> str:
        return hashlib.sha256(bytes.fromhex(public_hex(self.key(co_op, "root")))).hexdigest()

    def pseudonyms(self, co_op: str) -> list[tuple[str, str]]:
        """(pseudonym, group) of every row, sorted by pseudonym."""
        rows_by_pseudonym = self._pseudonyms.get(co_op, [])
        if rows_by_pseudonym:
            return rows_by_pseudonym
        for group, rows in self.rolls[co_op].items():
            for number in range(rows):
                bits = int.from_bytes(hashlib.sha256(f"{self.name}/{co_op}/{group}/{number}".encode()).digest()[:10], "big")
                rows_by_pseudonym.append(("".join(ALPHABET[bits >> 75 - 5 * at & 31] for at in range(16)), group))
        self._pseudonyms[co_op] = sorted(rows_by_pseudonym)
        return self._pseudonyms[co_op]

    def card(self, co_op: str, row: int) -> Entry:
        pseudonym, group = self.pseudonyms(co_op)[row]
        return {
            "v": 1,
            "vote": self.vote,
            "id": co_op,
            "pseudonym": pseudonym,
            "group": group,
            "identity": unicodedata.normalize("NFC", f"{row + 1}\nMade-up Member {row + 1} of {co_op}"),
            "salt": hashlib.sha256(f"salt/{self.name}/{co_op}/{pseudonym}".encode()).hexdigest(),
            "pins": sort_by_json([[other, self.fingerprint(other)] for other in self.parties]),
        }

    def receipt(self, co_op: str, row: int, index: int) -> Entry:
        leaf = hashlib.sha256(b"\0" + self.entries[co_op][index]).hexdigest()
        body = {"vote": self.vote, "id": co_op, "pseudonym": self.pseudonyms(co_op)[row][0], "index": index, "leaf": leaf, "at": CLOSE - 50}
        return signed_document(self.key(co_op, "statement"), "receipt", body)

    # ---- what is said on boards ----------------------------------------------------------------------------------------------------

    def append_entry(self, co_op: str, entry: Entry | bytes, code: str = "") -> int:
        """Appends an entry to a board and returns its index. `code` is the reason why the count ignores it, if it does."""
        data = entry if isinstance(entry, bytes) else json_bytes(entry)
        self.entries[co_op].append(data)
        if code:
            self.ignored[co_op].append((len(self.entries[co_op]) - 1, code, b'"kind":"ballot"' in data))
        return len(self.entries[co_op]) - 1

    def join(self, co_op: str, by: str = "") -> None:
        """`by` is the signer if that is not the co-op itself."""
        body = {"vote": self.vote, "id": co_op, "body": "general_meeting", "date": "2026-01-01", "reference": "GM-2026-1"}
        self.append_entry(co_op, {"kind": "join", **signed_document(self.key(by or co_op, "statement"), "join", body)})

    def roll(self, co_op: str) -> None:
        for row, (pseudonym, group) in enumerate(self.pseudonyms(co_op)):
            card = self.card(co_op, row)
            hashed = b"kith/row/1" + length_prefixed([card[name].encode() for name in ("vote", "pseudonym", "group", "identity")])
            commitment = hashlib.sha256(hashed + bytes.fromhex(card["salt"])).hexdigest()
            self.append_entry(co_op, {"kind": "row", "pseudonym": pseudonym, "group": group, "commitment": commitment})
        self.append_entry(
            co_op, {"kind": "roll", "groups": sort_by_json([[group, rows] for group, rows in self.rolls[co_op].items() if rows])}
        )

    def open_vote(self, ready_at: int = OPEN_LATEST - 100, forged: str = "") -> None:
        """Appends everything from the joins to the opening. The convener signs the join of `forged`."""
        for co_op in self.parties:
            self.join(co_op, by=self.co_ops[0] if co_op == forged else "")
        for co_op in self.co_ops:
            self.roll(co_op)
        rolls = sort_by_json([[co_op, len(self.entries[co_op]), merkle_root(self.entries[co_op]).hex()] for co_op in self.co_ops])
        for co_op in self.co_ops:
            self.append_entry(co_op, {"kind": "ready", "rolls": rolls})
        self.add_checkpoint(ready_at)
        ready = sort_by_json([[co_op, hashlib.sha256(b"\0" + self.entries[co_op][-1]).hexdigest()] for co_op in self.co_ops])
        for co_op in self.co_ops:
            self.append_entry(co_op, {"kind": "open", "ready": ready})

    def ballot(self, co_op: str, row: int, choice: Any, code: str = "") -> int:
        """Appends a row's ballot; the choice None withdraws it."""
        pseudonym = self.pseudonyms(co_op)[row][0]
        content = {"withdrawn": True} if choice is None else {"choice": choice}
        index = self.append_entry(co_op, {"kind": "ballot", "pseudonym": pseudonym, **content}, code)
        if not code:
            self.ballots[co_op].append((index, pseudonym, choice))
        return index

    def cast_ballots(self, co_op: str, choices: str) -> None:
        """One ballot for each letter: f(or), a(gainst), o (abstain), - (none), by row."""
        for row, letter in enumerate(choices):
            if letter != "-":
                self.ballot(co_op, row, {"f": "for", "a": "against", "o": "abstain"}[letter])

    def add_checkpoint(self, at: int, boards: list[str] | None = None, witnesses: list[str] | None = None) -> None:
        """Adds a checkpoint of each board as it is now, cosigned by all other parties at this time."""
        for party in self.parties if boards is None else boards:
            signing = [(other, at) for other in (self.parties if witnesses is None else witnesses) if other != party]
            if self.heads[party] and self.heads[party][-1].size == len(self.entries[party]):
                self.heads[party][-1].cosigned.extend(signing)
            else:
                self.heads[party].append(BoardHead(len(self.entries[party]), merkle_root(self.entries[party]), signing))

    def close(self, held_at: int = CLOSE + 60, silent: tuple[str, ...] = ()) -> None:
        """All parties cosign all boards at `held_at` and publish what they cosigned in time, which is witnessed too."""
        self.add_checkpoint(held_at, witnesses=[party for party in self.parties if party not in silent])
        speaking = [party for party in self.parties if party not in silent]
        for co_op in speaking:
            self.append_entry(
                co_op, {"kind": "closed", "boards": sort_by_json([self._last(co_op, other) for other in self.parties if other != co_op])}
            )
        self.add_checkpoint(T + 100, boards=speaking, witnesses=speaking)

    def _last(self, witness: str, board: str) -> list[Any]:
        heads = [
            (head.size, head.root.hex(), at)
            for head in self.heads[board]
            for cosigner, at in head.cosigned
            if cosigner == witness and at <= T
        ]
        return [board, *max(heads, default=(0, merkle_root([]).hex(), 0))]

    def sign(self, co_op: str, outcome: bytes, revision: int = 1) -> None:
        body = {"vote": self.vote, "id": co_op, "revision": revision, "hash": hashlib.sha256(outcome).hexdigest()}
        self.append_entry(co_op, {"kind": "outcome", **signed_document(self.key(co_op, "statement"), "outcome", body)})
        self.signatures[co_op] = self.entries[co_op][-1]

    def conclude(self, signers: list[str] | None = None, outcome: bytes | None = None, revision: int = 1) -> None:
        """Counts the vote, signs the outcome and has the signatures witnessed."""
        self.outcome = self.count(revision=revision) if outcome is None else outcome
        for co_op in self.co_ops if signers is None else signers:
            self.sign(co_op, self.outcome, revision)
            self.add_checkpoint(T + 200 + revision, boards=[co_op])

    def add_evidence(self, kind: str, **others: Any) -> None:
        self.evidence_documents.append(json_bytes({"kind": kind, **others}))

    def settle(self, kind: str, cuts: dict[str, int], without: tuple[str, ...] = (), revision: int = 2) -> None:
        body = {"vote": self.vote, "revision": revision, "kind": kind, "cuts": sort_by_json([list(cut) for cut in cuts.items()])}
        body["without"] = sort_by_json(list(without))
        sigs = [[co_op, dsse_signature(self.key(co_op, "statement"), "settlement", body)] for co_op in self.co_ops if co_op not in without]
        self.add_evidence("settlement", object={"body": body, "sigs": sort_by_json(sigs)})

    # ---- counting: for and against, everybody together or co-op by co-op, with a cap or without ------------------------------------

    def cut(self, co_op: str, at: int = T) -> int:
        sizes = [self._cosigned(other, co_op, at) for other in self.parties if other != co_op]
        q: int = json.loads(self.terms)["q"]
        return sorted(sizes, reverse=True)[q - 1]

    def _cosigned(self, witness: str, board: str, at: int) -> int:
        return max(
            (head.size for head in self.heads[board] for cosigner, at_time in head.cosigned if cosigner == witness and at_time <= at),
            default=0,
        )

    def count(self, cuts: dict[str, int] | None = None, revision: int = 1) -> bytes:
        ends = cuts or {co_op: self.cut(co_op) for co_op in self.co_ops}
        marks = {co_op: self._marks(co_op, ends[co_op]) for co_op in self.co_ops}
        sizes = {co_op: self._counted_size(co_op, ends[co_op]) for co_op in self.co_ops}
        co_ops, figures, passes, reasons, tie = self._decided(marks)
        return json_bytes(
            {
                "v": 1,
                "vote": self.vote,
                "rule": "kith-count/1",
                "revision": revision,
                "result": {"passes": passes, "winner": "for" if passes else "", "tie": tie, "co_ops": sort_by_json(co_ops)},
                "reasons": sort_by_json(reasons),
                "boards": sort_by_json([[co_op, size, merkle_root(self.entries[co_op][:size]).hex()] for co_op, size in sizes.items()]),
                "tallies": sort_by_json(
                    [[co_op, *group_and_choice, n] for co_op, counted in marks.items() for group_and_choice, n in counted.items()]
                ),
                "figures": sort_by_json([[name, fraction_text(value)] for name, value in figures.items()]),
                "quorums": sort_by_json(
                    [
                        [co_op, group, rows, sum(n for said, n in marks[co_op].items() if said[0] == group)]
                        for co_op in self.co_ops
                        for group, rows in self.rolls[co_op].items()
                        if rows
                    ]
                ),
                "rejected": sort_by_json(
                    [[co_op, index, code] for co_op in self.co_ops for index, code, _ in self.ignored[co_op] if index < sizes[co_op]]
                ),
            }
        )

    def _marks(self, co_op: str, end: int) -> Counter[tuple[str, str]]:
        groups = dict(self.pseudonyms(co_op))
        last = {pseudonym: choice for index, pseudonym, choice in self.ballots[co_op] if index < end}
        return Counter((groups[pseudonym], choice) for pseudonym, choice in last.items() if choice is not None)

    def _counted_size(self, co_op: str, end: int) -> int:
        at = [index for index, _, _ in self.ballots[co_op]] + [index for index, _, ballot in self.ignored[co_op] if ballot]
        return max((index + 1 for index in at if index < end), default=0)

    def _decided(self, marks: dict[str, Counter[tuple[str, str]]]) -> tuple[list[Any], dict[str, Fraction], bool, list[Any], bool]:
        if self.rule["basis"] == "pooled":
            figures, passes, tie = self._body("members", sum(marks.values(), Counter()), self.co_ops)
            return [], figures, passes, ([] if passes else [["threshold", []]]) + ([["tie", []]] if tie else []), tie
        figures, co_ops, agreeing = {}, [], 0
        for co_op in self.co_ops:
            own, passes, _ = self._body(co_op, marks[co_op], [co_op])
            figures |= own
            agreeing += passes
            co_ops.append([co_op, "agrees" if passes else "does_not_agree", "for" if passes else ""])
        figures["co_ops/share"] = share = Fraction(agreeing, len(co_ops))
        return co_ops, figures, share > Fraction(1, 2), [] if share > Fraction(1, 2) else [["threshold", []]], False

    def _body(self, name: str, marks: Counter[tuple[str, str]], co_ops: list[str]) -> tuple[dict[str, Fraction], bool, bool]:
        """More than half of the weight cast must be for."""
        rows: Counter[str] = Counter()
        for co_op in co_ops:
            rows.update(self.rolls[co_op])
        cast = {group: marks[group, "for"] + marks[group, "against"] for group in rows}
        weight = dict.fromkeys(rows, Fraction(1))
        if self.rule["class_rule"]["kind"] == "cap":
            most, capped = Fraction(self.rule["class_rule"]["fraction"]), self.rule["class_rule"]["groups"]
            inside, outside = sum(cast[group] for group in capped), sum(n for group, n in cast.items() if group not in capped)
            if inside > most * (inside + outside):
                weight |= dict.fromkeys(capped, most / (1 - most) * outside / inside)
        total = {side: sum((weight[group] * marks[group, side] for group in rows), Fraction(0)) for side in ("for", "against")}
        whole = total["for"] + total["against"]
        figures = {f"{name}/whole": whole, f"{name}/turnout": Fraction(sum(marks.values()), sum(rows.values()))}
        figures |= {f"{name}/total/{side}": value for side, value in total.items()}
        figures |= {f"{name}/ballot/{group}": weight[group] for group, number in rows.items() if number}
        if whole:
            figures[f"{name}/share_for"] = total["for"] / whole
        return figures, total["for"] * 2 > whole, bool(whole) and total["for"] == total["against"]

    # ---- terms and the file --------------------------------------------------------------------------------------------------------

    def _terms(self) -> Entry:
        w = len(self.parties) - 1
        groups = sorted({group for rolls in self.rolls.values() for group in rolls})
        terms = {
            "v": 1,
            "draft": hashlib.sha256(self.name.encode()).hexdigest()[:32],
            "convener": self.co_ops[0],
            "proposed": START,
            "question": "Shall we share one night rota?",
            "text": "From spring on, the co-ops share one rota for nights.\nCosts are shared by hours.",
            "options": ["for", "against", "abstain"],
            "candidates": [],
            "rule": self.rule,
            "parties": sort_by_json([self._party(party) for party in self.parties]),
            "ceilings": sort_by_json([[co_op, group, rows + 2] for co_op in self.co_ops for group, rows in self.rolls[co_op].items()]),
            "groups": groups,
            "classes": sort_by_json([[co_op, group, group] for co_op in self.co_ops for group in groups]),
            "k": 3,
            "small": [],
            "q": max(1, min(w // 2 + 1, w - 1)),
            "open_latest": OPEN_LATEST,
            "close": CLOSE,
            "settle": SETTLE,
            "grace": 86_400,
            "window": 604_800,
            "settlers": "The chairs of the co-ops",
            "double_membership": "one_vote_per_membership",
            "ties": "do_not_pass",
            "audience": "public",
        }
        return terms | self.changed_terms

    def _party(self, co_op: str) -> Entry:
        keys = {role: public_hex(self.key(co_op, role)) for role in ("root", "statement", "board", "witness")}
        keys |= self.changed_keys.get(co_op, {})
        draft = hashlib.sha256(self.name.encode()).hexdigest()[:32]
        sig = dsse_signature(self.key(co_op, "signer"), "vote-keys", {**keys, "draft": draft, "id": co_op})
        kind = "participant" if co_op in self.co_ops else "observer"
        return {"id": co_op, "kind": kind, **keys, "reachable": True, "signer": public_hex(self.key(co_op, "signer")), "sig": sig}

    def identity(self, co_op: str) -> bytes:
        body = {
            "v": 1,
            "id": co_op,
            "name": f"The made-up co-op {co_op}",
            "root": public_hex(self.key(co_op, "root")),
            "seq": 1,
            "issued": START - 1000,
            "endpoint": f"{co_op}.example:7443",
            "keys": [{"key": public_hex(self.key(co_op, "signer")), "from": START - 1000, "to": START + 31_536_000}],
            "tls": [hashlib.sha256(co_op.encode()).hexdigest()],
            "versions": [1],
            "revoked": [],
        } | self.changed_identities.get(co_op, {})
        return json_bytes(signed_document(self.key(co_op, "root"), "identity", body))

    def signed_note(self, co_op: str, head: BoardHead) -> bytes:
        """A head of this co-op's board as a signed and cosigned note."""
        origin = f"{co_op}/votes/{self.vote}"
        text = f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"
        lines = [note_line(origin, 1, self.key(co_op, "board"), b"", text.encode())]
        for witness, at in sorted(head.cosigned):
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
            lines.append(note_line(f"{witness}/votes/{self.vote}/witness", 4, self.key(witness, "witness"), at.to_bytes(8, "big"), message))
        return (text + "\n" + "".join(lines)).encode()

    def members(self) -> dict[str, bytes]:
        """The members of the bundle archive, in order."""
        members = {"terms": self.terms} | {f"identity/{party}": self.identity(party) for party in sorted(self.parties)}
        members |= {
            name: length_prefixed(self.entries[co_op])
            for name, co_op in sorted((f"boards/{party}/entries", party) for party in self.parties)
        }
        for name, co_op in sorted((f"boards/{party}/checkpoints", party) for party in self.parties):
            members[name] = length_prefixed([self.signed_note(co_op, head) for head in self.heads[co_op]])
        if self.outcome is not None:
            members["outcome"] = self.outcome
        members |= {f"signatures/{co_op}": data for co_op, data in sorted(self.signatures.items())}
        return members | dict(sorted((f"evidence/{hashlib.sha256(data).hexdigest()}", data) for data in self.evidence_documents))

    def pack(self) -> bytes:
        return pack_archive(self.members())


if __name__ == "__main__":
    from tests.support.example_bundles import write_example_files

    write_example_files()
