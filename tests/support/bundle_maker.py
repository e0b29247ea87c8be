"""Makes bundles of made-up federated votes from docs/formats/, so that a verifier has something to verify.

It shares no code with the verifier or with the services. Every key comes from a word, so the same bytes are made each time:
`python -m tests.support.bundle_maker` writes examples/bundles again. The votes themselves are told in `bundle_stories`.
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

START = 1_767_225_600  # 2026-01-01
OPEN_LATEST, CLOSE, SETTLE = START + 100_000, START + 200_000, 900
T = CLOSE + SETTLE
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Entry = dict[str, Any]  # Any: what is made here is often wrong on purpose


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def by_bytes(items: list[Any]) -> list[Any]:
    return sorted(items, key=json_bytes)


def key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256("/".join(words).encode()).digest())


def public(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


def dsse(private: Ed25519PrivateKey, kind: str, body: Any) -> str:
    name, content = f"application/vnd.kith.{kind}+json;v=1", json_bytes(body)
    return private.sign(f"DSSEv1 {len(name)} {name} {len(content)} ".encode() + content).hex()


def sealed(private: Ed25519PrivateKey, kind: str, body: Any) -> Entry:
    return {"body": body, "sig": dsse(private, kind, body)}


def root(entries: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    n = len(entries)
    if n < 2:
        return hashlib.sha256(b"\0" + entries[0] if n else b"").digest()
    k = 1 << (n - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(entries[:k]) + root(entries[k:])).digest()


def framed(pieces: list[bytes]) -> bytes:
    return b"".join(len(one).to_bytes(4, "big") + one for one in pieces)


def in_words(value: Fraction | int) -> str:
    whole = Fraction(value)
    return f"{whole.numerator}/{whole.denominator}"


def plain_rule(**changed: Any) -> Entry:
    """More than half of all votes cast, of everybody together."""
    rule = {
        "version": "kith-count/1",
        "method": "yes_no_abstain",
        "basis": "pooled",
        "threshold": {"fraction": "1/2", "strict": True, "of": "cast"},
        "class_rule": {"kind": "none"},
        "excluded": [],
        "quorum": {"fraction": "0/1", "count": 0},
        "class_quorums": [],
        "co_op_quorums": [],
        "below_quorum": "left_out",
    }
    return rule | changed


@dataclass
class Head:
    size: int
    root: bytes
    cosigned: list[tuple[str, int]]


@dataclass
class Story:
    """A vote as it happens: everything that is said lands on a board, then `pack` makes the file."""

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
        self.rolls = self.rolls or {one: {"member": 5} for one in self.co_ops}
        self.terms = json_bytes(self._terms())
        self.vote = hashlib.sha256(b"kith/terms/1\n" + self.terms).hexdigest()
        self.entries: dict[str, list[bytes]] = {one: [self.terms] for one in self.parties}
        self.heads: dict[str, list[Head]] = {one: [] for one in self.parties}
        self.ballots: dict[str, list[tuple[int, str, Any]]] = {one: [] for one in self.co_ops}
        self.ignored: dict[str, list[tuple[int, str, bool]]] = {one: [] for one in self.co_ops}
        self.outcome: bytes | None = None
        self.signatures: dict[str, bytes] = {}
        self.evidence: list[bytes] = []
        self.changed_identities: dict[str, Entry] = {}

    def key(self, one: str, role: str) -> Ed25519PrivateKey:
        return key(one, role) if role in {"root", "signer"} else key(self.name, one, role)

    def fingerprint(self, one: str) -> str:
        return hashlib.sha256(bytes.fromhex(public(self.key(one, "root")))).hexdigest()

    def pseudonyms(self, one: str) -> list[tuple[str, str]]:
        """(pseudonym, group) of every row, in their order."""
        found = self._pseudonyms.get(one, [])
        if found:
            return found
        for group, rows in self.rolls[one].items():
            for number in range(rows):
                bits = int.from_bytes(hashlib.sha256(f"{self.name}/{one}/{group}/{number}".encode()).digest()[:10], "big")
                found.append(("".join(ALPHABET[bits >> 75 - 5 * at & 31] for at in range(16)), group))
        self._pseudonyms[one] = sorted(found)
        return self._pseudonyms[one]

    def card(self, one: str, row: int) -> Entry:
        pseudonym, group = self.pseudonyms(one)[row]
        return {
            "v": 1,
            "vote": self.vote,
            "id": one,
            "pseudonym": pseudonym,
            "group": group,
            "identity": unicodedata.normalize("NFC", f"{row + 1}\nMade-up Member {row + 1} of {one}"),
            "salt": hashlib.sha256(f"salt/{self.name}/{one}/{pseudonym}".encode()).hexdigest(),
            "pins": by_bytes([[other, self.fingerprint(other)] for other in self.parties]),
        }

    def receipt(self, one: str, row: int, index: int) -> Entry:
        leaf = hashlib.sha256(b"\0" + self.entries[one][index]).hexdigest()
        body = {"vote": self.vote, "id": one, "pseudonym": self.pseudonyms(one)[row][0], "index": index, "leaf": leaf, "at": CLOSE - 50}
        return sealed(self.key(one, "statement"), "receipt", body)

    # ---- what is said on boards ----------------------------------------------------------------------------------------------------

    def say(self, one: str, entry: Entry | bytes, code: str = "") -> int:
        """Puts an entry on a board; `code` is the one it is ignored with, if it is. Gives its index."""
        data = entry if isinstance(entry, bytes) else json_bytes(entry)
        self.entries[one].append(data)
        if code:
            self.ignored[one].append((len(self.entries[one]) - 1, code, b'"kind":"ballot"' in data))
        return len(self.entries[one]) - 1

    def join(self, one: str, by: str = "") -> None:
        """`by` is whoever signs it, where that is not the co-op itself."""
        body = {"vote": self.vote, "id": one, "body": "general_meeting", "date": "2026-01-01", "reference": "GM-2026-1"}
        self.say(one, {"kind": "join", **sealed(self.key(by or one, "statement"), "join", body)})

    def roll(self, one: str) -> None:
        for row, (pseudonym, group) in enumerate(self.pseudonyms(one)):
            card = self.card(one, row)
            hashed = b"kith/row/1" + framed([card[name].encode() for name in ("vote", "pseudonym", "group", "identity")])
            commitment = hashlib.sha256(hashed + bytes.fromhex(card["salt"])).hexdigest()
            self.say(one, {"kind": "row", "pseudonym": pseudonym, "group": group, "commitment": commitment})
        self.say(one, {"kind": "roll", "groups": by_bytes([[group, rows] for group, rows in self.rolls[one].items() if rows])})

    def begin(self, ready_at: int = OPEN_LATEST - 100, forged: str = "") -> None:
        """From the joins to the opening; the join of `forged` is signed by the convener."""
        for one in self.parties:
            self.join(one, by=self.co_ops[0] if one == forged else "")
        for one in self.co_ops:
            self.roll(one)
        rolls = by_bytes([[one, len(self.entries[one]), root(self.entries[one]).hex()] for one in self.co_ops])
        for one in self.co_ops:
            self.say(one, {"kind": "ready", "rolls": rolls})
        self.head(ready_at)
        ready = by_bytes([[one, hashlib.sha256(b"\0" + self.entries[one][-1]).hexdigest()] for one in self.co_ops])
        for one in self.co_ops:
            self.say(one, {"kind": "open", "ready": ready})

    def ballot(self, one: str, row: int, choice: Any, code: str = "") -> int:
        """A ballot of a row; choice None withdraws."""
        pseudonym = self.pseudonyms(one)[row][0]
        said = {"withdrawn": True} if choice is None else {"choice": choice}
        index = self.say(one, {"kind": "ballot", "pseudonym": pseudonym, **said}, code)
        if not code:
            self.ballots[one].append((index, pseudonym, choice))
        return index

    def votes(self, one: str, choices: str) -> None:
        """One ballot for each letter: f(or), a(gainst), o (abstain), - (none), by row."""
        for row, letter in enumerate(choices):
            if letter != "-":
                self.ballot(one, row, {"f": "for", "a": "against", "o": "abstain"}[letter])

    def head(self, at: int, boards: list[str] | None = None, witnesses: list[str] | None = None) -> None:
        """A checkpoint of each board as it stands, cosigned by everybody else at this time."""
        for one in self.parties if boards is None else boards:
            signing = [(other, at) for other in (self.parties if witnesses is None else witnesses) if other != one]
            if self.heads[one] and self.heads[one][-1].size == len(self.entries[one]):
                self.heads[one][-1].cosigned.extend(signing)
            else:
                self.heads[one].append(Head(len(self.entries[one]), root(self.entries[one]), signing))

    def close(self, held_at: int = CLOSE + 60, silent: tuple[str, ...] = ()) -> None:
        """What is there is held by all at `held_at`; everybody says what they cosigned in time, and that is witnessed too."""
        self.head(held_at, witnesses=[one for one in self.parties if one not in silent])
        speaking = [one for one in self.parties if one not in silent]
        for one in speaking:
            self.say(one, {"kind": "closed", "boards": by_bytes([self._last(one, other) for other in self.parties if other != one])})
        self.head(T + 100, boards=speaking, witnesses=speaking)

    def _last(self, witness: str, board: str) -> list[Any]:
        heads = [(head.size, head.root.hex(), at) for head in self.heads[board] for who, at in head.cosigned if who == witness and at <= T]
        return [board, *max(heads, default=(0, root([]).hex(), 0))]

    def sign(self, one: str, outcome: bytes, revision: int = 1) -> None:
        body = {"vote": self.vote, "id": one, "revision": revision, "hash": hashlib.sha256(outcome).hexdigest()}
        self.say(one, {"kind": "outcome", **sealed(self.key(one, "statement"), "outcome", body)})
        self.signatures[one] = self.entries[one][-1]

    def conclude(self, signers: list[str] | None = None, outcome: bytes | None = None, revision: int = 1) -> None:
        """Counts, signs, and has the signatures witnessed."""
        self.outcome = self.count(revision=revision) if outcome is None else outcome
        for one in self.co_ops if signers is None else signers:
            self.sign(one, self.outcome, revision)
            self.head(T + 200 + revision, boards=[one])

    def prove(self, kind: str, **others: Any) -> None:
        self.evidence.append(json_bytes({"kind": kind, **others}))

    def settle(self, kind: str, cuts: dict[str, int], without: tuple[str, ...] = (), revision: int = 2) -> None:
        body = {"vote": self.vote, "revision": revision, "kind": kind, "cuts": by_bytes([list(one) for one in cuts.items()])}
        body["without"] = by_bytes(list(without))
        sigs = [[one, dsse(self.key(one, "statement"), "settlement", body)] for one in self.co_ops if one not in without]
        self.prove("settlement", object={"body": body, "sigs": by_bytes(sigs)})

    # ---- counting: for and against, everybody together or co-op by co-op, with a cap or without ------------------------------------

    def cut(self, one: str, at: int = T) -> int:
        sizes = [self._cosigned(other, one, at) for other in self.parties if other != one]
        q: int = json.loads(self.terms)["q"]
        return sorted(sizes, reverse=True)[q - 1]

    def _cosigned(self, witness: str, board: str, at: int) -> int:
        return max((head.size for head in self.heads[board] for who, when in head.cosigned if who == witness and when <= at), default=0)

    def count(self, cuts: dict[str, int] | None = None, revision: int = 1) -> bytes:
        ends = cuts or {one: self.cut(one) for one in self.co_ops}
        marks = {one: self._marks(one, ends[one]) for one in self.co_ops}
        sizes = {one: self._counted_size(one, ends[one]) for one in self.co_ops}
        co_ops, figures, passes, reasons, tie = self._decided(marks)
        return json_bytes(
            {
                "v": 1,
                "vote": self.vote,
                "rule": "kith-count/1",
                "revision": revision,
                "result": {"passes": passes, "winner": "for" if passes else "", "tie": tie, "co_ops": by_bytes(co_ops)},
                "reasons": by_bytes(reasons),
                "boards": by_bytes([[one, size, root(self.entries[one][:size]).hex()] for one, size in sizes.items()]),
                "tallies": by_bytes([[one, *said, n] for one, counted in marks.items() for said, n in counted.items()]),
                "figures": by_bytes([[name, in_words(value)] for name, value in figures.items()]),
                "quorums": by_bytes(
                    [
                        [one, group, rows, sum(n for said, n in marks[one].items() if said[0] == group)]
                        for one in self.co_ops
                        for group, rows in self.rolls[one].items()
                        if rows
                    ]
                ),
                "rejected": by_bytes(
                    [[one, index, code] for one in self.co_ops for index, code, _ in self.ignored[one] if index < sizes[one]]
                ),
            }
        )

    def _marks(self, one: str, end: int) -> Counter[tuple[str, str]]:
        groups = dict(self.pseudonyms(one))
        last = {pseudonym: choice for index, pseudonym, choice in self.ballots[one] if index < end}
        return Counter((groups[pseudonym], choice) for pseudonym, choice in last.items() if choice is not None)

    def _counted_size(self, one: str, end: int) -> int:
        at = [index for index, _, _ in self.ballots[one]] + [index for index, _, ballot in self.ignored[one] if ballot]
        return max((index + 1 for index in at if index < end), default=0)

    def _decided(self, marks: dict[str, Counter[tuple[str, str]]]) -> tuple[list[Any], dict[str, Fraction], bool, list[Any], bool]:
        if self.rule["basis"] == "pooled":
            figures, passes, tie = self._body("members", sum(marks.values(), Counter()), self.co_ops)
            return [], figures, passes, ([] if passes else [["threshold", []]]) + ([["tie", []]] if tie else []), tie
        figures, co_ops, agreeing = {}, [], 0
        for one in self.co_ops:
            own, passes, _ = self._body(one, marks[one], [one])
            figures |= own
            agreeing += passes
            co_ops.append([one, "agrees" if passes else "does_not_agree", "for" if passes else ""])
        figures["co_ops/share"] = share = Fraction(agreeing, len(co_ops))
        return co_ops, figures, share > Fraction(1, 2), [] if share > Fraction(1, 2) else [["threshold", []]], False

    def _body(self, name: str, marks: Counter[tuple[str, str]], co_ops: list[str]) -> tuple[dict[str, Fraction], bool, bool]:
        """More than half of the weight cast must be for."""
        rows: Counter[str] = Counter()
        for one in co_ops:
            rows.update(self.rolls[one])
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
            "parties": by_bytes([self._party(one) for one in self.parties]),
            "ceilings": by_bytes([[one, group, rows + 2] for one in self.co_ops for group, rows in self.rolls[one].items()]),
            "groups": groups,
            "classes": by_bytes([[one, group, group] for one in self.co_ops for group in groups]),
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

    def _party(self, one: str) -> Entry:
        keys = {role: public(self.key(one, role)) for role in ("root", "statement", "board", "witness")}
        keys |= self.changed_keys.get(one, {})
        draft = hashlib.sha256(self.name.encode()).hexdigest()[:32]
        sig = dsse(self.key(one, "signer"), "vote-keys", {**keys, "draft": draft, "id": one})
        kind = "participant" if one in self.co_ops else "observer"
        return {"id": one, "kind": kind, **keys, "reachable": True, "signer": public(self.key(one, "signer")), "sig": sig}

    def identity(self, one: str) -> bytes:
        body = {
            "v": 1,
            "id": one,
            "name": f"The made-up co-op {one}",
            "root": public(self.key(one, "root")),
            "seq": 1,
            "issued": START - 1000,
            "endpoint": f"{one}.example:7443",
            "keys": [{"key": public(self.key(one, "signer")), "from": START - 1000, "to": START + 31_536_000}],
            "tls": [hashlib.sha256(one.encode()).hexdigest()],
            "versions": [1],
            "revoked": [],
        } | self.changed_identities.get(one, {})
        return json_bytes(sealed(self.key(one, "root"), "identity", body))

    def note(self, one: str, head: Head) -> bytes:
        """A head of the board of `one`, signed and cosigned."""
        origin = f"{one}/votes/{self.vote}"
        text = f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"
        lines = [_line(origin, 1, self.key(one, "board"), b"", text.encode())]
        for who, at in sorted(head.cosigned):
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
            lines.append(_line(f"{who}/votes/{self.vote}/witness", 4, self.key(who, "witness"), at.to_bytes(8, "big"), message))
        return (text + "\n" + "".join(lines)).encode()

    def members(self) -> dict[str, bytes]:
        """The content of the file, in its order."""
        found = {"terms": self.terms} | {f"identity/{one}": self.identity(one) for one in sorted(self.parties)}
        found |= {name: framed(self.entries[one]) for name, one in sorted((f"boards/{one}/entries", one) for one in self.parties)}
        for name, one in sorted((f"boards/{one}/checkpoints", one) for one in self.parties):
            found[name] = framed([self.note(one, head) for head in self.heads[one]])
        if self.outcome is not None:
            found["outcome"] = self.outcome
        found |= {f"signatures/{one}": data for one, data in sorted(self.signatures.items())}
        return found | dict(sorted((f"evidence/{hashlib.sha256(data).hexdigest()}", data) for data in self.evidence))

    def pack(self) -> bytes:
        return packed(self.members())


def packed(members: dict[str, bytes]) -> bytes:
    """The archive of these members, as they stand."""
    blocks = []
    for name, content in members.items():
        header = bytearray(512)
        header[: len(name)] = name.encode()
        header[100:157] = b"0000644\0" + b"0000000\0" * 2 + f"{len(content):011o}\0".encode() + b"00000000000\0" + b" " * 8 + b"0"
        header[257:265] = b"ustar\x0000"
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        blocks += [bytes(header), content, bytes(-len(content) % 512)]
    return b"".join(blocks) + bytes(1024)


def _line(name: str, kind: int, private: Ed25519PrivateKey, before: bytes, message: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + private.public_key().public_bytes_raw()).digest()[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + before + private.sign(message)).decode()}\n"


if __name__ == "__main__":
    from tests.support.bundle_stories import write

    write()
