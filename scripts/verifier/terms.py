"""Checks 2 and 3: the terms of a vote."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scripts.verifier import rule, seals, shapes
from scripts.verifier.canonical import MOST, Json, NotJsonBytesError, decode, encode
from scripts.verifier.identities import Identity
from scripts.verifier.rule import Rule
from scripts.verifier.shapes import MalformedError
from scripts.verifier.wrong import Wrong

_NAMES = (
    "v draft convener proposed question text options candidates rule parties ceilings groups classes k small q open_latest close "
    "settle grace window settlers double_membership ties audience"
)
MOST_PARTICIPANTS, MOST_OBSERVERS, MOST_GROUPS, MOST_ENTRY = 100, 20, 50, 8 * 1024
LAST_SECOND = 253_402_300_799


@dataclass(frozen=True)
class Party:
    id: str
    participant: bool
    root: str
    statement: str
    board: str
    witness: str
    reachable: bool
    signer: str
    sig: str

    def all_keys(self) -> tuple[str, ...]:
        return self.root, self.statement, self.board, self.witness, self.signer


@dataclass(frozen=True)
class Terms:
    """What the terms bytes say; times in seconds since 1970."""

    data: bytes
    vote: str
    draft: str
    convener: str
    proposed: int
    question: str
    text: str
    options: list[str]
    candidates: list[str]
    rule: Rule
    parties: Mapping[str, Party]
    ceilings: Mapping[tuple[str, str], int]
    groups: frozenset[str]
    classes: list[tuple[str, str, str]]
    k: int
    small: frozenset[tuple[str, str]]
    q: int
    open_latest: int
    close: int
    settle: int
    grace: int
    window: int
    settlers: str

    @property
    def participants(self) -> list[str]:
        return sorted(one.id for one in self.parties.values() if one.participant)

    @property
    def witnesses(self) -> int:
        """w: how many watch one board."""
        return len(self.parties) - 1

    @property
    def most_of_them(self) -> int:
        """Qf: so many signatures make an outcome final."""
        return len(self.participants) // 2 + 1

    @property
    def settled(self) -> int:
        """T: the moment the cuts are taken at."""
        return self.close + self.settle


def read(data: bytes) -> Terms:
    """The form of the terms. Raises `Wrong` 2."""
    try:
        return _read(data)
    except (MalformedError, NotJsonBytesError) as why:
        raise Wrong(2, f"the terms are not as they must be: {why}") from None


def check(terms: Terms, identities: Mapping[str, Identity]) -> None:
    """Whether they agree with themselves and were signed by their parties. Raises `Wrong` 3."""
    for holds, sentence in _harmony(terms):
        if not holds:
            raise Wrong(3, sentence)
    for party in terms.parties.values():
        _signed(terms, party, identities[party.id])


def _harmony(terms: Terms) -> list[tuple[bool, str]]:
    rules, ids = terms.rule, set(terms.participants)
    every_key = [key for party in terms.parties.values() for key in party.all_keys()]
    observers = len(terms.parties) - len(ids)
    w = terms.witnesses
    named = {group for _, group in terms.ceilings} | {group for _, _, group in terms.classes} | {group for _, group in terms.small}
    co_ops = {one for one, _ in terms.ceilings} | {one for one, _, _ in terms.classes} | {one for one, _ in terms.small}
    counted = terms.groups - rules.excluded
    motion = rule.MOTIONS.get(rules.method)
    return [
        (2 <= len(ids) <= MOST_PARTICIPANTS and observers <= MOST_OBSERVERS, "there are too few or too many parties"),
        (terms.convener in ids, "the convener is no participant"),
        ("members" not in ids, "a participant cannot have the id members, which names everybody in the figures"),
        (terms.proposed < terms.open_latest < terms.close, "the times are not in order"),
        (terms.settled + terms.grace + terms.window <= LAST_SECOND, "the vote ends after the year 9999"),
        (len(set(every_key)) == len(every_key), "a key stands twice in the terms"),
        (any(party.reachable for party in terms.parties.values()), "no party can be reached"),
        (terms.q == max(1, min(w // 2 + 1, w - 1)), f"q is not what {w} witnesses give"),
        (terms.options == motion if motion else rule.ABSTAIN not in terms.options, "the options do not fit the method"),
        (set(terms.candidates) <= set(terms.options), "a candidate is no option"),
        (1 <= len(terms.groups) <= MOST_GROUPS, "there is no group, or there are too many"),
        (named | rules.groups() <= terms.groups, "a group is named that is not one of the groups"),
        (bool(counted), "every group is excluded"),
        (not isinstance(rules.class_rule, rule.FixedShares) or counted <= set(rules.class_rule.shares), "a group has no share"),
        (co_ops | set(rules.co_op_quorums) <= ids, "a co-op is named that is no participant"),
        (rules.basis != "fixed_weights" or set(rules.co_op_weights) == ids, "the weights are not those of the participants"),
        (len({(one, name) for one, name, _ in terms.classes}) == len(terms.classes), "a class votes in two groups"),
        (_longest_entry(terms) <= MOST_ENTRY, "an entry that this vote needs would be longer than an entry may be"),
        (sum(terms.ceilings.values()) * rules.highest_score <= MOST or rules.method != "score", "the points could be too many"),
    ]


def _longest_entry(terms: Terms) -> int:
    """How long a `ready`, a `closed` or a ballot of this vote can become; an `open` says less than a `ready`."""
    root, most, shortest = "0" * 64, MOST, min(terms.parties, key=len, default="")
    choices: dict[str, Json] = {
        "approval": [*terms.options],
        "score": dict.fromkeys(terms.options, terms.rule.highest_score),
    }
    longest: list[Json] = [
        {"kind": "ready", "rolls": [[one, most, root] for one in terms.participants]},
        {"kind": "closed", "boards": [[one, most, root, most] for one in terms.parties if one != shortest]},
        {"kind": "ballot", "pseudonym": "0" * 16, "choice": choices.get(terms.rule.method, max(terms.options, key=len))},
    ]
    return max(len(encode(one)) for one in longest)


def _signed(terms: Terms, party: Party, identity: Identity) -> None:
    body: Json = {
        "board": party.board,
        "draft": terms.draft,
        "id": party.id,
        "root": party.root,
        "statement": party.statement,
        "witness": party.witness,
    }
    if not any(one.key == party.signer and one.start <= terms.proposed < one.end for one in identity.keys):
        raise Wrong(3, f"the key that signed the vote's keys of {party.id} was none of its signing keys when the vote was proposed")
    if not seals.signed_by(party.signer, party.sig, "vote-keys", body):
        raise Wrong(3, f"the signature of {party.id} under its keys of this vote is not good")


def _read(data: bytes) -> Terms:
    there = shapes.fields(decode(data), _NAMES)
    shapes.whole(there["v"], 1, 1)
    shapes.word(there["double_membership"], ("one_vote_per_membership",))
    shapes.word(there["ties"], ("do_not_pass",))
    shapes.word(there["audience"], ("members", "public"))
    options = shapes.items(there["options"], lambda one: shapes.line(one, 100))
    if not 2 <= len(options) == len(set(options)) <= 50:
        raise MalformedError("there are not 2 to 50 different options")
    parties = shapes.ordered(there["parties"], _party)
    ceilings = shapes.ordered(there["ceilings"], lambda one: _triple(one, shapes.group, shapes.whole))
    if len({one.id for one in parties}) != len(parties) or len({(one, group) for one, group, _ in ceilings}) != len(ceilings):
        raise MalformedError("a party or a ceiling stands twice")
    return Terms(
        data=data,
        vote=hashlib.sha256(b"kith/terms/1\n" + data).hexdigest(),
        draft=shapes.matching(there["draft"], shapes.DRAFT, "draft of 32 hex digits"),
        convener=shapes.co_op(there["convener"]),
        proposed=shapes.whole(there["proposed"]),
        question=shapes.line(there["question"], 200),
        text=shapes.text(there["text"], 4000),
        options=options,
        candidates=shapes.ordered(there["candidates"], lambda one: shapes.line(one, 100)),
        rule=rule.read(there["rule"]),
        parties={one.id: one for one in parties},
        ceilings={(one, group): most for one, group, most in ceilings},
        groups=frozenset(shapes.ordered(there["groups"], shapes.group)),
        classes=shapes.ordered(there["classes"], lambda one: _triple(one, shapes.group, shapes.group)),
        k=shapes.whole(there["k"], 1),
        small=frozenset(shapes.ordered(there["small"], _pair)),
        q=shapes.whole(there["q"]),
        open_latest=shapes.whole(there["open_latest"]),
        close=shapes.whole(there["close"]),
        settle=shapes.whole(there["settle"]),
        grace=shapes.whole(there["grace"]),
        window=shapes.whole(there["window"]),
        settlers=shapes.line(there["settlers"], 200),
    )


def _party(value: Json) -> Party:
    there = shapes.fields(value, "id kind root statement board witness reachable signer sig")
    return Party(
        id=shapes.co_op(there["id"]),
        participant=shapes.word(there["kind"], ("participant", "observer")) == "participant",
        root=shapes.public_key(there["root"]),
        statement=shapes.public_key(there["statement"]),
        board=shapes.public_key(there["board"]),
        witness=shapes.public_key(there["witness"]),
        reachable=shapes.flag(there["reachable"]),
        signer=shapes.public_key(there["signer"]),
        sig=shapes.signature(there["sig"]),
    )


def _pair(value: Json) -> tuple[str, str]:
    one, group = shapes.parts(value, 2)
    return shapes.co_op(one), shapes.group(group)


def _triple(value: Json, second: Callable[[Json], str], third: Callable[[Json], shapes.T]) -> tuple[str, str, shapes.T]:
    one, two, three = shapes.parts(value, 3)
    return shapes.co_op(one), second(two), third(three)
