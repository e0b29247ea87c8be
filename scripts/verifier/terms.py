"""Checks 2 and 3: the terms of a vote."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scripts.verifier import signatures, vote_rule
from scripts.verifier.canonical_json import MAX_INTEGER, Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.identity_documents import IdentityDocument
from scripts.verifier.json_values import (
    DRAFT,
    MalformedError,
    T,
    parse_boolean,
    parse_choice,
    parse_co_op_id,
    parse_group,
    parse_integer,
    parse_line,
    parse_list,
    parse_list_of,
    parse_matching,
    parse_object,
    parse_option,
    parse_public_key,
    parse_signature,
    parse_sorted_list,
    parse_text,
)
from scripts.verifier.vote_rule import VoteRule

_NAMES = (
    "v draft convener proposed question text options candidates rule parties ceilings groups classes k small q open_latest close "
    "settle grace window settlers double_membership ties audience"
)
MAX_PARTICIPANTS, MAX_OBSERVERS, MAX_GROUPS, MAX_ENTRY_BYTES = 100, 20, 50, 8 * 1024
MAX_BALLOTS, SPARE_ENTRIES, MAX_ENTRIES = 20, 200, 2**21
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
    """The parsed terms; times in seconds since 1970."""

    data: bytes
    vote: str
    draft: str
    convener: str
    proposed: int
    question: str
    text: str
    options: list[str]
    candidates: list[str]
    rule: VoteRule
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
        return sorted(party.id for party in self.parties.values() if party.participant)

    @property
    def witness_count(self) -> int:
        """w: the number of witnesses of one board."""
        return len(self.parties) - 1

    @property
    def signatures_needed(self) -> int:
        """Qf: the number of signatures that make an outcome final."""
        return len(self.participants) // 2 + 1

    def max_entries(self, co_op: str) -> int:
        """The most entries of a board: no witness cosigns more. Ceilings of groups that are excluded count too."""
        rows = sum(ceiling for (owner, _), ceiling in self.ceilings.items() if owner == co_op)
        return min(rows * (MAX_BALLOTS + 1) + SPARE_ENTRIES, MAX_ENTRIES)

    @property
    def concluded_from(self) -> int:
        """T: the time at which boards are cut."""
        return self.close + self.settle


def read_terms(data: bytes) -> Terms:
    """Parses the terms. Raises `CheckFailedError` 2."""
    try:
        return _parse_terms(data)
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the terms are not as they must be: {error}") from None


def check_terms(terms: Terms, identities: Mapping[str, IdentityDocument]) -> None:
    """Checks that the terms are consistent and signed by their parties. Raises `CheckFailedError` 3."""
    for holds, sentence in _consistency_checks(terms):
        if not holds:
            raise CheckFailedError(3, sentence)
    for party in terms.parties.values():
        _check_signed(terms, party, identities[party.id])


def _consistency_checks(terms: Terms) -> list[tuple[bool, str]]:
    vote_rules, ids = terms.rule, set(terms.participants)
    every_key = [key for party in terms.parties.values() for key in party.all_keys()]
    observers = len(terms.parties) - len(ids)
    witness_count = terms.witness_count
    named = {group for _, group in terms.ceilings} | {group for _, _, group in terms.classes} | {group for _, group in terms.small}
    co_ops = {co_op for co_op, _ in terms.ceilings} | {co_op for co_op, _, _ in terms.classes} | {co_op for co_op, _ in terms.small}
    counted = terms.groups - vote_rules.excluded
    motion = vote_rule.MOTION_METHODS.get(vote_rules.method)
    return [
        (2 <= len(ids) <= MAX_PARTICIPANTS and observers <= MAX_OBSERVERS, "there are too few or too many parties"),
        (terms.convener in ids, "the convener is no participant"),
        ("members" not in ids, "a participant cannot have the id members, which names everybody in the figures"),
        (terms.proposed < terms.open_latest < terms.close, "the times are not in order"),
        (terms.concluded_from + terms.grace + terms.window <= LAST_SECOND, "the vote ends after the year 9999"),
        (len(set(every_key)) == len(every_key), "a key stands twice in the terms"),
        (any(party.reachable for party in terms.parties.values()), "no party can be reached"),
        (terms.q == max(1, min(witness_count // 2 + 1, witness_count - 1)), f"q is not what {witness_count} witnesses give"),
        (terms.options == motion if motion else vote_rule.ABSTAIN not in terms.options, "the options do not fit the method"),
        (set(terms.candidates) <= set(terms.options), "a candidate is no option"),
        (1 <= len(terms.groups) <= MAX_GROUPS, "there is no group, or there are too many"),
        (named | vote_rules.groups() <= terms.groups, "a group is named that is not one of the groups"),
        (bool(counted), "every group is excluded"),
        (
            not isinstance(vote_rules.class_rule, vote_rule.FixedShares) or counted <= set(vote_rules.class_rule.shares),
            "a group has no share",
        ),
        (co_ops | set(vote_rules.co_op_quorums) <= ids, "a co-op is named that is no participant"),
        (vote_rules.basis != "fixed_weights" or set(vote_rules.co_op_weights) == ids, "the weights are not those of the participants"),
        (len({(co_op, name) for co_op, name, _ in terms.classes}) == len(terms.classes), "a class votes in two groups"),
        (_longest_entry_bytes(terms) <= MAX_ENTRY_BYTES, "an entry that this vote needs would be longer than an entry may be"),
        (
            sum(terms.ceilings.values()) * vote_rules.highest_score <= MAX_INTEGER or vote_rules.method != "score",
            "the points could be too many",
        ),
    ]


def _longest_entry_bytes(terms: Terms) -> int:
    """The largest possible size of a `ready`, a `closed` or a ballot of this vote; an `open` is smaller than a `ready`."""
    root, max_integer, shortest = "0" * 64, MAX_INTEGER, min(terms.parties, key=len, default="")
    choices: dict[str, Json] = {
        "approval": [*terms.options],
        "score": dict.fromkeys(terms.options, terms.rule.highest_score),
    }
    longest: list[Json] = [
        {"kind": "ready", "rolls": [[co_op, max_integer, root] for co_op in terms.participants]},
        {"kind": "closed", "boards": [[co_op, max_integer, root, max_integer] for co_op in terms.parties if co_op != shortest]},
        {"kind": "ballot", "pseudonym": "0" * 16, "choice": choices.get(terms.rule.method, max(terms.options, key=len))},
    ]
    return max(len(encode(co_op)) for co_op in longest)


def _check_signed(terms: Terms, party: Party, identity: IdentityDocument) -> None:
    body: Json = {
        "board": party.board,
        "draft": terms.draft,
        "id": party.id,
        "root": party.root,
        "statement": party.statement,
        "witness": party.witness,
    }
    if not any(key.key == party.signer and key.start <= terms.proposed < key.end for key in identity.keys):
        raise CheckFailedError(
            3, f"the key that signed the vote's keys of {party.id} was none of its signing keys when the vote was proposed"
        )
    if not signatures.is_body_signed(party.signer, party.sig, "vote-keys", body):
        raise CheckFailedError(3, f"the signature of {party.id} under its keys of this vote is not good")


def _parse_terms(data: bytes) -> Terms:
    fields = parse_object(decode(data), _NAMES)
    parse_integer(fields["v"], 1, 1)
    parse_choice(fields["double_membership"], ("one_vote_per_membership",))
    parse_choice(fields["ties"], ("do_not_pass",))
    parse_choice(fields["audience"], ("members", "public"))
    options = parse_list(fields["options"], parse_option)
    if not 2 <= len(options) == len(set(options)) <= 50:
        raise MalformedError("there are not 2 to 50 different options")
    parties = parse_sorted_list(fields["parties"], _parse_party)
    ceilings = parse_sorted_list(fields["ceilings"], lambda item: _parse_triple(item, parse_group, parse_integer))
    if len({item.id for item in parties}) != len(parties) or len({(item, group) for item, group, _ in ceilings}) != len(ceilings):
        raise MalformedError("a party or a ceiling stands twice")
    return Terms(
        data=data,
        vote=hashlib.sha256(b"kith/terms/1\n" + data).hexdigest(),
        draft=parse_matching(fields["draft"], DRAFT, "draft of 32 hex digits"),
        convener=parse_co_op_id(fields["convener"]),
        proposed=parse_integer(fields["proposed"]),
        question=parse_line(fields["question"], 200),
        text=parse_text(fields["text"], 4000),
        options=options,
        candidates=parse_sorted_list(fields["candidates"], parse_option),
        rule=vote_rule.read_rule(fields["rule"]),
        parties={item.id: item for item in parties},
        ceilings={(item, group): ceiling for item, group, ceiling in ceilings},
        groups=frozenset(parse_sorted_list(fields["groups"], parse_group)),
        classes=parse_sorted_list(fields["classes"], lambda item: _parse_triple(item, parse_group, parse_group)),
        k=parse_integer(fields["k"], 1),
        small=frozenset(parse_sorted_list(fields["small"], _parse_pair)),
        q=parse_integer(fields["q"]),
        open_latest=parse_integer(fields["open_latest"]),
        close=parse_integer(fields["close"]),
        settle=parse_integer(fields["settle"]),
        grace=parse_integer(fields["grace"]),
        window=parse_integer(fields["window"]),
        settlers=parse_line(fields["settlers"], 200),
    )


def _parse_party(value: Json) -> Party:
    fields = parse_object(value, "id kind root statement board witness reachable signer sig")
    return Party(
        id=parse_co_op_id(fields["id"]),
        participant=parse_choice(fields["kind"], ("participant", "observer")) == "participant",
        root=parse_public_key(fields["root"]),
        statement=parse_public_key(fields["statement"]),
        board=parse_public_key(fields["board"]),
        witness=parse_public_key(fields["witness"]),
        reachable=parse_boolean(fields["reachable"]),
        signer=parse_public_key(fields["signer"]),
        sig=parse_signature(fields["sig"]),
    )


def _parse_pair(value: Json) -> tuple[str, str]:
    co_op, group = parse_list_of(value, 2)
    return parse_co_op_id(co_op), parse_group(group)


def _parse_triple(value: Json, parse_second: Callable[[Json], str], parse_third: Callable[[Json], T]) -> tuple[str, str, T]:
    co_op, second_value, third_value = parse_list_of(value, 3)
    return parse_co_op_id(co_op), parse_second(second_value), parse_third(third_value)
